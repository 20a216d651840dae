/** A story in which alice has a pub, and billing may be on. */
import type { Effect } from '../../plugin/effects'
import { type Millis, type PubId, pubIdOf } from '../../protocol/ids'
import { buildBridge } from '../../protocol/messages/bridge'
import { checkDues } from '../../protocol/messages/dues'
import { buildGrant, type GrantTarget } from '../../protocol/messages/grant'
import { buildPayment, type PaymentMessage, type SubscriptionStatus } from '../../protocol/messages/payment'
import type { PubMessage } from '../../protocol/messages/pub'
import { alice, feed, key, provider, type Story } from './story'
import { told as pubTold } from './story-change'

export interface Owned {
  story: Story
  pub: PubId
}

export function aliceOwns(): Owned {
  const { story, pub } = pubTold()
  return { story, pub: pubIdOf(pub) }
}

export const BRIDGE = feed('bridge')
const DAY_MS = 24 * 3_600_000

export function billing(story: Story, status: 'admitted' | 'retired' = 'admitted'): void {
  story.tells(provider, buildBridge({ bridge: BRIDGE, status, label: 'billing', token: null }))
}

export function pays(
  story: Story,
  pub: PubId,
  status: SubscriptionStatus,
  fields: Partial<PaymentMessage> = {},
): void {
  const at = story.now
  const ids = { checkout: key('checkout'), session: 'cs_1', subscription: 'sub_1', customer: 'cus_1' }
  const rest = { plan: 'tiny', periodEnd: at + 30 * DAY_MS, cancelAt: null, refunded: false }
  story.tells(
    provider,
    buildPayment({ pub, ...ids, status, ...rest, live: true, event: null, at, ...fields }),
  )
}

export function grants(story: Story, target: GrantTarget, until: Millis | null, given = true): void {
  story.tells(provider, buildGrant({ target, until, given }))
}

/** The stages that stand on the feed for the pub, as `stage day`, counted from when billing came. */
export function stagesOf({ story, pub }: Owned, since: Millis): string[] {
  const days = (at: Millis): number => Math.round(((at - since) / DAY_MS) * 10) / 10
  return story.log.flatMap(({ author, claimedAt, content }) => {
    const dues = checkDues(content, 'content')
    if (author !== provider || !dues.ok || dues.value.pub !== pub) return []
    return [`${dues.value.stage} ${days(claimedAt)}`]
  })
}

/** Lets time pass as it passes for a provider that looks whenever something is due. Gives all the effects. */
export function passes({ story }: Owned, until: Millis): Effect[] {
  const done: Effect[] = []
  for (;;) {
    done.push(...story.settle())
    const { wakeAt } = story.decide()
    if (wakeAt === null || wakeAt > until) break
    story.now = Math.max(wakeAt, story.now + 1)
  }
  story.now = until
  return [...done, ...story.settle()]
}

/** The texts of the notices about payment among effects. */
export function told(effects: Effect[]): string[] {
  return effects.flatMap((one) =>
    one.kind === 'notice' && one.payload.topic === 'payment' ? [one.text] : [],
  )
}

/** Billing comes to a pub that nobody has paid for; Stripe shows the same time as we do. */
export function unpaid(): Owned & { since: Millis } {
  const one = aliceOwns()
  one.story.otherClocksAheadMs = [0]
  billing(one.story)
  one.story.connected.add(BRIDGE)
  return { ...one, since: one.story.now }
}

export const recordOf = ({ story, pub }: Owned): PubMessage => {
  const record = story.state.provider.pubs.get(pub)?.record
  if (record === undefined) throw new Error('there is no pub')
  return record
}
export const specOf = ({ story, pub }: Owned) => story.state.provider.specs.get(pub)
export const asked = ({ story }: Owned, text: string): Effect[] => {
  story.asks(alice, text)
  return story.settle()
}
