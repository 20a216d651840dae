/**
 * What a line of a log may not hold is taken out of it, by whatever path it came there: private keys and seeds, invites and
 * tokens, Stripe's keys and pages, passwords, mail addresses. Ids of feeds, messages and blobs are public and stay.
 * What looks like a secret and is none goes with it; a secret that looks like nothing at all can't be known, so nobody
 * logs one.
 */

/** A field of this name is a secret, whatever it looks like. */
const SECRET_FIELD = /^(?:pass(?:word|phrase)?|secret|token|authorization|cookie|private|seed|api[-_]?key)$/i
/** Deeper is nothing that a line is about. */
const DEPTH_MAX = 6
const ITEMS_MAX = 100

type Rule = [pattern: RegExp, instead: string]

/** In this order: what is whole goes before its parts. */
const RULES: Rule[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[key]'],
  // Logins in addresses: smtps://user:password@host
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"'<>]{1,500}@/gi, '$1[login]@'],
  // host:port:@feed.ed25519~seed: invites, and the tokens of hubs and bridges.
  [/[^\s"'`<>()[\]]{1,260}:@[A-Za-z0-9+/]{43}=\.ed25519~[A-Za-z0-9+/]{43}=/g, '[invite]'],
  // Stripe's pages open for whoever has the link, and its sessions are found by their ids.
  [/https?:\/\/[^\s"'<>/]{0,200}\bstripe\.com\b[^\s"'<>]*/gi, '[link]'],
  [/(?:https?:\/\/[^\s"'<>/]{1,200})?\/(?:c\/pay|p\/session|p\/login)\/[^\s"'<>]+/gi, '[link]'],
  [/\b(?:(?:sk|rk|cs|bps|pi|si|seti|ppage)_(?:live|test)_|whsec_|bps_)\w+/g, '[stripe]'],
  [/\b\w+_secret_\w+/g, '[stripe]'],
  // What stands behind the question mark of a page is often what opens it.
  [/(\bhttps?:\/\/[^\s"'<>?#]+)[?#][^\s"'<>]+/gi, '$1?[cut]'],
  [/\bBearer\s+[\w.~+/=-]{8,}/gi, 'Bearer [secret]'],
  [/(?<![0-9a-f])(?<!sha256:)[0-9a-f]{64,}/gi, '[secret]'],
  // 32 bytes and more as base64, but for ids: a sigil before, or the public key of an address.
  [
    /((?:[@%&]|shs:)[A-Za-z0-9+/]{43}=(?![A-Za-z0-9+/=]))|[A-Za-z0-9+/]{43,}={1,2}|[A-Za-z0-9+/]{80,}/g,
    '$1[secret]',
  ],
  [
    /[^\s@<>()[\]\\,;:"'`/]{1,320}@(?:localhost\b|(?:[\p{L}\p{N}-]{1,63}\.){1,10}\p{L}{2,63}\b)/gu,
    '[address]',
  ],
]

/** A text without what nobody may read in a log. */
export function redactText(text: string): string {
  let clean = text
  for (const [pattern, instead] of RULES)
    clean =
      instead === '$1[secret]'
        ? clean.replace(pattern, (_found, id?: string) => id ?? '[secret]')
        : clean.replace(pattern, instead)
  return clean
}

/** The same for whatever is logged: names and values of fields, errors and what caused them. Never throws. */
export function redactValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return '[value]'
  if (typeof value !== 'object' || value === null) return value
  if (depth >= DEPTH_MAX) return '[more]'
  if (ArrayBuffer.isView(value)) return '[bytes]'
  try {
    if (value instanceof Error) return redactError(value, depth)
    if (Array.isArray(value)) return value.slice(0, ITEMS_MAX).map((one) => redactValue(one, depth + 1))
    const { toJSON } = value as { toJSON?: unknown }
    if (typeof toJSON === 'function') return redactValue(toJSON.call(value), depth + 1)
    const entries = value instanceof Map ? [...value] : Object.entries(value)
    const clean = entries.slice(0, ITEMS_MAX).map(([name, one]) => redactField(String(name), one, depth))
    return Object.fromEntries(clean)
  } catch {
    // Somebody's getter; what it would have said is no loss.
    return '[value]'
  }
}

function redactField(name: string, value: unknown, depth: number): [name: string, value: unknown] {
  const isSecret = SECRET_FIELD.test(name) && value !== null && value !== undefined
  return [redactText(name), isSecret ? '[secret]' : redactValue(value, depth + 1)]
}

function redactError(error: Error, depth: number): object {
  const { message, stack, cause } = error
  return {
    message: redactText(String(message)),
    ...(stack === undefined ? {} : { stack: redactText(String(stack)) }),
    ...(cause === undefined ? {} : { cause: redactValue(cause, depth + 1) }),
  }
}
