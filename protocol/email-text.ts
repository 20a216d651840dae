/** What may be an e-mail address. */
import { EMAIL_CHARS_MAX } from './limits'

/** No more than its shape: whether mail arrives there only a mail tells (RFC 5321 4.5.3.1 for the lengths). */
const EMAIL =
  /^[^\s@<>()[\]\\,;:"`]{1,64}@[^\s@<>()[\]\\,;:"`.][^\s@<>()[\]\\,;:"`]*\.[^\s@<>()[\]\\,;:"`.]{2,63}$/

/** The address as it was written; null for what can be none. */
export function checkEmail(written: string): string | null {
  const text = written.replace(/^mailto:/i, '').trim()
  return text.length <= EMAIL_CHARS_MAX && EMAIL.test(text) && !text.includes('..') ? text : null
}
