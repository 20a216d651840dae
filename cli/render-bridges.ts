/** The operator's table of billing bridges. */
import type { BridgeView } from '../protocol/rpc'
import { table } from './render'

export function bridgesText(bridges: BridgeView[]): string {
  if (bridges.length === 0)
    return 'No billing bridge has joined, so billing is off. `buttcloud admin bridge-token` prints a token for one.'
  return table(
    ['BRIDGE', 'STATUS', 'CONNECTED', 'ID'],
    bridges.map((one) => [one.label, one.status, one.connected ? 'yes' : 'no', one.bridge]),
  )
}

/** What is asked before a bridge is retired; null where there is nothing to ask: it is none, or not the last one. */
export function retireQuestion(bridges: BridgeView[], id: string, charging: number): string | null {
  const admitted = bridges.filter(({ status }) => status === 'admitted')
  const [only, another] = admitted
  if (only?.bridge !== id || another !== undefined) return null
  const ended =
    charging === 0
      ? 'No subscription is known that Stripe would go on charging for.'
      : `Stripe goes on charging for ${charging === 1 ? '1 subscription' : `${charging} subscriptions`}, and nothing here can cancel or give back any more: end them in Stripe, or let another bridge in soon (buttcloud admin bridge-token).`
  return `${only.label} is the last billing bridge. Without one billing is off, and every pub costs nothing here. ${ended} Retire it?`
}
