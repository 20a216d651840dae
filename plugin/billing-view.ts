/** What the bridge reads of us: what we believe of subscriptions, and what the public pages show. */
import type { FeedId, Millis } from '../protocol/ids'
import { SESSION_REMEMBERED_MS } from '../protocol/limits-money'
import type { BillingPage, BillingState } from '../protocol/rpc-billing'
import type { State } from '../protocol/state'
import type { Policy } from './policy'
import { promisedDates } from './promised-dates'
import { needOf, Places } from './schedule'

/** `billingState()`: for the sweep. */
export function billingState(state: State, policy: Policy, now: Millis): BillingState {
  const { money } = state.provider
  const paid = new Set<string>()
  const subscriptions = [...money.payments.values()].map(({ content }) => {
    const { subscription, checkout, session, customer, pub, status, plan } = content
    const { periodEnd, cancelAt, refunded, live } = content
    paid.add(session)
    return {
      ...{
        subscription,
        checkout,
        session,
        customer,
        pub,
        status,
        plan,
        periodEnd,
        cancelAt,
        refunded,
        live,
      },
    }
  })
  const sessions: BillingState['sessions'] = []
  for (const [checkout, { content }] of money.sessions) {
    const { session, expiresAt, live } = content
    if (!paid.has(session) && now < expiresAt + SESSION_REMEMBERED_MS)
      sessions.push({ checkout, session, expiresAt, live })
  }
  return { subscriptions, sessions, plans: [...policy.plans] }
}

/** `billingPage()`: what anybody may see. */
export function billingPage(state: State, policy: Policy, connected: ReadonlySet<FeedId>): BillingPage {
  const hubs = [...state.provider.hubs.values()].filter((hub) => hub.status !== 'retired')
  const places = new Places({ state, policy, connected })
  let pubs = 0
  for (const { record } of state.provider.pubs.values()) if (record.status === 'live') pubs += 1
  return {
    id: state.provider.id,
    name: policy.providerName,
    plans: [...policy.plans],
    accepting: policy.plans.some((plan) => places.find(needOf(plan, [])).ok),
    hubs: { all: hubs.length, connected: hubs.filter((hub) => connected.has(hub.hub)).length },
    pubs,
    dates: promisedDates(policy),
  }
}
