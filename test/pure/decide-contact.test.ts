/** Goal: follow, unfollow, block and unblock, told as stories: one op, one final answer that says what is true now. */
import test from 'tape'
import type { Effect } from '../../plugin/effects'
import type { FeedId, MessageId } from '../../protocol/ids'
import { pubIdOf } from '../../protocol/ids'
import { NEWS_WAIT_MS, OP_DEADLINE_MS } from '../../protocol/limits'
import { buildResult } from '../../protocol/messages/result'
import { alice, bob, feed, hub, lastText, oscar, outcomes, provider, Story } from '../helpers/story'
import { ask, stopped, type Told, told } from '../helpers/story-change'
import { aliceHasPub, hubSays, opDone, PUB_FEED } from '../helpers/story-hub'

const contactsOf = (effects: Effect[]): object[] =>
  effects.flatMap((one) =>
    one.kind === 'order' && one.content.type === 'buttcloud/op' && one.content.kind === 'contact'
      ? [one.content.contact]
      : [],
  )

/** The pub's feed says this, as its provider has stored it. */
function committed({ story }: Told, contact: FeedId, following: boolean, blocking = false): void {
  story.tells(PUB_FEED, { type: 'contact', contact, following, blocking }, false)
}

/** Asks, has it done, and gives the final text. */
function done(one: Told, text: string, following: boolean, blocking = false, who = oscar): string {
  const request = one.story.asks(alice, text)
  const effects = one.story.settle()
  if (contactsOf(effects).length !== 1) throw new Error(`no op for ${text}: ${lastText(effects)}`)
  committed(one, who, following, blocking)
  opDone(one.story, request, one.pub)
  return lastText(one.story.settle())
}

test('follow: an op for the hub, the answer when the hub says it is done, nothing in between', (t) => {
  const one = told()
  const request = one.story.asks(alice, `follow alice ${oscar}`)
  const effects = one.story.settle()
  t.deepEqual(contactsOf(effects), [{ feed: oscar, following: true, blocking: false }])
  t.deepEqual(outcomes(effects), [])
  opDone(one.story, request, one.pub)
  const last = one.story.settle()
  t.deepEqual(outcomes(last), ['done'])
  t.match(lastText(last), /^\*\*alice\*\* now follows \[@\S+\]\(@\S+\), in public/)
  t.deepEqual(one.story.settle(), [], 'one final answer')
  t.end()
})

test('what is so already is said at once and costs no message to the hub', (t) => {
  const one = told()
  t.match(done(one, `follow alice ${oscar}`, true), /now follows/)
  t.deepEqual(ask(one, `follow alice ${oscar}`), ['done'])
  one.story.asks(alice, `follow alice ${oscar}`)
  t.match(lastText(one.story.settle()), /follows \S+ already/)
  one.story.asks(alice, `unblock alice ${oscar}`)
  t.match(lastText(one.story.settle()), /does not block \S+; it follows them/)
  t.match(done(one, `block alice ${oscar}`, false, true), /now blocks .*takes no connection of theirs/)
  one.story.asks(alice, `unfollow alice ${oscar}`)
  t.match(lastText(one.story.settle()), /does not follow \S+; it blocks them/)
  one.story.asks(alice, `block alice ${oscar}`)
  t.match(lastText(one.story.settle()), /blocks \S+ already/)
  t.match(done(one, `unblock alice ${oscar}`, false), /neither follows nor blocks/)
  t.match(done(one, `block alice ${oscar}`, false, true), /now blocks/)
  t.match(done(one, `follow alice ${oscar}`, true), /now follows/, 'a follow takes the block back')
  t.end()
})

test('a member who came by an invite is followed already', (t) => {
  const one = told()
  one.story.tells(
    PUB_FEED,
    { type: 'contact', contact: bob, following: true, pub: true, note: 'some note' },
    false,
  )
  one.story.asks(alice, `follow alice ${bob}`)
  t.match(lastText(one.story.settle()), /follows \S+ already/)
  t.match(done(one, `unfollow alice ${bob}`, false, false, bob), /neither follows nor blocks/)
  one.story.asks(alice, `follow alice ${bob}`)
  t.equal(contactsOf(one.story.settle()).length, 1)
  t.end()
})

test('refused with a reason: who must not be blocked or followed, and when', (t) => {
  const refused = (one: Told, text: string, by: FeedId = alice): string => {
    one.story.asks(by, text)
    const effects = one.story.settle()
    t.deepEqual(outcomes(effects), ['refused'], text)
    t.equal(contactsOf(effects).length, 0)
    return lastText(effects)
  }
  const one = told()
  t.match(refused(one, `block alice ${alice}`), /is an owner of \*\*alice\*\*/)
  t.match(refused(one, `block alice ${provider}`), /That is me.*cut itself off/)
  t.match(refused(one, `block alice ${hub}`), /one of the servers/)
  t.match(refused(one, `follow alice ${hub}`), /would show everybody where it is hosted/)
  t.match(refused(one, `follow alice ${PUB_FEED}`), /can't follow itself/)
  t.match(refused(one, `block alice ${PUB_FEED}`), /can't block itself/)
  t.match(refused(one, `follow alicia ${oscar}`), /You have no pub called \*\*alicia\*\*/)
  t.match(refused(one, `follow alice ${oscar}`, bob), /You have no pub called \*\*alice\*\*/)
  t.match(refused(stopped(), `follow alice ${oscar}`), /is stopped.*`start alice`/)
  const young: Told = { story: new Story().withHub(), pub: '' as MessageId }
  young.story.asks(alice, 'create alice')
  young.story.settle()
  t.match(refused(young, `follow alice ${oscar}`), /still being made/)
  t.end()
})

test('stopped, deleted, overtaken, refused by the pub or too late: each is said, and what goes on being tried', (t) => {
  const text = `follow alice ${oscar}`
  const late = told()
  late.story.asks(alice, text)
  late.story.settle()
  late.story.now += OP_DEADLINE_MS
  t.match(lastText(late.story.settle()), /not done yet.*still to follow/)

  const off = told()
  off.story.asks(alice, text)
  off.story.settle()
  off.story.asks(alice, 'stop alice')
  t.match(
    off.story.settle().flatMap((one) => (one.kind === 'answer' ? [one.text] : []))[0] ?? '',
    /stopped before that was done.*at its next start/,
  )

  const over = told()
  const [first, second] = [over.story.asks(alice, text), over.story.asks(alice, `block alice ${oscar}`)]
  t.deepEqual(contactsOf(over.story.settle()), [
    { feed: oscar, following: true, blocking: false },
    { feed: oscar, following: false, blocking: true },
  ])
  const said = (op: MessageId, ok: boolean) =>
    over.story.tells(hub, buildResult({ op, pub: pubIdOf(over.pub), ok, reason: ok ? null : 'overtaken' }))
  said(first, false)
  t.match(lastText(over.story.settle()), /later command about/)
  said(second, true)
  t.match(lastText(over.story.settle()), /now blocks/)

  const hung = told()
  const request = hung.story.asks(alice, text)
  hung.story.settle()
  opDone(hung.story, request, hung.pub, false)
  t.match(lastText(hung.story.settle()), /could not follow \S+: the pub is hung/)
  t.end()
})

test('a provider that was away hears first what was done meanwhile', (t) => {
  const one = told()
  const request = one.story.asks(alice, `follow alice ${oscar}`)
  one.story.settle()
  one.story.now += OP_DEADLINE_MS + 1
  one.story.startedAt = one.story.now
  t.deepEqual(one.story.settle(), [])
  one.story.now += NEWS_WAIT_MS - 1
  opDone(one.story, request, one.pub)
  t.match(lastText(one.story.settle()), /now follows/)
  t.end()
})

test("each pub's feed is its own: another pub's follow says nothing about this one", (t) => {
  const story = new Story().withHub()
  const pub = aliceHasPub(story)
  const other = aliceHasPub(story, 'club')
  hubSays(story, other, 'up', { feed: feed('club') })
  story.tells(feed('club'), { type: 'contact', contact: oscar, following: true, blocking: false }, false)
  story.asks(alice, `follow alice ${oscar}`)
  t.equal(contactsOf(story.settle()).length, 1)
  t.ok(story.state.provider.pubs.has(pubIdOf(pub)))
  t.end()
})

test('follow: of a pub that is being moved it waits for the order that puts the pub there', (t) => {
  const one = told()
  const { story, pub } = one
  const other = feed('hub-2')
  story.withHub(other, 4 * 1024 ** 3, 'hub-2')
  const fact = story.state.provider.pubs.get(pubIdOf(pub))
  if (fact === undefined) throw new Error('no pub')
  const before = fact.record.hub
  story.tells(provider, { ...fact.record, hub: other, feed: PUB_FEED, epoch: fact.record.epoch + 1 })
  story.asks(alice, `follow alice ${oscar}`)
  const orders = story
    .settle()
    .flatMap((effect) =>
      effect.kind === 'order' && effect.content.type !== 'buttcloud/hub' ? [effect.content] : [],
    )
    .map((order) => `${order.type === 'buttcloud/spec' ? order.desired : order.kind} ${order.hub}`)
  t.deepEqual(orders, [`none ${before}`, `up ${other}`, `contact ${other}`])
  t.end()
})
