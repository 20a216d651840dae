/** Goal: the operator's word that a run is gone, judged and turned into a record; and the orders that follow from it. */
import test from 'tape'
import { restoredText } from '../../cli/render-recovery'
import { liveInvites } from '../../plugin/query'
import { type KeyFact, type Restored, restored } from '../../plugin/restore'
import { pubIdOf } from '../../protocol/ids'
import { buildHub } from '../../protocol/messages/hub'
import type { PubMessage } from '../../protocol/messages/pub'
import { alice, feed, hub, key, plainLedger, provider } from '../helpers/story'
import { ask, recordOf, specOf, type Told, told } from '../helpers/story-change'
import { hubSays, inviteOf, PUB_FEED } from '../helpers/story-hub'

const SECOND = feed('second hub')
const HELD: KeyFact = { feed: PUB_FEED, opens: true }
const NONE: KeyFact = { feed: null, opens: false }
const CLOSED: KeyFact = { feed: PUB_FEED, opens: false }

function wish(one: Told, more: object = {}, key: KeyFact = HELD): Restored {
  const { state, policy, connected } = one.story
  const fields = { pub: 'alice', hub: null, sure: false, ...more }
  return restored({ state, policy, connected, keyOf: () => key }, fields)
}

const why = (result: Restored): string => (result.ok ? 'ok' : result.why)

/** alice's pub was up on the first hub, which is away; there is a second one. */
function lost(): Told {
  const one = told()
  one.story.withHub(SECOND, 4 * 1024 ** 3, 'second')
  one.story.connected.delete(hub)
  return one
}

function recordFor(one: Told): PubMessage {
  const done = wish(one)
  if (!done.ok) throw new Error(done.why)
  return done.record
}

test('what is up and connected is not cut off by the way', (t) => {
  const one = told()
  t.match(why(wish(one)), /alice is up on hub-1, which is connected.*--yes/)
  const sure = wish(one, { sure: true })
  t.deepEqual(sure.ok && [sure.record.epoch, sure.record.hub], [2, hub], 'its own hub, because that is there')
  one.story.connected.clear()
  t.match(why(wish(one)), /no hub with room for alice is connected/)
  t.match(why(wish(one, { pub: 'bob' })), /no pub called "bob"/)
  t.equal(
    why(wish(one, { pub: recordOf(one).pub, hub: 'hub-1' })),
    'ok',
    'by its id, for a hub that is to come',
  )
  t.end()
})

test("a retired hub is nobody's own any more, connected or not", (t) => {
  const one = told()
  one.story.withHub(SECOND, 4 * 1024 ** 3, 'second').connected.add(SECOND)
  one.story.tells(provider, buildHub({ hub, status: 'retired', label: 'hub-1', token: null }))
  const done = wish(one, { sure: true })
  t.equal(done.ok && done.record.hub, SECOND)
  t.match(why(wish(one, { sure: true, hub: 'hub-1' })), /hub-1 is retired/)
  t.end()
})

test('another hub: the next epoch, the feed by name, and only where its key can be had', (t) => {
  const one = lost()
  const { epoch, hub: where, feed: named, answers, port } = recordFor(one)
  t.deepEqual([epoch, where, named], [2, SECOND, PUB_FEED])
  t.deepEqual([answers, port], [recordOf(one).answers, recordOf(one).port], 'else it is what it was')
  t.match(why(wish(one, {}, NONE)), /key of alice is not in escrow, so no other hub can run it/)
  t.match(why(wish(one, {}, CLOSED)), /recovery online KEYFILE/)
  t.equal(why(wish(one, { hub: 'hub-1' }, NONE)), 'ok', 'its own hub may have it still')
  t.match(why(wish(one, { hub: 'attic' })), /no hub is called "attic"; there are hub-1, second/)
  one.story.withHub(feed('small hub'), 1, 'small').withHub(feed('a twin'), 1, 'second')
  t.match(why(wish(one, { hub: 'small' })), /alice can't go there: small is full/)
  t.match(why(wish(one, { hub: 'second' })), /several hubs are called second/)
  t.equal(why(wish(one, { hub: SECOND })), 'ok')
  t.end()
})

test('the former hub is ordered to end first, then the new one to begin', (t) => {
  const one = lost()
  const { story } = one
  const record = recordFor(one)
  const before = specOf(one).revision
  story.tells(provider, record)
  const orders = story
    .settle()
    .flatMap((effect) =>
      effect.kind === 'order' && effect.content.type === 'buttcloud/spec' ? [effect.content] : [],
    )
  t.deepEqual(
    orders.map(({ hub: to, desired, epoch, revision, feed: named }) => [to, desired, epoch, revision, named]),
    [
      [hub, 'none', 2, before + 1, null],
      [SECOND, 'up', 2, before + 2, PUB_FEED],
    ],
  )
  t.equal(orders[0]?.keepUntil, story.now + story.policy.retentionMs, 'what the former hub has is kept')
  t.deepEqual(story.settle(), [], 'that is all')
  const pub = story.state.provider.pubs.get(record.pub)
  if (pub === undefined) throw new Error('no pub')
  const [invite] = liveInvites(story.state, pub, PUB_FEED, plainLedger)
  t.equal(invite?.key, inviteOf(story, one.pub)?.key, 'its invite goes along')
  hubSays(story, one.pub, 'up')
  t.deepEqual(ask(one, 'status'), ['done'])
  t.end()
})

test('deleted between the two orders: both hubs are told', (t) => {
  const one = lost()
  const { story } = one
  const record = recordFor(one)
  story.tells(provider, record)
  const [farewell] = story.decide().effects
  if (farewell === undefined) throw new Error('nothing is owed')
  story.perform(farewell)
  t.deepEqual([specOf(one).hub, specOf(one).desired], [hub, 'none'])
  story.tells(provider, { ...record, status: 'ended', keepUntil: story.now + 1 })
  story.settle()
  t.deepEqual([specOf(one).hub, specOf(one).desired], [SECOND, 'none'])
  t.match(why(wish(one, { pub: record.pub })), /has been deleted/)
  t.end()
})

test('its hub lost before it came up: the request is answered from the new one', (t) => {
  const one = lost()
  const { story } = one
  const request = story.asks(alice, 'create garden')
  story.settle()
  const found = [...story.state.provider.pubs.values()].find((pub) => pub.record.name === 'garden')
  if (found === undefined) throw new Error('no record')
  const { record } = found
  story.tells(provider, { ...record, hub: record.hub === hub ? SECOND : hub, epoch: 2 })
  story.settle()
  hubSays(story, request, 'up', { feed: feed('pub of the garden') })
  const answers = story
    .settle()
    .flatMap((effect) => (effect.kind === 'answer' ? [effect.payload.outcome] : []))
  t.deepEqual(answers, ['done'], 'its first invite came along')
  t.end()
})

test('a restore of a stopped pub does not promise that it comes up', (t) => {
  const done = { pub: pubIdOf(key('alice')), name: 'alice', hub: 'hub-2', epoch: 3 }
  t.match(
    restoredText({ ...done, desired: 'up' }),
    /^alice goes to hub-2 under epoch 3\..*shows when it is up\.$/,
  )
  const stopped = restoredText({ ...done, desired: 'down' })
  t.match(stopped, /have stopped it, so it comes up there when they start it\.$/)
  t.doesNotMatch(stopped, /when it is up/)
  t.end()
})

test('a restore onto another hub says what follows for the former one and for the owners', (t) => {
  const done = { pub: pubIdOf(key('alice')), name: 'alice', hub: 'hub-2', epoch: 3, desired: 'up' as const }
  const moves = restoredText({ ...done, from: 'hub-1' })
  t.match(moves, /Nothing that still runs on hub-1 can write/)
  t.match(moves, /The owners are told when alice is on hub-2/)
  t.doesNotMatch(restoredText({ ...done, from: null }), /owners/, 'where it stays, none of this')
  t.end()
})
