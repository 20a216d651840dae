/**
 * `buttcloud/spec`, provider → hub: what this hub shall run for one pub. Whole state, never a delta; the highest
 * `revision` wins (and, on one feed, the highest sequence has it).
 *
 * Example: {"type":"buttcloud/spec","v":1,"pub":"%…","hub":"@…","revision":1,"epoch":1,"feed":null,"desired":"up",
 *   "restarts":0,"rebuilds":0,"version":null,"fallback":null,"web":null,"owners":["@…"],"name":"alice","description":"…","memoryBytes":201326592,"reservedBytes":50331648,"diskBytes":1073741824,
 *   "port":8101,"host":null,"announce":null,"keepUntil":null,"answers":"%…"}
 */
import {
  type Check,
  feedId,
  list,
  literal,
  messageId,
  nullable,
  type Of,
  oneOf,
  pubId,
  shape,
  text,
  whole,
} from '../check'
import { hostName } from '../host-name'
import {
  DESCRIPTION_CHARS_MAX,
  PORT_MAX,
  PORT_MIN,
  RECIPIENTS_MAX,
  TITLE_CHARS_MAX,
  VERSION_CHARS_MAX,
} from '../limits'
import { HOST_CHARS_MAX, WEB_NAMES_MAX } from '../limits-dns'

const bytes = whole(0, Number.MAX_SAFE_INTEGER)

const check = shape({
  type: literal('buttcloud/spec'),
  v: literal(1),
  pub: pubId,
  hub: feedId,
  revision: whole(1, Number.MAX_SAFE_INTEGER),
  epoch: whole(1, Number.MAX_SAFE_INTEGER),
  /** The feed that this pub has; the hub makes no other key. null: it has none yet, or the hub knows it. */
  feed: nullable(feedId),
  /** up: run it. down: stop it, keep container and volume. none: remove the run; the volume goes at `keepUntil`. */
  desired: oneOf('up', 'down', 'none'),
  /** A run of a lower number is replaced. */
  restarts: whole(0, Number.MAX_SAFE_INTEGER),
  /** A run of a lower number is replaced by one whose image and derived data were made anew. */
  rebuilds: whole(0, Number.MAX_SAFE_INTEGER),
  /** The version of the image; null is the hub's own default. */
  version: nullable(text(VERSION_CHARS_MAX)),
  /** What to go back to where `version` does not get healthy in time; null where there is nothing to go back to. */
  fallback: nullable(shape({ version: nullable(text(VERSION_CHARS_MAX)) })),
  /** Its web pages; null while they are off. */
  web: nullable(
    shape({
      port: whole(PORT_MIN, PORT_MAX),
      /** The names of hosts that they are to be found by, by HTTPS where the hub can; null, or absent before: none. */
      names: nullable(list(hostName, 0, WEB_NAMES_MAX)),
    }),
  ),
  /** Who may call the pub's own methods as an owner. */
  owners: list(feedId, 0, RECIPIENTS_MAX - 1),
  /** What the pub says of itself (`about`). Told to the running pub; a change needs no new run. */
  name: text(TITLE_CHARS_MAX),
  description: text(DESCRIPTION_CHARS_MAX),
  memoryBytes: bytes,
  reservedBytes: bytes,
  diskBytes: bytes,
  port: whole(PORT_MIN, PORT_MAX),
  /** The host name that it is reached by; null, or absent before there were any: the hub's. */
  host: nullable(text(HOST_CHARS_MAX)),
  /** yes: it has been reached by another address before, so it says in public (`pub`) where it is now. Absent, too: it need not. */
  announce: nullable(literal('yes')),
  keepUntil: nullable(whole(0, Number.MAX_SAFE_INTEGER)),
  answers: messageId,
})
export type SpecMessage = Of<typeof check>
export const checkSpec: Check<SpecMessage> = check

/** Builds a spec for one hub. */
export function buildSpec(
  fields: Omit<SpecMessage, 'type' | 'v' | 'host' | 'announce'> &
    Partial<Pick<SpecMessage, 'host' | 'announce'>>,
): SpecMessage {
  return { type: 'buttcloud/spec', v: 1, host: null, announce: null, ...fields }
}
