/** `npm run sim -- --seeds N --from K`: many seeds, one after the other; a failing one is shown and ends with 1. */
import { rmSync } from 'node:fs'
import { report, Tally } from './report'
import { runSeed } from './run'
import { worldFolder } from './world'

const SEEDS_DEFAULT = 10_000
const TOLD_EVERY = 500

function numberAfter(name: string, otherwise: number): number {
  const at = process.argv.indexOf(name)
  const value = at < 0 ? otherwise : Number(process.argv[at + 1])
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${name}: expected a whole number`)
  return value
}

const KNOWN = new Set(['--seeds', '--from'])

async function main(): Promise<void> {
  // Without this a misspelt option, or --help, is ten thousand seeds.
  const odd = process.argv.slice(2).find((word, at) => at % 2 === 0 && !KNOWN.has(word))
  if (odd !== undefined) throw new Error(`${odd}: the options are --seeds N and --from K`)
  const seeds = numberAfter('--seeds', SEEDS_DEFAULT)
  const from = numberAfter('--from', 1)
  const tally = new Tally()
  for (let seed = from; seed < from + seeds; seed += 1) {
    const outcome = await runSeed(seed)
    tally.add(outcome)
    if (outcome.violation !== null) console.log(report(outcome))
    if (tally.seeds % TOLD_EVERY === 0) console.log(tally.line())
  }
  rmSync(worldFolder(), { recursive: true, force: true })
  console.log(tally.line())
  process.exitCode = tally.failed.length === 0 ? 0 : 1
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 2
})
