/**
 * `buttcloud/incident`, hub → provider: something befell a pub that its owners shall know. One message when it begins
 * and one when it is over, never one per try. A short one that is over at once (`healed`) is told by a single message.
 *
 * Example: {"type":"buttcloud/incident","v":1,"pub":"%…","number":3,"kind":"down","state":"begun","at":1763712000000,
 *           "reason":"it is being started again","lines":[]}
 */
import { type Check, list, literal, nullable, type Of, oneOf, pubId, shape, text, whole } from '../check'
import { INCIDENT_LINE_CHARS_MAX, INCIDENT_LINES_MAX } from '../limits'

/**
 * down           it was not up for more than two minutes though it should be
 * out-of-memory  it was ended because its memory was used up
 * healed         it ran without answering and was started anew
 * crashing       it keeps ending by itself; trying goes on, ever more slowly
 * disk-warning   its data takes most of its disk
 * disk-full      no blobs are taken any more, so that its feed has room
 */
export const INCIDENT_KINDS = [
  'down',
  'out-of-memory',
  'healed',
  'crashing',
  'disk-warning',
  'disk-full',
] as const
export type IncidentKind = (typeof INCIDENT_KINDS)[number]

const check = shape({
  type: literal('buttcloud/incident'),
  v: literal(1),
  pub: pubId,
  /** Counts the incidents of this pub on this hub; `begun` and `over` of one have the same. */
  number: whole(1, Number.MAX_SAFE_INTEGER),
  kind: oneOf(...INCIDENT_KINDS),
  state: oneOf('begun', 'over'),
  /** By the hub's clock. */
  at: whole(0, Number.MAX_SAFE_INTEGER),
  reason: nullable(text(300)),
  /** The last lines that the pub printed, where they say why. */
  lines: list(text(INCIDENT_LINE_CHARS_MAX), 0, INCIDENT_LINES_MAX),
})
export type IncidentMessage = Of<typeof check>
export const checkIncident: Check<IncidentMessage> = check

/** Builds one end of an incident. */
export function buildIncident(fields: Omit<IncidentMessage, 'type' | 'v'>): IncidentMessage {
  return { type: 'buttcloud/incident', v: 1, ...fields }
}
