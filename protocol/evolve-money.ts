/** What messages about money mean to the provider's state. All are on the provider's own feed, in its order. */
import type { Folded } from './evolve'
import type { Millis, PubId } from './ids'
import { ALERTS_KEPT_MAX, MONEY_CAUSES_KEPT_MAX } from './limits-money'
import type { AlertMessage } from './messages/alert'
import type { BridgeMessage } from './messages/bridge'
import type { CheckoutMessage } from './messages/checkout'
import type { DuesMessage } from './messages/dues'
import { type GrantMessage, grantKey } from './messages/grant'
import type { PaymentMessage, SubscriptionStatus } from './messages/payment'
import type { PermitMessage } from './messages/permit'
import type { SessionMessage } from './messages/session'
import type { ProviderFold } from './state'
import type { MoneyFold, PaymentFact, Told } from './state-money'

export type MoneyMessage =
  | BridgeMessage
  | CheckoutMessage
  | SessionMessage
  | PaymentMessage
  | GrantMessage
  | DuesMessage
  | PermitMessage
  | AlertMessage

const DAY_MS = 24 * 3_600_000

/** What a message says, with where and when it was said. */
export const toldBy =
  ({ key, sequence, claimedAt }: Folded) =>
  <T>(content: T): Told<T> => ({ key, sequence, at: claimedAt, content })

/** Folds one of them. */
export function evolveMoney(provider: ProviderFold, message: Folded, content: MoneyMessage): void {
  const { money } = provider
  const told = toldBy(message)
  switch (content.type) {
    case 'buttcloud/bridge':
      money.bridges.set(content.bridge, content)
      if (content.token !== null) provider.usedTokens.set(content.token, content.bridge)
      if (content.status === 'admitted') money.billingSince ??= message.claimedAt
      return
    case 'buttcloud/checkout':
      if (money.checkouts.has(content.checkout)) return
      money.checkouts.set(content.checkout, told(content))
      // A combined answer says that nothing was done, and somebody may pay for this.
      provider.begun.add(content.checkout)
      return
    case 'buttcloud/session':
      money.sessions.set(content.checkout, told(content))
      return
    case 'buttcloud/payment':
      notePayment(provider, told(content))
      return
    case 'buttcloud/grant':
      money.grants.set(grantKey(content.target), told(content))
      return
    case 'buttcloud/dues':
      noteDues(money, told(content))
      return
    case 'buttcloud/permit':
      money.permits = [...recent(money.permits, message.claimedAt), told(content)]
      return
    case 'buttcloud/alert': {
      money.alerts.set(content.event, told(content))
      const oldest = money.alerts.keys().next().value
      if (money.alerts.size > ALERTS_KEPT_MAX && oldest !== undefined) money.alerts.delete(oldest)
      return
    }
    default:
      forgotten(content)
  }
}

/** True for a subscription that is paid for, or need not be yet. */
export function isGood(status: SubscriptionStatus): boolean {
  return status === 'active' || status === 'trialing'
}

function notePayment({ money, pubs }: ProviderFold, told: Told<PaymentMessage>): void {
  noteCause(money, told)
  const { subscription, pub, status } = told.content
  const before = money.payments.get(subscription)
  const isFirst = isGood(status) && (before?.goodSince ?? null) === null
  money.payments.set(subscription, {
    ...told,
    firstSequence: before?.firstSequence ?? told.sequence,
    statusSince: before?.content.status === status ? before.statusSince : told.at,
    goodSince: before?.goodSince ?? (isGood(status) ? told.at : null),
    refundedAt: before?.refundedAt ?? (told.content.refunded ? told.at : null),
    goodSpell: isGood(status) ? (before?.goodSpell ?? told.sequence) : null,
    second: before?.second ?? false,
    late: before?.late || (isFirst && pubs.get(pub)?.record.status === 'ended'),
  })
  const known = money.paymentsOfPub.get(pub) ?? []
  if (!known.includes(subscription)) money.paymentsOfPub.set(pub, [...known, subscription])
  const kept = keptPayment(money, pub)
  for (const id of money.paymentsOfPub.get(pub) ?? []) {
    const one = money.payments.get(id)
    if (one !== undefined && one.goodSpell !== null) one.second = one !== kept
  }
}

/**
 * Of several good subscriptions of a pub the one that goes on: the one that has been good for longest. One that is mended
 * after somebody else has paid comes second, because it is being ended already. Null where none is good.
 */
export function keptPayment(money: MoneyFold, pub: PubId): PaymentFact | null {
  let kept: PaymentFact | null = null
  for (const id of money.paymentsOfPub.get(pub) ?? []) {
    const one = money.payments.get(id)
    if (one === undefined || one.goodSpell === null) continue
    if (kept === null || one.goodSpell < (kept.goodSpell ?? 0)) kept = one
  }
  return kept
}

/** What follows for a pub's record from such a message answers no request. */
export function noteCause({ causes }: MoneyFold, { key, content: { pub } }: Told<{ pub: PubId }>): void {
  causes.set(pub, [...(causes.get(pub) ?? []), key].slice(-MONEY_CAUSES_KEPT_MAX))
}

function noteDues(money: MoneyFold, told: Told<DuesMessage>): void {
  noteCause(money, told)
  const { pub, stage } = told.content
  const before = money.dues.get(pub)
  const goesOn = before !== undefined && before.content.stage !== 'clear'
  money.dues.set(pub, { ...told, begunBy: goesOn ? before.begunBy : told.key })
  if (stage === 'suspended' || stage === 'ended')
    money.cuts = [...recent(money.cuts, told.at), { at: told.at, stage, pub }]
}

function recent<T extends { at: Millis }>(list: T[], now: Millis): T[] {
  return list.filter((one) => one.at > now - DAY_MS)
}

function forgotten(value: never): never {
  throw new Error(`evolve forgot a message about money: ${JSON.stringify(value)}`)
}
