/** What the provider says about pubs that are not paid for. Facts in, sentences out. */

import type { Millis } from '../protocol/ids'
import type { DuesMessage, DuesReason } from '../protocol/messages/dues'
import type { PubMessage } from '../protocol/messages/pub'
import { when } from './words'
import { takeAllAway } from './words-export'

const because: Record<DuesReason, string> = {
  'past-due': 'the last payment for it failed',
  unpaid: 'its payments failed, and Stripe has given up trying',
  canceled: 'its subscription is over',
  leaving: 'its subscription was cancelled',
  never: 'nobody pays for it yet',
  'grant-over': 'the time for which it was given is over',
}

/** What can be done about it. A new link does not mend a card; the payer's own page at Stripe does. */
const whatToDo = (name: string, reason: DuesReason): string => {
  const pay = `\`pay ${name}\` gets you a link to pay by, which anybody may use`
  if (reason === 'past-due')
    return `Stripe tries the card again by itself. Whoever pays can change the card: \`billing ${name}\` has the page for it mailed to them. Or ${pay}.`
  if (reason === 'leaving')
    return `If that is meant so, there is nothing to do. Else whoever pays can take the cancellation back: \`billing ${name}\` has the page for it mailed to them. After the end of the subscription ${pay}.`
  return `To keep it: ${pay}.`
}

/** Whatever it costs, what is theirs goes with them, and until when. */
const takeAway = (name: string, until: Millis): string =>
  `Before ${when(until)} you can take it with you. ${takeAllAway(name)}`

/** Of a pub that has ended. */
const kept = (name: string, until: Millis): string =>
  `Its data stays on its server until ${when(until)} and is then removed for good. ${takeAllAway(name)}`

/** The notice of one stage: what is so, until when, and what to do; `halted`: its operator has stopped it, too. */
export function duesNotice(
  { name, keepUntil, desired }: PubMessage,
  dues: DuesMessage,
  halted = false,
): string {
  const { reason, suspendAt, endAt } = dues
  const todo = whatToDo(name, reason)
  switch (dues.stage) {
    case 'grace': {
      const first =
        reason === 'never'
          ? `This provider now takes payment for the plan of **${name}**, and nobody pays for it yet.`
          : `About **${name}**: ${because[reason]}.`
      return `${first} It runs on until ${when(suspendAt)}; then it is stopped and its data kept until ${when(endAt)}. ${todo}`
    }
    case 'reminded':
      return `A reminder about **${name}**: ${because[reason]}, and at ${when(suspendAt)} it is stopped. Its data is kept then. ${todo}`
    case 'suspended':
      return `**${name}** is suspended, because ${because[reason]}: it is stopped, and nobody reaches it. Its data is kept until ${when(endAt)}, and ${halted ? 'whoever runs this provider has suspended it, too, so a payment alone does not bring it up' : 'it is up again by itself as soon as it is paid for'}. ${todo} ${takeAway(name, endAt)}`
    case 'last-week':
      return `**${name}** is still suspended, because ${because[reason]}, and ends at ${when(endAt)}. ${todo} ${takeAway(name, endAt)}`
    case 'last-day':
      return `The last word about **${name}**: it ends at ${when(endAt)}, because ${because[reason]}. ${todo} ${takeAway(name, endAt)}`
    case 'ended':
      return `**${name}** has ended, because ${because[reason]}. ${keepUntil === null ? '' : `${kept(name, keepUntil)} `}\`create ${name}\` makes a new pub, which is another one; take what is here of the old one first.`
    case 'clear': {
      const off =
        desired === 'down'
          ? ` It stays off, because one of you stopped it: \`start ${name}\` brings it back.`
          : ''
      const held =
        ' It stays suspended, though: whoever runs this provider has stopped it for another reason, and told you so.'
      return `**${name}** is in order again: nothing is owed for it, and the dates I gave you are void.${halted ? held : off}`
    }
  }
}

/** Why a pub that is suspended for want of payment does not do what was asked. */
export function duesRefusal(name: string, dues: DuesMessage | null): string {
  const why = dues === null ? 'it is not paid for' : because[dues.reason]
  const kept = dues === null ? '' : ` Its data is kept until ${when(dues.endAt)}.`
  return `**${name}** is suspended, because ${why}, so I did nothing.${kept} \`pay ${name}\` gets you a link to pay by; then it is up again by itself. \`buttcloud export ${name} all\` in a terminal takes it away.`
}
