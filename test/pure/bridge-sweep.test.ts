/** Goal: what a sweep tells the operator is what a webhook should have told; and test money is told apart from real money. */
import test from 'tape'
import { isOfMode, meaningOf } from '../../billing-bridge/events'
import {
  type KnownSubscription,
  mismatchOf,
  testIsOver,
  testLeftovers,
  testLinkOf,
} from '../../billing-bridge/modes'
import { type Changes, judgeChanges, lookSince } from '../../billing-bridge/sweep-look'
import { noteEnd, owe, oweAnew, oweRefused, startable, type Works } from '../../billing-bridge/work'
import { pubIdOf } from '../../protocol/ids'
import { SWEEP_ALLOWANCE_MS } from '../../protocol/limits-bridge'
import { checkBillingFact } from '../../protocol/rpc-billing'
import { key } from '../helpers/story'

const NOW = Date.UTC(2030, 0, 1)
const nothing: Changes = { changed: [], recent: new Map(), waiting: [], undelivered: new Set(), time: NOW }

test('sweep: what happened a moment ago waits for its webhook; what is older, or does not come, is late', (t) => {
  t.deepEqual(judgeChanges(nothing), { late: [], waiting: [] })
  const recent = new Map([['sub_1', ['evt_1', 'evt_2']]])
  const first = judgeChanges({ ...nothing, changed: ['sub_1', 'sub_2'], recent })
  t.deepEqual(first.late, ['sub_2'], 'nothing was on its way for it')
  t.deepEqual(first.waiting, [{ subscription: 'sub_1', events: ['evt_1', 'evt_2'], at: NOW }])
  const { waiting } = first
  const soon = { ...nothing, waiting, undelivered: new Set(['evt_2']), time: NOW + SWEEP_ALLOWANCE_MS - 1 }
  t.deepEqual(judgeChanges(soon), { late: [], waiting }, 'a sweep that comes too soon asks once more')
  const time = NOW + SWEEP_ALLOWANCE_MS
  t.deepEqual(judgeChanges({ ...soon, time }), { late: ['sub_1'], waiting: [] }, 'it did not come')
  t.deepEqual(judgeChanges({ ...nothing, waiting, time }), { late: [], waiting: [] }, 'it came')
  const both = judgeChanges({ ...soon, time, changed: ['sub_1'] })
  t.deepEqual(both.late, ['sub_1'], 'each once')
  t.equal(lookSince(NOW), NOW - SWEEP_ALLOWANCE_MS)
  t.end()
})

test('modes: test money and real money', (t) => {
  const one: KnownSubscription = {
    ...{
      subscription: 'sub_1',
      checkout: key('c'),
      session: 'cs_1',
      customer: 'cus_1',
      pub: pubIdOf(key('c')),
    },
    ...{ status: 'active', plan: 'tiny', periodEnd: NOW, cancelAt: null, refunded: false, live: false },
  }
  const real = { ...one, subscription: 'sub_2', live: true }
  const ended = { ...one, subscription: 'sub_3', status: 'canceled' as const }
  const state = { subscriptions: [one, real, ended], sessions: [], plans: [] }
  t.equal(mismatchOf(state, true), null)
  t.match(mismatchOf(state, false) ?? '', /knows 1 subscription of real money: nothing is asked of Stripe/)
  t.equal(mismatchOf({ ...state, subscriptions: [one] }, false), null, 'test mode as it should be')
  t.deepEqual(testLeftovers(state, true), [one], 'what is over already needs no end')
  t.deepEqual(testLeftovers(state, false), [])
  const fact = testIsOver(one, NOW, false)
  t.deepEqual(checkBillingFact(fact, ''), { ok: true, value: fact }, 'a fact as any other')
  t.deepEqual([fact.status, fact.live, fact.refunded, fact.portal], ['canceled', false, false, null])
  const sessions = [{ checkout: key('c'), session: 'cs_1', expiresAt: NOW, live: false }]
  t.match(testLinkOf({ ...state, sessions }, key('c'), true) ?? '', /in test mode.*2030-01-01 00:00 UTC/)
  t.equal(testLinkOf({ ...state, sessions }, key('c'), false), null)
  t.equal(testLinkOf({ ...state, sessions }, key('d'), true), null)
  t.ok(isOfMode({ livemode: true }, true) && !isOfMode({ livemode: true }, false))
  for (const odd of [{}, null, 'x', { livemode: 'yes' }])
    t.ok(isOfMode(odd, true), 'what says nothing is looked at')
  t.deepEqual(meaningOf({ type: 'refund.failed', data: { object: { charge: 'ch_1' } } }), {
    ...{ kind: 'refund', charge: 'ch_1' },
  })
  t.end()
})

test('refused for good and owed all the same: tried again with the sweep, and on a new connection', (t) => {
  const works: Works = new Map()
  const call = { id: 'a', kind: 'cancel-now' as const, subscription: 'sub_1', refund: true }
  const begins = () => {
    const found = startable(works, NOW).map(({ id }) => id)
    for (const work of works.values()) if (found.includes(work.call.id)) work.state = 'running'
    return found
  }
  owe(works, [call])
  for (const again of [oweRefused, oweAnew]) {
    t.deepEqual(begins(), ['a'])
    noteEnd(works, 'a', 'refused')
    owe(works, [call])
    t.deepEqual(begins(), [], 'not at once: nothing has changed')
    again(works)
  }
  t.deepEqual(begins(), ['a'])
  noteEnd(works, 'a', 'done')
  oweRefused(works)
  t.deepEqual(begins(), [], 'what is done is not')
  t.end()
})
