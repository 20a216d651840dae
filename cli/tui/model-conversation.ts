/** The conversation screen's own state. */
import type { Line } from './model'

export interface Conversation {
  kind: 'conversation'
  /** Rows from the end; 0 shows the newest letter. */
  scroll: number
  input: Line
  /** What was typed before, oldest first; `at` null: the line is new. */
  history: string[]
  at: number | null
}

export const NEW_CONVERSATION: Conversation = {
  kind: 'conversation',
  scroll: 0,
  input: { text: '', cursor: 0 },
  history: [],
  at: null,
}
