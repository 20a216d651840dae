/** Goal: pubs get away from hubs that are gone or emptied, whatever else is wrong with some of them. */
import test from 'tape'
import { Commits } from '../../plugin/io/commits'
import { type FeedId, type MessageId, type PubId, pubIdOf } from '../../protocol/ids'
import { B, C, Fleet, feedOfName, statusOf } from '../helpers/fleet-story'
import { bob, feed, hub, plainLedger, provider } from '../helpers/story'
import { hubSays } from '../helpers/story-hub'

test('draining: two pubs that never come up elsewhere do not keep all others where they are', (t) => {
  const fleet = new Fleet([hub])
  const pubs = ['p1', 'p2', 'p3', 'p4'].map((name) => fleet.makes(name))
  fleet.story.withHub(B, 4 * 1024 ** 3, 'hub-2')
  fleet.heard.add(B)
  statusOf(fleet, hub, 'draining')
  fleet.settle()
  const gone = pubs.filter((one) => fleet.record(one).hub === B)
  t.equal(gone.length, 2)
  for (const one of gone) {
    fleet.says(one, 'removed')
  }
  fleet.settle()
  for (const one of gone) fleet.says(one, 'failed', { trouble: 'crashing', reason: 'it crashes' })
  fleet.story.now += 24 * 3_600_000
  const last = fleet.settle()
  const left = pubs.filter((one) => fleet.record(one).hub === hub).length
  t.equal(
    left,
    0,
    `after a day ${left} are left, ${last.stuck.length} of them said to be stuck, next look at ${last.wakeAt}`,
  )
  t.end()
})

test('a storm that ends: hubs that come back a moment later than others keep their pubs', (t) => {
  const hubs = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => feed(`hub ${n}`))
  const fleet = new Fleet(hubs)
  const pubs = hubs.map((_, n) => fleet.makes(`p${n}`))
  for (const id of hubs) {
    fleet.silence.set(id, 300_000)
    fleet.story.connected.delete(id)
  }
  t.equal(fleet.settle().stuck.length, 9, 'a storm')
  // The cable is in again; they dial with pauses of their own.
  for (const id of hubs.slice(0, 5)) {
    fleet.silence.set(id, 0)
    fleet.story.connected.add(id)
  }
  const before = pubs.map((one) => fleet.record(one).hub)
  for (const id of hubs.slice(5)) fleet.stormAgo.set(id, 10)
  t.ok((fleet.settle().wakeAt ?? 0) <= fleet.story.now + 48_000, 'looked at again')
  const moved = pubs.filter((one, n) => fleet.record(one).hub !== before[n]).length
  t.equal(moved, 0, `${moved} pubs are moved although their hubs are back within seconds`)
  for (const id of hubs.slice(5)) fleet.stormAgo.set(id, 48_000)
  fleet.settle()
  t.notOk(
    pubs.some((one) => hubs.indexOf(fleet.record(one).hub) >= 5),
    'a lease later they are gone',
  )
  t.end()
})

test('hubs that died long ago and have nothing that could be moved make no storm after a restart', (t) => {
  const D = feed('fourth hub')
  const fleet = new Fleet([hub, B, C, D])
  const pubs = ['p1', 'p2', 'p3', 'p4'].map((name) => fleet.makes(name))
  t.equal(new Set(pubs.map((one) => fleet.record(one).hub)).size, 4, 'one on each')
  // On hub and B all pubs were deleted long ago, and both are gone; nobody has retired them.
  for (const one of pubs.filter((each) => [hub, B].includes(fleet.record(each).hub))) {
    fleet.story.tells(provider, { ...fleet.record(one), status: 'ended', keepUntil: 1 })
    fleet.settle()
  }
  for (const id of [hub, B]) {
    fleet.story.connected.delete(id)
    fleet.heard.delete(id)
    fleet.silence.set(id, 160_000)
  }
  // A minute after the provider's restart C dies.
  fleet.story.connected.delete(C)
  fleet.silence.set(C, 100_000)
  const last = fleet.settle()
  t.deepEqual(
    last.stuck.map(({ why }) => why),
    [],
    'nothing is stuck',
  )
  t.equal(pubs.filter((one) => fleet.record(one).hub === C && fleet.record(one).status === 'live').length, 0)
  t.end()
})

test('a hub that names the feed of another hub’s pub as that of its own keeps nobody from writing', async (t) => {
  const fleet = new Fleet([hub, B])
  const victim = fleet.makes('victim')
  const { story } = fleet
  const honest = fleet.record(victim).hub
  const evil = honest === hub ? B : hub
  const request = story.asks(bob, 'create evil')
  fleet.settle()
  t.equal(fleet.record(request).hub, evil)
  hubSays(story, request, 'up', { feed: feedOfName('victim') })
  fleet.settle()
  const inbox = { state: story.state, folded: async () => true, wantPub: async () => {} } as never
  const escrow = {
    feedOf: (pub: PubId) => fleet.feeds.get(pub) ?? null,
    all: () => [...fleet.feeds].map(([pub, one]) => ({ pub, feed: one })),
  }
  const sbot = { head: async () => null, history: async () => [], append: async () => {} } as never
  const commits = new Commits(sbot, inbox, plainLedger, async () => {}, escrow)
  const asked = (caller: FeedId, of: MessageId) =>
    commits.open(caller, { pub: pubIdOf(of), epoch: 1, feed: feedOfName('victim'), head: 0 }).then(
      () => 'ok',
      (error: Error) => error.message,
    )
  t.match(await asked(evil, request), /^refused/, 'the liar')
  t.equal(await asked(honest, victim), 'ok', 'the pub whose key is in escrow')
  t.end()
})

test('a pub that was upgraded long ago and goes elsewhere is on no trial there', (t) => {
  const fleet = new Fleet([hub])
  const pub = fleet.makes('p1')
  fleet.says(pub, 'up', { version: '16.0.0' })
  fleet.story.tells(provider, { ...fleet.record(pub), version: '16.1.0' })
  fleet.settle()
  t.notEqual(fleet.spec(pub).fallback, null, 'a trial on its own hub')
  fleet.says(pub, 'up', { version: '16.1.0' })
  fleet.settle()
  fleet.story.withHub(B, 4 * 1024 ** 3, 'hub-2')
  fleet.heard.add(B)
  fleet.silence.set(hub, 60_000)
  fleet.story.connected.delete(hub)
  fleet.settle()
  const { hub: where, version, fallback } = fleet.spec(pub)
  t.deepEqual([where, version, fallback], [B, '16.1.0', null], 'the version has long been known to work')
  t.end()
})

test('a pub that gets a name while it is on its way: its owners hear that it is on another server', (t) => {
  const fleet = new Fleet([hub])
  const pub = fleet.makes('p1')
  fleet.story.withHub(B, 4 * 1024 ** 3, 'hub-2')
  fleet.heard.add(B)
  fleet.silence.set(hub, 60_000)
  fleet.story.connected.delete(hub)
  fleet.settle()
  fleet.story.tells(provider, { ...fleet.record(pub), host: 'p1.pubs.example' })
  fleet.settle()
  fleet.says(pub, 'up', { host: 'p1.pubs.example' })
  const notices = fleet.decide().effects.flatMap((one) => (one.kind === 'notice' ? [one.text] : []))
  t.equal(notices.length, 1)
  t.match(notices[0] ?? '', /is on another server now[\s\S]*p1\.pubs\.example/)
  fleet.settle()
  t.equal(fleet.decide().effects.length, 0, 'once')
  t.end()
})

test('away and back before anybody was told: nothing is said of another server, and the volume stays', (t) => {
  const fleet = new Fleet([hub])
  const pub = fleet.makes('p1')
  fleet.story.withHub(B, 4 * 1024 ** 3, 'hub-2')
  fleet.heard.add(B)
  fleet.silence.set(hub, 60_000)
  fleet.story.connected.delete(hub)
  fleet.settle()
  fleet.silence.set(hub, 0)
  fleet.story.connected.add(hub)
  fleet.silence.set(B, 300_000)
  fleet.story.connected.delete(B)
  fleet.settle()
  const { hub: where, desired, keepUntil, epoch } = fleet.spec(pub)
  t.deepEqual([where, desired, keepUntil, epoch], [hub, 'up', null, 3])
  fleet.says(pub, 'up')
  const notices = fleet.decide().effects.flatMap((one) => (one.kind === 'notice' ? [one.text] : []))
  t.equal(notices.length, 1)
  t.match(notices[0] ?? '', /is on the server where you know it[\s\S]*Its address is what it was/)
  fleet.settle()
  t.equal(fleet.decide().effects.length, 0, 'once')
  t.end()
})

test('a provider that was away between a move and its order: the former copy is kept from when its hub is told', (t) => {
  const fleet = new Fleet([hub, B])
  const pub = fleet.makes('p1')
  const from = fleet.record(pub).hub
  fleet.silence.set(from, 60_000)
  fleet.story.connected.delete(from)
  const move = fleet.decide().effects.find((one) => one.kind === 'record')
  if (move === undefined) throw new Error('it is not moved')
  fleet.story.perform(move)
  fleet.story.now += 40 * 24 * 3_600_000
  const order = fleet.decide().effects.find((one) => one.kind === 'order')
  const spec = order?.content.type === 'buttcloud/spec' ? order.content : null
  t.deepEqual([spec?.hub, spec?.desired], [from, 'none'])
  const keptMs = (spec?.keepUntil ?? 0) - fleet.story.now
  t.ok(keptMs >= fleet.story.policy.retentionMs, `kept for ${keptMs / 86_400_000} days from now`)
  t.end()
})
