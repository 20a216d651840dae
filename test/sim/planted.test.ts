// The checkers are checked: each planted bug must be found within a bounded number of seeds, and without the fence
// feeds must fork.
import { rmSync } from 'node:fs'
import test from 'tape'
import { BUGS, type Bug } from './bugs'
import { INVARIANTS, type Invariant } from './invariants/violation'
import { type Outcome, runSeed } from './run'
import { worldFolder } from './world'

const SEEDS_MAX = 80
const FORK_SEEDS = 10

const BUT_STATE: ReadonlySet<Invariant> = new Set(
  (Object.keys(INVARIANTS) as Invariant[]).filter((one) => one !== 'same-state'),
)
/** These show in the provider's state at once; what comes of it in the world is what is to be seen. */
const ONLY: Partial<Record<Bug, ReadonlySet<Invariant>>> = {
  'yes-without-branch': BUT_STATE,
  'ack-before-disk': BUT_STATE,
  'reverted-not-heard': BUT_STATE,
  'revoked-is-good': new Set<Invariant>(['void-stays-void']),
  'notices-forgotten': BUT_STATE,
  'links-forgotten': BUT_STATE,
  'dues-not-told': BUT_STATE,
  'payment-not-heard': BUT_STATE,
  'gift-not-heard': BUT_STATE,
  'gift-for-ever': BUT_STATE,
  'gift-not-taken-back': BUT_STATE,
  'halt-not-heard': BUT_STATE,
  'payment-ends-halt': BUT_STATE,
  'block-not-heard': BUT_STATE,
  'news-forgotten': BUT_STATE,
  'commissions-forgotten': BUT_STATE,
  'kept-not-counted': new Set<Invariant>(['machine-kept']),
  'amend-not-told': BUT_STATE,
  'lease-too-short': new Set<Invariant>(['moved-for-cause']),
  'no-grace-after-start': new Set<Invariant>(['moved-for-cause']),
  'no-grace-after-pause': new Set<Invariant>(['moved-for-cause']),
  'no-storm-breaker': new Set<Invariant>(['moved-for-cause']),
  'drain-not-heard': new Set<Invariant>(['moved-for-cause']),
  'removed-is-any-word': new Set<Invariant>(['moved-for-cause']),
  'unable-not-heard': new Set<Invariant>(['up-at-the-end']),
  'engine-gone-not-heard': new Set<Invariant>(['moved-for-cause']),
  'move-told-early': new Set<Invariant>(['told-of-moves']),
}

/** Worlds that showed these when they were last looked for: the others are only searched where that is so no more. */
const SHOWN_BY: Partial<Record<Bug, readonly number[]>> = {
  'reverted-not-heard': [21],
  'versions-not-heard': [21],
  'fallback-not-heard': [21],
  'notices-to-old-owners': [25],
  'yes-without-branch': [1, 34],
  'links-forgotten': [36, 119],
  'no-epoch-check': [17],
  'keys-stay': [40, 44, 46],
  'payment-ends-halt': [56],
  'removed-is-any-word': [38, 479, 671, 323],
  'no-grace-after-pause': [359, 179, 331],
  'no-grace-after-start': [4],
  'no-storm-breaker': [14, 23, 8],
  'unable-not-heard': [111, 131, 167],
  'engine-gone-not-heard': [8, 9, 11],
  'commissions-forgotten': [39, 34],
  'commission-twice': [4],
  'amend-not-told': [4],
  'amend-starts': [24],
  'prune-keeps-nothing': [4],
  'any-number-rented': [20],
  'tries-without-end': [27],
  'destroyed-at-once': [20],
  'kept-not-counted': [20, 48],
}

/** A world that shows the bug; null when none does. */
async function caughtBy(bug: Bug): Promise<Outcome | null> {
  const seeds = Array.from({ length: SEEDS_MAX }, (_, at) => at + 1)
  for (const seed of [...(SHOWN_BY[bug] ?? []), ...seeds]) {
    const only = ONLY[bug]
    const outcome = await runSeed(seed, { bugs: new Set([bug]), ...(only === undefined ? {} : { only }) })
    if (outcome.violation !== null) return outcome
  }
  return null
}

for (const [bug, what] of Object.entries(BUGS) as [Bug, string][])
  test(`planted: ${what}`, async (t) => {
    const outcome = await caughtBy(bug)
    t.ok(outcome, `${bug} -> ${outcome?.violation?.invariant ?? 'not found'}, seed ${outcome?.seed ?? '-'}`)
    if (outcome?.violation) t.comment(outcome.violation.sentence.slice(0, 140))
  })

test('fencing: forks with it, and without it', async (t) => {
  const only: ReadonlySet<Invariant> = new Set()
  let withFence = 0
  let without = 0
  let moves = 0
  for (let seed = 1; seed <= FORK_SEEDS; seed += 1) {
    const { forks, counts } = await runSeed(seed, { only })
    withFence += forks
    moves += counts.silentMoves + counts.drainMoves
    without += (await runSeed(seed, { only, bugs: new Set<Bug>(['no-fence']) })).forks
  }
  t.equal(withFence, 0, `with the fence: ${withFence} forks in ${FORK_SEEDS} seeds`)
  t.ok(without > 0, `without it: ${without} forks`)
  t.ok(moves > FORK_SEEDS / 2, `${moves} pubs were moved meanwhile`)
})

test.onFinish(() => rmSync(worldFolder(), { recursive: true, force: true }))
