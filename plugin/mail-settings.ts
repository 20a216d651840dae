/** `mail` of config.json, checked: what operators write, and sentences that say what is wrong with it. */
import {
  type Check,
  describeRefusal,
  nullable,
  type Of,
  oneOf,
  refuse,
  shape,
  text,
  whole,
} from '../protocol/check'
import { checkEmail } from '../protocol/email-text'
import { EMAIL_CHARS_MAX } from '../protocol/limits'
import { STRIPE_URL_CHARS_MAX } from '../protocol/limits-money'

const HOST_CHARS_MAX = 253
const SECRET_CHARS_MAX = 1_000
const PATH_CHARS_MAX = 4_096

export interface MailSettings {
  host: string
  port: number
  /** none: in the clear. starttls: begun in the clear, and ended where the server does not go on with TLS. implicit: TLS from the start. */
  secure: 'none' | 'starttls' | 'implicit'
  user: string | null
  /** One of the two where there is a user; else the environment has it (MAIL_PASSWORD_VARIABLE). */
  password: string | null
  passwordFile: string | null
  /** Certificates to trust besides the usual ones, as PEM. */
  caFile: string | null
  /** As it stands in mails: `Name <address>` or the address alone. */
  from: { name: string | null; address: string }
  /** Stripe's page on which payers let themselves in by a code to their address; null: the operator has none. */
  portal: string | null
  /** Who is told when something has to be looked at; null: nobody, by mail. */
  operator: string | null
}

/** Where a password may stand that is in no file. */
export const MAIL_PASSWORD_VARIABLE = 'BUTTCLOUD_SMTP_PASSWORD'

const address: Check<string> = (value, field) => {
  const found = typeof value === 'string' ? checkEmail(value) : null
  return found === null ? refuse(field, 'a mail address', value) : { ok: true, value: found }
}

/** `Garden <pubs@example.org>`, or the address alone. */
const sender: Check<MailSettings['from']> = (value, field) => {
  const parts =
    typeof value === 'string' ? /^\s*(?:"?([^"<>\r\n]*?)"?\s*<([^<>]+)>|([^<>]+))\s*$/.exec(value) : null
  const found = parts === null ? null : checkEmail(parts[2] ?? parts[3] ?? '')
  return found === null
    ? refuse(field, 'a mail address, or a name and one: Garden <pubs@example.org>', value)
    : { ok: true, value: { name: (parts?.[1] ?? '').trim() || null, address: found } }
}

const host: Check<string> = (value, field) => {
  const checked = text(HOST_CHARS_MAX)(value, field)
  if (checked.ok && !/^[^\s/@]+$/.test(checked.value))
    return refuse(field, 'a host name or an address', value)
  return checked
}

const smtp = shape({
  host,
  port: nullable(whole(1, 65_535)),
  secure: nullable(oneOf('none', 'starttls', 'implicit')),
  user: nullable(text(EMAIL_CHARS_MAX)),
  password: nullable(secret),
  passwordFile: nullable(text(PATH_CHARS_MAX)),
  caFile: nullable(text(PATH_CHARS_MAX)),
})
/** A page that is no secret and lasts, unlike the links that `billing` makes. */
const page: Check<string> = (value, field) =>
  typeof value === 'string' && value.length <= STRIPE_URL_CHARS_MAX && /^https:\/\/[\x21-\x7e]+$/.test(value)
    ? { ok: true, value }
    : refuse(field, 'a link that begins with https://', value)
const mail = shape({ smtp, from: sender, operator: nullable(address), portal: nullable(page) })

/** What is wrong with it is told without it. */
function secret(value: unknown, field: string): ReturnType<Check<string>> {
  const checked = text(SECRET_CHARS_MAX)(value, field)
  return checked.ok && checked.value !== ''
    ? checked
    : { ok: false, field, expected: `a text of 1 to ${SECRET_CHARS_MAX} characters`, found: 'something else' }
}

const KNOWN: Record<string, readonly string[]> = {
  mail: ['smtp', 'from', 'operator', 'portal'],
  'mail.smtp': ['host', 'port', 'secure', 'user', 'password', 'passwordFile', 'caFile'],
}

/** The settings; null where no mail is wanted. Throws a sentence that names the field, what is there and what should be. */
export function readMailSettings(found: unknown): MailSettings | null {
  if (found === undefined || found === null || found === false) return null
  const fail = (why: string): never => {
    throw new Error(
      `The mail settings can't be used: ${why}. docs/OPERATORS.md shows them; without \`mail\` none is sent.`,
    )
  }
  for (const [place, known] of Object.entries(KNOWN)) {
    const part = place === 'mail' ? found : (found as { smtp?: unknown }).smtp
    const strange = Object.keys(typeof part === 'object' && part !== null ? part : {}).find(
      (name) => !known.includes(name),
    )
    if (strange !== undefined)
      fail(`${place} has no setting "${strange.slice(0, 40)}"; it takes ${known.join(', ')}`)
  }
  const checked = mail(found, 'mail')
  if (!checked.ok) return fail(describeRefusal(checked))
  return settingsOf(checked.value, fail)
}

function settingsOf(
  { smtp: server, from, operator, portal }: Of<typeof mail>,
  fail: (why: string) => never,
): MailSettings {
  const port = server.port ?? (server.secure === 'implicit' ? 465 : 587)
  const secure = server.secure ?? (port === 465 ? 'implicit' : 'starttls')
  const { user, password, passwordFile } = server
  if (user === null && (password !== null || passwordFile !== null))
    fail('mail.smtp has a password and no user')
  if (password !== null && passwordFile !== null)
    fail('mail.smtp has both password and passwordFile; one of them is enough')
  if (secure === 'none' && user !== null && !isNear(server.host))
    fail(
      `mail.smtp.secure is none, so the password would go to ${server.host} in the clear; use starttls or implicit`,
    )
  return { ...server, port, secure, from, operator, portal }
}

/** What never leaves this machine. */
function isNear(name: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/.test(name)
}
