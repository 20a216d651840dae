/** What may be an e-mail address, and how one is shown where it must not be told. */
import { EMAIL_CHARS_MAX } from './limits'

/** No more than its shape: whether mail arrives there only a mail tells (RFC 5321 4.5.3.1 for the lengths). */
const EMAIL =
  /^[^\s@<>()[\]\\,;:"`]{1,64}@[^\s@<>()[\]\\,;:"`.][^\s@<>()[\]\\,;:"`]*\.[^\s@<>()[\]\\,;:"`.]{2,63}$/

/** What nobody sees or types: control characters, marks of direction, joiners. A mail server may take them for something else. */
const UNSEEN = /\p{C}/u

/** The address as it was written; null for what can be none. */
export function checkEmail(written: string): string | null {
  const text = written.replace(/^mailto:/i, '').trim()
  return text.length <= EMAIL_CHARS_MAX && EMAIL.test(text) && !UNSEEN.test(text) && !text.includes('..')
    ? text
    : null
}

/** `a***@example.org`: enough to know one's own again, and no more. */
export function maskEmail(address: string): string {
  const at = address.lastIndexOf('@')
  return at < 1 ? '***' : `${[...address][0] ?? ''}***${address.slice(at)}`
}

/** A text without the addresses in it: mail servers like to repeat them. */
export function maskEmails(text: string): string {
  return text.replace(/[^\s@<>()[\]\\,;:"'`]+@[^\s@<>()[\]\\,;:"'`]+/g, maskEmail)
}
