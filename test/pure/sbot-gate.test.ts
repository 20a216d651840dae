import fc from 'fast-check'
import tape from 'tape'
import type { FeedId } from '../../protocol/ids'
import { decideGate, type GateAnswer, type GateFacts } from '../../sbot/gate'

const ALICE = '@alice' as FeedId
const BOSS = '@boss' as FeedId

const facts = (changes: Partial<GateFacts>): GateFacts => ({
  ...{ now: 10_000, startedAt: 0, minimumWaitMs: 300, absentWaitMs: 15_000, head: 5, peers: [] },
  ...{ trusted: [BOSS], firstStart: false, neverWrote: false, nobodyElse: false },
  ...changes,
})
const complete = (id: FeedId, sequence: number) => ({
  id,
  answer: { kind: 'complete', sequence } as GateAnswer,
})
const failed = (id: FeedId) => ({ id, answer: { kind: 'failed', why: 'it hung up' } as GateAnswer })
const asked = (id: FeedId) => ({ id, answer: { kind: 'none' } as GateAnswer })

tape('gate: first start and override open at once', (t) => {
  t.ok(decideGate(facts({ firstStart: true, head: null })).open)
  t.ok(decideGate(facts({ nobodyElse: true })).open)
  t.ok(decideGate(facts({ neverWrote: true, head: 0 })).open, 'who never wrote has nothing to ask for')
  t.notOk(decideGate(facts({ neverWrote: true })).open, 'but not with a message on its feed')
  t.notOk(decideGate(facts({ neverWrote: true, head: null })).open, 'nor before that is known')
  t.end()
})

tape('gate: waits for a trusted word', (t) => {
  const shut: [string, Partial<GateFacts>, RegExp][] = [
    ['nobody connected', {}, /waiting for @boss to connect/],
    ['a stranger only', { peers: [complete(ALICE, 5)] }, /waiting for @boss to connect/],
    ['not answered yet', { peers: [asked(BOSS)] }, /waiting for @boss to say/],
    ['failed to answer', { peers: [failed(BOSS)] }, /it hung up/],
    ['nobody named yet', { trusted: [], peers: [complete(ALICE, 5)] }, /not known yet/],
    ['the log still loading', { head: null, peers: [complete(BOSS, 5)] }, /being loaded/],
    ['behind the trusted one', { peers: [complete(BOSS, 9)] }, /5 of 9/],
    ['behind a stranger', { peers: [complete(BOSS, 5), complete(ALICE, 6)] }, /5 of 6/],
    [
      'one of two has not answered',
      { trusted: [BOSS, ALICE], peers: [complete(BOSS, 5), asked(ALICE)] },
      /@alice/,
    ],
  ]
  for (const [title, changes, why] of shut) {
    const decision = decideGate(facts(changes))
    t.notOk(decision.open, title)
    t.match(decision.why, why)
  }
  t.end()
})

tape('gate: opens by a trusted word', (t) => {
  t.ok(decideGate(facts({ peers: [complete(BOSS, 5)] })).open, 'the trusted one has nothing more')
  t.ok(decideGate(facts({ peers: [complete(BOSS, 2)] })).open, 'or less than we')
  t.ok(decideGate(facts({ peers: [complete(BOSS, 5), asked(ALICE)] })).open, 'strangers need not answer')
  t.ok(
    decideGate(facts({ trusted: null, peers: [complete(ALICE, 5), failed(BOSS)] })).open,
    'anybody will do',
  )
  t.notOk(decideGate(facts({ trusted: null, peers: [failed(BOSS)] })).open, 'but a failure is no answer')
  t.end()
})

tape('gate: gives others a moment, and says until when', (t) => {
  const decision = decideGate(facts({ now: 100, peers: [complete(BOSS, 5)] }))
  t.deepEqual(decision, { open: false, why: 'giving other peers a moment to connect', until: 300 })
  t.end()
})

tape('gate: a fork shuts it whatever else holds', (t) => {
  const peers = [complete(BOSS, 5), { id: ALICE, answer: { kind: 'fork', sequence: 5 } as GateAnswer }]
  for (const changes of [{ peers }, { peers, firstStart: true }, { peers, nobodyElse: true }])
    t.match(decideGate(facts(changes)).why, /has forked: @alice/)
  t.end()
})

tape('gate: never open while anybody is known to hold more', (t) => {
  const answer = fc.oneof(
    fc.record({ kind: fc.constant('complete' as const), sequence: fc.nat(10) }),
    fc.constant<GateAnswer>({ kind: 'none' }),
    fc.constant<GateAnswer>({ kind: 'failed', why: 'x' }),
  )
  const peer = fc.record({ id: fc.constantFrom(ALICE, BOSS), answer })
  const trusted = fc.constantFrom<FeedId[] | null>(null, [], [ALICE], [ALICE, BOSS])
  fc.assert(
    fc.property(fc.array(peer, { maxLength: 5 }), trusted, fc.nat(10), (peers, words, head) => {
      const decision = decideGate(facts({ peers, trusted: words, head }))
      const more = peers.some((one) => one.answer.kind === 'complete' && one.answer.sequence > head)
      const answered = peers.some(
        (one) => one.answer.kind === 'complete' && (words === null || words.includes(one.id)),
      )
      return !decision.open || (!more && answered)
    }),
  )
  t.pass('over random answers')
  t.end()
})

tape('gate: one word is not enough while another who may know more is away, for a while', (t) => {
  const away = { trusted: [BOSS, ALICE], peers: [complete(BOSS, 5)] }
  const early = decideGate(facts({ ...away, now: 14_999 }))
  t.match(early.why, /giving @alice time to connect/)
  t.deepEqual(early.open ? null : early.until, 15_000)
  t.ok(decideGate(facts({ ...away, now: 15_000 })).open, 'not for ever: it may be gone')
  t.ok(decideGate(facts({ ...away, peers: [complete(BOSS, 5), complete(ALICE, 5)] })).open, 'all are there')
  t.end()
})
