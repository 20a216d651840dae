/**
 * `buttcloud/observed`, hub → provider: a change in what runs. A transition, never a heartbeat.
 *
 * Example: {"type":"buttcloud/observed","v":1,"pub":"%…","revision":1,"epoch":1,"phase":"up","reason":null,"trouble":null,
 *           "version":"0.1.0","reverted":null,"feed":"@pub…","host":"pubs.example.org","port":8101}
 */
import { type Check, feedId, literal, nullable, type Of, oneOf, pubId, shape, text, whole } from '../check'
import { PORT_MAX, PORT_MIN, VERSION_CHARS_MAX } from '../limits'

const check = shape({
  type: literal('buttcloud/observed'),
  v: literal(1),
  pub: pubId,
  /** The spec this is about. */
  revision: whole(1, Number.MAX_SAFE_INTEGER),
  epoch: whole(1, Number.MAX_SAFE_INTEGER),
  /**
   * up: a handshake and a whoami from outside succeeded; after the first time also: it says of itself what the spec says. down: stopped as desired, or being healed (see reason).
   * failed: what is ordered can't be done and waiting won't help; the reason says why. removed: nothing runs here any more.
   */
  phase: oneOf('up', 'down', 'failed', 'removed'),
  /** Of one that is up: what is to be said of its image, after a rebuild. */
  reason: nullable(text(300)),
  /** The kind of trouble behind a `failed` or a `down` that was not asked for; the provider acts on `port-taken`. */
  trouble: nullable(
    oneOf('port-taken', 'no-image', 'disk-full', 'unreachable', 'crashing', 'out-of-memory', 'other'),
  ),
  /**
   * The version of the image that it runs from, or ran from before it went down; null before it was up under this
   * revision, so also while a version that has a `fallback` is on trial.
   */
  version: nullable(text(VERSION_CHARS_MAX)),
  /** Why it goes back to, or runs, the spec's `fallback` and not what was ordered; null where it keeps to the order. */
  reverted: nullable(text(300)),
  feed: nullable(feedId),
  host: nullable(text(253)),
  port: nullable(whole(PORT_MIN, PORT_MAX)),
})
export type ObservedMessage = Of<typeof check>
export const checkObserved: Check<ObservedMessage> = check

/** Builds an observation. */
export function buildObserved(fields: Omit<ObservedMessage, 'type' | 'v'>): ObservedMessage {
  return { type: 'buttcloud/observed', v: 1, ...fields }
}
