/**
 * Goal: the fork hunt in short (`npm run hunt` is the long one): accidents by chance on three hubs while members redeem
 * invites, and in the end one chain on every peer and a guest for every use.
 */
import test from 'tape'
import { hunt } from '../helpers/hunt'
import { seeded } from '../helpers/random'

const ROUNDS = 6
/** On a machine that is busy fewer rounds do. */
const UNTIL_MS = 18_000

test('a few rounds of the fork hunt', async (t) => {
  const report = await hunt({
    ...{
      hubs: 3,
      pubs: 2,
      leaseMs: 3_000,
      peersByMs: 3_000,
      rounds: ROUNDS,
      untilMs: UNTIL_MS,
      random: seeded(6),
    },
    comment: (text) => t.comment(text),
  })
  t.comment(JSON.stringify(report))
  t.deepEqual(
    report.wrong,
    [],
    `${report.rounds} rounds, ${report.messages} messages, ${report.looks} looks: one chain each`,
  )
  t.ok(report.rounds >= 1 && report.redeemed > 0, `${report.redeemed} guests were let in`)
  t.end()
})
