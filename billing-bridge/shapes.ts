/**
 * What we read of Stripe's objects. The types of the package fit these (io/stripe.ts hands its objects over, so the
 * compiler says when they don't any more); the rest of each object is none of our business.
 * API version 2026-10-28: the period stands on the subscription's items, the payment in the invoice's list of payments.
 */

/** Either an id, or the object itself where it was expanded. */
export type Expandable<T> = string | T

export interface PriceShape {
  id: string
  active: boolean
  currency: string
  lookup_key: string | null
  metadata: Record<string, string>
  product: Expandable<{ id: string }>
  recurring: { interval: string; interval_count: number } | null
  unit_amount: number | null
}

export interface ProductShape {
  id: string
  active: boolean
  name: string
  description: string | null
  metadata: Record<string, string>
}

export interface InvoiceShape {
  id: string
  status: string | null
  amount_paid: number
  hosted_invoice_url?: string | null
}

export interface CustomerShape {
  id: string
  email?: string | null
}

export interface SubscriptionShape {
  id: string
  status: string
  customer: Expandable<CustomerShape>
  items: { data: { id: string; current_period_end: number; price: PriceShape }[] }
  cancel_at: number | null
  cancel_at_period_end: boolean
  latest_invoice: Expandable<InvoiceShape> | null
  livemode: boolean
  metadata: Record<string, string>
}

export interface SessionShape {
  id: string
  url: string | null
  status: string | null
  expires_at: number
  livemode: boolean
  metadata: Record<string, string> | null
  subscription: Expandable<{ id: string }> | null
}

/** The id of what may have been expanded. */
export function idOf(value: Expandable<{ id: string }>): string {
  return typeof value === 'string' ? value : value.id
}
