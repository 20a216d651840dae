/**
 * `buttcloud/capacity`, hub → provider: what this hub offers. Published when it changes, the latest wins.
 *
 * Example: {"type":"buttcloud/capacity","v":1,"memoryBytes":15032385536,"diskBytes":107374182400,
 *           "engine":"docker","host":"hub-1.example.org","version":"0.1.0"}
 */
import { type Check, literal, type Of, oneOf, shape, text, whole } from '../check'

const bytes = whole(0, Number.MAX_SAFE_INTEGER)

const check = shape({
  type: literal('buttcloud/capacity'),
  v: literal(1),
  /** Memory for pubs' reservations, the hub's own reserve already taken off. */
  memoryBytes: bytes,
  diskBytes: bytes,
  engine: oneOf('docker', 'process', 'swarm'),
  /** The host name or address its pubs are reached by from outside. */
  host: text(253),
  /** Version of the hub daemon. */
  version: text(40),
})
export type CapacityMessage = Of<typeof check>
export const checkCapacity: Check<CapacityMessage> = check

/** Builds an offer. */
export function buildCapacity(fields: Omit<CapacityMessage, 'type' | 'v'>): CapacityMessage {
  return { type: 'buttcloud/capacity', v: 1, ...fields }
}
