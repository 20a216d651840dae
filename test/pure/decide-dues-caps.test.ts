/** Goal: nothing is stopped or ended by one clock, nor more within a day than the operator wants. */
import test from 'tape'
import { clocksSay } from '../../plugin/dues'
import { DEFAULT_DUES } from '../../plugin/dues-policy'
import { pubIdOf } from '../../protocol/ids'
import { CLOCKS_AGREE_MS } from '../../protocol/limits-money'
import { buildPermit } from '../../protocol/messages/permit'
import { provider } from '../helpers/story'
import { aliceHasPub } from '../helpers/story-hub'
import {
  aliceOwns,
  asked,
  BRIDGE,
  billing,
  grants,
  passes,
  pays,
  recordOf,
  specOf,
  stagesOf,
  told,
  unpaid,
} from '../helpers/story-money'

const DAY_MS = 24 * 3_600_000

test('nothing is stopped or ended by one clock', (t) => {
  const one = unpaid()
  one.story.otherClocksAheadMs = []
  passes(one, one.since + 100 * DAY_MS)
  t.deepEqual(stagesOf(one, one.since), ['grace 0', 'reminded 12'], 'nobody to ask: it waits')
  t.deepEqual(
    one.story.decide().held.map(({ why }) => why),
    ['clocks'],
  )
  one.story.otherClocksAheadMs = [-100 * DAY_MS, CLOCKS_AGREE_MS + 1]
  t.deepEqual(one.story.settle(), [], 'none agrees')
  one.story.otherClocksAheadMs = [-100 * DAY_MS, CLOCKS_AGREE_MS]
  t.deepEqual(told(one.story.settle()).length, 1, 'one of them agrees')
  t.end()
})

test('the other clock must have reached the date, too', (t) => {
  const one = unpaid()
  one.story.otherClocksAheadMs = [-CLOCKS_AGREE_MS]
  passes(one, one.since + 14 * DAY_MS)
  t.notOk(recordOf(one).suspended)
  passes(one, one.since + 14 * DAY_MS + CLOCKS_AGREE_MS)
  t.ok(recordOf(one).suspended)
  t.end()
})

test('what clocks say of a date: ours first, and another that agrees', (t) => {
  const at = 1_000 * DAY_MS
  const fresh = (shows: number) => ({ shows, ageMs: 0 })
  t.equal(clocksSay(at, at - 1, [fresh(at)]), 'early', 'the other one alone is not enough')
  t.equal(clocksSay(at, at - 1, []), 'early')
  t.equal(clocksSay(at, at, []), 'alone')
  t.equal(clocksSay(at, at, [fresh(at - 1)]), 'early')
  t.equal(clocksSay(at, at, [fresh(at - 1), fresh(at)]), 'due')
  t.equal(clocksSay(at, at, [fresh(at - CLOCKS_AGREE_MS - 1)]), 'disagree')
  t.end()
})

test('a clock of ours that jumps ahead makes no promise and breaks none', (t) => {
  const one = unpaid()
  one.story.settle()
  one.story.now += 1_000 * DAY_MS
  one.story.otherClocksAheadMs = [-1_000 * DAY_MS]
  t.deepEqual(one.story.settle(), [])
  one.story.now -= 1_000 * DAY_MS
  one.story.otherClocksAheadMs = [0]
  passes(one, one.since + 14 * DAY_MS)
  t.deepEqual(stagesOf(one, one.since), ['grace 0', 'reminded 12', 'suspended 14'])
  t.end()
})

test('a clock of ours that jumps ahead ends no gift, and tells nobody to pay', (t) => {
  const one = unpaid()
  grants(one.story, { kind: 'pub', pub: one.pub }, one.since + 10 * DAY_MS)
  one.story.settle()
  one.story.now += 1_000 * DAY_MS
  one.story.otherClocksAheadMs = [-1_000 * DAY_MS]
  t.deepEqual(one.story.settle(), [])
  t.deepEqual(one.story.decide().held, [{ pub: one.pub, why: 'clocks' }])
  one.story.now -= 1_000 * DAY_MS
  one.story.otherClocksAheadMs = [0]
  passes(one, one.since + 11 * DAY_MS)
  t.deepEqual(stagesOf(one, one.since), ['grace 10'], 'but at its own date')
  t.end()
})

test('nor does it move a date away that was promised and is not told yet', (t) => {
  const one = unpaid()
  const [promise] = one.story.decide().effects
  if (promise !== undefined) one.story.perform(promise)
  one.story.now += 1_000 * DAY_MS
  one.story.otherClocksAheadMs = [-1_000 * DAY_MS]
  t.deepEqual(one.story.settle(), [])
  t.deepEqual(one.story.decide().held, [{ pub: one.pub, why: 'clocks' }])
  one.story.now -= 1_000 * DAY_MS
  one.story.otherClocksAheadMs = [0]
  t.match(told(one.story.settle())[0] ?? '', /until 2030-01-15/)
  t.deepEqual(stagesOf(one, one.since), ['grace 0'])
  t.end()
})

test('a command and a stage of one look are two records, one after the other: none undoes the other', (t) => {
  const one = unpaid()
  passes(one, one.since + 14 * DAY_MS - 1)
  one.story.now += 1
  const [stage] = one.story.decide().effects
  if (stage !== undefined) one.story.perform(stage)
  asked(one, 'stop alice')
  const { suspended, desired } = recordOf(one)
  t.deepEqual({ suspended, desired }, { suspended: true, desired: 'down' })
  t.end()
})

test('of two that are due in one look one alone is stopped where one may be', (t) => {
  const owned = aliceOwns()
  const { story } = owned
  const second = aliceHasPub(story, 'shed')
  story.otherClocksAheadMs = [0]
  story.policy = { ...story.policy, dues: { ...DEFAULT_DUES, suspensionsPerDayMax: 1 } }
  billing(story)
  story.connected.add(BRIDGE)
  const one = { ...owned, since: story.now }
  passes(one, one.since + 14 * DAY_MS)
  const stopped = [...one.story.state.provider.pubs.values()].filter(({ record }) => record.suspended)
  t.equal(stopped.length, 1)
  t.deepEqual(
    one.story.decide().held.map(({ why }) => why),
    ['suspensions'],
  )
  passes(one, one.since + 15 * DAY_MS + 1)
  t.ok(
    recordOf({ ...one, pub: pubIdOf(second) }).suspended && recordOf(one).suspended,
    'the other one a day later',
  )
  t.end()
})

test('a permit is for a day', (t) => {
  const one = unpaid()
  const dues = { ...DEFAULT_DUES, suspensionsPerDayMax: 0 }
  one.story.policy = { ...one.story.policy, dues }
  passes(one, one.since + 13 * DAY_MS - 1)
  one.story.tells(provider, buildPermit({ what: 'suspensions', count: 1 }))
  passes(one, one.since + 14 * DAY_MS)
  t.notOk(recordOf(one).suspended)
  t.end()
})

test('a reminder that comes some seconds late leaves the date as it was promised', (t) => {
  const one = unpaid()
  passes(one, one.since + 12 * DAY_MS - 1)
  one.story.now += 30_000
  t.match(told(one.story.settle())[0] ?? '', /reminder.*at 2030-01-15 00:00 UTC/)
  t.equal(one.story.state.provider.money.dues.get(one.pub)?.content.suspendAt, one.since + 14 * DAY_MS)
  t.end()
})

test('paid again, and cancelled for a later day: what was owed is off, whatever stage it had come to', (t) => {
  for (const days of [5, 20]) {
    const one = unpaid()
    passes(one, one.since + days * DAY_MS)
    pays(one.story, one.pub, 'active', { cancelAt: one.since + 40 * DAY_MS })
    one.story.settle()
    t.notOk(recordOf(one).suspended)
    t.equal(stagesOf(one, one.since).includes(`clear ${days}`), true, `on day ${days}`)
  }
  t.end()
})

test('nothing is stopped while no bridge is there, which alone knows who has paid', (t) => {
  const one = unpaid()
  one.story.connected.delete(BRIDGE)
  passes(one, one.since + 20 * DAY_MS)
  t.deepEqual(stagesOf(one, one.since), ['grace 0', 'reminded 12'])
  t.deepEqual(one.story.decide().held, [{ pub: one.pub, why: 'bridge' }])
  one.story.connected.add(BRIDGE)
  one.story.settle()
  t.ok(recordOf(one).suspended)
  t.end()
})

test('no more suspensions within a day than the cap and the permits allow', (t) => {
  const one = unpaid()
  const dues = { ...DEFAULT_DUES, suspensionsPerDayMax: 0 }
  one.story.policy = { ...one.story.policy, dues }
  passes(one, one.since + 15 * DAY_MS)
  t.notOk(recordOf(one).suspended)
  t.deepEqual(one.story.decide().held, [{ pub: one.pub, why: 'suspensions' }])
  one.story.tells(provider, buildPermit({ what: 'ends', count: 5 }))
  t.deepEqual(one.story.settle(), [], 'a permit for something else')
  one.story.tells(provider, buildPermit({ what: 'suspensions', count: 1 }))
  one.story.settle()
  t.ok(recordOf(one).suspended)
  t.end()
})

test('billing off again: nothing is owed', (t) => {
  const one = unpaid()
  passes(one, one.since + 16 * DAY_MS)
  billing(one.story, 'retired')
  one.story.settle()
  t.deepEqual([recordOf(one).suspended, specOf(one)?.desired], [false, 'up'])
  t.deepEqual(stagesOf(one, one.since).at(-1), 'clear 16')
  t.end()
})
