/** An owner's address over muxrpc (CLI and terminal UI): it stands on no feed. */
import { nullable, type Of, shape, text } from './check'
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

/** What came of it, and what `emailState()` answers. Never the address. */
export interface EmailState {
  /** off: this provider sends no mail. */
  state: 'off' | 'none' | 'unconfirmed' | 'confirmed'
}
