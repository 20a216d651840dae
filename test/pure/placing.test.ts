/** Goal: a pub gets a place where there is room for it, by the operator's choice; and every "no" says why, hub by hub. */
import test from 'tape'
import { capacityText } from '../../cli/render-desk'
import { capacityView } from '../../plugin/capacity'
import { DEFAULT_PLACING, placingPolicyOf } from '../../plugin/placing-policy'
import { needOf, type Places } from '../../plugin/schedule'
import type { Plan } from '../../protocol/plan'
import { alice, bob, feed, hub, lastText, Story } from '../helpers/story'
import { fill, join, need, places, withPlacing } from '../helpers/story-fleet'
import { aliceHasPub } from '../helpers/story-hub'
import { tiny } from '../helpers/story-plan'

const MIB = 1024 ** 2
const GIB = 1024 ** 3
const [NORTH, SOUTH, WEST] = [feed('north'), feed('south'), feed('west')]

const why = (one: ReturnType<Places['find']>): string => (one.ok ? `goes to ${one.hub}` : one.why)

test('the vectors: 15 pubs of 1 GB on a hub of 15 GB, or 300 of 48 MB', (t) => {
  const story = new Story()
  // What a server of 16 GB offers, and the free disk of a usual one.
  join(story, hub, 'hub-1', { memoryBytes: 15 * GIB, diskBytes: 90 * GIB })
  t.equal(fill(places(story), need(GIB)).length, 15)
  const small = fill(places(story), need(tiny.size.reservedBytes, { diskBytes: tiny.size.diskBytes }))
  t.ok(small.length >= 300, `${small.length} of ${tiny.size.reservedBytes / MIB} MB`)
  t.equal(why(places(story).find(need(15 * GIB + 1))), 'hub-1 is full')
  t.end()
})

test('spread: where most is left; pack: where least is left that is enough', (t) => {
  const story = new Story()
  join(story, NORTH, 'north', { memoryBytes: 4 * GIB })
  join(story, SOUTH, 'south', { memoryBytes: 3 * GIB })
  join(story, WEST, 'west', { memoryBytes: 6 * GIB })
  t.deepEqual(fill(places(story), need(2 * GIB)), [WEST, NORTH, WEST, SOUTH, NORTH, WEST])
  withPlacing(story, { hubs: 'pack' })
  t.deepEqual(fill(places(story), need(2 * GIB)), [SOUTH, NORTH, NORTH, WEST, WEST, WEST])
  t.end()
})

test('who is away is used only where nobody who is there has room', (t) => {
  for (const hubs of ['spread', 'pack'] as const) {
    const story = withPlacing(new Story(), { hubs })
    join(story, NORTH, 'north', { memoryBytes: hubs === 'pack' ? GIB : 9 * GIB, away: true })
    join(story, SOUTH, 'south', { memoryBytes: 2 * GIB })
    const one = places(story)
    t.deepEqual(one.take(need(GIB)), { ok: true, hub: SOUTH, connected: true }, hubs)
    t.deepEqual(one.take(need(GIB)), { ok: true, hub: SOUTH, connected: true })
    t.deepEqual(one.take(need(GIB)), { ok: true, hub: NORTH, connected: false })
  }
  t.end()
})

test('disk: a quarter of what is promised has to be free', (t) => {
  const story = new Story()
  join(story, hub, 'hub-1', { diskBytes: 5 * GIB })
  t.equal(fill(places(story), need(MIB, { diskBytes: 2 * GIB })).length, 10)
  const one = places(story)
  one.takeOn(hub, need(MIB, { diskBytes: 19 * GIB }))
  t.equal(why(one.find(need(MIB, { diskBytes: 2 * GIB }))), 'hub-1 has too little disk left')
  t.ok(one.find(need(MIB, { diskBytes: GIB })).ok, 'a smaller one fits')
  t.ok(one.take(need(MIB, { diskBytes: GIB })).ok)
  t.equal(why(one.find(need(MIB, { diskBytes: 1 }))), 'hub-1 has too little disk left')
  t.ok(one.find(need(MIB, { diskBytes: 0 })).ok, 'what takes no disk is not kept from its own hub')
  withPlacing(story, { diskPromisedTimes: 1 })
  t.equal(fill(places(story), need(MIB, { diskBytes: 2 * GIB })).length, 2)
  t.end()
})

test('a plan with a region goes there alone', (t) => {
  const story = new Story()
  join(story, NORTH, 'north', { labels: ['disk=ssd', 'region=eu'], memoryBytes: GIB })
  join(story, SOUTH, 'south', { labels: ['region=nz'] })
  join(story, WEST, 'west')
  const plan: Plan = { ...tiny, region: 'eu' }
  const one = places(story)
  t.deepEqual(one.find(needOf(plan, [])), { ok: true, hub: NORTH, connected: true })
  t.equal(
    why(one.find(needOf({ ...plan, region: 'us' }, []))),
    'north is not in us, south is not in us, west is not in us',
  )
  t.equal(one.whyNotOn(SOUTH, need(1, { labels: ['disk=ssd'] })), 'south has no disk=ssd')
  t.end()
})

test('siblings apart: no two pubs of one owner on one host, in this look or before', (t) => {
  const story = withPlacing(new Story(), { siblings: 'apart' })
  join(story, NORTH, 'north', { host: 'same.example.org', memoryBytes: 9 * GIB })
  join(story, SOUTH, 'south', { host: 'same.example.org' })
  join(story, WEST, 'west', { memoryBytes: GIB })
  const one = places(story)
  t.deepEqual(fill(one, need(MIB)), [SOUTH, WEST], 'one a host')
  t.equal(
    why(one.find(need(MIB, { owners: [bob, alice] }))),
    'north has a pub of the same owner already, south has a pub of the same owner already, west has a pub of the same owner already',
  )
  t.ok(one.find(need(MIB, { owners: [bob] })).ok, 'of nobody else')
  story.newcomers.add(alice)
  for (const name of ['house', 'shed']) {
    story.asks(alice, `create ${name}`)
    story.settle()
  }
  const hubs = [...story.state.provider.pubs.values()].map(({ record }) => record.hub)
  t.deepEqual(hubs, [SOUTH, WEST])
  story.asks(alice, 'create barn')
  t.match(lastText(story.settle()), /has a pub of the same owner already/)
  withPlacing(story, { siblings: 'together' })
  t.ok(places(story).find(need(MIB)).ok, 'where that is not asked, wherever there is room')
  t.end()
})

test('each "no" has its reason, and many of them are counted', (t) => {
  const story = new Story()
  t.equal(why(places(story).find(need(1))), 'no server has joined yet')
  join(story, NORTH, 'north', { status: 'draining' })
  join(story, SOUTH, 'south', null)
  join(story, WEST, 'west', { memoryBytes: MIB })
  join(story, hub, 'attic')
  const ruledOut = new Map([[hub, 'is silent']])
  const no = places(story).find(need(GIB), ruledOut)
  t.equal(why(no), 'attic is silent, north is draining, south has not said what it offers yet, west is full')
  for (let more = 0; more < 20; more += 1)
    join(story, feed(`more ${more}`), `more-${more}`, { memoryBytes: MIB })
  const many = places(story).find(need(GIB), ruledOut)
  t.match(why(many), /^21 servers are full, 1 server has not said what it offers yet, 1 server is draining/)
  t.equal(many.ok ? 0 : many.each.length, 24, 'and by hub for whoever asks')
  t.equal(places(story).whyNotOn(feed('nowhere'), need(1)), 'no such hub has joined')
  t.end()
})

test('elsewhere: another hub for a pub that is there, which is no sibling of its own', (t) => {
  const story = withPlacing(new Story(), { siblings: 'apart' })
  join(story, hub, 'hub-1', { host: 'one.example.org' })
  const id = aliceHasPub(story)
  const pub = [...story.state.provider.pubs.values()].find(({ record }) => record.answers === id)
  if (pub === undefined) throw new Error('no pub')
  t.equal(why(places(story).takeElsewhere(pub)), 'hub-1 is where it is now')
  join(story, SOUTH, 'south', { host: 'one.example.org', memoryBytes: 100 * MIB })
  const one = places(story)
  t.deepEqual(one.takeElsewhere(pub), { ok: true, hub: SOUTH, connected: true }, 'on the same host as itself')
  const left = one.roomOn(SOUTH)?.memoryBytes
  t.equal(left, 100 * MIB - pub.record.size.reservedBytes, 'and has the room there')
  t.equal(
    why(places(story).takeElsewhere(pub, new Map([[SOUTH, 'is silent']]))),
    'hub-1 is where it is now, south is silent',
  )
  t.end()
})

test('a larger plan needs the disk as well, and its region', (t) => {
  const story = new Story()
  join(story, hub, 'hub-1', { diskBytes: 2 * GIB })
  aliceHasPub(story)
  story.asks(alice, 'plan alice personal')
  t.match(lastText(story.settle()), /hub-1 has too little disk left/)
  const regional = story.policy.plans.map((plan) => ({ ...plan, size: tiny.size, region: 'eu' }))
  story.policy = { ...story.policy, plans: regional }
  story.asks(alice, 'plan alice community')
  t.match(lastText(story.settle()), /hub-1 is not in eu/)
  t.end()
})

test('capacity says why a hub takes no more', (t) => {
  const story = new Story()
  join(story, NORTH, 'north', { status: 'draining' })
  join(story, SOUTH, 'south', { diskBytes: 3 * GIB })
  join(story, WEST, 'west')
  const around = { connected: story.connected, goneSince: new Map(), since: 0 }
  const view = capacityView(story.state, story.policy, around)
  t.deepEqual(
    view.hubs.map(({ room }) => room.map(({ count }) => count)),
    [
      [0, 0, 0],
      [12, 1, 0],
      [341, 128, 32],
    ],
    'by memory and disk',
  )
  const text = capacityText(view)
  t.match(text, /\nnorth is draining: it takes no more pubs\.\n/)
  t.match(text, /\nsouth has too little disk left: it takes no more of community\.\n/)
  t.notOk(/west (is|has)/.test(text))
  t.end()
})

test('what an operator may set, and sentences for what can’t be meant', (t) => {
  t.deepEqual(placingPolicyOf(undefined), DEFAULT_PLACING)
  t.deepEqual(placingPolicyOf({ hubs: 'pack', siblings: 'apart', diskPromisedTimes: 1.5 }), {
    ...{ hubs: 'pack', siblings: 'apart', diskPromisedTimes: 1.5 },
  })
  const wrong: [unknown, RegExp][] = [
    [[], /must be an object/],
    [{ hub: 'pack' }, /placing\.hub is no setting; there are: hubs, siblings/],
    [{ hubs: 'tight' }, /hubs must be spread or pack, not "tight"/],
    [{ siblings: true }, /siblings must be apart or together, not true/],
    [{ diskPromisedTimes: 0.5 }, /from 1 to 100, not 0\.5/],
    [{ diskPromisedTimes: '4' }, /not "4"/],
  ]
  for (const [settings, reason] of wrong) t.throws(() => placingPolicyOf(settings), reason)
  t.end()
})
