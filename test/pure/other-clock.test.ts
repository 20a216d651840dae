// Goal: what another clock said long ago counts for less: carried on by a clock of our own, it is no second one any more.
import test from 'tape'
import { clocksSay } from '../../plugin/dues'
import { CLOCK_UNSURE_SHARE, CLOCKS_AGREE_MS } from '../../protocol/limits-money'
import { agrees, earliest, gainsays } from '../../protocol/other-clock'
import { OtherClocks } from '../../sbot/other-clocks'
import { passes, recordOf, unpaid } from '../helpers/story-money'

const DAY_MS = 24 * 3_600_000
const NOW = 1_000 * DAY_MS
/** A word of this age may be wrong by all that may lie between two clocks that agree. */
const TOO_OLD_MS = CLOCKS_AGREE_MS / CLOCK_UNSURE_SHARE

const word = (aheadMs: number, ageMs: number) => ({ shows: NOW + aheadMs, ageMs })

test('agrees, gainsays, or neither: by its age', (t) => {
  const says = (aheadMs: number, ageMs: number) => [
    agrees(word(aheadMs, ageMs), NOW),
    gainsays(word(aheadMs, ageMs), NOW),
  ]
  t.deepEqual(says(CLOCKS_AGREE_MS, 0), [true, false])
  t.deepEqual(says(CLOCKS_AGREE_MS + 1, 0), [false, true])
  t.deepEqual(says(0, TOO_OLD_MS), [true, false])
  t.deepEqual(says(0, TOO_OLD_MS + 2), [false, false], 'too old to agree with anything')
  t.deepEqual(says(-2 * CLOCKS_AGREE_MS, TOO_OLD_MS), [false, false])
  t.deepEqual(says(-2 * CLOCKS_AGREE_MS - 1, TOO_OLD_MS), [false, true], 'and not too old to gainsay a jump')
  t.equal(earliest(word(0, 60_000)), NOW - 30_000)
  t.end()
})

test('a date that only an old word has reached waits for a fresh one', (t) => {
  const at = NOW - 60_000
  t.equal(clocksSay(at, NOW, [word(0, 120_000)]), 'due')
  t.equal(clocksSay(at, NOW, [word(0, 120_002)]), 'early', 'carried on wrongly it may be before it')
  t.equal(clocksSay(at, NOW, [word(0, TOO_OLD_MS + 2)]), 'unsure')
  t.equal(clocksSay(at, NOW, [word(0, TOO_OLD_MS + 2), word(0, 0)]), 'due')
  t.equal(clocksSay(at, NOW, [word(0, TOO_OLD_MS + 2), word(DAY_MS, 0)]), 'disagree')
  t.equal(clocksSay(at, at - 1, [word(0, TOO_OLD_MS + 2)]), 'early')
  t.end()
})

test('our clocks run at twice the rate, and a word that is carried on runs away with them', (t) => {
  let steady = 0
  const clocks = new OtherClocks(() => steady)
  const began = NOW
  clocks.noteLate('stripe', began)
  for (let trueMs = 0; trueMs <= 60 * 60_000; trueMs += 60_000) {
    steady = 2 * trueMs
    const own = began + steady
    for (const one of clocks.all()) {
      if (agrees(one, own)) t.ok(own - (began + trueMs) <= CLOCKS_AGREE_MS, `agrees after ${trueMs} ms`)
      t.ok(earliest(one) <= began + trueMs, 'never before the true time')
    }
  }
  clocks.noteLate('stripe', began + 61 * 60_000)
  t.equal(clocks.of('stripe')?.shows, began + 61 * 60_000, 'the next true word counts, though it is behind')
  t.end()
})

test('nothing is stopped by an old word; warnings go on, and the next word settles it', (t) => {
  const one = unpaid()
  one.story.otherClocksAgeMs = 60 * 60_000
  passes(one, one.since + 15 * DAY_MS)
  t.notOk(recordOf(one).suspended)
  t.deepEqual(one.story.decide().held, [{ pub: one.pub, why: 'clocks' }])
  t.ok(one.story.state.provider.money.dues.get(one.pub)?.content.stage === 'reminded', 'they were reminded')
  one.story.otherClocksAgeMs = 0
  passes(one, one.story.now + 1)
  t.ok(recordOf(one).suspended)
  t.end()
})
