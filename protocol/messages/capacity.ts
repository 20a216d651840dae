/**
 * `buttcloud/capacity`, hub → provider: what this hub offers. Published when it changes, the latest wins.
 *
 * Example: {"type":"buttcloud/capacity","v":1,"memoryBytes":15032385536,"diskBytes":107374182400,
 *           "engine":"docker","host":"hub-1.example.org","version":"0.1.0","labels":["region=eu"]}
 */
import { type Check, list, literal, nullable, type Of, oneOf, shape, text, whole } from '../check'
import { hubLabel } from '../hub-labels'
import { HUB_LABELS_MAX } from '../limits-placing'

const bytes = whole(0, Number.MAX_SAFE_INTEGER)

const check = shape({
  type: literal('buttcloud/capacity'),
  v: literal(1),
  /** Memory for pubs' reservations, the hub's own reserve already taken off. */
  memoryBytes: bytes,
  /** Disk for pubs: what is free now less a reserve, unless its host said how much it offers. */
  diskBytes: bytes,
  engine: oneOf('docker', 'process', 'swarm'),
  /** The host name or address its pubs are reached by from outside. */
  host: text(253),
  /** Version of the hub daemon. */
  version: text(40),
  /** What else is to be known where pubs are placed, like region=eu; null where its host said nothing, and from before 0.2. */
  labels: nullable(list(hubLabel, 0, HUB_LABELS_MAX)),
  /**
   * What keeps it from running anything now. unreachable: its engine does not answer. Null, or absent from before 0.2: nothing;
   * a reader takes what it does not know for that.
   */
  trouble: nullable(text(20)),
  /** yes: pubs' web pages are served by HTTPS there, under the names in their orders. Null, or absent from before 0.2: not. */
  https: nullable(literal('yes')),
})
export type CapacityMessage = Of<typeof check>
export const checkCapacity: Check<CapacityMessage> = check

export type OfferFields = Omit<CapacityMessage, 'type' | 'v' | 'labels' | 'trouble' | 'https'> &
  Partial<Pick<CapacityMessage, 'labels' | 'trouble' | 'https'>>

/** Builds an offer. */
export function buildCapacity(fields: OfferFields): CapacityMessage {
  return { type: 'buttcloud/capacity', v: 1, labels: null, trouble: null, https: null, ...fields }
}
