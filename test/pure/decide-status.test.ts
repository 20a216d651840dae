/** Goal: a status is answered with figures, or without them and with the reason; figures are for owners alone. */
import test from 'tape'
import type { StatusReply } from '../../plugin/decide-status'
import type { Effect } from '../../plugin/effects'
import type { Figures } from '../../protocol/figures'
import { type FeedId, type MessageId, pubIdOf } from '../../protocol/ids'
import { REQUESTS_PER_MINUTE_MAX } from '../../protocol/limits'
import { buildIncident } from '../../protocol/messages/incident'
import { alice, bob, hub, oscar, provider, Story } from '../helpers/story'
import { aliceHasPub } from '../helpers/story-hub'

const MEGABYTE = 2 ** 20

type Answer = Extract<Effect, { kind: 'answer' }>
const answerIn = (effects: Effect[], request: MessageId): Answer | undefined =>
  effects.find((one): one is Answer => one.kind === 'answer' && one.request.key === request)

function figuresAt(now: number, fields: Partial<Figures> = {}): Figures {
  return {
    ...{ at: now - 20_000, measuredSince: now - 10 * 86_400_000, running: true },
    ...{ startedAt: now - 100_000_000, restarts: 2, cpuMs: 1e6, cpuShare: 0.012 },
    ...{ inBytes: 1.5 * 1024 * MEGABYTE, outBytes: 312 * MEGABYTE },
    ...{ memoryBytes: 63 * MEGABYTE, memoryMaxBytes: 192 * MEGABYTE },
    ...{ diskBytes: 12 * MEGABYTE, diskMaxBytes: 1024 * MEGABYTE, logBytes: 4 * MEGABYTE },
    ...{ feeds: 120, peers: 3 },
    ...fields,
  }
}

const PICTURE: StatusReply['picture'] = {
  markdown: '![alice, the last 24 hours](&x.sha256?unbox=y.boxs)',
  mention: {
    link: '&x.sha256',
    name: 'alice, the last 24 hours',
    type: 'image/png',
    size: 7,
    query: { unbox: 'y.boxs' },
  },
}

/** Asks, has the hub answer so, and gives the final answer. */
function asked(story: Story, value: unknown, recps?: FeedId[]): Answer {
  const request = story.asks(alice, 'status alice', recps === undefined ? {} : { recps })
  story.replies.set(request, { state: 'done', ask: 'status', value })
  const answer = answerIn(story.settle(), request)
  if (answer === undefined) throw new Error('no answer')
  return answer
}

test('status: the hub is asked first, once; then the figures are told in words', (t) => {
  const story = new Story().withHub()
  aliceHasPub(story)
  const request = story.asks(alice, 'how is alice doing?')
  const [ask, ...others] = story.decide().effects
  t.deepEqual([ask?.kind, others.length], ['ask', 0])
  if (ask?.kind === 'ask') t.deepEqual([ask.hub, ask.ask.kind], [hub, 'status'])
  story.replies.set(request, { state: 'waiting' })
  t.deepEqual(story.decide().effects, [], 'while it is asked nothing is said')
  const value: StatusReply = { figures: figuresAt(story.now), picture: PICTURE }
  story.replies.set(request, { state: 'done', ask: 'status', value })
  const answer = answerIn(story.settle(), request)
  t.equal(answer?.payload.outcome, 'done')
  for (const line of [
    /^\*\*alice\*\* is \*\*up\*\*/,
    /^Running for 1 day 3 h, since 2029-12-30 20:13 UTC, 2 restarts before$/m,
    /^Memory: 63 MB of 192 MB; processor: 1\.2 % of one$/m,
    /^Disk: 12 MB of 1\.0 GB \(messages: 4\.0 MB\)$/m,
    /^Bandwidth since 2029-12-22 00:00 UTC: 1\.5 GB in, 312 MB out$/m,
    /^Peers connected: 3; feeds stored: 120$/m,
    /^Server: hub-1$/m,
    /^!\[alice, the last 24 hours\]\(&x\.sha256\?unbox=y\.boxs\)$/m,
  ])
    t.match(answer?.text ?? '', line)
  t.deepEqual(answer?.blobs, [PICTURE?.mention], 'the picture is mentioned as Patchwork does')
  t.deepEqual(story.decide().effects, [], 'and that is all')
  t.end()
})

test('status: odd moments of a pub have their words', (t) => {
  const story = new Story().withHub()
  aliceHasPub(story)
  const say = (fields: Partial<Figures>): string =>
    asked(story, { figures: figuresAt(story.now, fields), picture: null }).text
  t.match(say({ at: null }), /Nothing has been measured yet; ask again in a minute\.$/)
  const down = say({ running: false, startedAt: null, memoryBytes: null, cpuShare: null, peers: null })
  t.doesNotMatch(down, /Running|Memory|Peers/)
  t.match(down, /^Feeds stored: 120$/m)
  t.match(down, /^Disk: 12 MB/m)
  t.match(say({}), /The picture could not be drawn this time\.$/)
  t.match(say({ restarts: 1, cpuShare: null }), /, one restart before$/m)
  t.end()
})

test('status: a hub that is away or fails makes no one wait, and it is said since when', (t) => {
  const story = new Story().withHub()
  aliceHasPub(story)
  const failed = story.asks(alice, 'status alice')
  story.replies.set(failed, { state: 'failed', reason: 'its server did not answer in time' })
  const text = answerIn(story.settle(), failed)?.text ?? ''
  t.match(text, /^There are no figures at 2030-01-01 00:00 UTC: its server did not answer in time\.$/m)
  t.match(text, /^\*\*alice\*\* is \*\*up\*\*/, 'what is known is told all the same')
  story.connected.delete(hub)
  story.goneSince.set(hub, story.now - 3_600_000)
  const away = story.asks(alice, 'status alice')
  const answer = answerIn(story.decide().effects, away)
  t.match(
    answer?.text ?? '',
    /no figures just now: its server, hub-1, is out of reach since 2029-12-31 23:00 UTC\./,
  )
  t.end()
})

test('status: who reads along and owns nothing gets no figures; a stranger gets nothing at all', (t) => {
  const story = new Story().withHub()
  aliceHasPub(story)
  const request = story.asks(alice, 'status alice', { recps: [alice, bob, provider] })
  const effects = story.decide().effects
  t.notOk(
    effects.some((one) => one.kind === 'ask'),
    'nobody is even asked',
  )
  const text = answerIn(effects, request)?.text ?? ''
  t.match(text, /for its owners alone, and others read along here/)
  t.doesNotMatch(text, /Memory|Bandwidth|!\[/)
  const late = asked(story, { figures: figuresAt(story.now), picture: PICTURE } satisfies StatusReply, [
    alice,
    oscar,
    provider,
  ])
  t.doesNotMatch(late.text, /Memory|!\[/, 'not even where there are some')
  t.equal(late.blobs, undefined)
  const strange = story.asks(bob, 'status alice')
  const refused = answerIn(story.settle(), strange)
  t.equal(refused?.payload.outcome, 'refused')
  t.match(refused?.text ?? '', /You have no pub called/)
  t.end()
})

test('status: the last incident is named', (t) => {
  const story = new Story().withHub()
  const pub = pubIdOf(aliceHasPub(story))
  const at = story.now - 60_000
  const fields = { pub, number: 1, reason: null, lines: [], at }
  story.tells(hub, buildIncident({ ...fields, kind: 'healed', state: 'over' }))
  story.settle()
  const { text } = asked(story, { figures: figuresAt(story.now), picture: null })
  t.match(text, /^Last incident: 2029-12-31 23:59 UTC: hung and started anew$/m)
  t.end()
})

test('status: a combined answer waits for the reply, so that it covers nobody who waits for one', (t) => {
  const story = new Story().withHub()
  aliceHasPub(story)
  const request = story.asks(alice, 'status alice')
  for (let count = 0; count < REQUESTS_PER_MINUTE_MAX + 5; count += 1) story.asks(alice, 'list')
  for (const effect of story.decide().effects) story.perform(effect)
  story.replies.set(request, { state: 'waiting' })
  story.now += 30_000
  const meanwhile = story.decide().effects
  t.notOk(
    meanwhile.some((one) => one.kind === 'burst'),
    'not while the hub is asked',
  )
  story.replies.set(request, {
    state: 'done',
    ask: 'status',
    value: { figures: figuresAt(story.now), picture: null },
  })
  const effects = story.settle()
  t.equal(answerIn(effects, request)?.payload.outcome, 'done')
  t.equal(effects.filter((one) => one.kind === 'burst').length, 1)
  t.ok(
    effects.findIndex((one) => one.kind === 'burst') > effects.findIndex((one) => one.kind === 'answer'),
    'after its answer',
  )
  t.end()
})
