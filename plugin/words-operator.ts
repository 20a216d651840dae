/** What the provider says on its operator's word. Facts in, sentences out. */
import type { BlockMessage } from '../protocol/messages/block'
import type { DuesMessage } from '../protocol/messages/dues'
import type { HaltMessage } from '../protocol/messages/halt'
import type { PubMessage } from '../protocol/messages/pub'
import { isStoppedAt } from './dues'
import { duesRefusal } from './words-dues'
import { takeAllAway } from './words-export'
import { listed } from './words-people'

const who = 'whoever runs this provider'
/** A reason ends with a stop of its own, or gets one. */
const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`)
const because = (reason: string | null): string =>
  reason === null ? ' They gave no reason.' : ` Their reason: ${sentence(reason)}`

/** To the owners of a pub that the operator has stopped, or lets be again; `isPaid`: by a subscription that goes on. */
export function haltNotice(
  { name, desired }: PubMessage,
  halt: HaltMessage,
  dues: DuesMessage | null,
  isPaid: boolean,
): string {
  const paid = isPaid ? ` The subscription for it goes on; \`cancel ${name}\` ends it.` : ''
  if (halt.halted)
    return `**${name}** is suspended by ${who}: it is stopped, and nobody reaches it.${because(halt.reason)} Its data is kept. It comes up again when they say so, and no command of yours does it.${paid} ${takeAllAway(name)}`
  const said = `${capital(who)} has ended the suspension of **${name}**.${halt.reason === null ? '' : because(halt.reason)}`
  if (dues !== null && isStoppedAt(dues.stage))
    return `${said} It stays suspended, because it is not paid for: \`pay ${name}\` gets you a link to pay by.`
  if (desired === 'down')
    return `${said} It stays off, because one of you stopped it: \`start ${name}\` brings it back.`
  return `${said} It is being started.`
}

/** Why a suspended pub does not do what was asked. */
export function suspendedText(name: string, halt: HaltMessage | null, dues: DuesMessage | null): string {
  if (halt === null) return duesRefusal(name, dues)
  const owed =
    dues !== null && isStoppedAt(dues.stage)
      ? ` It is not paid for, either; \`pay ${name}\` alone does not bring it up again.`
      : ''
  return `**${name}** is suspended by ${who}, so I did nothing.${because(halt.reason)} Its data is kept, and it comes up again when they say so.${owed} \`buttcloud export ${name} all\` in a terminal takes it away.`
}

/** The combined answer to somebody who is blocked. `names`: of the live pubs they own. */
export function blockedText({ reason }: BlockMessage, names: string[]): string {
  const pubs = names.map((name) => `**${name}**`)
  const theirs =
    names.length === 0
      ? ''
      : ` ${listed(pubs)} ${names.length === 1 ? 'goes' : 'go'} on as before, unless you are told otherwise, and what is there stays yours: \`buttcloud export ${names.length === 1 ? names[0] : 'NAME'} all\` in a terminal takes it away.`
  return `${capital(who)} takes no more requests from you, so nothing was done.${because(reason)}${theirs} What you write from now on I answer together, as a rule once a day.`
}

/** To all owners. */
export const announcementText = (text: string): string =>
  `To everybody with a pub here, from ${who}:\n\n${text}`

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`
