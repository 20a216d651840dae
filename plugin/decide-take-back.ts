/** `delete NAME` of what was never made: the wish is taken back. Its link ends, and what was paid for it goes back. */
import type { Request } from '../protocol/state'
import { optionsOf } from './decide-link'
import { answer, type Look } from './look'
import { type Checkout, isPaid, lapsedCreate, unpaidCreateOf } from './unpaid'
import { payWords } from './words-pay'

/** True where this name is no pub and has been asked for: then the answer is owed, or comes at the next look. */
export function takeBack(look: Look, request: Request, name: string): boolean {
  const { state, now } = look.world
  const told = unpaidCreateOf(state, request.author, name)
  const options = { command: 'delete' }
  if (told === null) {
    // Also after a crash between the two answers of below.
    const isLapsed = lapsedCreate(state, request.author, name) !== null
    if (isLapsed) answer(look, request, 'done', payWords.neverMade(name), options)
    return isLapsed
  }
  const { checkout } = told.content
  const create = state.open.get(checkout)
  if (create === undefined || isDecided(look, told)) {
    look.wakeAt(now)
    return true
  }
  look.takenBack.add(checkout)
  // Its end is all that it takes: what is owed to Stripe of a create that has ended without a pub follows from the feed.
  answer(look, create, 'failed', payWords.takenBack(name), optionsOf(create, told))
  const text = isPaid(state, told) ? payWords.tookPaidBack(name) : payWords.tookBack(name)
  answer(look, request, 'done', text, options)
  return true
}

/** This look has made its pub, or ended it already. */
function isDecided(look: Look, { content: { checkout, pub } }: Checkout): boolean {
  return (
    look.takenBack.has(checkout) ||
    look.effects.some(
      (one) =>
        (one.kind === 'record' && one.content.type === 'buttcloud/pub' && one.content.pub === pub) ||
        (one.kind === 'answer' && one.request.key === checkout && one.payload.final),
    )
  )
}
