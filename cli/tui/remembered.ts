/** What the terminal UI keeps between two sessions: the last facts with their times, so that the first picture is no empty one. */
import {
  type Check,
  feedId,
  list,
  literal,
  nullable,
  pubId,
  refuse,
  shape,
  text,
  whole,
} from '../../protocol/check'
import { checkFigures, checkLiveFigures, checkSamples, SPANS } from '../../protocol/figures'
import type { PubId } from '../../protocol/ids'
import { checkInviteViews, checkPubViews } from './foreign'
import type { Facts, Known, PlanFacts, PubFacts } from './model'

/** A later form of the file has another number; what has none of ours is left alone and not read. */
const REMEMBERED_VERSION = 1
/** What is drawn of more pubs than these would not fit a screen; they come from the provider soon enough. */
const PUBS_KEPT_MAX = 100
const NAME_CHARS_MAX = 200
const ADDRESS_CHARS_MAX = 1_000
const WORDS_CHARS_MAX = 2_000
const PLANS_KEPT_MAX = 100

export interface Remembered {
  v: typeof REMEMBERED_VERSION
  facts: Facts
}

/** What is written down. Live streams are left out: they begin anew. */
export function rememberedOf(facts: Facts): Remembered {
  const newest = Object.entries(facts.pubs)
    .sort(([, a], [, b]) => b.view.at - a.view.at)
    .slice(0, PUBS_KEPT_MAX)
  const pubs = Object.fromEntries(newest.map(([pub, known]) => [pub, { ...known, live: [] }]))
  return { v: REMEMBERED_VERSION, facts: { ...facts, pubs } }
}

const time = whole(0, Number.MAX_SAFE_INTEGER)

function known<T>(check: Check<T>): Check<Known<T>> {
  return shape({ value: check, at: time })
}

const provider = shape({ id: feedId, name: text(NAME_CHARS_MAX), address: text(ADDRESS_CHARS_MAX) })
const plans: Check<PlanFacts[]> = list(
  shape({ name: text(NAME_CHARS_MAX), words: text(WORDS_CHARS_MAX) }),
  0,
  PLANS_KEPT_MAX,
)
const frame = shape({
  v: literal(REMEMBERED_VERSION),
  facts: shape({
    owner: nullable(feedId),
    provider: nullable(provider),
    pubsAt: nullable(time),
    plans: nullable(known(plans)),
  }),
})

/** One pub as it was written; null where it makes no sense any more. */
function pubOf(value: unknown): PubFacts | null {
  if (typeof value !== 'object' || value === null) return null
  const { view, figures, samples, invites } = value as Record<string, unknown>
  const seen = known(first(checkPubViews))(view, 'view')
  if (!seen.ok) return null
  const measured = nullable(known(anyOf(checkLiveFigures, checkFigures)))(figures, 'figures')
  const asked = nullable(known(checkInviteViews))(invites, 'invites')
  const spans: PubFacts['samples'] = {}
  for (const span of SPANS) {
    const found = known(checkSamples)((samples as Record<string, unknown> | undefined)?.[span], span)
    if (found.ok && found.value.value.span === span) spans[span] = found.value
  }
  return {
    view: seen.value,
    figures: measured.ok ? measured.value : null,
    live: [],
    samples: spans,
    invites: asked.ok ? asked.value : null,
  }
}

/** The one item that a check of lists finds in a list of just this. */
function first<T>(check: Check<T[]>): Check<T> {
  return (value, field) => {
    const found = check([value], field)
    if (!found.ok) return found
    const [only] = found.value
    return only === undefined ? refuse(field, 'what makes sense', value) : { ok: true, value: only }
  }
}

function anyOf<A, B>(one: Check<A>, other: Check<B>): Check<A | B> {
  return (value, field) => {
    const found = one(value, field)
    return found.ok && hasSpeed(value) ? found : other(value, field)
  }
}

const hasSpeed = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'inBytesPerSecond' in value

/** Reads what was written; null for anything that is not of this version or makes no sense. Never throws. */
export function parseRemembered(value: unknown): Facts | null {
  const found = frame(value, '')
  if (!found.ok) return null
  const { owner, provider: spokenTo, pubsAt, plans: offered } = found.value.facts
  const written = (value as { facts: { pubs?: unknown } }).facts.pubs
  const pubs: Record<PubId, PubFacts> = {}
  for (const [pub, one] of Object.entries(typeof written === 'object' && written !== null ? written : {})) {
    const read = pubOf(one)
    const id = pubId(pub, 'pub')
    if (read !== null && id.ok && read.view.value.pub === id.value) pubs[id.value] = read
  }
  return { owner, provider: spokenTo, pubs, pubsAt, plans: offered }
}

/** Whether what was remembered is of this owner and, where one is asked for by name, this provider. */
export function isFor(facts: Facts, wanted: { provider: string | null }): boolean {
  return wanted.provider === null || facts.provider?.id === wanted.provider
}
