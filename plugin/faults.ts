/** What files of settings that operators write are read with: every fault of a file, each with its line. Pure. */
import type { Entry, Located } from '../protocol/located'

/** Gathers the faults, so that all of them are said at once. */
export class Reader {
  private readonly found: { line: number; sentence: string }[] = []

  fault(line: number, sentence: string): null {
    this.found.push({ line, sentence })
    return null
  }

  /** In the order of the file. */
  faults(file: string): string[] {
    const inOrder = [...this.found].sort((a, b) => a.line - b.line)
    return inOrder.map(({ line, sentence }) => `${file}, line ${line}: ${sentence}`)
  }
}

export function refuseUnknown(
  reader: Reader,
  entries: Entry[],
  known: readonly string[],
  what: string,
): void {
  for (const { key, line } of entries)
    if (!known.includes(key))
      reader.fault(line, `${JSON.stringify(key)} is no word of ${what}; there is ${known.join(', ')}`)
}

export const entryOf = (entries: Entry[], key: string): Located | null =>
  entries.find((one) => one.key === key)?.value ?? null

export const textOf = (value: Located): string | null => (value.kind === 'text' ? value.text : null)

/** What was found, for a fault's sentence. */
export function shown(value: Located | undefined): string {
  if (value === undefined || value.kind === 'nothing') return 'nothing'
  if (value.kind === 'text') return JSON.stringify(value.text.slice(0, 60))
  return value.kind === 'list' ? 'a list' : 'a group of words'
}
