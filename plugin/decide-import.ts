/**
 * `import NAME`: what its writer has uploaded becomes a pub of that name under the identity that it had. Its key goes to
 * escrow and its feed into our log first (an ask of our own, safe to repeat); only then there is a record, and from then on
 * all is as for `create`.
 */
import { type FeedId, type MessageId, pubIdOf } from '../protocol/ids'
import type { Plan } from '../protocol/plan'
import type { Request, State } from '../protocol/state'
import { oweNewPub, roomFor } from './decide-create'
import { costsNothing, paymentsOf } from './entitlement'
import { answer, type Look } from './look'
import { isGuest } from './owners'
import { planOf } from './policy'
import { feedOf, occupies } from './query'
import { oweCheckout } from './unpaid'
import { importWords as words } from './words-import'
import { payWords } from './words-pay'

/** What somebody has uploaded, whole and checked. */
export interface Brought {
  name: string
  feed: FeedId
  /** Names this upload: another one is another. */
  upload: string
  messages: number
  head: MessageId
}

/** What stands against this feed as a pub of ours; null when nothing does. */
export function whyNotTake(state: State, newcomers: ReadonlySet<FeedId>, feed: FeedId): string | null {
  for (const pub of state.provider.pubs.values()) {
    if (feedOf(state, pub) !== feed) continue
    const { name, status } = pub.record
    if (status === 'live') return words.hostedAs(feed, name)
    if (occupies(state, pub)) return words.notGone(feed, name)
  }
  const { provider } = state
  const person = provider.owners.has(feed) || newcomers.has(feed) || isGuest(state, feed)
  return feed === provider.id || provider.hubs.has(feed) || person ? words.somebody(feed) : null
}

/** Checks, has it stored, and owes what a new pub needs. */
export function beginImport(look: Look, request: Request, { name }: { name: string }): void {
  const { state, facts } = look.world
  const refuse = (text: string): void => answer(look, request, 'refused', text, { command: 'import' })
  const brought = facts.brought?.get(request.author)
  if (brought === undefined) return refuse(words.howTo(name))
  if (brought.name !== name) return refuse(words.otherName(name, brought.name))
  const against = whyNotTake(state, facts.newcomers, brought.feed)
  if (against !== null) return refuse(against)
  const plan = planOf(look.world.policy, null)
  const placement = plan === null ? null : roomFor(look, request, { name, plan }, 'import')
  if (plan === null || placement === null) return
  if (!costsNothing(look.world, request.author, plan)) return oweCheckout(look, request, name, plan)
  storeBrought(look, request, { name, plan, placement, brought })
}

interface Storing {
  name: string
  plan: Plan
  placement: NonNullable<ReturnType<typeof roomFor>>
  brought: Brought
}

/** Has it stored as the pub's own, and owes the pub once that is done. */
export function storeBrought(
  look: Look,
  request: Request,
  { name, plan, placement, brought }: Storing,
): void {
  const { state, facts } = look.world
  const fail = (why: string): void => {
    const back = paymentsOf(state, pubIdOf(request.key)).length > 0 ? payWords.backToo : ''
    answer(look, request, 'failed', `${words.failed(name, why)}${back}`, { command: 'import' })
  }
  const known = facts.replies.get(request.key)
  // What Stripe said of the link is over.
  const reply = known?.state === 'done' && known.ask === 'stripe' ? undefined : known
  switch (reply?.state) {
    case undefined:
      return look.owe({
        ...{ kind: 'ask', request: request.key, hub: state.provider.id },
        ask: {
          ...{ kind: 'import', pub: pubIdOf(request.key) },
          ...{ owner: request.author, upload: brought.upload },
        },
      })
    case 'waiting':
      return
    case 'failed':
      return fail(reply.reason)
    case 'done':
      // Uploaded anew while the former one was stored: what is stored is not what is there now.
      if (reply.value !== brought.feed) return fail(words.replaced)
      oweNewPub(look, request, { name, plan, placement, feed: brought.feed })
      if (state.provider.answers.has(request.key)) return
      return answer(look, request, 'received', words.making(name, brought.messages), {
        ...{ command: 'import', pub: pubIdOf(request.key) },
      })
  }
}
