/** The link of a checkout: owed to Stripe, held against its session on the feed, and then said to the owners alone. */
import { parseCommand } from '../protocol/command'
import { buildSession } from '../protocol/messages/session'
import type { Plan } from '../protocol/plan'
import type { Request } from '../protocol/state'
import { answer, clip, type Look, onlyOwnersRead } from './look'
import { planOf } from './policy'
import { askStripe, isLink } from './stripe-ask'
import { trialUsed } from './trials'
import { type Checkout, checkoutCall } from './unpaid'
import { payWords } from './words-pay'

/** Says that the link is in a thread of its own, once it is. */
function sayElsewhere(look: Look, request: Request, told: Checkout): void {
  const { content } = told
  const session = look.world.state.provider.money.sessions.get(content.checkout)
  const final = content.kind === 'pay' || content.checkout !== request.key
  if (session === undefined || (!final && look.world.state.provider.answers.has(request.key))) return
  const { expiresAt: until, live } = session.content
  const text = payWords.linkElsewhere(content.name, costsOf(offered(look, told, live)), until)
  answer(look, request, final ? 'done' : 'received', text, optionsOf(request, told))
}

const costsOf = (plan: Plan | null): string | null => (plan === null ? null : payWords.costs(plan))

/** The plan as this checkout sells it, to be paid by money of this mode: the bridge gives nobody a second trial. */
function offered({ world: { state, policy } }: Look, told: Checkout, live: boolean): Plan | null {
  const plan = planOf(policy, told.content.plan)
  return plan !== null && trialUsed(state, told)[live ? 'live' : 'test'] ? { ...plan, trialDays: 0 } : plan
}

/** What an answer about a checkout says of itself. */
export const optionsOf = (request: Request, { content }: Checkout) => ({
  command: commandOf(request),
  ...{ pub: content.pub },
})

/** The word of the request that a checkout belongs to. */
export function commandOf({ text }: Request): 'create' | 'import' | 'pay' | 'plan' {
  const { kind } = parseCommand(text)
  return kind === 'import' || kind === 'pay' || kind === 'plan' ? kind : 'create'
}

/** True once the owners have the link of a create; the final answer of a `pay` is its link. */
export function isLinkSaid(look: Look, request: Request, { content }: Checkout): boolean {
  const { provider } = look.world.state
  const session = provider.money.sessions.get(content.checkout)
  const first = provider.answers.get(request.key)
  if (session === undefined || first === undefined) return false
  // What was said before there was a session is that Stripe is slow.
  return first.sequence > session.sequence && onlyOwnersRead(request, [request.author], provider.id)
}

/** Goes on towards the link: the call, the session, and the word; or the end, where there is none. */
export function oweLink(look: Look, request: Request, told: Checkout): void {
  const { state } = look.world
  const { name, checkout } = told.content
  const noted = state.provider.money.sessions.get(checkout)
  if (noted !== undefined && state.provider.delivered.has(noted.key)) return sayElsewhere(look, request, told)
  const fail = (why: string): void =>
    answer(look, request, 'failed', payWords.refusedLink(name, why), optionsOf(request, told))
  const reply = askStripe(look, request, checkoutCall(state, told), told.at)
  if (reply.state === 'failed') return fail(reply.reason)
  if (reply.state === 'waiting') {
    const silent = state.provider.answers.get(request.key) === undefined
    if (reply.slow && silent && noted === undefined)
      answer(look, request, 'received', payWords.slow(name), optionsOf(request, told))
    return
  }
  const made = reply.done.checkout
  if (made === null || !isLink(made.url, made.live)) return fail(payWords.badLink)
  if (noted === undefined) {
    const { session: id, expiresAt, live } = made
    // The link is said once this stands on the feed, so that every payment can be held against it.
    return look.owe({
      kind: 'record',
      content: buildSession({ checkout, session: id, expiresAt, live }),
    })
  }
  if (noted.content.session !== made.session) return fail(payWords.otherSession)
  sayLink(look, request, told, made.url)
}

/** The link of another request's checkout once more, as the final answer. */
export function sayLinkAgain(look: Look, request: Request, told: Checkout): void {
  const { state } = look.world
  const { name, checkout } = told.content
  const options = { command: 'pay', pub: told.content.pub }
  const fail = (why: string): void =>
    answer(look, request, 'failed', payWords.refusedLink(name, why), options)
  if (state.provider.delivered.has(request.key)) return sayElsewhere(look, request, told)
  const reply = askStripe(look, request, checkoutCall(state, told), request.receivedAt)
  if (reply.state === 'failed') return fail(reply.reason)
  const session = state.provider.money.sessions.get(checkout)
  // The request that it was made for notes the session down.
  if (reply.state === 'waiting' || session === undefined) {
    const silent = state.provider.answers.get(request.key) === undefined
    const slow = reply.state === 'waiting' && reply.slow
    if (slow && silent) answer(look, request, 'received', payWords.slow(name), options)
    return
  }
  const made = reply.done.checkout
  if (made === null || !isLink(made.url, made.live)) return fail(payWords.badLink)
  if (session.content.session !== made.session) return fail(payWords.otherSession)
  sayLink(look, request, told, made.url)
}

/** To current owners only: in this thread when nobody else reads it, else in one of its own, and here that it is there. */
function sayLink(look: Look, request: Request, told: Checkout, url: string): void {
  const { state } = look.world
  const { content } = told
  const session = state.provider.money.sessions.get(content.checkout)
  const options = optionsOf(request, told)
  if (session === undefined) return
  const plan = offered(look, told, session.content.live)
  if (plan === null)
    return answer(look, request, 'failed', payWords.planUnknown(content.name, content.plan), options)
  const owners = state.provider.pubs.get(content.pub)?.record.owners ?? [content.owner]
  const { expiresAt: until, live } = session.content
  const makes = content.kind === 'create'
  const text = payWords.link({ name: content.name, plan, until, url, live, makes })
  const final = !makes || content.checkout !== request.key
  const outcome = final ? 'done' : 'received'
  const early = state.provider.answers.get(request.key) !== undefined && !final
  if (!early && onlyOwnersRead(request, owners, state.provider.id))
    return answer(look, request, outcome, text, options)
  // A link that is said again goes into its own thread under its own request. That it is there is said once it is.
  const delivers = content.checkout === request.key ? session.key : request.key
  look.owe({
    kind: 'bearer',
    recps: [...owners, state.provider.id],
    ...{ to: request.author, text: clip(text) },
    payload: { v: 1, kind: 'bearer', delivers, pub: content.pub },
  })
}
