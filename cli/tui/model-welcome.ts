/** The first run's own state: no provider yet, or no pub yet. */
import type { Line } from './model'

export interface Welcome {
  kind: 'welcome'
  /**
   * invite  the provider's invite is pasted, or the local one picked
   * joining it is being redeemed
   * pub     the first pub is named and its plan chosen
   */
  step: 'invite' | 'joining' | 'pub'
  input: Line
  selected: number
  problem: string | null
}
