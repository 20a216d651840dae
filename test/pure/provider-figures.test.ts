/** Goal: figures go to who owns the pub at that moment, all watchers share one stream, and nothing is left behind. */
import test from 'tape'
import { FigureRelay } from '../../plugin/io/figures'
import type { Figures, LiveFigures } from '../../protocol/figures'
import { type PubId, pubIdOf } from '../../protocol/ids'
import { STATS_PER_OWNER_MAX } from '../../protocol/limits'
import { realClock } from '../../sbot/loop'
import { alice, bob, hub, oscar, provider, Story } from '../helpers/story'
import { aliceHasPub } from '../helpers/story-hub'

const FIGURES: Figures = {
  ...{ at: 1, measuredSince: 1, running: true, startedAt: 1, restarts: 0, cpuMs: 1, cpuShare: null },
  ...{ inBytes: 1, outBytes: 1, memoryBytes: 1, memoryMaxBytes: 2, diskBytes: 1, diskMaxBytes: 2 },
  ...{ logBytes: 1, feeds: 1, peers: 1 },
}
const LIVE: LiveFigures = { ...FIGURES, inBytesPerSecond: 1, outBytesPerSecond: null }

/** A hub that is asked, and tells its streams what the test says. */
function setUp() {
  const story = new Story().withHub()
  const pub = pubIdOf(aliceHasPub(story))
  const seen = { begun: 0, aborted: 0, asked: 0 }
  let waiting: ((end: unknown, item?: unknown) => void) | null = null
  const buttcloud = {
    hubFigures: (_request: unknown, callback: (error: unknown, value: unknown) => void) => {
      seen.asked += 1
      callback(null, FIGURES)
    },
    hubLogs: (_request: unknown, callback: (error: unknown, value: unknown) => void) => {
      seen.asked += 1
      callback(null, { running: false, kept: true, lines: ['the code for bob@example.com', 'bye'] })
    },
    hubStats: () => {
      seen.begun += 1
      return (abort: unknown, callback: (end: unknown, item?: unknown) => void) => {
        if (abort) {
          seen.aborted += 1
          waiting?.(true)
          waiting = null
          callback(abort)
        } else waiting = callback
      }
    },
  }
  const peers = [{ id: hub, rpc: { buttcloud } }]
  const relay = new FigureRelay({ peers: () => peers } as never, { state: story.state } as never, realClock)
  const says = (end: unknown, item?: unknown) => {
    const callback = waiting
    waiting = null
    callback?.(end, item)
  }
  return { story, pub, seen, peers, relay, says }
}

type World = ReturnType<typeof setUp>

/** Hands the pub over. */
function owners({ story, pub, relay }: World, list: (typeof alice)[]): void {
  const record = story.state.provider.pubs.get(pub)?.record
  if (record === undefined) throw new Error('no pub')
  story.tells(provider, { ...record, owners: list, answers: story.asks(alice, 'owners') })
  relay.ownersChanged()
}

function read({ relay }: World, who: typeof alice, pub: unknown) {
  const source = relay.stats(who, { pub })
  const got: { items: unknown[]; end: Error | null; stop(): void } = {
    items: [],
    end: null,
    stop: () => source(true, () => {}),
  }
  const next = (): void =>
    source(null, (end, item) => {
      if (end) {
        got.end = end as Error
        return
      }
      got.items.push(item)
      next()
    })
  next()
  return got
}

const said = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    (value) => JSON.stringify(value),
    (error: Error) => error.message,
  )

test('a change of owners counts at once: the former one is shut out, the new one is let in', async (t) => {
  const world = setUp()
  const { pub, relay, says, seen } = world
  const hers = read(world, alice, pub)
  t.match(String(read(world, bob, pub).end?.message), /^unknown: you have no such pub here/)
  says(null, LIVE)
  t.deepEqual(hers.items, [LIVE])
  owners(world, [alice, bob])
  const his = read(world, bob, pub)
  says(null, LIVE)
  t.deepEqual([hers.items.length, his.items.length, seen.begun], [2, 1, 1], 'both share one stream')
  owners(world, [bob])
  t.match(String(hers.end?.message), /^refused: you are no owner of this pub any more/)
  says(null, LIVE)
  t.deepEqual([hers.items.length, his.items.length], [2, 2], 'she gets nothing more, he does')
  t.match(await said(relay.figures(alice, { pub })), /^unknown: /)
  t.match(await said(relay.figures(oscar, { pub })), /^unknown: /)
  t.match(await said(relay.figures(bob, { pub })), /"running":true/)
  his.stop()
  t.equal(seen.aborted, 1, 'the last reader to go ends the stream at the hub')
  t.end()
})

test('whoever stops being an owner while the hub is asked gets no answer', async (t) => {
  const world = setUp()
  const { pub, relay, peers } = world
  let answer: (error: unknown, value: unknown) => void = () => {}
  const [peer] = peers
  if (peer === undefined) throw new Error('no hub')
  peer.rpc.buttcloud.hubFigures = (_request, callback) => {
    answer = callback
  }
  const asked = said(relay.figures(alice, { pub }))
  await Promise.resolve()
  owners(world, [bob])
  answer(null, FIGURES)
  t.match(await asked, /^unknown: /)
  const odd = said(relay.figures(bob, { pub }))
  await Promise.resolve()
  answer(null, { at: 'noon' })
  t.match(await odd, /^try-again: its server gave an answer that makes no sense/)
  t.end()
})

test('what a pub printed goes to its present owners alone, and without addresses whatever its hub says', async (t) => {
  const world = setUp()
  const { pub, relay, seen } = world
  const shown = JSON.stringify({ running: false, kept: true, lines: ['the code for [address]', 'bye'] })
  t.equal(await said(relay.logs(alice, { pub, lines: 5 })), shown)
  t.match(
    await said(relay.logs(alice, { pub, lines: 1 })),
    /"lines":\["bye"\]/,
    'not more than was asked for',
  )
  t.match(await said(relay.logs(bob, { pub, lines: 5 })), /^unknown: you have no such pub here/)
  owners(world, [bob])
  t.match(await said(relay.logs(alice, { pub, lines: 5 })), /^unknown: /)
  t.equal(await said(relay.logs(bob, { pub, lines: 5 })), shown)
  t.equal(seen.asked, 3, 'nobody else makes a hub look')
  for (const odd of [
    undefined,
    null,
    7,
    {},
    { pub },
    { pub, lines: 0 },
    { pub, lines: 1e9 },
    { pub: 7, lines: 1 },
  ])
    t.match(await said(relay.logs(bob, odd)), /^bad-argument: /, JSON.stringify(odd))
  t.end()
})

test('streams are bounded, end with their hub, and are forgotten when they end', (t) => {
  const world = setUp()
  const { pub, says, seen, peers, relay } = world
  const many = Array.from({ length: STATS_PER_OWNER_MAX }, () => read(world, alice, pub))
  t.match(String(read(world, alice, pub).end?.message), /^refused: you watch 12 streams already/)
  many[0]?.stop()
  t.equal(read(world, alice, pub).end, null, 'one that ended makes room')
  says(null, { nonsense: true })
  t.equal(many[1]?.items.length, 0, 'what makes no sense is passed over')
  says(new Error('stream ended with:0 but wanted:1'))
  t.ok(
    many
      .slice(1)
      .every(({ end }) => /^try-again: the connection to its server ended/.test(String(end?.message))),
  )
  t.equal(read(world, alice, pub).end, null, 'and all of them make room')
  t.equal(seen.begun, 2)
  relay.stop()
  peers.length = 0
  t.match(String(read(world, alice, pub).end?.message), /^try-again: its server, hub-1, is out of reach/)
  t.match(String(read(world, alice, 'x' as PubId).end?.message), /^bad-argument: /)
  t.end()
})
