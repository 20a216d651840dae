/**
 * Tells the provider the present state of subscriptions. One subscription is fetched and told by one at a time, so that
 * an older reading never comes after a newer one; who asks while that goes on shares the next reading.
 */
import { describeRefusal } from '../../protocol/check'
import type { FeedId, Millis } from '../../protocol/ids'
import { SESSIONS_KEPT_MAX } from '../../protocol/limits-bridge'
import { STRIPE_ID_CHARS_MAX } from '../../protocol/limits-money'
import { type BillingFact, checkBillingFact } from '../../protocol/rpc-billing'
import { METADATA } from '../metadata'
import { mismatchOf, testIsOver } from '../modes'
import type { ProviderPort } from '../port'
import { idOf } from '../shapes'
import { translate } from '../translate'
import { Kept } from './kept'
import type { Log } from './log'
import type { PortalLinks } from './portal-links'
import type { StripeDoor } from './stripe'

export interface FactsOptions {
  door: StripeDoor
  port: ProviderPort
  provider: FeedId
  links: PortalLinks
  log: Log
}

export interface Told {
  /** null: there is nothing of ours to tell. */
  fact: BillingFact | null
  outcome: 'published' | 'known' | 'unknown' | 'none'
}

type Read =
  | { kind: 'fact'; fact: BillingFact }
  | { kind: 'stranger'; at: Millis }
  /** There is no such subscription, or it is somebody else's. */
  | { kind: 'none' }

interface Turn {
  event: string | null
  promise: Promise<Told>
}

export class Facts {
  /** By subscription: the turn that has not begun yet. */
  private readonly next = new Map<string, Turn>()
  private readonly running = new Map<string, Promise<unknown>>()
  private readonly sessions = new Kept<string, string>(SESSIONS_KEPT_MAX)

  private readonly readAt = new Kept<string, Millis>(SESSIONS_KEPT_MAX)

  constructor(private readonly options: FactsOptions) {}

  /** Resolves when what Stripe says now is on the provider's feed. Rejects when that is not known; ask again. */
  tell(subscription: string, event: string | null): Promise<Told> {
    const waiting = this.next.get(subscription)
    if (waiting !== undefined) {
      waiting.event = event ?? waiting.event
      return waiting.promise
    }
    const before = this.running.get(subscription) ?? Promise.resolve()
    const turn: Turn = { event, promise: before.then(() => this.take(subscription, turn)) }
    this.next.set(subscription, turn)
    const ended = turn.promise.then(nothing, nothing).then(() => {
      if (this.running.get(subscription) === ended) this.running.delete(subscription)
    })
    this.running.set(subscription, ended)
    return turn.promise
  }

  /** What Stripe says now, without telling it. */
  async read(subscription: string, event: string | null): Promise<Read> {
    const { door, provider, links, log } = this.options
    const found = await door.subscription(subscription)
    if (found === null) {
      log.warn({ subscription }, 'Stripe knows no such subscription; was it made with another key?')
      return { kind: 'none' }
    }
    const session = await this.sessionOf(subscription)
    // Stripe has many servers, whose clocks differ; a later reading must not look like the older one.
    const at = Math.max(found.at, this.readAt.get(subscription) ?? 0)
    this.readAt.set(subscription, at)
    const portal = links.linkFor(idOf(found.subscription.customer), at)?.url ?? null
    const said = translate({ subscription: found.subscription, session, event, at, portal }, provider)
    if (said.kind === 'odd')
      throw new Error(`could not understand the subscription ${subscription}: ${said.why}`)
    if (said.kind === 'not-ours') return { kind: 'none' }
    if (said.kind === 'stranger') return { kind: 'stranger', at }
    // The same check as the provider's: what it would refuse is our own mistake, and is said here.
    const checked = checkBillingFact(said.fact, '')
    if (checked.ok) return { kind: 'fact', fact: checked.value }
    log.error({ subscription, why: describeRefusal(checked) }, 'a subscription makes no sense')
    throw new Error(`the subscription ${subscription} makes no sense: ${checked.field}`)
  }

  /** Rejects with a sentence where a test key has taken the place of a live one. */
  async checkMode(): Promise<void> {
    const { door, port } = this.options
    // A live key makes nothing of test money; only the other way round the provider has to be asked.
    const mismatch = door.live ? null : mismatchOf(await port.state(null), false)
    if (mismatch !== null) throw new Error(mismatch)
  }

  /**
   * Tells that a subscription of test mode is over, where the key is live and can't ask about it; with `refunded` also that
   * its test money went back. Gives Stripe's time; null where it is none of those.
   */
  async endTest(subscription: string, refunded: boolean): Promise<Millis | null> {
    const { door, port } = this.options
    if (!door.live) return null
    const { subscriptions } = await port.state(null)
    const known = subscriptions.find((one) => one.subscription === subscription)
    if (known === undefined || known.live) return null
    const at = await door.time()
    await port.fact(testIsOver(known, at, refunded))
    return at
  }

  private async take(subscription: string, turn: Turn): Promise<Told> {
    // From here on whoever asks waits for another reading.
    this.next.delete(subscription)
    await this.checkMode()
    const read = await this.read(subscription, turn.event)
    if (read.kind === 'stranger') await this.tellStranger(subscription, read.at)
    if (read.kind !== 'fact') return { fact: null, outcome: 'none' }
    const { outcome } = await this.options.port.fact(read.fact)
    if (outcome === 'unknown') await this.tellStranger(subscription, read.fact.stripeTime)
    return { fact: read.fact, outcome }
  }

  /** The operator hears of a payment that nobody asked for, once per subscription. */
  private async tellStranger(subscription: string, at: Millis): Promise<void> {
    this.options.log.warn({ subscription }, `a subscription with ${METADATA.provider} that nobody asked for`)
    const event = `stranger-${subscription}`.slice(0, STRIPE_ID_CHARS_MAX)
    await this.options.port.alert({ kind: 'stranger', reference: subscription, event, pub: null, at })
  }

  private async sessionOf(subscription: string): Promise<string | null> {
    const known = this.sessions.get(subscription)
    if (known !== undefined) return known
    const session = await this.options.door.sessionOf(subscription)
    if (session !== null) this.sessions.set(subscription, session)
    return session
  }
}

function nothing(): void {}
