/** What the provider tells over a connection, looked at before the screens count on its shape. */
import {
  type Check,
  feedId,
  flag,
  list,
  nullable,
  oneOf,
  pubId,
  type Refusal,
  shape,
  text,
  whole,
} from '../../protocol/check'
import { DUES_REASONS, DUES_STAGES } from '../../protocol/messages/dues'
import { INCIDENT_KINDS } from '../../protocol/messages/incident'
import { checkPlans } from '../../protocol/plan'
import type { InviteView, PlansAnswer, PubView } from '../../protocol/rpc'

/** Far more than a provider lets anybody have. */
const PUBS_MAX = 1_000
const INVITES_MAX = 10_000
const MEMBERS_MAX = 10_000
const OWNERS_SHOWN_MAX = 20
const WORD_CHARS_MAX = 200
const SENTENCE_CHARS_MAX = 2_000

const time = whole(0, Number.MAX_SAFE_INTEGER)
const count = time
const word = text(WORD_CHARS_MAX)
const words = text(SENTENCE_CHARS_MAX)

/** The value where it makes sense, else null: a later provider may know more kinds of it. */
function orNull<T>(check: Check<T>): Check<T | null> {
  return (value, field) => {
    const checked = check(value, field)
    return checked.ok ? checked : { ok: true, value: null }
  }
}

/** Those of a list that make sense. */
function sensible<T>(check: Check<T>, max: number): Check<T[]> {
  return (value, field) => {
    const whole: { ok: true; value: unknown[] } | Refusal = list<unknown>(
      (one) => ({ ok: true, value: one }),
      0,
      max,
    )(value, field)
    if (!whole.ok) return whole
    const good: T[] = []
    for (const [index, one] of whole.value.entries()) {
      const checked = check(one, `${field}[${index}]`)
      if (checked.ok) good.push(checked.value)
    }
    return { ok: true, value: good }
  }
}

const checkPubView: Check<PubView> = shape({
  pub: pubId,
  name: word,
  owners: list(feedId, 0, OWNERS_SHOWN_MAX),
  plan: word,
  status: oneOf('up', 'down', 'none'),
  phase: oneOf('placed', 'up', 'down', 'failed', 'ended'),
  reason: nullable(words),
  desired: oneOf('up', 'down'),
  suspended: flag,
  halted: orNull(shape({ reason: nullable(words), at: time })),
  dues: orNull(
    shape({
      stage: oneOf(...DUES_STAGES),
      reason: oneOf(...DUES_REASONS),
      suspendAt: time,
      endAt: time,
    }),
  ),
  title: nullable(words),
  description: nullable(words),
  feed: nullable(feedId),
  address: nullable(words),
  port: count,
  version: nullable(word),
  web: nullable(words),
  domain: nullable(shape({ name: words, since: time, proven: flag })),
  createdAt: time,
  keepUntil: nullable(time),
  invites: shape({ issued: count, used: count }),
  lastIncident: orNull(
    shape({
      kind: oneOf(...INCIDENT_KINDS),
      begunAt: time,
      overAt: nullable(time),
      reason: nullable(words),
    }),
  ),
})

const checkInviteView: Check<InviteView> = shape({
  id: word,
  uses: count,
  left: count,
  status: oneOf('open', 'used-up', 'taken-back'),
  note: nullable(words),
  madeAt: time,
  used: list(shape({ member: feedId, at: time }), 0, MEMBERS_MAX),
})

/** `pubs()` and the items of `watch()`. */
export const checkPubViews: Check<PubView[]> = sensible(checkPubView, PUBS_MAX)
/** `invites()`. */
export const checkInviteViews: Check<InviteView[]> = sensible(checkInviteView, INVITES_MAX)
/** `plans()`. */
export const checkPlansAnswer: Check<PlansAnswer> = shape({ plans: checkPlans, billing: flag })
