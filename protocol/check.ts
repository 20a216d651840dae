/**
 * Small checks for foreign content. A check never throws: it gives the typed value, or a refusal that names the
 * field, what was found and what was expected.
 */
import {
  type FeedId,
  type InviteKey,
  isFeedId,
  isInviteKey,
  isMessageId,
  isPubId,
  type MessageId,
  type PubId,
} from './ids'

export interface Refusal {
  ok: false
  field: string
  expected: string
  /** What was there instead, shortened. */
  found: string
}
export type Checked<T> = { ok: true; value: T } | Refusal
export type Check<T> = (value: unknown, field: string) => Checked<T>
/** The type a check yields. */
export type Of<C> = C extends Check<infer T> ? T : never

const FOUND_CHARS_MAX = 60

/** A refusal of one field. */
export function refuse(field: string, expected: string, value: unknown): Refusal {
  let found: string
  try {
    found = value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value)
  } catch {
    found = typeof value
  }
  return { ok: false, field, expected, found: found.slice(0, FOUND_CHARS_MAX) }
}

/** A refusal in words, for logs and answers. */
export function describeRefusal(refusal: Refusal): string {
  return `${refusal.field}: expected ${refusal.expected}, found ${refusal.found}`
}

/** Exactly this value. */
export function literal<const T extends string | number | boolean>(wanted: T): Check<T> {
  return (value, field) =>
    value === wanted ? { ok: true, value: wanted } : refuse(field, JSON.stringify(wanted), value)
}

/** One of these words. */
export function oneOf<const T extends string>(...words: T[]): Check<T> {
  return (value, field) =>
    typeof value === 'string' && (words as string[]).includes(value)
      ? { ok: true, value: value as T }
      : refuse(field, `one of ${words.join(', ')}`, value)
}

/** A string of at most `charsMax` UTF-16 units. */
export function text(charsMax: number): Check<string> {
  return (value, field) =>
    typeof value === 'string' && value.length <= charsMax
      ? { ok: true, value }
      : refuse(field, `text of at most ${charsMax} characters`, value)
}

/** A whole number between two bounds, both included. */
export function whole(min: number, max: number): Check<number> {
  return (value, field) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max
      ? { ok: true, value }
      : refuse(field, `a whole number from ${min} to ${max}`, value)
}

export const flag: Check<boolean> = (value, field) =>
  typeof value === 'boolean' ? { ok: true, value } : refuse(field, 'true or false', value)

export const feedId: Check<FeedId> = (value, field) =>
  isFeedId(value) ? { ok: true, value } : refuse(field, 'a feed id', value)

export const messageId: Check<MessageId> = (value, field) =>
  isMessageId(value) ? { ok: true, value } : refuse(field, 'a message id', value)

export const pubId: Check<PubId> = (value, field) =>
  isPubId(value) ? { ok: true, value } : refuse(field, 'a pub id', value)

export const inviteKey: Check<InviteKey> = (value, field) =>
  isInviteKey(value) ? { ok: true, value } : refuse(field, "an invite's public key", value)

/** The value, or null; a missing field reads as null. */
export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value, field) =>
    value === null || value === undefined ? { ok: true, value: null } : check(value, field)
}

/** A list of between `min` and `max` items, each checked. */
export function list<T>(check: Check<T>, min: number, max: number): Check<T[]> {
  return (value, field) => {
    if (!Array.isArray(value) || value.length < min || value.length > max)
      return refuse(field, `a list of ${min} to ${max}`, value)
    const items: T[] = []
    for (const [index, item] of value.entries()) {
      const checked = check(item, `${field}[${index}]`)
      if (!checked.ok) return checked
      items.push(checked.value)
    }
    return { ok: true, value: items }
  }
}

/** An object with these fields; fields it does not know are left out, so that later versions may add some. */
export function shape<F extends Record<string, Check<unknown>>>(
  fields: F,
): Check<{ [K in keyof F]: Of<F[K]> }> {
  return (value, field) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return refuse(field, 'an object', value)
    const result: Record<string, unknown> = {}
    for (const [name, check] of Object.entries(fields)) {
      const found = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
      const checked = check(found, field === '' ? name : `${field}.${name}`)
      if (!checked.ok) return checked
      result[name] = checked.value
    }
    return { ok: true, value: result as { [K in keyof F]: Of<F[K]> } }
  }
}
