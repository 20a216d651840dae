/** Goal: the provider owes exactly what docs/PROTOCOL.md and docs/LIFECYCLE.md say, told as stories. No node, no clock. */

import test from 'tape'
import type { MessageId } from '../../protocol/ids'
import { pubIdOf } from '../../protocol/ids'
import { CREATE_DEADLINE_MS, OP_DEADLINE_MS } from '../../protocol/limits'
import {
  alice,
  bob,
  feed,
  hub,
  lastText,
  oscar,
  outcomes,
  plainLedger,
  provider,
  Story,
} from '../helpers/story'
import { aliceHasPub, hubSays, inviteOf, opDone, PUB_FEED } from '../helpers/story-hub'

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

test('a pub says of itself by whom it is hosted, where that has a name', (t) => {
  for (const [providerName, expected] of [
    [null, 'A pub hosted with ButtCloud'],
    ['Butt Co-op', 'A pub hosted by Butt Co-op with ButtCloud'],
  ] as const) {
    const story = new Story().withHub()
    story.policy = { ...story.policy, providerName }
    story.asks(alice, 'create alice')
    story.settle()
    t.equal([...story.state.provider.specs.values()][0]?.description, expected)
  }
  t.end()
})

test('invite: to its owner only; of somebody else’s pub refused without telling that it exists', (t) => {
  const story = new Story().withHub()
  const pub = aliceHasPub(story)
  const request = story.asks(alice, 'invite alice 5')
  story.settle()
  t.equal(inviteOf(story, request)?.uses, 5)
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

test('delete: asked twice about one pub, a yes is clear; about two pubs it is not', (t) => {
  const story = new Story().withHub()
  aliceHasPub(story, 'shed')
  const asks = (text: string, branch?: MessageId): MessageId => {
    story.asks(alice, text, branch === undefined ? {} : { root: branch, branch })
    story.settle()
    return [...story.state.provider.questions.keys()].pop() as MessageId
  }
  const first = asks('delete shed')
  const second = asks('delete shed', first)
  story.asks(alice, 'yes', { root: first, branch: second })
  story.settle()
  t.notOk(story.state.names.has('shed'))
  aliceHasPub(story, 'barn')
  aliceHasPub(story, 'dock')
  const last = asks('delete dock', asks('delete barn'))
  story.asks(alice, 'yes', { root: last, branch: last })
  t.match(lastText(story.settle()), /more than one/)
  t.ok(story.state.names.has('barn') && story.state.names.has('dock'))
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
