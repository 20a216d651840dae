/** The first run's own state: no provider yet, or no pub yet. */
import type { Line } from './model'

export interface Welcome {
  kind: 'welcome'
  /**
   * invite  the provider's invite is pasted, or the local one picked
   * joining it is being redeemed
   * pub     the first pub is named and its plan chosen
   * making  it has been asked for; `request` is the one that is followed
   */
  step: 'invite' | 'joining' | 'pub' | 'making'
  input: Line
  /** Which plan. */
  selected: number
  problem: string | null
  request: number | null
  /** The payment link that has been shown by itself. */
  shown: string | null
}

export const FIRST_WELCOME: Welcome = {
  ...{ kind: 'welcome', step: 'invite', input: { text: '', cursor: 0 }, selected: 0 },
  ...{ problem: null, request: null, shown: null },
}
