/** What was typed before, for the arrow keys: pure. No secret is kept, and nobody's address. */
import { parseCommand } from '../../protocol/command'

/** Oldest first. */
export type History = readonly string[]

const LINES_MAX = 200
const LINE_CHARS_MAX = 2_000
/** The seed in an invite, a token, an archive's link: whoever holds it holds what it opens. */
const SECRET = /~[A-Za-z0-9+/]{43}=|unbox=|:[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=/

/** Reads what a file holds; null where it is none of ours. */
export function parseHistory(value: unknown): History | null {
  if (typeof value !== 'object' || value === null || (value as { v?: unknown }).v !== 1) return null
  const { lines } = value as { lines?: unknown }
  if (!Array.isArray(lines)) return null
  return lines.filter((line): line is string => typeof line === 'string' && isKept(line)).slice(-LINES_MAX)
}

/** With one more line at its end, once; the same list where it is not kept. */
export function withTyped(history: History, line: string): History {
  const text = line.trim()
  if (!isKept(text) || history.at(-1) === text) return history
  return [...history.filter((one) => one !== text), text].slice(-LINES_MAX)
}

/** False for what is empty, too long, or holds a code, an address of somebody, or the secret of an invite. */
export function isKept(line: string): boolean {
  if (line.trim() === '' || line.length > LINE_CHARS_MAX || SECRET.test(line)) return false
  const { kind } = parseCommand(line)
  if (kind === 'email' || kind === 'email-code') return false
  return (
    !/\S@\S+\.\S/.test(line.replace(/@[A-Za-z0-9+/]{43}=\.ed25519/g, '')) && !/^\s*\d{4,8}\s*$/.test(line)
  )
}
