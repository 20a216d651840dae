/** A story in which alice has a pub, and billing may be on. */
import { type Millis, type PubId, pubIdOf } from '../../protocol/ids'
import { buildBridge } from '../../protocol/messages/bridge'
import { buildGrant, type GrantTarget } from '../../protocol/messages/grant'
import { buildPayment, type PaymentMessage, type SubscriptionStatus } from '../../protocol/messages/payment'
import { feed, key, provider, type Story } from './story'
import { told } from './story-change'

export interface Owned {
  story: Story
  pub: PubId
}

export function aliceOwns(): Owned {
  const { story, pub } = told()
  return { story, pub: pubIdOf(pub) }
}

const BRIDGE = feed('bridge')
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
