/** A hub that offers far more than any other: by a slip, or to get all new pubs. Pure. */
import { OUTSIZED_TIMES } from '../protocol/limits-placing'
import type { State } from '../protocol/state'
import { bytesText } from '../protocol/units'
import type { PlacingPolicy } from './placing-policy'

/** What the operator is told of it; null where none stands out. */
export function outsized(state: State, { hubs }: PlacingPolicy): string | null {
  // The fullest that is enough comes first there, so the largest comes last.
  if (hubs === 'pack') return null
  let [most, next] = [0, 0]
  let label = ''
  for (const [hub, record] of state.provider.hubs) {
    if (record.status !== 'admitted') continue
    const bytes = state.authors.get(hub)?.capacity?.memoryBytes ?? 0
    if (bytes > most) {
      next = most
      most = bytes
      label = record.label
    } else if (bytes > next) next = bytes
  }
  if (next === 0 || most < OUTSIZED_TIMES * next) return null
  return `${label} offers ${bytesText(most)} of memory, the next one ${bytesText(next)}: it gets all new pubs. If it has no such memory, \`buttcloud admin cordon ${label}\``
}
