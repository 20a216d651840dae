/** What a file of settings holds, as it is written, each with the line it stands on: so that every fault names its line. */

/** What stands in the file, with the line it begins on. Scalars as they are written. */
export type Located =
  | { kind: 'text'; line: number; text: string }
  | { kind: 'nothing'; line: number }
  | { kind: 'list'; line: number; items: Located[] }
  | { kind: 'map'; line: number; entries: Entry[] }
export interface Entry {
  key: string
  line: number
  value: Located
}
