/** An owner's address over muxrpc (CLI and terminal UI): it stands on no feed. And mail as the operator sees it. */
import { nullable, type Of, shape, text } from './check'
import type { Millis } from './ids'
import { EMAIL_CHARS_MAX } from './limits'

/** The provider's methods for owners. */
export const MAIL_METHODS = { emailSet: 'async', emailState: 'async' } as const
export const MAIL_CALLS = Object.keys(MAIL_METHODS) as (keyof typeof MAIL_METHODS)[]

/** `emailSet({address})` sends a code there; `emailSet({code})` confirms it; `emailSet({})` forgets the address. */
export const checkEmailSet = shape({
  address: nullable(text(EMAIL_CHARS_MAX)),
  code: nullable(text(12)),
})
export type EmailSet = Of<typeof checkEmailSet>

/**
 * What came of it.
 * code-sent   a code is on its way to the address that was given
 * confirmed   mail goes there from now on
 * wrong-code  it is not the one; after EMAIL_TRIES_MAX of these it is void
 * no-code     no code is waited for: none was sent, or it is void or too old
 * forgotten   no address is kept any more
 * none        none was kept
 * too-many    of codes, by this owner, to this address, or in all: later
 */
export const EMAIL_REPLIES = [
  'code-sent',
  'confirmed',
  'wrong-code',
  'no-code',
  'forgotten',
  'none',
  'too-many',
] as const
export type EmailReply = (typeof EMAIL_REPLIES)[number]

/** What `emailState()` answers. Never the address. */
export interface EmailState {
  /** off: this provider sends no mail. `confirmed` also while a change of it is not confirmed. */
  state: 'off' | 'none' | 'unconfirmed' | 'confirmed'
  /** A code was sent and may still be given. */
  codeWaits: boolean
}

/** What `emailSet` answers. */
export interface EmailAnswer extends EmailState {
  outcome: EmailReply
}

/** `adminMailTest({address})`: null for the operator's own. */
export const checkMailTest = shape({ address: nullable(text(EMAIL_CHARS_MAX)) })

/** What came of a test. */
export interface MailTestAnswer {
  ok: boolean
  /** To whom, shortened: a***@example.org. */
  to: string
  /** Why it was not taken; null where it was. */
  reason: string | null
  /** What was said to the mail server and by it; without secrets. */
  dialogue: string[]
}

/** `adminMail()`: the queue. Addresses are shortened. */
export interface MailView {
  /** False: this provider sends no mail. */
  on: boolean
  /** host:port of the mail server. */
  server: string | null
  waiting: { what: string; to: string; since: Millis; tries: number; nextAt: Millis; reason: string | null }[]
  failed: { what: string; to: string; at: Millis; reason: string }[]
  /** Within the last MAIL_KEPT_MS. */
  sent: number
  /** Owners with a confirmed address, and payers. */
  addresses: { owners: number; payers: number }
}
