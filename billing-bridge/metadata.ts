/** What we write on Stripe's objects, to know them again. Operators see these words in Stripe's dashboard. */
import type { FeedId } from '../protocol/ids'

export const METADATA = {
  /** Whose it is: several providers may use one account of Stripe's. */
  provider: 'buttcloud_provider',
  /** The request that it came of. */
  checkout: 'buttcloud_checkout',
  pub: 'buttcloud_pub',
  /** On prices and products. */
  plan: 'buttcloud_plan',
  /** On refunds: the owed call that made it. */
  call: 'buttcloud_call',
  /** On subscriptions whose last payment we gave back. */
  refunded: 'buttcloud_refunded',
} as const

/**
 * The request as Stripe's `client_reference_id`: of letters, digits, dashes and underscores alone, which is what Stripe
 * promises to keep wherever it takes one. For people who look into the dashboard; programs go by the metadata.
 */
export function referenceOf(checkout: string): string {
  return checkout
    .slice(1)
    .replace(/=?\.sha256$/, '')
    .replaceAll('+', '-')
    .replaceAll('/', '_')
}

/** Under which the present price of a plan is found. */
export function lookupKeyOf(plan: string): string {
  return `buttcloud_${plan}`
}

/** The id of a plan's product. */
export function productIdOf(plan: string): string {
  return `buttcloud_${plan}`
}

/** True for what this provider had made. */
export function isOurs(metadata: Record<string, string> | null, provider: FeedId): boolean {
  return metadata?.[METADATA.provider] === provider
}
