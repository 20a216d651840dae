/** Stories about paying by a link, with a bridge that says what the test wants. */
import { judgeFact } from '../../plugin/billing-facts'
import { owedCalls, standingDebts } from '../../plugin/billing-owed'
import type { Effect } from '../../plugin/effects'
import type { MessageId } from '../../protocol/ids'
import { CHECKOUT_EXPIRES_MS } from '../../protocol/limits-money'
import type { BillingFact, OwedCall } from '../../protocol/rpc-billing'
import { billingOn, bridge, factOf } from './money'
import { alice, provider, Story } from './story'
import { hubSays, opDone } from './story-hub'

export const URL_OF_LINK = 'https://checkout.stripe.example/c/pay/cs_live_a1#fid'

/** Billing is on and its bridge is connected. */
export function paid(): Story {
  const story = new Story().withHub()
  billingOn(story)
  story.connected.add(bridge)
  return story
}

/** The calls that requests wait for. */
export function calls(effects: Effect[]): OwedCall[] {
  return effects.flatMap((one) => (one.kind === 'ask' && one.ask.kind === 'stripe' ? [one.ask.call] : []))
}

/** What the bridge says of a checkout's call. */
export function linkCame(
  story: Story,
  request: MessageId,
  checkout = request,
  url = URL_OF_LINK,
  live = true,
): void {
  const session = `cs_${checkout.slice(1, 12)}`
  const told = story.state.provider.money.checkouts.get(checkout)
  const expiresAt = (told?.at ?? story.now) + CHECKOUT_EXPIRES_MS
  const done = { checkout: { session, url, expiresAt, live }, portal: null }
  stripeSays(story, request, { outcome: 'done', reason: null, ...done })
}

export function stripeSays(story: Story, request: MessageId, done: object): void {
  const value = { id: 'x', reason: null, checkout: null, portal: null, stripeTime: story.now, ...done }
  story.replies.set(request, { state: 'done', ask: 'stripe', value })
}

/** A fact as the provider takes it. */
export function fact(story: Story, request: MessageId, more: Partial<BillingFact> = {}): string {
  const told = { ...factOf(request), live: true, stripeTime: story.now, ...more }
  const judged = judgeFact(story.state.provider.money, told, null)
  if (judged.outcome === 'publish') story.tells(provider, judged.content)
  return judged.outcome
}

export const kinds = (effects: Effect[]): string[] =>
  effects.map((one) => (one.kind === 'record' || one.kind === 'order' ? one.content.type : one.kind))

/** alice asks for a pub and has its link. */
export function aliceHasLink(story: Story, text = 'create alice'): MessageId {
  const request = story.asks(alice, text)
  story.settle()
  linkCame(story, request)
  story.settle()
  return request
}

/** alice's pub is paid for and up. */
export function aliceIsPaid(story: Story): MessageId {
  const request = aliceHasLink(story)
  fact(story, request)
  story.settle()
  hubSays(story, request, 'up')
  opDone(story, request, request)
  story.settle()
  return request
}

export const owed = (story: Story): string[] =>
  owedCalls(standingDebts(story.state, story.now)).map(({ id }) => id)
