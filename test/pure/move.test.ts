/** Goal: `admin move` and what becomes of hubs, judged and turned into records; every "no" says why and what to do. */
import test from 'tape'
import { ownPubsText, paint } from '../../cli/render'
import { Audit, auditTarget } from '../../plugin/audit'
import { hubDetail, withLeases, withStranded, withStuck } from '../../plugin/fleet-view'
import { hubViews } from '../../plugin/hub-views'
import { hubDeed, moved } from '../../plugin/move'
import { viewOf } from '../../plugin/query'
import { statusText } from '../../plugin/words'
import type { FeedId } from '../../protocol/ids'
import { alice, bob, feed, hub, oscar, plainLedger, provider } from '../helpers/story'
import { recordOf, specOf, stopped } from '../helpers/story-change'
import { hubSays, PUB_FEED } from '../helpers/story-hub'
import {
  fleetOf,
  formerSays,
  hubIs,
  type Moving,
  movingFacts,
  pubOf,
  SECOND,
  twoHubs,
} from '../helpers/story-move'

const MINUTE_MS = 60_000

function wish(one: Moving, to: string | null = null, pub = 'alice') {
  const { state, policy, now, connected } = one.story
  return moved({ state, policy, now, connected, moving: movingFacts(one) }, { pub, hub: to }, oscar)
}

const why = (one: Moving, to: string | null = null, pub = 'alice'): string => {
  const done = wish(one, to, pub)
  return done.ok ? 'ok' : done.why
}

/** The move stands on the feed, and its orders. */
function goes(one: Moving): void {
  const done = wish(one)
  if (!done.ok) throw new Error(done.why)
  one.story.tells(provider, done.record)
  one.story.settle()
}

test('a move is the next epoch on another hub, and says who asked', (t) => {
  const one = twoHubs()
  for (const to of [null, 'second', SECOND]) {
    const done = wish(one, to)
    t.ok(done.ok)
    if (!done.ok) continue
    const { epoch, hub: where, feed: named, moved: cause, port } = done.record
    t.deepEqual([epoch, where, named, port], [2, SECOND, PUB_FEED, recordOf(one).port])
    t.deepEqual(cause, { from: hub, why: 'asked', by: oscar })
  }
  t.equal(why(one, null, recordOf(one).pub), 'ok', 'by its id')
  t.end()
})

test('without a hub it goes where there is most room, and never to its own', (t) => {
  const one = twoHubs()
  one.story.withHub(feed('third hub'), 16 * 1024 ** 3, 'third')
  one.leases.heard.add(feed('third hub'))
  const done = wish(one)
  t.equal(done.ok && done.record.hub, feed('third hub'))
  one.story.connected.delete(feed('third hub'))
  one.leases.silence.set(SECOND, MINUTE_MS)
  t.match(why(one), /alice can't go there: hub-1 is where it is now, second is away, third is away/)
  t.end()
})

test('every refusal says why', (t) => {
  const one = twoHubs()
  t.match(why(one, null, 'bob'), /no pub called "bob"; `buttcloud admin pubs`/)
  t.match(why(one, 'attic'), /no hub is called "attic"; there are hub-1, second/)
  t.match(why(one, 'hub-1'), /alice is on hub-1 already/)
  for (const status of ['cordoned', 'draining', 'retired'] as const) {
    hubIs(one.story, SECOND, status)
    t.match(why(one, SECOND), new RegExp(`alice can't go there: second is ${status}`))
  }
  t.match(why(one), /there is no other hub; `buttcloud admin hub-token`/)
  one.story.withHub(feed('small hub'), 1, 'small')
  t.match(why(one, 'small'), /small is away/, 'it has not asked for a lease')
  one.leases.heard.add(feed('small hub'))
  t.match(why(one, 'small'), /small is full/)
  t.match(why(one), /small is full/)
  one.story.withHub(feed('a twin'), 1, 'small')
  t.match(why(one, 'small'), /several hubs are called small/)
  t.end()
})

test('what is known of its key, its feed and its making', (t) => {
  const one = twoHubs()
  one.leases.key = 'none'
  t.match(why(one), /key of alice is not in escrow yet/)
  one.leases.key = 'closed'
  t.match(why(one), /recovery online KEYFILE/)
  one.leases.key = 'held'
  one.leases.waits = true
  t.match(why(one), /put back from a backup, and alice has not come back/)
  one.leases.waits = false
  one.story.asks(alice, 'create garden')
  one.story.settle()
  t.match(why(one, null, 'garden'), /garden is still being made/)
  t.end()
})

test('a hub that does not answer can end nothing: that is for restore', (t) => {
  const one = twoHubs()
  one.story.connected.delete(hub)
  t.match(why(one), /hub-1 does not answer.*`buttcloud admin restore alice`/)
  one.story.connected.add(hub)
  one.leases.silence.set(hub, MINUTE_MS)
  t.match(why(one), /hub-1 does not answer/, 'connected, and its lease is out')
  t.end()
})

test('on its way already: not at once again, and again when it does not get there', (t) => {
  const one = twoHubs()
  goes(one)
  t.match(why(one, 'hub-1'), /alice is on its way to second.*fence-check alice/)
  one.story.now += 4 * MINUTE_MS
  t.equal(why(one, 'hub-1'), 'ok')
  hubSays(one.story, one.pub, 'up')
  one.story.settle()
  one.story.now -= 4 * MINUTE_MS
  t.equal(why(one, 'hub-1'), 'ok', 'there, it may go back at once')
  t.end()
})

test('what owners and the operator see while it is on its way', (t) => {
  const one = twoHubs()
  goes(one)
  const { state } = one.story
  const view = () => viewOf(state, pubOf(one), plainLedger)
  t.equal(view().moving?.why, 'asked')
  t.match(
    statusText(view(), false),
    /alice\*\* is \*\*down\*\* \(on its way to another server since 2030-01-01/,
  )
  t.match(
    ownPubsText([view()], { width: 110, paint: paint(false) }),
    /alice +down .*on its way to another server/,
  )
  hubSays(one.story, one.pub, 'up')
  t.equal(view().moving, null)
  const { pub, hub: where } = recordOf(one)
  const stuck = [{ pub, name: 'alice', hub: where, why: 'hub-1 is full', storm: null }]
  const [inPlace] = withStuck({ ...fleetOf(one), stuck }, [view()])
  t.deepEqual([inPlace?.stuck, inPlace?.stranded], ['hub-1 is full', null], 'its hub is only being emptied')
  one.leases.silence.set(SECOND, MINUTE_MS)
  const [seen] = withStranded({ ...fleetOf(one), stuck }, [view()])
  t.match(seen?.stranded ?? '', /its server does not answer, and no other can take it yet/)
  t.notOk(seen !== undefined && 'stuck' in seen, 'the rest is the operator’s')
  if (seen !== undefined)
    t.match(ownPubsText([seen], { width: 110, paint: paint(false) }), /its server does not answer/)
  t.end()
})

test('the audit tells of moves, and by whom', (t) => {
  const one = twoHubs()
  goes(one)
  hubSays(one.story, one.pub, 'up')
  one.story.tells(provider, { ...recordOf(one), restarts: 1 })
  one.story.tells(provider, { ...recordOf(one), epoch: 3 })
  const target = auditTarget(one.story.state, 'alice')
  if (target === null) throw new Error('nobody')
  const audit = new Audit(one.story.state, target)
  for (const message of one.story.log) if (audit.wants(message.author)) audit.take(message)
  const told = audit.entries().filter(({ text }) => / under epoch /.test(text))
  t.deepEqual(
    told.map(({ text }) => text.replace(/^.*on port \d+, /, '')),
    [
      `goes from hub-1 to second under epoch 2: asked by the operator ${oscar}`,
      'begins anew on second under epoch 3',
    ],
  )
  t.end()
})

test('a stopped pub moves too, and one that was deleted does not', (t) => {
  const still = twoHubs(stopped())
  t.equal(why(still), 'ok')
  const gone = twoHubs()
  const { pub } = recordOf(gone)
  gone.story.tells(provider, { ...recordOf(gone), status: 'ended', keepUntil: 1 })
  t.match(why(gone, null, pub), /has been deleted/)
  t.end()
})

test('who said what a hub is stands in its record, in what is shown of it, and in the audit', (t) => {
  const one = twoHubs()
  const { story } = one
  const set = (status: 'cordoned' | 'admitted', by: FeedId) => {
    const deed = hubDeed(story.state, story.connected, { hub: 'hub-1', status }, story, by)
    if (deed.ok && deed.say !== null) story.tells(provider, deed.say)
    t.equal(deed.ok ? deed.say?.by : deed.why, by)
  }
  const shown = () => {
    const record = story.state.provider.hubs.get(hub)
    return record === undefined ? undefined : hubDetail(fleetOf(one), record, 0).by
  }
  set('cordoned', bob)
  t.equal(shown(), bob)
  set('admitted', provider)
  t.equal(shown(), null, "the provider's own key need not be named")
  const found = auditTarget(story.state, 'hub-1')
  if (found === null) throw new Error('nothing is known of hub-1')
  const audit = new Audit(story.state, found)
  for (const message of story.log) if (audit.wants(message.author)) audit.take(message)
  t.deepEqual(
    audit.entries().map(({ kind, text }) => `${kind} ${text}`),
    [
      'decided hub-1: admitted',
      `decided hub-1: cordoned by the operator ${bob}`,
      'decided hub-1: admitted by the operator',
    ],
    'of this hub alone; from before there were names in it, without one',
  )
  t.equal(auditTarget(story.state, 'attic'), null)
  t.end()
})

test('cordon, drain and back; retired is for good, and only what is empty', (t) => {
  const one = twoHubs()
  const { story } = one
  const set = (to: string, status: 'admitted' | 'cordoned' | 'draining' | 'retired') => {
    const deed = hubDeed(story.state, story.connected, { hub: to, status }, story)
    if (deed.ok && deed.say !== null) story.tells(provider, deed.say)
    return deed.ok ? (deed.say?.status ?? 'so already') : deed.why
  }
  t.equal(set('hub-1', 'cordoned'), 'cordoned')
  t.equal(set('hub-1', 'cordoned'), 'so already')
  t.equal(set(hub, 'draining'), 'draining')
  t.equal(set('hub-1', 'admitted'), 'admitted')
  t.match(
    set('hub-1', 'retired'),
    /hub-1 still has a pub: alice. Empty it first: `buttcloud admin drain hub-1`/,
  )
  t.match(set('attic', 'cordoned'), /no hub is called "attic"/)
  goes(one)
  t.match(set('hub-1', 'retired'), /hub-1 is still ending the run of alice/)
  formerSays(one, hub, 'removed')
  t.equal(set('hub-1', 'retired'), 'retired')
  t.match(set('hub-1', 'admitted'), /retired for good/)
  t.equal(story.state.provider.hubs.get(hub)?.label, 'hub-1')
  t.end()
})

test('a hub that is away for good is retired although it never says that its runs are gone', (t) => {
  const one = twoHubs()
  goes(one)
  one.story.connected.delete(hub)
  const deed = hubDeed(one.story.state, one.story.connected, { hub: 'hub-1', status: 'retired' }, one.story)
  t.equal(deed.ok && deed.say?.status, 'retired')
  t.end()
})

test('a hub is shown with its lease, with what is stuck there, and with what has left it', (t) => {
  const one = twoHubs()
  one.leases.silence.set(hub, 20_000)
  const { pub } = recordOf(one)
  const stuck = [{ pub, name: 'alice', hub, why: 'there is no room', storm: null }]
  const world = { ...fleetOf(one), stuck }
  const [first] = withLeases(world, hubViews(world.state, world.connected))
  t.deepEqual(first?.lease, { leftMs: 28_000, silentMs: 20_000, heard: true })
  t.equal(first?.stuck, 1)
  const record = world.state.provider.hubs.get(hub)
  if (record === undefined) throw new Error('no hub')
  const since = one.story.now
  t.deepEqual(hubDetail(world, record, since).lives, [
    { pub, name: 'alice', phase: 'up', stuck: 'there is no room' },
  ])
  goes(one)
  const { lives, left, ending } = hubDetail(fleetOf(one), record, since)
  t.deepEqual([lives, ending], [[], ['alice']])
  t.deepEqual(left, [{ pub, name: 'alice', to: 'second', at: since, isThere: false }])
  formerSays(one, hub, 'removed')
  one.story.settle()
  t.equal(specOf(one).hub, SECOND)
  hubSays(one.story, one.pub, 'up')
  const after = hubDetail(fleetOf(one), record, since)
  t.deepEqual([after.left[0]?.isThere, after.ending], [true, []])
  t.deepEqual(hubDetail(fleetOf(one), record, since + 1).left, [], 'what left it before is not news')
  t.end()
})
