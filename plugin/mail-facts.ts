/** What a look may know of mail, which is never an address, and how one is owed. */
import type { Millis } from '../protocol/ids'
import { MAIL_CAUSE_MS } from '../protocol/limits-mail'
import type { MailTo } from './effects'
import type { Look } from './look'
import type { MailText } from './words-mail'

export interface MailFacts {
  /** Keys of what is in the queue, or was dealt with lately. */
  taken: ReadonlySet<string>
  /** True where mail to them goes somewhere. */
  has(to: MailTo): boolean
  /** Stripe's page for payers, where the operator has told it. */
  portal?: string | null
  /** A payer's own lasting link to the page where they change the card: for mails to that payer alone. */
  portalOf?(customer: string): string | null
  /** True where it goes to the same address. */
  same?(one: MailTo, other: MailTo): boolean
  /** What could not be delivered to owners and payers lately, newest last; addresses shortened. */
  failed?: readonly { at: Millis; to: string; reason: string | null }[]
}

/** True for what was caused too long ago, by the time of the feed, to be mailed. */
export function isLate(look: Look, causedAt: Millis): boolean {
  return causedAt <= look.world.now - MAIL_CAUSE_MS
}

/** Owes one mail, unless it is taken, or there is nowhere to send it. */
export function oweMail(look: Look, mail: MailFacts, key: string, to: MailTo, words: MailText): void {
  if (mail.taken.has(key) || !mail.has(to)) return
  look.owe({ kind: 'mail', mail: { key, to, ...words } })
}
