/**
 * `buttcloud/pub`, provider → self: the record of one pub, whole each time; the highest sequence wins.
 *
 * Example: {"type":"buttcloud/pub","v":1,"pub":"%request…","name":"alice","owners":["@…"],"plan":"tiny",
 *           "size":{"memoryBytes":201326592,"reservedBytes":50331648,"diskBytes":1073741824},"suspended":false,
 *           "status":"live","desired":"up","restarts":0,"rebuilds":0,"version":null,"webPort":null,"web":false,"title":null,"description":null,"port":8101,"host":null,"own":null,"hub":"@…","epoch":1,"feed":null,"moved":null,
 *           "amended":null,"keepUntil":null,"answers":"%…"}
 */
import {
  type Check,
  feedId,
  flag,
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
  NAME_CHARS_MAX,
  PORT_MAX,
  PORT_MIN,
  RECIPIENTS_MAX,
  TITLE_CHARS_MAX,
  VERSION_CHARS_MAX,
} from '../limits'
import { HOST_CHARS_MAX } from '../limits-dns'
import { checkSize, planName } from '../plan'

const check = shape({
  type: literal('buttcloud/pub'),
  v: literal(1),
  pub: pubId,
  /** What it is commanded by, unique here; never changes. */
  name: text(NAME_CHARS_MAX),
  /** Current owners: the provider is a recipient too, so there is room for one less than box1 takes. */
  owners: list(feedId, 1, RECIPIENTS_MAX - 1),
  plan: planName,
  /** What its plan gave it when it was made or got that plan: another plans file changes no pub that is there. */
  size: checkSize,
  /** Stopped whatever its owners want: not paid for (`buttcloud/dues`), or by its operator (`buttcloud/halt`). */
  suspended: flag,
  /** live: it is its owners'. ended: deleted, or never came up; its volume is kept until `keepUntil`. */
  status: oneOf('live', 'ended'),
  /** What its owners want of a live one: it runs, or is stopped and keeps its port, its room and its invites. */
  desired: oneOf('up', 'down'),
  /** How often it was ordered to start anew: a higher number is another run. */
  restarts: whole(0, Number.MAX_SAFE_INTEGER),
  /** How often it was ordered to be rebuilt: image and derived data made anew. */
  rebuilds: whole(0, Number.MAX_SAFE_INTEGER),
  /** The version of the pub's image that its owners ordered; null is what its hub runs by default. */
  version: nullable(text(VERSION_CHARS_MAX)),
  /** Whether its web pages are on. */
  web: flag,
  /** The port of its web pages, allotted when they were first switched on, its own for life. */
  webPort: nullable(whole(PORT_MIN, PORT_MAX)),
  /** What the pub says of itself in public; null is what it says by default. */
  title: nullable(text(TITLE_CHARS_MAX)),
  description: nullable(text(DESCRIPTION_CHARS_MAX)),
  /** The port it is known by outside, its own for life. */
  port: whole(PORT_MIN, PORT_MAX),
  /** The host name of its own, for life; null, or absent before there were any: the host of whichever hub it is on. */
  host: nullable(text(HOST_CHARS_MAX)),
  /**
   * The name of an owner's own that it shall be reached by, besides `host`; null, or absent before there were any: none.
   * Only while it is `proven` to lead here, it is what the pub is reached by.
   */
  own: nullable(
    shape({
      name: hostName,
      /** When its owner asked for it. */
      since: whole(0, Number.MAX_SAFE_INTEGER),
      proven: flag,
    }),
  ),
  /** Where it is placed. */
  hub: feedId,
  /** Raised at every placement: what a hub may write for this pub carries it. */
  epoch: whole(1, Number.MAX_SAFE_INTEGER),
  /**
   * The pub's own feed, where the provider says it: it was put on another hub, or had a feed before it came here. null:
   * what its hub named first.
   */
  feed: nullable(feedId),
  /** Why it is on this hub and on which it was before; null, or absent from older records, where it was made there. */
  moved: nullable(
    shape({
      from: feedId,
      /**
       * silent: that hub's lease had run out. drain: it is being emptied. asked: the operator moved it. restored: the
       * operator said that its run there is gone. cannot-run: that hub said for long that it can't run it.
       */
      why: text(20),
      /** The operator who said it; null where it follows from the hub's state. */
      by: nullable(feedId),
    }),
  ),
  /**
   * The operator who last changed plan, web pages or owners, and how often any has: another number is another change. null,
   * or absent from older records, where none has.
   */
  amended: nullable(shape({ by: feedId, times: whole(1, Number.MAX_SAFE_INTEGER) })),
  /** When an ended pub's volume may go. */
  keepUntil: nullable(whole(0, Number.MAX_SAFE_INTEGER)),
  /** The message that caused this record. */
  answers: messageId,
})
export type PubMessage = Of<typeof check>
export const checkPub: Check<PubMessage> = check

export type OwnName = NonNullable<PubMessage['own']>
export type Moved = NonNullable<PubMessage['moved']>

/** The name that it is reached by, and no other one is told: its owner's own while that leads here, else its own for life. */
export function reachedBy({ own, host }: Pick<PubMessage, 'own' | 'host'>): string | null {
  return own?.proven === true ? own.name : host
}

/** Builds a pub's record. */
export function buildPub(
  fields: Omit<PubMessage, 'type' | 'v' | 'host' | 'own' | 'amended'> &
    Partial<Pick<PubMessage, 'host' | 'own' | 'amended'>>,
): PubMessage {
  return { type: 'buttcloud/pub', v: 1, host: null, own: null, amended: null, ...fields }
}
