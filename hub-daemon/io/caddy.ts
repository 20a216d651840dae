/** Keeps what a Caddy has of this hub as it shall be: looks every half minute and at each change, and mends the difference. */

import { type CaddyPlace, caddyPlaceText } from '../../protocol/caddy-place'
import type { FeedId, Millis } from '../../protocol/ids'
import {
  CADDY_CHANGES_PER_LOOK_MAX,
  CADDY_LOOK_EVERY_MS,
  CADDY_PAUSE_FIRST_MS,
} from '../../protocol/limits-caddy'
import type { Log } from '../../sbot/log'
import { createLoop, type Loop } from '../../sbot/loop'
import type { CaddyFacts } from '../caddy-offer'
import { type CaddyPlan, planCaddy } from '../caddy-plan'
import { markOf, type Site } from '../caddy-sites'
import { CaddyMoved, changeCaddy, readCaddy } from './caddy-api'

export interface CaddyKeeperOptions {
  place: CaddyPlace
  hub: FeedId
  log: Log
  /** It began to answer, or does not any more. */
  changed(): void
}

export class CaddyKeeper {
  private readonly loop: Loop
  private readonly mark: string
  private readonly ended = new AbortController()
  private wish: { sites: readonly Site[]; mayTakeAway: boolean } | null = null
  private wished = ''
  private seen: CaddyFacts
  /** What was last told of it, so that it is told once. */
  private told: string | null = null
  private taken = ''

  constructor(private readonly options: CaddyKeeperOptions) {
    this.mark = markOf(options.hub)
    this.seen = { reachable: false, trouble: null, awaySince: Date.now(), names: 0 }
    this.loop = createLoop({
      look: () => this.look(),
      onError: (error) => this.away(error.message),
      firstPauseMs: CADDY_PAUSE_FIRST_MS,
      ceilingPauseMs: CADDY_LOOK_EVERY_MS,
    })
  }

  /** What it is to serve from now on; nothing is done before this was said once. */
  want(sites: readonly Site[], mayTakeAway: boolean): void {
    const wished = JSON.stringify([sites, mayTakeAway])
    if (wished === this.wished) return
    this.wished = wished
    this.wish = { sites, mayTakeAway }
    this.loop.wake()
  }

  facts(): CaddyFacts {
    return this.seen
  }

  /** What it has stays: containers run on, too, while the hub is away. */
  stop(): Promise<void> {
    this.ended.abort()
    return this.loop.stop()
  }

  private async look(): Promise<void> {
    const { wish } = this
    if (wish === null || this.ended.signal.aborted) return
    this.loop.wakeAt(Date.now() + CADDY_LOOK_EVERY_MS)
    const plan = await this.settle(wish)
    if (plan.kind === 'impossible') throw new Error(`Caddy can't serve names of pubs: ${plan.why}`)
    this.tellTaken(plan.taken)
    this.there(plan)
  }

  /** One change after the other, each from what is there at that moment. */
  private async settle(wish: { sites: readonly Site[]; mayTakeAway: boolean }): Promise<CaddyPlan> {
    const { place, log } = this.options
    const { signal } = this.ended
    for (let changes = 0; ; changes += 1) {
      const { http, etag } = await readCaddy(place, signal)
      const plan = planCaddy({ mark: this.mark, ...wish }, http)
      if (plan.kind !== 'change') return plan
      if (changes === CADDY_CHANGES_PER_LOOK_MAX)
        throw new Error(
          `Caddy is not as it should be after ${changes} changes; others change it, too, or it is far from it`,
        )
      try {
        await changeCaddy(place, plan.change, etag, signal)
      } catch (error) {
        if (error instanceof CaddyMoved) continue
        throw error
      }
      const { method, path } = plan.change
      log.info({ caddy: caddyPlaceText(place), names: plan.names, method, path }, 'told Caddy what to serve')
    }
  }

  private there({ names }: CaddyPlan): void {
    const { place, log, changed } = this.options
    const { reachable } = this.seen
    this.seen = { reachable: true, trouble: null, awaySince: null, names }
    this.told = null
    if (reachable) return
    log.info({ caddy: caddyPlaceText(place), names }, 'Caddy answers, and serves the names of pubs by HTTPS')
    changed()
  }

  private away(trouble: string): void {
    if (this.ended.signal.aborted) return
    const { reachable, names } = this.seen
    const awaySince: Millis = this.seen.awaySince ?? Date.now()
    this.seen = { reachable: false, trouble, awaySince, names }
    if (this.told === trouble) return
    this.told = trouble
    this.options.log.warn(
      { reason: trouble },
      'names of pubs are not served by HTTPS as they should be until Caddy does what it is told; the pubs run on, and it is tried again',
    )
    if (reachable) this.options.changed()
  }

  /** Said once for each name: only its operator can mend it. */
  private tellTaken(taken: readonly string[]): void {
    const words = taken.join(', ')
    if (words === this.taken) return
    this.taken = words
    if (words !== '')
      this.options.log.warn(
        { names: words },
        'Caddy has sites of its own for these names, so they are left to those; take them out of its Caddyfile if pubs shall have them',
      )
  }
}
