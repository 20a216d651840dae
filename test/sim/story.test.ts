// The whole system in a hundred seeded worlds: create, invite, stop, start, restart, name, delete and what people write besides, while messages
// are late, lost and doubled, programs die around every write, clocks jump, and pubs are copied and set back.
import { rmSync } from 'node:fs'
import test from 'tape'
import { report, Tally } from './report'
import { runSeed } from './run'
import { worldFolder } from './world'

const SEEDS = 100

test(`${SEEDS} seeds: every promise holds after every event and at the end`, async (t) => {
  const tally = new Tally()
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const outcome = await runSeed(seed)
    tally.add(outcome)
    if (outcome.violation !== null) t.fail(report(outcome))
  }
  t.deepEqual(tally.failed, [], tally.line())
  const { requests, pubs, uses, takenBack, ownerChanges, sharedEnds, changes, exports, starts, epochs } =
    tally.counts
  t.ok(requests > 20 * SEEDS, `enough was asked: ${requests} requests`)
  t.ok(pubs > 2 * SEEDS && uses > SEEDS, `enough was made: ${pubs} pubs, ${uses} uses of invites`)
  t.ok(
    ownerChanges > SEEDS / 4 && sharedEnds > 2,
    `${ownerChanges} changes of owners, ${sharedEnds} shared ends`,
  )
  t.ok(takenBack > SEEDS / 10, `${takenBack} invites were taken back that could still be used`)
  t.ok(exports > SEEDS / 20, `enough was exported: ${exports} links`)
  const { suspensions, ends, subscriptions, gifts, mails } = tally.counts
  t.ok(gifts > SEEDS / 4 && mails > 2 * SEEDS, `${gifts} gifts, ${mails} mails`)
  t.ok(
    suspensions > SEEDS / 4 && ends > SEEDS / 20 && subscriptions > SEEDS / 2,
    `${subscriptions} subscriptions, ${suspensions} suspended and ${ends} ended unpaid`,
  )
  t.ok(changes > SEEDS, `enough was changed: ${changes} stops, starts, restarts and names`)
  t.ok(starts > 4 * SEEDS && epochs > SEEDS, `enough went wrong: ${starts} starts, ${epochs} raised epochs`)
  const { commissions, amendments, prunes, machines, joins, returned } = tally.counts
  t.ok(
    commissions > SEEDS / 5 && amendments > SEEDS / 2 && prunes > SEEDS / 10,
    `${commissions} pubs made by an operator's file, ${amendments} changed, ${prunes} ended`,
  )
  t.ok(
    machines > SEEDS / 3 && joins > SEEDS / 6 && returned > SEEDS / 10,
    `${machines} servers rented, ${joins} joined, ${returned} given back`,
  )
  const { silentMoves, drainMoves } = tally.counts
  t.ok(
    silentMoves > SEEDS / 2 && drainMoves > SEEDS / 20,
    `${silentMoves} pubs moved off silent hubs, ${drainMoves} off such that are emptied`,
  )
  t.equal(tally.forks, 0, 'no feed forked')
})

test('one seed replays exactly', async (t) => {
  const [first, second] = [await runSeed(7, { trace: true }), await runSeed(7, { trace: true })]
  t.ok(first.lines.length > 100, `a trace of ${first.lines.length} lines`)
  t.deepEqual(second, first)
})

test.onFinish(() => rmSync(worldFolder(), { recursive: true, force: true }))
