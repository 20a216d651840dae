/** How much of a conversation is held: years of it may lie on a feed, and nobody scrolls through all of them. */
import type { Letter } from '../letters'

/** Some years of a busy owner; about 4 MB at the usual length of an answer. */
export const LETTERS_MAX = 3_000

/** The newest of them, oldest first; by the time that is claimed, since two feeds are read side by side. */
export function newestLetters(letters: Letter[]): Letter[] {
  const ordered = [...letters].sort((a, b) => a.claimedAt - b.claimedAt || a.sequence - b.sequence)
  return ordered.slice(-LETTERS_MAX)
}
