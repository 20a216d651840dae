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
