// Goal: a pub that an operator has made for somebody comes up like any other, as a gift, and its owners get the invite once.
import test from 'tape'
import { Audit } from '../../plugin/audit'
import { commissioned } from '../../plugin/commission'
import { haltDeed } from '../../plugin/operator-deeds'
import { Places } from '../../plugin/schedule'
import { evolve } from '../../protocol/evolve'
import { type MessageId, pubIdOf } from '../../protocol/ids'
import { CREATE_DEADLINE_MS, WEB_RESERVED_BYTES } from '../../protocol/limits'
import { buildBridge } from '../../protocol/messages/bridge'
import type { PubMessage } from '../../protocol/messages/pub'
import { initialState } from '../../protocol/state'
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
import { carol, comesUp, says } from '../helpers/story-commission'
import { hubSays } from '../helpers/story-hub'
import { noticesOf } from '../helpers/story-operator'

const recordOf = (story: Story, key: MessageId): PubMessage => {
  const record = story.state.provider.pubs.get(pubIdOf(key))?.record
  if (record === undefined) throw new Error('no record')
  return record
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

test('its place is taken by the word alone: what comes between it and its record gets none of it', (t) => {
  for (const web of [false, true]) {
    const story = new Story().withHub()
    const [plan] = story.policy.plans
    const needed = (plan?.size.reservedBytes ?? 0) + (web ? WEB_RESERVED_BYTES : 0)
    story.offers(needed)
    story.settle()
    const { state, policy, connected } = story
    const left = () => new Places({ state, policy, connected }).roomOn(hub)?.memoryBytes
    t.equal(left(), needed)
    says(story, { web })
    t.equal(left(), 0)
    story.asks(alice, 'create second')
    t.match(lastText(story.settle()), /is full/)
    t.equal(left(), 0, 'once, with its record')
  }
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
