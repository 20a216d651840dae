/** The conversation screen's own state. */
import type { Line } from './model'

export interface Conversation {
  kind: 'conversation'
  /** Rows from the end; 0 shows the newest letter. */
  scroll: number
  input: Line
  /** Which of the lines typed before is in the input; null: the line is new. */
  at: number | null
  /** The new line, while an older one is looked at. */
  draft: Line
  /** A line of which it was said that the provider would ask back: Enter sends it all the same. */
  doubted: string | null
  /** What Tab could write, and which of it is written; null: Tab was not pressed. */
  offer: { from: number; options: string[]; at: number } | null
}

const EMPTY: Line = { text: '', cursor: 0 }

export const NEW_CONVERSATION: Conversation = {
  ...{ kind: 'conversation', scroll: 0, input: EMPTY, at: null, draft: EMPTY, doubted: null, offer: null },
}
