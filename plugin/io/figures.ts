/**
 * Figures, and what a pub printed, on their way from a hub to an owner. Nothing of them is kept, and nothing of it is on a feed: whoever owns
 * the pub now is told, over the connection that asked. All who watch one pub share one stream from its hub.
 */
import pull from 'pull-stream'
import type { Check } from '../../protocol/check'
import {
  checkFigures,
  checkFiguresOf,
  checkLiveFigures,
  checkSamples,
  checkSamplesRequest,
  type Figures,
  type LiveFigures,
  type Samples,
} from '../../protocol/figures'
import type { FeedId, PubId } from '../../protocol/ids'
import { ASK_TIMEOUT_MS, FIGURES_ASKED_PER_OWNER_MAX, STATS_PER_OWNER_MAX } from '../../protocol/limits'
import { checkOutput, checkOutputRequest, type Output, outputLines } from '../../protocol/output'
import type { PubFact } from '../../protocol/state'
import { FanOut } from '../../sbot/fan-out'
import type { Clock } from '../../sbot/loop'
import type { Sbot } from '../../sbot/port'
import { refusal } from './commits'
import { callHub } from './hub-call'
import type { Inbox } from './inbox'
import { argumentOf } from './method'
import { refusedSource, type Source } from './sources'

interface Watcher {
  owner: FeedId
  pub: PubId
  end(how: Error): void
}

interface Upstream {
  hub: FeedId
  fan: FanOut<LiveFigures>
}

const NOT_YOURS = 'you have no such pub here'

export class FigureRelay {
  readonly #watchers = new Set<Watcher>()
  readonly #upstreams = new Map<PubId, Upstream>()
  /** Questions under way, by who asked. */
  readonly #asking = new Map<FeedId, number>()

  constructor(
    private readonly sbot: Sbot,
    private readonly inbox: Inbox,
    private readonly clock: Clock,
  ) {}

  /** `buttcloud.figures({pub})`. */
  async figures(caller: FeedId, request: unknown): Promise<Figures> {
    const { pub } = argumentOf(checkFiguresOf, request)
    return this.#ask(caller, pub, 'hubFigures', { pub }, checkFigures)
  }

  /** `buttcloud.samples({pub, span})`. */
  async samples(caller: FeedId, request: unknown): Promise<Samples> {
    const { pub, span } = argumentOf(checkSamplesRequest, request)
    return this.#ask(caller, pub, 'hubSamples', { pub, span }, checkSamples)
  }

  /** `buttcloud.logs({pub, lines})`: what it printed, without what nobody may read in a log, whatever version its hub is of. */
  async logs(caller: FeedId, request: unknown): Promise<Output> {
    const { pub, lines } = argumentOf(checkOutputRequest, request)
    const output = await this.#ask(caller, pub, 'hubLogs', { pub, lines }, checkOutput)
    return { ...output, lines: outputLines(output.lines.join('\n'), lines) }
  }

  /** `buttcloud.stats({pub})`: one item a second. Ends when the caller is no owner any more. */
  stats(caller: FeedId, request: unknown): Source<LiveFigures> {
    try {
      const { pub } = argumentOf(checkFiguresOf, request)
      const { record } = this.#owned(caller, pub)
      const mine = [...this.#watchers].filter(({ owner }) => owner === caller).length
      if (mine >= STATS_PER_OWNER_MAX)
        throw refusal('refused', `you watch ${mine} streams already; end one of them first`)
      const upstream = this.#upstreams.get(pub) ?? this.#upstreamOf(pub, record.hub)
      const watcher: Watcher = { owner: caller, pub, end: () => {} }
      const { source, end } = upstream.fan.read(() => this.#watchers.delete(watcher))
      watcher.end = end
      this.#watchers.add(watcher)
      return source as Source<LiveFigures>
    } catch (error) {
      return refusedSource(error as Error)
    }
  }

  /** Who owns what, or where it is placed, may be other than before: streams that are nobody's business end. */
  ownersChanged(): void {
    for (const watcher of [...this.#watchers])
      if (!this.#owns(watcher.owner, watcher.pub))
        watcher.end(refusal('refused', 'you are no owner of this pub any more'))
    for (const [pub, { hub, fan }] of [...this.#upstreams])
      if (this.inbox.state.provider.pubs.get(pub)?.record.hub !== hub)
        fan.end(refusal('try-again', 'the pub has moved to another server'))
  }

  stop(): void {
    for (const { fan } of [...this.#upstreams.values()])
      fan.end(refusal('try-again', 'the provider is ending'))
  }

  #upstreamOf(pub: PubId, hub: FeedId): Upstream {
    const fan = new FanOut<LiveFigures>(
      (tell, end) => {
        const method = this.#streamOf(hub)
        if (method instanceof Error) {
          end(method)
          return () => {}
        }
        const source = method({ pub })
        pull(
          source,
          pull.drain(
            (item: unknown) => {
              const found = checkLiveFigures(item, 'stats')
              if (found.ok) tell(found.value)
            },
            (error: unknown) => end(lost(error)),
          ),
        )
        return () => source(true, () => {})
      },
      () => {
        if (this.#upstreams.get(pub)?.fan === fan) this.#upstreams.delete(pub)
      },
    )
    const upstream = { hub, fan }
    this.#upstreams.set(pub, upstream)
    return upstream
  }

  async #ask<T>(
    caller: FeedId,
    pub: PubId,
    name: 'hubFigures' | 'hubSamples' | 'hubLogs',
    argument: object,
    check: Check<T>,
  ): Promise<T> {
    const { record } = this.#owned(caller, pub)
    const under = this.#asking.get(caller) ?? 0
    if (under >= FIGURES_ASKED_PER_OWNER_MAX)
      throw refusal('try-again', `${under} of your questions wait for their answers already`)
    this.#asking.set(caller, under + 1)
    try {
      const found = check(
        await callHub(this.sbot, this.clock, record.hub, name, argument, ASK_TIMEOUT_MS),
        name,
      )
      // It may have changed hands while the hub was asked.
      this.#owned(caller, pub)
      if (found.ok) return found.value
      throw refusal(
        'try-again',
        'its server gave an answer that makes no sense; it may be of another version',
      )
    } finally {
      const left = (this.#asking.get(caller) ?? 1) - 1
      if (left > 0) this.#asking.set(caller, left)
      else this.#asking.delete(caller)
    }
  }

  #streamOf(hub: FeedId): any {
    const peer = this.sbot.peers().find(({ id }) => id === hub)
    const label = this.inbox.state.provider.hubs.get(hub)?.label ?? 'its hub'
    if (peer === undefined) return refusal('try-again', `its server, ${label}, is out of reach`)
    const method = (peer.rpc as any)?.buttcloud?.hubStats
    if (typeof method === 'function') return method
    return refusal('refused', `its server, ${label}, does not know this call`)
  }

  #owns(caller: FeedId, pub: PubId): boolean {
    const fact = this.inbox.state.provider.pubs.get(pub)
    return fact !== undefined && fact.record.status === 'live' && fact.record.owners.includes(caller)
  }

  #owned(caller: FeedId, pub: PubId): PubFact {
    const fact = this.inbox.state.provider.pubs.get(pub)
    // The same words for what is not there and for what is another's.
    if (fact === undefined || !this.#owns(caller, pub)) throw refusal('unknown', NOT_YOURS)
    return fact
  }
}

/** What a hub says keeps its word at the front; a connection that broke gets one. */
function lost(error: unknown): Error {
  const carried = (error as { message?: unknown } | null)?.message
  const message = typeof carried === 'string' ? carried : ''
  if (/^(try-again|unknown|refused): /.test(message)) return new Error(message.slice(0, 300))
  return refusal('try-again', 'the connection to its server ended')
}
