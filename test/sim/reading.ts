/** Reading a fake log as the port promises it: per author in order, each once; authors in any order. */
import type { FeedId } from '../../protocol/ids'
import type { Reading, ReadOptions } from '../../sbot/port'
import { incomingOf } from './messages'
import { type Life, whenAwake } from './timeline'
import type { Machine } from './universe'

/** Handed over in one turn at most. */
const TURN_MAX = 8

export class FakeReading implements Reading {
  /** How much of each author has been handed over. */
  readonly given = new Map<FeedId, number>()
  /** Authors that were passed by; only `recheck` goes back for them. */
  private readonly skipped = new Set<FeedId>()
  /** How far the live messages of strangers have been shown. */
  private readonly shown = new Map<FeedId, number>()
  private readonly rechecks: { author: FeedId; upTo: number; done: () => void }[] = []
  /** What was there at the start and is still to come. */
  private readonly past = new Map<FeedId, number>()
  private caughtUp = false
  /** A long log takes its time at the start; much can happen meanwhile. */
  private readonly startTurnMs: number
  private scheduled = false
  private stopped = false

  constructor(
    private readonly machine: Machine,
    private readonly life: Life,
    private readonly options: ReadOptions,
    liveOnly: boolean,
  ) {
    this.startTurnMs = machine.universe.random.pick([20, 20, 1_000])
    for (const author of machine.disk.authors()) {
      const length = machine.disk.feed(author).length
      this.past.set(author, length)
      this.shown.set(author, length)
      if (liveOnly) this.given.set(author, length)
    }
    machine.onStored(() => this.goOn())
    this.goOn()
  }

  recheck(author: FeedId): Promise<void> {
    this.skipped.delete(author)
    const upTo = this.machine.disk.feed(author).length
    const done = new Promise<void>((resolve) => this.rechecks.push({ author, upTo, done: resolve }))
    this.goOn()
    return done
  }

  stop(): void {
    this.stopped = true
  }

  private goOn(): void {
    if (this.scheduled || this.stopped) return
    this.scheduled = true
    const { timeline, random } = this.machine.universe
    timeline.at(random.between(0, this.caughtUp ? 20 : this.startTurnMs), '', () => {
      whenAwake(this.life, () => {
        this.scheduled = false
        if (!this.stopped) this.turn()
      })
    })
  }

  private turn(): void {
    const { random } = this.machine.universe
    for (let count = 0; count < TURN_MAX; count += 1) {
      const authors = this.authorsWithMore()
      if (authors.length === 0) break
      this.give(random.pick(authors))
    }
    this.settleRechecks()
    if (!this.caughtUp && this.authorsWithMore().length === 0) {
      this.caughtUp = true
      this.options.onCaughtUp()
    }
    if (this.caughtUp) this.showStrangers()
    if (this.authorsWithMore().length > 0) this.goOn()
  }

  private authorsWithMore(): FeedId[] {
    return this.machine.disk.authors().filter((author) => {
      const end = this.caughtUp ? this.machine.disk.feed(author).length : (this.past.get(author) ?? 0)
      if ((this.given.get(author) ?? 0) >= end) return false
      if (!this.options.wants(author)) {
        this.skipped.add(author)
        return false
      }
      return !this.skipped.has(author)
    })
  }

  private give(author: FeedId): void {
    const at = this.given.get(author) ?? 0
    const held = this.machine.disk.feed(author)[at]
    if (held === undefined) return
    this.given.set(author, at + 1)
    this.options.onMessage(incomingOf(held, this.machine.id))
  }

  private settleRechecks(): void {
    for (const waiting of [...this.rechecks]) {
      if ((this.given.get(waiting.author) ?? 0) < waiting.upTo) continue
      this.rechecks.splice(this.rechecks.indexOf(waiting), 1)
      waiting.done()
    }
  }

  private showStrangers(): void {
    for (const author of this.machine.disk.authors()) {
      if (this.options.wants(author)) continue
      const feed = this.machine.disk.feed(author)
      for (const held of feed.slice(this.shown.get(author) ?? 0)) {
        const incoming = incomingOf(held, this.machine.id)
        if (incoming.private) this.options.onStranger?.(incoming)
      }
      this.shown.set(author, feed.length)
    }
  }
}
