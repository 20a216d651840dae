/** What is shown of mail: to owners that it goes somewhere, to the operator the queue. No address in full. */
import { EMAIL_CODES_PER_ADDRESS_PER_DAY_MAX } from '../protocol/limits-mail'
import type { EmailReply, EmailState, MailTestAnswer, MailView } from '../protocol/mail'
import { ageText } from './tui/age'

/** `ok` false: it did not do what was asked, and the command ends with 1. */
export const EMAIL_REPLY_TEXTS: Record<EmailReply, { ok: boolean; text: string }> = {
  'code-sent': {
    ok: true,
    text: 'A code was sent there; until it is confirmed nothing else is. When it has arrived: buttcloud email --code CODE',
  },
  confirmed: { ok: true, text: 'Confirmed. Mail about your pubs goes there; buttcloud email off ends it.' },
  'wrong-code': { ok: false, text: 'That is not the code that was sent last. Look at the newest mail.' },
  'no-code': {
    ok: false,
    text: 'No code is waited for: none was sent, or it was used, is too old, or was given wrongly too often. Start again with: buttcloud email ADDRESS',
  },
  forgotten: { ok: true, text: 'Done: the provider has deleted your address.' },
  none: { ok: true, text: 'The provider has no address of yours, so there is nothing to delete.' },
  'too-many': {
    ok: false,
    text: `Too many codes were asked for, so none was sent now. Try again in an hour, or tomorrow where that address has had its ${EMAIL_CODES_PER_ADDRESS_PER_DAY_MAX} for today.`,
  },
}

export function emailStateText({ state, codeWaits }: EmailState): string {
  const waits = ' A code was sent to a new address; confirm it with: buttcloud email --code CODE'
  switch (state) {
    case 'off':
      return 'This provider sends no mail. What it has to tell you comes as private messages.'
    case 'none':
      return 'The provider has no address of yours. Give one with: buttcloud email ADDRESS'
    case 'unconfirmed':
      return 'A code was sent to your address, and the address is not confirmed yet: buttcloud email --code CODE'
    case 'confirmed':
      return `Mail about your pubs goes to the address you confirmed.${codeWaits ? waits : ''}`
  }
}

/** The queue of a provider. */
export function mailText(view: MailView, now: number): string {
  if (!view.on) return 'This provider sends no mail. docs/OPERATORS.md shows what to put into config.json.'
  const { waiting, failed, sent, addresses } = view
  const lines = [
    `Mail goes out by ${view.server}. ${addresses.owners} owners and ${addresses.payers} payers have an address.`,
    `Waiting: ${waiting.length}. Sent within two weeks: ${sent}. Not delivered: ${failed.length}.`,
  ]
  for (const { what, to, since, tries, reason } of waiting)
    lines.push(
      `  waits   ${to}  ${what}  (${ageText(since, now)}, ${tries} tries${reason === null ? '' : `; ${reason}`})`,
    )
  for (const { what, to, at, reason } of failed)
    lines.push(`  failed  ${to}  ${what}  (${ageText(at, now)}: ${reason})`)
  return lines.join('\n')
}

/** What came of a test mail. */
export function mailTestText({ ok, to, reason, dialogue }: MailTestAnswer): string {
  const end = ok
    ? `The mail server has taken it. Look into the mailbox of ${to}; among the junk, too.`
    : `The mail to ${to} was not taken: ${reason}`
  return [...dialogue.map((line) => `  ${line}`), end].join('\n')
}
