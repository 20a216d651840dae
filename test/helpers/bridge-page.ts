/** What a provider says for its public pages, in tests. */
import { DEFAULT_POLICY } from '../../plugin/policy'
import { promisedDates } from '../../plugin/promised-dates'
import type { FeedId } from '../../protocol/ids'
import type { BillingPage } from '../../protocol/rpc-billing'

export const PROVIDER = `@${'A'.repeat(42)}E=.ed25519` as FeedId
/** Of the length and the alphabet of a real one. */
export const INVITE = `pubs.example.org:8010:${PROVIDER}~${'kJ2+'.repeat(10)}kJ0=`

export function billingPage(changed: Partial<BillingPage> = {}): BillingPage {
  return {
    id: PROVIDER,
    name: 'Garden Pubs',
    plans: [...DEFAULT_POLICY.plans],
    accepting: true,
    hubs: { all: 2, connected: 2 },
    pubs: 17,
    dates: promisedDates(DEFAULT_POLICY),
    ...changed,
  }
}

export const OPERATOR = {
  name: 'Alice Gardener',
  address: '1 Tulip Lane, Otautahi',
  contact: 'alice@example.org',
  law: 'The law of New Zealand applies.',
}
