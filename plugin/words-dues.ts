/** What the provider says about pubs that are not paid for. Facts in, sentences out. */
import type { DuesMessage, DuesReason } from '../protocol/messages/dues'
import type { PubMessage } from '../protocol/messages/pub'
import { when } from './words'

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

const takeAway = (name: string): string =>
  `What you can take with you now: \`export ${name} secret\` gives you its key pair; a pub that is paid for gives you everything, with \`buttcloud export ${name} all\`.`

/** The notice of one stage: what is so, until when, and what to do. */
export function duesNotice({ name, keepUntil, owners }: PubMessage, dues: DuesMessage): string {
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
      return `**${name}** is suspended, because ${because[reason]}: it is stopped, and nobody reaches it. Its data is kept until ${when(endAt)}, and it is up again by itself as soon as it is paid for. ${todo}`
    case 'last-week':
      return `**${name}** is still suspended, because ${because[reason]}, and ends at ${when(endAt)}. ${todo} ${takeAway(name)}`
    case 'last-day':
      return `The last word about **${name}**: it ends at ${when(endAt)}, because ${because[reason]}. ${todo} ${takeAway(name)}`
    case 'ended':
      return `**${name}** has ended, because ${because[reason]}. ${keepUntil === null ? '' : `Its data stays on its server until ${when(keepUntil)} and is then removed. `}${owners.length === 1 ? `Until then \`export ${name} secret\` still gives you its key pair. ` : ''}The name is free again; \`create ${name}\` makes a new pub, which is another one.`
    case 'clear':
      return `**${name}** is in order again: nothing is owed for it, and the dates I gave you are void.`
  }
}

/** Why a suspended pub does not do what was asked. */
export function suspendedText(name: string, dues: DuesMessage | null): string {
  const why = dues === null ? 'it is not paid for' : because[dues.reason]
  const kept = dues === null ? '' : ` Its data is kept until ${when(dues.endAt)}.`
  return `**${name}** is suspended, because ${why}, so I did nothing.${kept} \`pay ${name}\` gets you a link to pay by; then it is up again by itself.`
}
