// Goal: an operator changes plan, web pages and owners of a pub; it is done like an owner's command, says by whom, and is told once.
import test from 'tape'
import { type AmendWish, amended, endedBy } from '../../plugin/amend'
import { Audit, auditTarget } from '../../plugin/audit'
import { evolve } from '../../protocol/evolve'
import type { FeedId } from '../../protocol/ids'
import { CHANGE_DEADLINE_MS } from '../../protocol/limits'
import { buildBridge } from '../../protocol/messages/bridge'
import { initialState } from '../../protocol/state'
import { alice, bob, canonical, feed, hub, lastText, oscar, provider } from '../helpers/story'
import { ask, recordOf, specOf, stopped, type Told, told } from '../helpers/story-change'
import { hubSays } from '../helpers/story-hub'
import { blocks, noticesOf, toldTwice } from '../helpers/story-operator'

const carol = feed('carol')
const NONE: AmendWish = { plan: null, web: null, owners: null }

function wish({ story, pub }: Told, wanted: Partial<AmendWish>, by: FeedId = oscar) {
  const { state, policy, now, connected } = story
  const fact = state.provider.pubs.get(pub as never)
  if (fact === undefined) throw new Error('no pub')
  return amended({ state, policy, now, connected }, fact, { ...NONE, ...wanted }, by)
}
const why = (one: Told, wanted: Partial<AmendWish>): string => {
  const done = wish(one, wanted)
  return done.ok ? `ok: ${done.words.join(', ')}` : done.why
}
/** The record stands on the feed; what follows from it. */
function amends(one: Told, wanted: Partial<AmendWish>, by: FeedId = oscar) {
  const done = wish(one, wanted, by)
  if (!done.ok || done.record === null) throw new Error(done.ok ? 'nothing to do' : done.why)
  one.story.tells(provider, done.record)
  return one.story.settle()
}

test('a plan: record and order follow, its owners are told once with who did it', (t) => {
  const one = told()
  const effects = amends(one, { plan: 'personal' })
  t.equal(recordOf(one).plan, 'personal')
  t.equal(specOf(one).memoryBytes, recordOf(one).size.memoryBytes)
  t.deepEqual(recordOf(one).amended, { by: oscar, times: 1 })
  const [notice, ...more] = noticesOf(effects, 'operator')
  t.deepEqual([notice?.owners, more.length], [[alice], 0])
  t.match(
    notice?.text ?? '',
    /\*\*alice\*\* was changed by whoever runs this provider \(\[@.*\]\(@.*\)\): it has the plan \*\*personal\*\* now instead of tiny/,
  )
  hubSays(one.story, one.pub, 'up')
  t.deepEqual(one.story.settle(), [], 'that was all')
  t.deepEqual(wish(one, { plan: 'personal' }), { ok: true, record: null, words: [] }, 'once more is nothing')
  t.equal(one.story.state.provider.operator.amends.size, 0)

  const [again] = noticesOf(amends(one, { plan: 'tiny' }, provider), 'operator')
  t.match(again?.text ?? '', /was changed by whoever runs this provider: it has the plan \*\*tiny\*\*/)
  t.equal(recordOf(one).amended?.times, 2)
  t.match(ask(one, 'plan alice personal').join(), /received/, 'and its owners command it as before')
  t.deepEqual(recordOf(one).amended, { by: provider, times: 2 })
  t.end()
})

test('the audit says which operator it was, once', (t) => {
  const one = told()
  amends(one, { plan: 'personal' })
  ask(one, 'stop alice')
  const { state } = one.story
  const target = auditTarget(state, 'alice')
  if (target === null) throw new Error('no target')
  const audit = new Audit(state, target)
  for (const message of one.story.log) audit.take(message as never)
  const lines = audit.entries().filter(({ text }) => text.includes('changed by the operator'))
  t.deepEqual(
    lines.map(({ text }) => text.endsWith(`changed by the operator ${oscar}`)),
    [true],
  )
  t.end()
})

test('web pages: a port of their own, told when they are up', (t) => {
  const one = told()
  t.deepEqual(noticesOf(amends(one, { web: true }), 'operator'), [], 'not before')
  t.ok(recordOf(one).webPort !== null && specOf(one).web?.port === recordOf(one).webPort)
  hubSays(one.story, one.pub, 'up')
  const [notice] = noticesOf(one.story.settle(), 'operator')
  t.match(notice?.text ?? '', /its web pages are on, at http/)
  const off = noticesOf(amends(one, { web: false }), 'operator')
  t.match(off[0]?.text ?? '', /its web pages are off/)
  t.end()
})

test('web pages: a taken port is left for another, and what does not come up with them goes on without', (t) => {
  const one = told()
  amends(one, { web: true })
  const first = recordOf(one).webPort
  hubSays(one.story, one.pub, 'failed', { trouble: 'port-taken', reason: 'taken' })
  t.deepEqual(noticesOf(one.story.settle(), 'operator'), [])
  t.notEqual(recordOf(one).webPort, first)
  hubSays(one.story, one.pub, 'failed', { trouble: 'crashing', reason: 'it crashes' })
  const [notice] = noticesOf(one.story.settle(), 'operator')
  t.deepEqual([recordOf(one).web, specOf(one).web], [false, null])
  t.match(notice?.text ?? '', /did not come up with them, so they are off/)
  t.deepEqual(one.story.settle(), [])
  t.end()
})

test('web pages of a silent hub are told of in the end; those of a stopped pub at once', (t) => {
  const one = told()
  amends(one, { web: true })
  one.story.now += CHANGE_DEADLINE_MS - 1
  t.deepEqual(noticesOf(one.story.settle(), 'operator'), [])
  one.story.now += 1
  t.equal(noticesOf(one.story.settle(), 'operator').length, 1)
  t.equal(noticesOf(amends(stopped(), { web: true }), 'operator').length, 1)
  t.end()
})

test('owners: a new thread with those who are, and a word alone to who is none any more', (t) => {
  const one = told()
  const shared = noticesOf(amends(one, { owners: [bob, alice] }), 'owners')
  t.deepEqual(recordOf(one).owners, [alice, bob], 'it counts for alice as before')
  t.deepEqual(
    shared.map(({ owners, payload }) => [owners, payload.to]),
    [[[alice, bob], null]],
  )
  const effects = amends(one, { owners: [bob, carol], plan: 'personal' })
  const notices = noticesOf(effects, 'owners')
  t.deepEqual(recordOf(one).owners, [bob, carol])
  t.deepEqual(
    notices.map(({ owners, payload }) => [owners, payload.to]),
    [
      [[bob, carol], null],
      [[alice], alice],
    ],
  )
  t.match(
    notices[0]?.text ?? '',
    /the plan \*\*personal\*\*.*is an owner of it now.*is no owner of it any more/,
  )
  t.match(notices[1]?.text ?? '', /^You are no owner of \*\*alice\*\* any more, by the word of whoever runs/)
  t.deepEqual(toldTwice(effects), [])
  one.story.asks(alice, 'stop alice')
  t.match(lastText(one.story.settle()), /no pub called/)
  const { state, log } = one.story
  const replayed = initialState(provider)
  for (const message of log) evolve(replayed, message)
  t.equal(canonical(replayed), canonical(state), 'and a restart tells nothing anew')
  t.end()
})

test('who is an owner again before it was told needs no farewell', (t) => {
  const one = told()
  amends(one, { owners: [alice, bob] })
  for (const owners of [[alice], [alice, bob]]) {
    const done = wish(one, { owners })
    if (!done.ok || done.record === null) throw new Error('no record')
    one.story.tells(provider, done.record)
  }
  const said = noticesOf(one.story.settle(), 'owners').filter(({ payload }) => payload.to === bob)
  t.deepEqual(said, [])
  t.equal(one.story.state.provider.operator.amends.size, 0)
  t.end()
})

test('ended by an operator: off, kept until the date that its owners are told, once, by mail too', (t) => {
  const one = told()
  one.story.addressed = new Set([bob])
  amends(one, { owners: [alice, bob] })
  const { state, policy, now, connected } = one.story
  const fact = state.provider.pubs.get(one.pub as never)
  const done = fact === undefined ? null : endedBy({ state, policy, now, connected }, fact, oscar)
  if (done === null || !done.ok) throw new Error('not ended')
  one.story.tells(provider, done.record)
  const effects = one.story.settle()
  t.equal(specOf(one).desired, 'none')
  const [notice, ...more] = noticesOf(effects, 'operator')
  t.deepEqual([notice?.owners, more.length], [[alice, bob], 0])
  t.match(
    notice?.text ?? '',
    /was ended by whoever runs this provider \(\[@.*kept until 2030-01-08 00:00 UTC.*export alice all/,
  )
  t.deepEqual(
    one.story.mails.map(({ to, subject }) => [to, subject]),
    [[{ kind: 'owner', owner: bob }, 'alice was ended by whoever runs ButtCloud']],
  )
  hubSays(one.story, one.pub, 'removed')
  t.deepEqual(one.story.settle(), [])
  t.equal(one.story.state.provider.operator.amends.size, 0)
  t.end()
})

test('what can’t be, and why', (t) => {
  const one = told()
  t.match(why(one, { plan: 'huge' }), /^there is no plan huge; there are tiny, personal, community$/)
  t.match(why(one, { owners: [alice, hub] }), /one of this provider's own programs/)
  blocks(one.story, bob)
  t.match(why(one, { owners: [alice, bob] }), /is blocked here/)
  one.story.asks(alice, 'plan alice personal')
  one.story.settle()
  t.match(why(one, { web: true }), /one of its owners is changing it just now/)
  hubSays(one.story, one.pub, 'up')
  one.story.settle()
  t.equal(why(one, { web: true }), 'ok: web pages on')
  one.story.offers(1024 ** 2)
  t.match(why(one, { plan: 'community' }), /there is no room for that: hub-1 is full/)
  t.match(why(one, { plan: 'tiny' }), /^ok: plan personal → tiny \(less disk: 1GB\)$/)
  const making = told()
  making.story.asks(alice, 'create shed')
  making.story.settle()
  const shed = making.story.state.names.get('shed')
  t.equal(
    why({ ...making, pub: shed as never }, { plan: 'personal' }),
    'it is still being made; apply the file again when it is up',
  )
  t.end()
})

test('with billing on nobody is brought into debt by another’s word', (t) => {
  const one = told()
  one.story.tells(
    provider,
    buildBridge({ bridge: feed('bridge'), status: 'admitted', label: 'b', token: null }),
  )
  one.story.policy = {
    ...one.story.policy,
    plans: one.story.policy.plans.map((plan) =>
      plan.name === 'personal'
        ? { ...plan, price: { amount: 700, currency: 'usd', interval: 'month' } }
        : plan,
    ),
  }
  t.match(
    why(one, { plan: 'personal' }),
    /nobody pays for it with plan personal; `buttcloud admin grant alice`/,
  )
  t.end()
})
