/**
 * The fork hunt: `npm run hunt [-- --rounds 200 --seed 1 --minutes 60 --plant]`. Kills, pauses, cut and held cables, planned
 * moves and deaths of the provider by chance, with members who redeem invites all the time; in the end every feed on
 * every peer is one chain and every use of an invite is somebody's. Says its figures; the exit code is 1 where anything is wrong.
 */
import { hunt } from '../helpers/hunt'
import { seeded } from '../helpers/random'

function wished(name: string, otherwise: number): number {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? otherwise : Number(process.argv[at + 1])
}

const seed = wished('seed', Date.now() % 100_000)
console.log(`seed ${seed}`)
hunt({
  ...{ hubs: wished('hubs', 3), pubs: wished('pubs', 3), leaseMs: wished('lease', 3_000), peersByMs: 20_000 },
  rounds: wished('rounds', 200),
  untilMs: wished('minutes', 60) * 60_000,
  random: seeded(seed),
  comment: (text) => console.log(text),
  plant: process.argv.includes('--plant'),
}).then(
  (report) => {
    console.log(JSON.stringify(report, null, 2))
    process.exit(report.wrong.length === 0 ? 0 : 1)
  },
  (error: Error) => {
    console.log(error.stack)
    process.exit(1)
  },
)
