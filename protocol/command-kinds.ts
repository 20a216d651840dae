/** What a text can mean. */

/** What somebody wants. Names are valid and lower-cased; null where none was said. */
export type Command =
  | { kind: 'help'; about: string | null }
  | { kind: 'create'; name: string }
  | { kind: 'list' }
  | { kind: 'status'; name: string | null }
  | { kind: 'invite'; name: string | null; uses: number | null }
  | { kind: 'start' | 'stop' | 'restart'; name: string | null }
  /** What the pub shall call itself, and how it shall describe itself, in public. */
  | { kind: 'name' | 'describe'; name: string | null; text: string }
  | { kind: 'delete'; name: string }
  | { kind: 'yes' }
  | { kind: 'no' }
  /** A word of a later version. */
  | { kind: 'later'; word: string; name: string | null }
/** The command is clear and its argument is not valid; `reason` says why and what would do. */
export interface Invalid {
  kind: 'invalid'
  command: string
  reason: string
}
/** Not clear; `readings` are two things that could be sent instead, nearest first. */
export interface Unclear {
  kind: 'unclear'
  readings: string[]
}

export type Reading = Command | Invalid | Unclear
