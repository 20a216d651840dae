// Goal: a pub that an operator has made for somebody comes up like any other, as a gift, and its owners get the invite once.
import test from 'tape'
import { pubsText } from '../../cli/render'
import { Audit } from '../../plugin/audit'
import { fleetPubs } from '../../plugin/capacity'
import { commissioned } from '../../plugin/commission'
import { haltDeed } from '../../plugin/operator-deeds'
import { Places } from '../../plugin/schedule'
import { evolve } from '../../protocol/evolve'
import { type MessageId, pubIdOf } from '../../protocol/ids'
import { CREATE_DEADLINE_MS } from '../../protocol/limits'
import { NEVER_UP_SHOWN_MS } from '../../protocol/limits-cluster'
import { buildBridge } from '../../protocol/messages/bridge'
import type { PubMessage } from '../../protocol/messages/pub'
import { initialState } from '../../protocol/state'
import { B, Fleet, feedOfName } from '../helpers/fleet-story'
import {
  alice,
  bob,
  canonical,
  feed,
  hub,
  lastText,
  oscar,
  outcomes,
  plainLedger,
  provider,
  Story,
} from '../helpers/story'
import { hubSays, opDone } from '../helpers/story-hub'
import { noticesOf } from '../helpers/story-operator'

const carol = feed('carol')

/** The word of an operator, on the feed; nothing has followed. */
function says(story: Story, more: object = {}): MessageId {
  const { state, policy, now, connected } = story
  const world = { state, policy, now, connected }
  const wish = { name: 'shed', owners: [carol], plan: null, place: null, web: false, ...more }
  const done = commissioned(world, new Places(world), wish, oscar)
  if (!done.ok) throw new Error(done.why)
  return story.tells(provider, done.say)
}
const recordOf = (story: Story, key: MessageId): PubMessage => {
  const record = story.state.provider.pubs.get(pubIdOf(key))?.record
  if (record === undefined) throw new Error('no record')
  return record
}
/** Up, with its invite made. */
function comesUp(story: Story, key: MessageId) {
  hubSays(story, key, 'up')
  opDone(story, key, key)
  return story.settle()
}

test('record, order, invite and gift follow from the word; the notice with the invite is the end of it', (t) => {
  const story = new Story().withHub()
  const key = says(story, { owners: [carol, bob] })
  const made = story.settle()
  t.deepEqual(
    made.map((one) => ('content' in one ? one.content.type : one.kind)),
    ['buttcloud/grant', 'buttcloud/pub', 'buttcloud/spec', 'buttcloud/op'],
  )
  const { name, owners, plan, status, hub: where, answers } = recordOf(story, key)
  t.deepEqual([name, owners, plan, status, where, answers], ['shed', [carol, bob], 'tiny', 'live', hub, key])
  t.deepEqual(story.settle(), [], 'its owners hear nothing of it before it is up')
  const [notice, ...more] = noticesOf(comesUp(story, key), 'operator')
  t.deepEqual([notice?.owners, notice?.payload.to, more.length], [[carol, bob], null, 0])
  t.ok(notice?.text.includes(plainLedger.invite(key).seed), 'the invite')
  t.match(notice?.text ?? '', /For 2 people/)
  t.match(
    notice?.text ?? '',
    /\*\*shed\*\*, a pub, is up at .* Whoever runs this provider \(\[@.*\) has made it for you, as a gift/,
  )
  t.deepEqual(story.settle(), [], 'and that once')
  t.equal(story.state.provider.operator.commissions.size, 0)
  t.deepEqual([...story.state.provider.changes.keys()], [])
  const replayed = initialState(provider)
  for (const message of story.log) evolve(replayed, message)
  t.equal(canonical(replayed), canonical(story.state))
  t.end()
})

test('whoever owns it then commands it; before, nobody does', (t) => {
  const story = new Story().withHub()
  const key = says(story, { owners: [alice] })
  story.settle()
  story.asks(alice, 'stop shed')
  t.match(lastText(story.settle()), /is still being made/)
  t.equal(haltDeed(story.state, { pub: 'shed', halted: true, reason: null }, oscar).ok, false)
  comesUp(story, key)
  story.asks(alice, 'stop shed')
  story.settle()
  t.equal(recordOf(story, key).desired, 'down')
  story.asks(alice, 'invites shed')
  t.deepEqual(outcomes(story.settle()), ['done'])
  t.end()
})

test('a crash after any of its messages: the next look does the rest, and nothing twice', (t) => {
  const story = new Story().withHub()
  const key = says(story)
  for (let at = 0; at < 8; at += 1) {
    const [effect] = story.decide().effects
    if (effect === undefined) break
    // Only the first of what is owed gets through.
    story.perform(effect)
  }
  t.deepEqual(story.settle(), [])
  const types = story.log
    .filter(({ author }) => author === provider)
    .map(({ content }) => (content as { type: string }).type)
  for (const type of [
    'buttcloud/grant',
    'buttcloud/pub',
    'buttcloud/spec',
    'buttcloud/op',
    'buttcloud/commission',
  ])
    t.equal(types.filter((one) => one === type).length, 1, type)
  t.equal(noticesOf(comesUp(story, key), 'operator').length, 1)
  t.end()
})

test('the quota binds its owner and not the operator; the name is taken for all', (t) => {
  const story = new Story().withHub()
  story.policy = { ...story.policy, pubsPerOwnerMax: 1 }
  const first = says(story, { owners: [alice] })
  story.settle()
  comesUp(story, first)
  says(story, { owners: [alice], name: 'hut' })
  story.settle()
  t.equal(story.state.names.size, 2)
  story.asks(alice, 'create third')
  t.match(lastText(story.settle()), /You have 2 of at most 1/)
  story.asks(bob, 'create hut')
  t.match(lastText(story.settle()), /is taken/)
  t.end()
})

test('a word and somebody’s request for the same name in one look: the word was first', (t) => {
  const story = new Story().withHub()
  story.asks(bob, 'create shed')
  const key = says(story)
  t.match(lastText(story.settle()), /The name \*\*shed\*\* is taken/)
  t.equal(recordOf(story, key).status, 'live')
  t.end()
})

test('a word whose name is another’s by then ends, and is not made later', (t) => {
  const story = new Story().withHub()
  const { state, policy, now, connected } = story
  const world = { state, policy, now, connected }
  const wish = { name: 'shed', owners: [carol], plan: null, place: null, web: false }
  const done = commissioned(world, new Places(world), wish, oscar)
  if (!done.ok) throw new Error(done.why)
  story.asks(bob, 'create shed')
  story.settle()
  const key = story.tells(provider, done.say)
  story.settle()
  t.equal(recordOf(story, key).status, 'ended')
  t.equal(state.provider.pubs.get(state.names.get('shed') as never)?.record.owners[0], bob)
  t.deepEqual([story.settle(), state.provider.operator.commissions.size], [[], 0])
  t.end()
})

test('what does not come up ends, as when somebody asked; its owners never heard of it', (t) => {
  for (const ends of ['in time', 'for good'] as const) {
    const story = new Story().withHub()
    const key = says(story)
    story.settle()
    if (ends === 'in time') story.now += CREATE_DEADLINE_MS
    else hubSays(story, key, 'failed', { trouble: 'no-image', reason: 'no image' })
    const effects = story.settle()
    t.equal(recordOf(story, key).status, 'ended', ends)
    t.equal(story.state.provider.specs.get(pubIdOf(key))?.desired, 'none')
    t.deepEqual([noticesOf(effects, 'operator'), story.settle()], [[], []])
    t.equal(story.state.provider.operator.commissions.size, 0)
  }
  t.end()
})

const row = (story: Story) => fleetPubs(story, plainLedger).find(({ name }) => name === 'shed')

test('its operator sees that it never came up and why, until there is one of that name, or a week is over', (t) => {
  const story = new Story().withHub()
  story.addressed = new Set(['operator'])
  const fails = (): MessageId => {
    const key = says(story)
    story.settle()
    t.deepEqual([story.decide().unmade, row(story)?.neverUp], [[], null], 'nothing is lost yet')
    hubSays(story, key, 'failed', { trouble: 'no-image', reason: 'there is no image here' })
    story.settle()
    hubSays(story, key, 'removed')
    return key
  }
  const first = fails()
  const seen = { why: 'there is no image here', owed: true }
  t.deepEqual(row(story)?.neverUp, seen, 'though its hub has said since that it is gone')
  t.deepEqual(
    story.decide().unmade.map(({ fact, why }) => [fact.pub, why]),
    [[pubIdOf(first), seen.why]],
  )
  t.match(pubsText(fleetPubs(story, plainLedger), 200), /shed .*never came up: there is no image here/)
  const mails = (): string[] => story.mails.map(({ key }) => key).filter((one) => one.startsWith('unmade '))
  t.deepEqual(mails(), [`unmade ${pubIdOf(first)}`])
  t.match(
    story.mails.at(-1)?.text ?? '',
    /^The pub shed, .* never came up, last on hub-1: there is no image here\./,
  )
  story.settle()
  t.equal(mails().length, 1, 'told once')

  const replayed = initialState(provider)
  for (const message of story.log) evolve(replayed, message)
  t.equal(canonical(replayed), canonical(story.state))

  story.now += NEVER_UP_SHOWN_MS
  t.deepEqual([story.decide().unmade, row(story)?.neverUp], [[], null], 'a week later nobody is waiting')
  fails()
  t.equal(mails().length, 2, 'the next one is another')
  story.asks(bob, 'create shed')
  story.settle()
  t.deepEqual(story.decide().unmade, [], 'there is one of that name')
  t.equal(story.state.provider.operator.unmade.size, 0)
  t.end()
})

test('where its hub can’t run it, it is made on another one', (t) => {
  const fleet = new Fleet([hub, B])
  const { story } = fleet
  const key = says(story, { owners: [carol, bob] })
  fleet.settle()
  fleet.feeds.set(pubIdOf(key), feedOfName('shed'))
  const from = fleet.record(key).hub
  fleet.says(key, 'failed', { trouble: 'no-image', reason: 'no image' })
  fleet.settle()
  fleet.says(key, 'removed')
  fleet.settle()
  t.deepEqual([fleet.record(key).hub, fleet.record(key).epoch], [from === hub ? B : hub, 2])
  fleet.says(key, 'up')
  const notices = fleet.decide().effects.flatMap((one) => (one.kind === 'notice' ? [one] : []))
  t.deepEqual([notices.length, notices[0]?.owners], [1, [carol, bob]])
  t.ok(notices[0]?.text.includes(plainLedger.invite(key).seed), 'its invite moved along')
  fleet.settle()
  t.equal(fleet.decide().effects.length, 0)
  t.end()
})

test('what somebody asked for and never came up is seen by the operator, too, and is owed by nobody', (t) => {
  const story = new Story().withHub()
  const asked = story.asks(alice, 'create shed')
  story.settle()
  hubSays(story, asked, 'failed', { trouble: 'crashing', reason: 'it crashes' })
  story.settle()
  t.deepEqual([row(story)?.neverUp, story.decide().unmade], [{ why: 'it crashes', owed: false }, []])
  const up = story.asks(alice, 'create hut')
  story.settle()
  comesUp(story, up)
  story.asks(alice, 'delete hut')
  story.settle()
  const hut = fleetPubs(story, plainLedger).find(({ name }) => name === 'hut')
  t.equal(hut?.neverUp, null)
  t.end()
})

test('web pages from the start, and ports that are taken over there', (t) => {
  const story = new Story().withHub()
  const key = says(story, { web: true })
  story.settle()
  const before = recordOf(story, key)
  t.ok(before.web && before.webPort !== null && before.webPort !== before.port)
  hubSays(story, key, 'failed', { trouble: 'port-taken', reason: 'taken' })
  story.settle()
  const after = recordOf(story, key)
  t.ok(after.port !== before.port && after.webPort !== before.webPort)
  t.equal(noticesOf(comesUp(story, key), 'operator').length, 1)
  t.end()
})

test('with billing on it is a gift, also with a plan that has a price', (t) => {
  const story = new Story().withHub()
  story.tells(provider, buildBridge({ bridge: feed('bridge'), status: 'admitted', label: 'b', token: null }))
  const key = says(story, { plan: 'community' })
  story.settle()
  comesUp(story, key)
  story.now += 365 * 24 * 3_600_000
  story.settle()
  t.deepEqual([recordOf(story, key).suspended, recordOf(story, key).status], [false, 'live'])
  t.equal(story.state.provider.money.dues.has(pubIdOf(key)), false)
  t.end()
})

test('the audit begins with who made it', (t) => {
  const story = new Story().withHub()
  const key = says(story)
  story.settle()
  comesUp(story, key)
  const audit = new Audit(story.state, { pubs: new Set([pubIdOf(key)]), owner: null } as never)
  for (const message of story.log) audit.take(message as never)
  t.match(audit.entries()[0]?.text ?? '', /^made for others by the operator @/)
  t.end()
})
