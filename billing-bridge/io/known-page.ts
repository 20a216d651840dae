/**
 * What the pages show, so that a crowd of visitors is one question to the provider, and a provider that is away costs nobody
 * a page.
 */
import {
  PAGE_ANSWER_MS,
  PAGE_FRESH_MS,
  PAGE_STALE_MS,
  PAGE_UNKNOWN_MS,
  PAGE_WAIT_MS,
} from '../../protocol/limits-http'
import type { BillingPage } from '../../protocol/rpc-billing'
import type { Known } from '../pages/layout'

export class KnownPage {
  private last: { page: BillingPage; at: number } | null = null
  private asking: Promise<void> | null = null
  /** When it was last asked, whatever came of it: who does not answer is not asked by every visitor. */
  private askedAt = Number.NEGATIVE_INFINITY

  /** What was said of the last failure: the same one is told once, and not with every question. */
  private told: string | null = null

  constructor(
    private readonly ask: () => Promise<BillingPage | null>,
    private readonly failed: (why: string) => void,
  ) {}

  /**
   * What is known, and since when; null when nothing ever was. What is known well enough is given at once, and asked for
   * anew meanwhile; else the visitor waits for the answer, but all visitors together no longer than PAGE_WAIT_MS.
   */
  async now(): Promise<Known | null> {
    const sinceAsked = performance.now() - this.askedAt
    const pause = this.last === null ? PAGE_UNKNOWN_MS : PAGE_FRESH_MS
    if (this.asking === null ? sinceAsked >= pause : sinceAsked >= PAGE_ANSWER_MS) this.begin()
    const left = PAGE_WAIT_MS - (performance.now() - this.askedAt)
    const isGood = this.last !== null && performance.now() - this.last.at < PAGE_STALE_MS
    if (this.asking !== null && !isGood && left > 0) await Promise.race([this.asking, delay(left)])
    const { last } = this
    return last === null ? null : { page: last.page, age: performance.now() - last.at }
  }

  private begin(): void {
    this.askedAt = performance.now()
    const asking = Promise.resolve()
      .then(() => this.ask())
      .then(
        (page) => {
          if (page !== null) this.last = { page, at: performance.now() }
          this.told = null
        },
        (error: unknown) => {
          const why = error instanceof Error ? error.message : String(error)
          if (why !== this.told) this.failed(why)
          this.told = why
        },
      )
      .finally(() => {
        if (this.asking === asking) this.asking = null
      })
    this.asking = asking
  }
}

const delay = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })
