/** Goal: operators may lengthen what is promised, and hear in a sentence what can't be meant. */
import test from 'tape'
import { DEFAULT_DUES } from '../../plugin/dues-policy'
import { duesPolicyOf } from '../../plugin/dues-settings'

const DAY_MS = 24 * 3_600_000

test('what is not set is as it is by default', (t) => {
  t.deepEqual(duesPolicyOf(undefined), DEFAULT_DUES)
  t.deepEqual(duesPolicyOf({}), DEFAULT_DUES)
  const policy = duesPolicyOf({ pastDueDays: 30, suspendedDays: 60, endsPerDayMax: 0 })
  t.deepEqual(
    [policy.graceMs['past-due'], policy.graceMs.unpaid, policy.suspendedMs, policy.endsPerDayMax],
    [30 * DAY_MS, DEFAULT_DUES.graceMs.unpaid, 60 * DAY_MS, 0],
  )
  t.end()
})

test('what can’t be meant', (t) => {
  const wrong: [unknown, RegExp][] = [
    [[], /must be an object/],
    [null, /must be an object/],
    ['long', /must be an object/],
    [{ graceDays: 3 }, /dues\.graceDays is no setting; there are: pastDueDays,/],
    [{ pastDueDays: 14 }, /pastDueDays must be .* from 15 .* two weeks, not 14/],
    [{ suspendedDays: 7 }, /suspendedDays must be a whole number from 8 /],
    [{ unpaidDays: 1.5 }, /not 1\.5/],
    [{ unpaidDays: '3' }, /not "3"/],
    [{ neverDays: 0 }, /from 1 /],
    [{ suspensionsPerDayMax: -1 }, /from 0 /],
  ]
  for (const [settings, why] of wrong) t.throws(() => duesPolicyOf(settings), why, JSON.stringify(settings))
  t.end()
})
