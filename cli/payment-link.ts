/** Links to pay by, in what the provider wrote. Each stands alone on its line (docs/PROTOCOL.md). */
import type { Letter } from './letters'

/** The links of these letters, in order. */
export function paymentLinks(letters: readonly (Letter | null)[]): string[] {
  const lines = letters.flatMap((letter) => letter?.text.split('\n') ?? [])
  return [...new Set(lines.filter((line) => /^https?:\/\/[\x21-\x7e]+$/.test(line)))]
}
