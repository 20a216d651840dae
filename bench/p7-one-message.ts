/**
 * P7: one new message, folded and decided on, where 100,000 pubs are there; all paid for, with mail, on hubs that hold leases.
 * Baseline: the same provider folding all of its messages and deciding once, as it does at a start. And the same for a tenth of
 * the pubs, because the cost shall not grow with the fleet. Processor time; the median of many messages of each kind.
 */
import { type Decision, decide } from '../plugin/decide'
import { DEFAULT_POLICY } from '../plugin/policy'
import { Standing } from '../plugin/standing'
import { evolve, type Folded } from '../protocol/evolve'
import type { FeedId, MessageId } from '../protocol/ids'
import { initialState, type State } from '../protocol/state'
import { bridge } from '../test/helpers/money'
import { alice, feed, hub, key, plainLedger, provider } from '../test/helpers/story'
import { PUB_FEED } from '../test/helpers/story-hub'
import { aliceIsPaid, paid } from '../test/helpers/story-pay'
import { median } from './figures'

const PUBS = Number(process.env.PUBS ?? 100_000)
const PUBS_PER_HUB = 250
const MESSAGES = 200
const TARGET = 0.001
const DAY_MS = 24 * 3_600_000
const PORTS = 50_000
const GIB = 1024 ** 3

/** What is said while one pub is made and paid for, by everybody. */
const story = paid()
const prelude = story.log.length
const request = aliceIsPaid(story)
const now = story.now + 60 * DAY_MS
const lines = story.log.slice(prelude).map((message) => JSON.stringify(message))
const ownKeys = story.log.slice(prelude).map((message) => message.key)
const ids = [...new Set([request as string, ...ownKeys, ...inviteKeys()])]

function inviteKeys(): string[] {
  return [plainLedger.invite(request).key]
}

class Fleet {
  readonly state: State = initialState(provider)
  readonly policy = { ...DEFAULT_POLICY, portMin: 1_024, portMax: 65_535 }
  readonly hubs: FeedId[] = []
  readonly standing: Standing
  foldMs = 0
  private readonly sequences = new Map<FeedId, number>()
  private count = 0

  constructor(readonly pubs: number) {
    for (let index = 0; index * PUBS_PER_HUB < pubs; index += 1) this.hubs.push(feed(`hub ${index}`))
    for (const message of story.log.slice(0, prelude))
      if (message.author === provider && !JSON.stringify(message.content).includes(hub)) this.fold(message)
    for (const [index, id] of this.hubs.entries())
      for (const message of story.log.slice(0, prelude))
        if (JSON.stringify(message).includes(hub))
          this.fold(
            swapped(JSON.stringify(message), [
              [hub, id],
              ['"hub-1"', `"hub-${index}"`],
              [`"memoryBytes":${4 * GIB}`, `"memoryBytes":${16 * GIB}`],
            ]),
          )
    for (let index = 0; index < pubs; index += 1) for (const message of this.made(index)) this.fold(message)
    this.standing = new Standing(this.state, this.policy)
  }

  /** In the time of this process. */
  fold(message: Folded): void {
    const sequence = (this.sequences.get(message.author) ?? 0) + 1
    this.sequences.set(message.author, sequence)
    const told = { ...message, sequence }
    const start = processorMs()
    evolve(this.state, told)
    this.foldMs += processorMs() - start
  }

  decide(): Decision {
    const { state, policy, standing, hubs } = this
    const connected = new Set<FeedId>([bridge, ...hubs])
    const heard = connected
    const moving = {
      silence: new Map(),
      heard,
      keyFeedOf: () => null,
      keyOpens: () => true,
      isWaitedFor: () => false,
    }
    const mail = { taken: new Set<string>(), has: () => true }
    const local = {
      newcomers: new Set<FeedId>(),
      strangers: new Map(),
      replies: new Map(),
      otherClocks: [{ shows: now, ageMs: 0 }],
    }
    const facts = { connected, ...local, mail, moving, sealed: { has: () => true } }
    return decide({ state, now, policy, facts, ledger: plainLedger, standing })
  }

  ownerOf(index: number): FeedId {
    return feed(`owner ${index}`)
  }

  /** Something new: a word of a hub on a pub, or a request of its owner. */
  news(kind: string, index: number): Folded {
    this.count += 1
    const author = this.ownerOf(index)
    const fresh = {
      key: key(`new ${kind} ${this.count}`),
      sequence: 0,
      claimedAt: now,
      receivedAt: now,
      private: true,
    }
    const observed = this.made(index).find(({ content }) => typeOf(content) === 'buttcloud/observed')
    if (kind === 'observed' && observed !== undefined) return { ...observed, ...fresh }
    const text = kind === 'create' ? `create new-${this.count}` : kind
    return { ...fresh, author, content: { type: 'post', text, recps: [author, provider] } }
  }

  private made(index: number): Folded[] {
    const swaps: [string, string][] = ids.map((id, at) => [id.slice(1), key(`${at} of ${index}`).slice(1)])
    swaps.push([alice, this.ownerOf(index)], [PUB_FEED, feed(`pub ${index}`)])
    swaps.push([hub, this.hubs[index % this.hubs.length] as FeedId], ['"alice"', `"pub-${index}"`])
    swaps.push(['"port":8100', `"port":${1_024 + (index % PORTS)}`])
    return lines.map((line) => swapped(line, swaps, index))
  }
}

function swapped(line: string, swaps: readonly [string, string][], index = 0): Folded {
  let text = line.replace(/"((?:sub|cus|cs)_[^"]*)"/g, `"$1-${index}"`)
  for (const [from, to] of swaps) text = text.replaceAll(from, to)
  return JSON.parse(text) as Folded
}

const typeOf = (content: unknown): unknown => (content as { type?: unknown } | null)?.type

function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** Milliseconds for fold and decision, the median over messages of one kind; what is answered is not published. */
function perMessage(fleet: Fleet, kind: string): number {
  const figures = Array.from({ length: MESSAGES }, (_, count) => {
    const message = fleet.news(kind, (count * 997) % fleet.pubs)
    const start = process.hrtime.bigint()
    fleet.fold(message)
    const { effects } = fleet.decide()
    const tookMs = Number(process.hrtime.bigint() - start) / 1e6
    if (kind !== 'observed' && effects.length === 0) throw new Error(`nothing is owed for ${kind}`)
    // It is answered, for the next message to be one alone.
    fleet.state.open.delete(message.key as MessageId)
    return tookMs
  })
  return median(figures)
}

function measure(pubs: number): { wholeMs: number; slowestMs: number } {
  const fleet = new Fleet(pubs)
  const start = processorMs()
  const { effects } = fleet.decide()
  const firstMs = processorMs() - start
  if (effects.length > 0) throw new Error(`${effects.length} things are owed: ${JSON.stringify(effects[0])}`)
  const wholeMs = fleet.foldMs + firstMs
  console.log(
    `${pubs} pubs: ${Math.round(fleet.foldMs)} ms to fold all, ${Math.round(firstMs)} ms to decide for the first time`,
  )
  const kinds = ['observed', 'list', 'create'].map((kind) => {
    const tookMs = perMessage(fleet, kind)
    console.log(`  ${kind}: ${tookMs.toFixed(3)} ms, ${(tookMs / wholeMs).toFixed(6)}x`)
    return tookMs
  })
  return { wholeMs, slowestMs: Math.max(...kinds) }
}

const tenth = measure(PUBS / 10)
const all = measure(PUBS)
const growth = all.slowestMs / tenth.slowestMs
console.log(`P7 for ten times the pubs: ${growth.toFixed(2)}x of the time`)
const ratio = all.slowestMs / all.wholeMs
console.log(
  `P7 at its slowest: ${ratio.toFixed(6)}x of the baseline (target <= ${TARGET}x): ${ratio <= TARGET ? 'met' : 'missed'}`,
)
