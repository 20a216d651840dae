/**
 * Measures the pubs of this hub. Each pub tells its figures once a minute over the connection it has with the hub
 * anyway; the engine is asked only for one that tells nothing, because asking it costs ten times as much. While
 * somebody watches a pub, it tells them every second, and all who watch it share that.
 */
import type { Figures, LiveFigures, Samples, Span } from '../../protocol/figures'
import { checkPubFigures } from '../../protocol/figures'
import { type Millis, type PubId, runNameOf } from '../../protocol/ids'
import { FIGURES_LATE_MS, LIVE_EVERY_MS, SAMPLE_EVERY_MS } from '../../protocol/limits'
import { type FannedSource, FanOut } from '../../sbot/fan-out'
import type { Engine, RunStats } from '../engines/engine'
import { type Bounds, figuresOf, liveOf, type Reading, readingOf, samplesOf, take } from '../meter'
import type { Head, Point } from '../ring'
import { desiredOf, type HubState } from '../state'
import { listen } from './calls'
import type { Observer } from './observe'
import { pause } from './pause'
import type { Rings } from './rings'

/** A live reading that is older than this makes the engine be asked. */
const LIVE_LATE_MS = 2_500

export class Meter {
  /** When each pub last told its figures. */
  readonly #toldAt = new Map<PubId, Millis>()
  readonly #watched = new Map<PubId, FanOut<LiveFigures>>()
  readonly #ending = new AbortController()
  readonly #working: Promise<void>

  constructor(
    private readonly engine: Engine,
    private readonly observer: Observer,
    private readonly state: HubState,
    private readonly rings: Rings,
  ) {
    this.#working = this.#askForSilent()
  }

  /** A pub has told its figures; what makes no sense is passed over. */
  tell(pub: PubId, item: unknown): void {
    const checked = checkPubFigures(item, 'figures')
    if (!checked.ok) return
    const { diskBytes } = checked.value
    if (diskBytes !== null) this.observer.sessions.get(pub)?.tookDisk(diskBytes)
    const now = Date.now()
    this.#toldAt.set(pub, now)
    this.rings.add(runNameOf(pub), readingOf(checked.value), now)
  }

  /** What is known of a pub now. Throws `unknown:` for one that is not here. */
  figures(pub: PubId): Figures {
    const bounds = this.#boundsOf(pub)
    const { head, before } = this.rings.of(runNameOf(pub))
    return figuresOf(head, before, this.#isRunning(pub), bounds)
  }

  samples(pub: PubId, span: Span): Samples {
    this.#boundsOf(pub)
    const ring = span === 'month' ? 'coarse' : 'fine'
    return samplesOf(this.rings.points(runNameOf(pub), ring), span, Date.now())
  }

  /** One item a second for as long as it is read. */
  live(pub: PubId): FannedSource<LiveFigures> {
    this.#boundsOf(pub)
    const watched =
      this.#watched.get(pub) ??
      new FanOut<LiveFigures>(
        (tell, end) => this.#watch(pub, tell, end),
        () => this.#watched.delete(pub),
      )
    this.#watched.set(pub, watched)
    return watched.read().source
  }

  /** The pub is gone for ever. */
  forget(pub: PubId): void {
    this.#toldAt.delete(pub)
    this.rings.forget(runNameOf(pub))
  }

  async stop(): Promise<void> {
    this.#ending.abort()
    for (const watched of [...this.#watched.values()]) watched.end(new Error('try-again: this hub is ending'))
    await this.#working
  }

  #watch(pub: PubId, tell: (item: LiveFigures) => void, end: (how: Error) => void): () => void {
    const gone = new AbortController()
    let head: Head | null = this.rings.of(runNameOf(pub)).head
    let before: Point | null = null
    let heardAt = 0
    const hear = (reading: Reading): void => {
      const now = Date.now()
      heardAt = now
      before = before === null ? null : (head?.last ?? null)
      head = take(head, reading, now).head
      tell(liveOf(head, before, this.#boundsOf(pub)))
      before ??= head.last
    }
    const follow = async (): Promise<void> => {
      while (!gone.signal.aborted) {
        await this.#follow(pub, gone.signal, (item) => {
          const checked = checkPubFigures(item, 'figures')
          if (checked.ok) hear(readingOf(checked.value))
        })
        await pause(LIVE_EVERY_MS, gone.signal)
      }
    }
    const fillIn = async (): Promise<void> => {
      while (!gone.signal.aborted) {
        await pause(LIVE_EVERY_MS, gone.signal)
        if (gone.signal.aborted || Date.now() - heardAt < LIVE_LATE_MS) continue
        if (!this.#isHere(pub)) return end(new Error('unknown: that pub is not on this hub any more'))
        const reading = await this.#askEngine(pub)
        if (gone.signal.aborted) return
        if (reading !== null) hear(reading)
        else tell({ ...this.figures(pub), inBytesPerSecond: null, outBytesPerSecond: null })
      }
    }
    const failed = (error: unknown) => end(error instanceof Error ? error : new Error(String(error)))
    void follow().catch(failed)
    void fillIn().catch(failed)
    return () => gone.abort()
  }

  /** Resolves when the pub tells no more, or the signal comes. */
  #follow(pub: PubId, signal: AbortSignal, onItem: (item: unknown) => void): Promise<void> {
    const rpc = this.observer.sessions.get(pub)?.rpc
    if (typeof rpc?.fence?.figures !== 'function') return Promise.resolve()
    return new Promise((resolve) => {
      const source = rpc.fence.figures({ everyMs: LIVE_EVERY_MS })
      listen(source, (item) => !signal.aborted && onItem(item), resolve)
      signal.addEventListener(
        'abort',
        () => {
          source(true, () => {})
          resolve()
        },
        { once: true },
      )
    })
  }

  /** Pubs that run and tell nothing: hung ones, and those of an older image. One after the other. */
  async #askForSilent(): Promise<void> {
    const { signal } = this.#ending
    while (!signal.aborted) {
      await pause(SAMPLE_EVERY_MS, signal)
      for (const [pub, run] of this.observer.facts().engine.runs) {
        if (signal.aborted) return
        if (run.status !== 'running' || !this.#isHere(pub)) continue
        if (Date.now() - (this.#toldAt.get(pub) ?? 0) < FIGURES_LATE_MS) continue
        const reading = await this.#askEngine(pub)
        if (reading !== null && !signal.aborted) this.rings.add(run.name, reading, Date.now())
      }
    }
  }

  async #askEngine(pub: PubId): Promise<Reading | null> {
    const run = this.observer.facts().engine.runs.get(pub)
    if (run?.status !== 'running') return null
    try {
      return readingOfRun(await this.engine.stats(run.name), run.since ?? 0)
    } catch {
      // It ended meanwhile, or the engine does not answer: that is told elsewhere.
      return null
    }
  }

  #isRunning(pub: PubId): boolean {
    return this.observer.facts().engine.runs.get(pub)?.status === 'running'
  }

  #isHere(pub: PubId): boolean {
    const spec = this.state.specs.get(pub)?.content
    return spec !== undefined && desiredOf(this.state, spec) !== 'none'
  }

  #boundsOf(pub: PubId): Bounds {
    const spec = this.state.specs.get(pub)?.content
    if (spec === undefined || !this.#isHere(pub)) throw new Error('unknown: that pub is not on this hub')
    return { memoryMaxBytes: spec.memoryBytes, diskMaxBytes: spec.diskBytes }
  }
}

function readingOfRun(stats: RunStats, startedAt: Millis): Reading {
  const { cpuMs, memoryBytes, inBytes, outBytes } = stats
  const inside = { diskBytes: null, logBytes: null, feeds: null, peers: null }
  return { startedAt, byPub: false, cpuMs, memoryBytes, inBytes, outBytes, ...inside }
}
