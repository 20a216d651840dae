/** Goal: quantities that somebody else chooses never stop the provider: requests, uses, ports, people in a thread. */
import fc from 'fast-check'
import test from 'tape'
import { clip } from '../../plugin/look'
import { type Ledger, liveInvites } from '../../plugin/query'
import { Places } from '../../plugin/schedule'
import { type FeedId, pubIdOf } from '../../protocol/ids'
import { ANSWER_BYTES_MAX, CREATE_DEADLINE_MS, NEWS_WAIT_MS, RECIPIENTS_MAX } from '../../protocol/limits'
import { buildPost } from '../../protocol/messages/answer'
import { privateOutgoing } from '../../sbot/outgoing'
import { alice, feed, key, outcomes, plainLedger, provider, Story } from '../helpers/story'
import { aliceHasPub, hubSays, opDone, PUB_FEED } from '../helpers/story-hub'

test('200,000 requests that wait at once get one combined answer', (t) => {
  const story = new Story().withHub()
  for (let count = 0; count < 200_000; count += 1) story.asks(alice, 'hm')
  story.settle()
  story.now += 10_000
  t.deepEqual(outcomes(story.settle()), ['burst'])
  t.equal(story.state.open.size, 0)
  t.end()
})

test('the longest answer with the fullest payload to the most people still fits a message', (t) => {
  const recps = Array.from({ length: RECIPIENTS_MAX - 1 }, (_, index) => feed(`reader ${index}`))
  const request = key('request')
  const question = { kind: 'delete' as const, pub: pubIdOf(request), asked: recps, expiresAt: 8.64e15 }
  const payload = {
    ...({ v: 1, kind: 'answer', answers: request, to: alice, outcome: 'received', final: true } as const),
    ...{ command: 'x'.repeat(20), pub: pubIdOf(request), question, confirms: request, declines: request },
  }
  // All owners are told, and all but the one who wants it are asked.
  const others = { ...question, kind: 'export-secret' as const, asked: recps.slice(1) }
  const notice = {
    ...({ v: 1, kind: 'notice', topic: 'question', causes: request, to: null, host: null } as const),
    ...{ pub: pubIdOf(request), question: others },
  }
  const named = (ids: FeedId[]) => ids.map((id) => ({ id, name: '12345678' }))
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }), (piece) => {
      const text = clip(piece.repeat(ANSWER_BYTES_MAX))
      const frame = { text, root: request, branch: request, recps: [...recps, provider] }
      for (const one of [
        { payload, mentions: named([alice]) },
        { payload: notice, mentions: named(recps) },
      ])
        privateOutgoing(provider, buildPost({ ...frame, ...one }), [...recps, provider])
    }),
    { numRuns: 50 },
  )
  t.pass('none was refused')
  t.end()
})

test('two foreign programs on neighbouring ports: the pub moves past both', (t) => {
  const story = new Story().withHub()
  const request = story.asks(alice, 'create alice')
  story.settle()
  const { portMin } = story.policy
  for (let tries = 0; tries < 3; tries += 1) {
    hubSays(story, request, 'failed', { trouble: 'port-taken', reason: 'taken', feed: null })
    story.settle()
  }
  t.equal(story.state.provider.pubs.get(pubIdOf(request))?.record.port, portMin + 3)
  const policy = { ...story.policy, portMax: portMin + 2 }
  const places = new Places({ state: new Story().state, policy, connected: new Set() })
  t.equal(places.freePort(portMin + 1), portMin + 2)
  t.equal(places.freePort(portMin + 2), portMin, 'after the last port comes the first')
  t.equal(places.freePort(portMin), portMin + 1)
  t.equal(places.freePort(portMin), null)
  t.end()
})

test('what a use was of is worked out once, not at every write', (t) => {
  const story = new Story().withHub()
  const first = aliceHasPub(story)
  let notes = 0
  const ledger: Ledger = {
    ...{ invite: plainLedger.invite, machine: plainLedger.machine },
    note(tag, member) {
      notes += 1
      return plainLedger.note(tag, member)
    },
  }
  const requests = [first]
  for (let count = 0; count < 5; count += 1) {
    story.now += 60_000
    const request = story.asks(alice, 'invite alice 10')
    story.settle()
    opDone(story, request, first)
    story.settle()
    requests.push(request)
  }
  const use = (request: (typeof requests)[number], who: string) => {
    const contact = feed(who)
    const note = plainLedger.note(plainLedger.invite(request).tag, contact)
    story.tells(PUB_FEED, { type: 'contact', contact, following: true, pub: true, note }, false)
  }
  for (const request of requests.slice(1))
    for (let count = 0; count < 10; count += 1) use(request, `${count} by ${request}`)
  use(key('nobody’s'), 'a forger')
  const left = () => {
    const pub = story.state.provider.pubs.get(pubIdOf(first))
    if (pub === undefined) throw new Error('no pub')
    return liveInvites(story.state, pub, PUB_FEED, ledger).map((one) => one.left)
  }
  t.deepEqual(left(), [1], 'all but the first are used up')
  const once = notes
  t.deepEqual(left(), [1])
  t.equal(notes, once, 'nothing is worked out a second time')
  use(first, 'the last one')
  t.deepEqual(left(), [])
  t.equal(notes, once + 1, 'and of a new use only what has uses left')
  t.end()
})

test('a provider that was away too long hears its hubs before it calls a create late', (t) => {
  const story = new Story().withHub()
  const request = story.asks(alice, 'create alice')
  story.settle()
  story.now += CREATE_DEADLINE_MS + 1
  story.startedAt = story.now
  t.deepEqual(story.settle(), [], 'started anew: nothing yet')
  t.equal(story.decide().wakeAt, story.startedAt + NEWS_WAIT_MS)
  hubSays(story, request, 'up')
  opDone(story, request, request)
  t.deepEqual(outcomes(story.settle()), ['done'])
  const other = new Story().withHub()
  other.asks(alice, 'create alice')
  other.settle()
  other.startedAt = other.now + CREATE_DEADLINE_MS
  other.now = other.startedAt + NEWS_WAIT_MS
  t.deepEqual(outcomes(other.settle()), ['failed'], 'but not for ever')
  t.end()
})
