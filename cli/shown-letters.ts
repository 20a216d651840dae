/** Which answers a command has shown already: what is left is what its owner has not seen in a terminal. */
import { isMessageId, type MessageId } from '../protocol/ids'

export interface ShownLetters {
  v: 1
  /** Oldest first. */
  keys: MessageId[]
}

export const NOTHING_SHOWN: ShownLetters = { v: 1, keys: [] }
/** Far more than an inbox shows; what is forgotten is merely shown once more. */
export const SHOWN_KEYS_MAX = 1_000

/** Reads the list; null where it is none. */
export function parseShown(value: unknown): ShownLetters | null {
  if (typeof value !== 'object' || value === null || (value as { v?: unknown }).v !== 1) return null
  const { keys } = value as { keys?: unknown }
  return Array.isArray(keys) ? { v: 1, keys: keys.filter(isMessageId) } : null
}

/** With more of them. */
export function withShown(shown: ShownLetters, keys: MessageId[]): ShownLetters {
  const more = new Set(keys)
  return { v: 1, keys: [...shown.keys.filter((key) => !more.has(key)), ...more].slice(-SHOWN_KEYS_MAX) }
}
