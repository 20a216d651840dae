/** Goal: the provider owes exactly what blueprint and issue say, told as stories. No node, no clock. */
import test from 'tape'
import { evolve } from '../../protocol/evolve'
import type { FeedId, MessageId } from '../../protocol/ids'
import { pubIdOf } from '../../protocol/ids'
import { CREATE_DEADLINE_MS, OP_DEADLINE_MS, STRANGER_ANSWER_EVERY_MS } from '../../protocol/limits'
import { buildObserved } from '../../protocol/messages/observed'
import { buildOp } from '../../protocol/messages/op'
import { buildResult } from '../../protocol/messages/result'
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

const PUB_FEED = feed('pub of alice')

function hubSays(
  story: Story,
  request: MessageId,
  phase: 'up' | 'failed' | 'removed',
  more: object = {},
): void {
  const spec = story.state.provider.specs.get(pubIdOf(request))
  if (spec === undefined) throw new Error('no spec')
  story.tells(
    spec.hub,
    buildObserved({
      pub: spec.pub,
      revision: spec.revision,
      epoch: spec.epoch,
      phase,
      reason: null,
      trouble: null,
      feed: PUB_FEED,
      host: 'pubs.example',
      port: spec.port,
      ...more,
    }),
  )
}

function opDone(story: Story, op: MessageId, pub: MessageId, ok = true): void {
  story.tells(hub, buildResult({ op, pub: pubIdOf(pub), ok, reason: ok ? null : 'the pub is hung' }))
}

/** A pub of alice, up, its request answered. */
function aliceHasPub(story: Story, name = 'alice'): MessageId {
  const request = story.asks(alice, `create ${name}`)
  story.settle()
  hubSays(story, request, 'up')
  opDone(story, request, request)
  story.settle()
  return request
}

test('create: record, order, invite and a received at once; the invite when the hub says up', (t) => {
  const story = new Story().withHub()
  const request = story.asks(alice, `[@provider](${provider})\n\ncreate alice`)
  const first = story.settle()
  t.deepEqual(
    first.map((one) => (one.kind === 'record' || one.kind === 'order' ? one.content.type : one.kind)),
    ['buttcloud/owner', 'buttcloud/pub', 'buttcloud/spec', 'buttcloud/op', 'answer'],
  )
  t.deepEqual(outcomes(first), ['received'])
  t.match(lastText(first), /help/, 'the first answer to somebody carries a short help')
  t.deepEqual(story.settle(), [], 'nothing more is owed until the hub speaks')
  hubSays(story, request, 'up')
  t.deepEqual(outcomes(story.settle()), [], 'up, but the invite is not in its table yet')
  opDone(story, request, request)
  const last = story.settle()
  t.deepEqual(outcomes(last), ['done'])
  const code = `pubs.example:${story.policy.portMin}:${PUB_FEED}~${plainLedger.invite(request).seed}`
  t.ok(lastText(last).includes(`\`${code}\``), 'the invite stands in a code span')
  t.deepEqual(story.settle(), [])
  t.end()
})

test('create: the second pub of the same name, a taken name, the quota, no room', (t) => {
  const story = new Story().withHub()
  aliceHasPub(story)
  story.asks(alice, 'create alice')
  t.match(lastText(story.settle()), /already have/)
  story.asks(bob, 'create alice')
  t.match(lastText(story.settle()), /taken/)
  story.policy = { ...story.policy, pubsPerOwnerMax: 1 }
  story.asks(alice, 'create barn')
  t.match(lastText(story.settle()), /at most 1/)
  const full = new Story().withHub(hub, 10)
  full.asks(alice, 'create alice')
  const effects = full.settle()
  t.deepEqual(outcomes(effects), ['refused'])
  t.match(lastText(effects), /hub-1 is full/)
  t.match(
    lastText(
      (() => {
        const none = new Story()
        none.asks(alice, 'create a1')
        return none.settle()
      })(),
    ),
    /no server has joined/,
  )
  t.end()
})

test('create: two requests in one look share neither name nor port nor the last room', (t) => {
  const story = new Story().withHub(hub, 60 * 1024 ** 2)
  story.asks(alice, 'create shed')
  story.asks(bob, 'create barn')
  const effects = story.settle()
  t.deepEqual(outcomes(effects).sort(), ['received', 'refused'])
  const roomy = new Story().withHub()
  roomy.asks(alice, 'create shed')
  roomy.asks(bob, 'create barn')
  roomy.asks(bob, 'create shed')
  roomy.settle()
  const ports = [...roomy.state.provider.pubs.values()].map((pub) => pub.record.port)
  t.equal(new Set(ports).size, 2)
  t.equal(ports.length, 2, 'the name was given once')
  t.end()
})

test('create: pubs are spread over the hubs, one out of reach is a last resort', (t) => {
  const other = feed('hub two')
  const story = new Story().withHub().withHub(other, 4 * 1024 ** 3, 'hub-2')
  story.asks(alice, 'create shed')
  story.asks(bob, 'create barn')
  story.settle()
  t.equal(new Set([...story.state.provider.pubs.values()].map((pub) => pub.record.hub)).size, 2)
  story.connected.delete(other)
  story.asks(alice, 'create dock')
  story.settle()
  const dock = [...story.state.provider.pubs.values()].find((pub) => pub.record.name === 'dock')
  t.equal(dock?.record.hub, hub)
  t.end()
})

test('create: a port that is taken over there is replaced by another', (t) => {
  const story = new Story().withHub()
  const request = story.asks(alice, 'create alice')
  story.settle()
  const before = story.state.provider.specs.get(pubIdOf(request))
  hubSays(story, request, 'failed', { trouble: 'port-taken', reason: 'port taken', feed: null })
  story.settle()
  const after = story.state.provider.specs.get(pubIdOf(request))
  t.notEqual(after?.port, before?.port)
  t.equal(after?.revision, (before?.revision ?? 0) + 1)
  t.deepEqual(story.settle(), [])
  t.end()
})

test('create: one that fails for good, or in time, ends with one final answer and no leftovers', (t) => {
  for (const how of ['failed', 'late'] as const) {
    const story = new Story().withHub()
    const request = story.asks(alice, 'create alice')
    story.settle()
    if (how === 'failed')
      hubSays(story, request, 'failed', { trouble: 'no-image', reason: 'the image is missing', feed: null })
    else story.now += CREATE_DEADLINE_MS
    const effects = story.settle()
    t.deepEqual(outcomes(effects), ['failed'], how)
    t.equal(story.state.provider.specs.get(pubIdOf(request))?.desired, 'none')
    t.notOk(story.state.names.has('alice'), 'the name is free again')
    hubSays(story, request, 'up')
    t.deepEqual(story.settle(), [], 'a hub that is late changes nothing')
  }
  t.end()
})

test('create: an engine that is away for a while costs nothing but time', (t) => {
  const story = new Story().withHub()
  const request = story.asks(alice, 'create alice')
  story.settle()
  hubSays(story, request, 'failed', { trouble: 'unreachable', reason: 'Docker does not answer', feed: null })
  t.deepEqual(story.settle(), [])
  hubSays(story, request, 'up')
  opDone(story, request, request)
  t.deepEqual(outcomes(story.settle()), ['done'])
  t.end()
})

test('invite: to its owner only; of somebody else’s pub refused without telling that it exists', (t) => {
  const story = new Story().withHub()
  const pub = aliceHasPub(story)
  const request = story.asks(alice, 'invite alice 5')
  story.settle()
  t.equal(story.state.provider.ops.get(request)?.invite.uses, 5)
  opDone(story, request, pub)
  t.deepEqual(outcomes(story.settle()), ['done'])
  story.asks(bob, 'invite alice')
  const refused = story.settle()
  t.deepEqual(outcomes(refused), ['refused'])
  t.match(lastText(refused), /no pub called/)
  t.end()
})

test('invite: a hub that never answers means a failed answer and a void invite', (t) => {
  const story = new Story().withHub()
  aliceHasPub(story)
  const request = story.asks(alice, 'invite alice')
  story.settle()
  t.equal(story.decide().wakeAt, story.now + OP_DEADLINE_MS)
  story.now += OP_DEADLINE_MS
  t.deepEqual(outcomes(story.settle()), ['failed'])
  t.ok(story.state.provider.unsuccessful.has(request))
  t.end()
})

test('bearer: with a third person in the thread the invite goes into a thread of its own, once', (t) => {
  const story = new Story().withHub()
  const request = story.asks(alice, 'create alice', { recps: [alice, oscar, provider] })
  story.settle()
  hubSays(story, request, 'up')
  opDone(story, request, request)
  const effects = story.settle()
  const seed = plainLedger.invite(request).seed
  const bearer = effects.filter((one) => one.kind === 'bearer')
  t.equal(bearer.length, 1)
  t.deepEqual(bearer[0]?.kind === 'bearer' && bearer[0].recps.sort(), [alice, provider].sort())
  t.ok(bearer[0]?.kind === 'bearer' && bearer[0].text.includes(seed))
  t.notOk(lastText(effects).includes(seed), 'the thread with oscar does not get it')
  t.deepEqual(outcomes(effects), ['done'])
  t.end()
})

test('bearer: a crash between the invite and the final answer delivers it once', (t) => {
  const story = new Story().withHub()
  const request = story.asks(alice, 'create alice', { recps: [alice, oscar, provider] })
  story.settle()
  hubSays(story, request, 'up')
  opDone(story, request, request)
  const bearer = story.decide().effects.find((one) => one.kind === 'bearer')
  if (bearer !== undefined) story.perform(bearer)
  t.deepEqual(
    story.settle().map((one) => one.kind),
    ['answer'],
  )
  t.end()
})

test('delete: asks, and only a yes below the question by who was asked does it, once', (t) => {
  const story = new Story().withHub()
  const pub = aliceHasPub(story)
  const request = story.asks(alice, 'delete alice')
  const asked = story.settle()
  t.deepEqual(outcomes(asked), ['asked'])
  t.equal(story.state.provider.pubs.get(pubIdOf(pub))?.record.status, 'live', 'asking changes nothing')
  const question = [...story.state.provider.questions.keys()][0] as MessageId
  story.asks(bob, 'yes', { root: request, branch: question })
  t.deepEqual(outcomes(story.settle()), ['refused'], 'bob was not asked')
  story.asks(alice, 'yes')
  t.deepEqual(outcomes(story.settle()), ['refused'], 'a yes out of the blue')
  story.asks(alice, 'yes', { root: request, branch: request })
  t.deepEqual(outcomes(story.settle()), ['refused'], 'a yes beside the question')
  story.asks(alice, 'yes', { root: request, branch: question })
  story.asks(alice, 'yes', { root: request, branch: question })
  const twice = story.settle()
  t.deepEqual(outcomes(twice), ['refused'], 'the second yes finds it taken')
  t.equal(story.state.provider.specs.get(pubIdOf(pub))?.desired, 'none')
  hubSays(story, pub, 'removed')
  t.deepEqual(outcomes(story.settle()), ['done'])
  t.end()
})

test('delete: a yes that answers a later message of the same thread still counts; an expired one does not', (t) => {
  const story = new Story().withHub()
  aliceHasPub(story)
  const request = story.asks(alice, 'delete alice')
  story.settle()
  const question = [...story.state.provider.questions.keys()][0] as MessageId
  const between = story.asks(alice, 'list', { root: request, branch: question })
  story.settle()
  story.now += 25 * 3_600_000
  story.asks(alice, 'yes', { root: request, branch: between })
  t.match(lastText(story.settle()), /too old/)
  story.now -= 24 * 3_600_000
  story.asks(alice, 'yes', { root: request, branch: between })
  story.settle()
  t.equal(story.state.names.has('alice'), false)
  t.end()
})

test('delete: of somebody else’s pub, and by a stranger: no effect', (t) => {
  const story = new Story().withHub()
  const pub = aliceHasPub(story)
  story.asks(bob, 'delete alice')
  t.deepEqual(outcomes(story.settle()), ['refused'])
  story.strangers.set(oscar, 1)
  const effects = story.settle()
  t.deepEqual(
    effects.map((one) => one.kind),
    ['burst'],
  )
  t.equal(story.state.provider.pubs.get(pubIdOf(pub))?.record.status, 'live')
  t.end()
})

test('strangers: one refusal an hour, combined, to them alone', (t) => {
  const story = new Story().withHub()
  story.strangers.set(oscar, 1)
  const [first] = story.settle()
  t.ok(first?.kind === 'burst' && first.to === oscar && !first.payload.known)
  story.strangers.set(oscar, 7)
  t.deepEqual(story.settle(), [])
  t.equal(story.decide().wakeAt, story.now + STRANGER_ANSWER_EVERY_MS)
  story.now += STRANGER_ANSWER_EVERY_MS
  t.equal(story.settle().length, 1)
  for (let n = 0; n < 100; n += 1) story.strangers.set(feed(`stranger ${n}`), 1)
  t.ok(story.settle().length <= 20, 'all strangers together are bounded')
  t.end()
})

test('a burst of 200 requests: some are answered, the rest in one combined answer; each has one final', (t) => {
  const story = new Story().withHub()
  const keys = Array.from({ length: 200 }, () => story.asks(alice, 'list'))
  const first = story.settle()
  t.equal(outcomes(first).filter((one) => one === 'done').length, 20)
  t.equal(outcomes(first).filter((one) => one === 'burst').length, 0, 'it is gathered for a moment')
  const { wakeAt } = story.decide()
  story.now = wakeAt ?? story.now
  t.deepEqual(outcomes(story.settle()), ['burst'])
  t.equal(story.state.open.size, 0)
  t.equal(keys.length, 200)
  t.end()
})

test('a burst does not swallow a create that is under way', (t) => {
  const story = new Story().withHub()
  const request = story.asks(alice, 'create alice')
  story.settle()
  for (let n = 0; n < 100; n += 1) story.asks(alice, 'list')
  story.settle()
  story.now += 10_000
  story.settle()
  t.ok(story.state.open.has(request))
  hubSays(story, request, 'up')
  opDone(story, request, request)
  t.deepEqual(outcomes(story.settle()), ['done'])
  t.end()
})

test('programs, public posts and the provider’s own words are never requests', (t) => {
  const story = new Story().withHub()
  story.tells(alice, { type: 'post', text: 'create alice', recps: [alice, provider], buttcloud: { v: 1 } })
  story.tells(alice, { type: 'post', text: 'create alice' }, false)
  story.tells(provider, { type: 'post', text: 'create alice', recps: [provider] })
  story.tells(alice, { type: 'about', text: 'create alice' })
  t.deepEqual(story.settle(), [])
  t.end()
})

test('forged: a hub’s words in an owner’s mouth, an owner’s record, a wrong epoch change nothing', (t) => {
  const story = new Story().withHub()
  const request = story.asks(alice, 'create alice')
  story.settle()
  const spec = story.state.provider.specs.get(pubIdOf(request))
  if (spec === undefined) throw new Error('no spec')
  const up = {
    pub: spec.pub,
    revision: 1,
    epoch: 1,
    phase: 'up' as const,
    reason: null,
    trouble: null,
    feed: PUB_FEED,
    host: 'evil',
    port: spec.port,
  }
  story.tells(alice, buildObserved(up))
  story.tells(alice, buildResult({ op: request, pub: spec.pub, ok: true, reason: null }))
  t.deepEqual(story.settle(), [], 'alice is no hub')
  story.tells(hub, buildObserved({ ...up, epoch: 2 }))
  opDone(story, request, request)
  t.deepEqual(story.settle(), [], 'an epoch that was never given')
  story.tells(alice, { type: 'buttcloud/pub', v: 1, pub: spec.pub, name: 'x', owners: [alice] })
  story.tells(
    alice,
    buildOp({
      op: request,
      hub,
      pub: spec.pub,
      kind: 'invite',
      invite: { key: plainLedger.invite(request).key, uses: 99, tag: 'x' },
    }),
  )
  t.equal(story.state.provider.ops.get(request)?.invite.uses, 1)
  t.end()
})

test('nonsense, empty text, emoji names: one final answer each, nothing made', (t) => {
  const story = new Story().withHub()
  for (const text of [
    '',
    '   \n ',
    'create foo/bar',
    'create 🐙',
    'x'.repeat(8000),
    '%%%',
    'create',
    'delete',
    'yes',
  ]) {
    story.now += 60_000
    const request = story.asks(alice, text)
    const effects = story.settle()
    t.equal(
      effects.filter((one) => one.kind === 'answer' && one.payload.final).length,
      1,
      JSON.stringify(text.slice(0, 20)),
    )
    t.notOk(story.state.open.has(request))
  }
  t.equal(story.state.provider.pubs.size, 0)
  t.end()
})

test('the order in which the feeds of different authors arrive makes no difference, nor do repetitions', (t) => {
  const story = new Story().withHub()
  aliceHasPub(story)
  const burst = Array.from({ length: 30 }, () => story.asks(alice, 'list'))
  story.settle()
  story.now += 10_000
  story.settle()
  const request = story.asks(alice, 'delete alice')
  story.settle()
  t.ok(burst.length === 30 && request !== undefined)
  const authors = [...new Set(story.log.map((one) => one.author))]
  const wanted = canonical(story.state)
  for (const first of authors) {
    for (const second of authors) {
      const state = initialState(provider)
      const rank = (id: FeedId): number => (id === first ? 0 : id === second ? 1 : 2)
      const ordered = [...story.log].sort((a, b) => rank(a.author) - rank(b.author))
      for (const message of [...ordered, ...ordered]) evolve(state, message)
      if (canonical(state) !== wanted) t.fail(`differs with ${first} before ${second}`)
    }
  }
  t.pass(`${authors.length ** 2} orders gave one state`)
  t.end()
})
