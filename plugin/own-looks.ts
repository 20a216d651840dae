/** What is remembered of looks at names of owners' own, and when each is due again. Level, not edge: one look more does no harm. */
import type { Millis, PubId } from '../protocol/ids'
import {
  OWN_DOUBT_PAUSE_MS,
  OWN_PAUSE_FIRST_MS,
  OWN_PAUSE_LONGEST_MS,
  OWN_REFRESH_MS,
} from '../protocol/limits-dns'
import type { OwnName } from '../protocol/messages/pub'
import type { OwnNameView } from '../protocol/rpc-dns'
import type { State } from '../protocol/state'
import type { Found } from './own-lookup'

/** What was found of one name of one pub. */
export interface OwnLook {
  /** Which asking it belongs to: what was found of a name that was taken back and asked for anew counts for nothing. */
  name: string
  since: Millis
  at: Millis
  /** How often it was looked up. */
  times: number
  found: Found
  /** Since when no look has found it here, and how many found it elsewhere; null where the last that knew found it here. */
  elsewhere: { since: Millis; times: number } | null
}

/** One name that shall be known. */
export interface OwnWanted {
  pub: PubId
  own: OwnName
  /** The pub's name for life. */
  host: string
}

/** All names of live pubs, proven or not. */
export function wantedOwn(state: State): OwnWanted[] {
  const wanted: OwnWanted[] = []
  for (const pub of state.provider.own.keys()) {
    const record = state.provider.pubs.get(pub)?.record
    if (record?.status === 'live' && record.own !== null && record.host !== null)
      wanted.push({ pub, own: record.own, host: record.host })
  }
  return wanted
}

/** True when a look was about this name, as it is asked for now. */
export function isAbout(look: OwnLook | undefined, own: OwnName): look is OwnLook {
  return look !== undefined && look.name === own.name && look.since === own.since
}

/** What is known after one look more. */
export function afterLook(before: OwnLook | undefined, own: OwnName, found: Found, now: Millis): OwnLook {
  const known = isAbout(before, own) ? before : undefined
  return {
    ...{ name: own.name, since: own.since, at: now, times: (known?.times ?? 0) + 1, found },
    elsewhere: elsewhereAfter(known?.elsewhere ?? null, found, now),
  }
}

function elsewhereAfter(before: OwnLook['elsewhere'], found: Found, now: Millis): OwnLook['elsewhere'] {
  if (found.kind === 'here') return null
  // No answer says nothing, in neither direction.
  if (found.kind === 'unknown') return before
  // What a clock that was ahead has dated is of now at the latest.
  return { since: Math.min(before?.since ?? now, now), times: (before?.times ?? 0) + 1 }
}

/** When a name is to be looked up next. */
export function dueAt(own: OwnName, look: OwnLook | undefined, now: Millis): Millis {
  if (!isAbout(look, own)) return now
  const pauseMs = pauseOf(own, look)
  // A clock that was set back must not make it wait for longer than was meant.
  return look.at > now ? now : look.at + pauseMs
}

function pauseOf(own: OwnName, look: OwnLook): Millis {
  if (own.proven)
    return look.found.kind === 'here' && look.elsewhere === null ? OWN_REFRESH_MS : OWN_DOUBT_PAUSE_MS
  const tenth = Math.abs(look.at - own.since) / 10
  return Math.min(Math.max(tenth, OWN_PAUSE_FIRST_MS), OWN_PAUSE_LONGEST_MS)
}

/** What the operator is shown of all of them, by name. */
export function ownViews(state: State, looks: ReadonlyMap<PubId, OwnLook>): OwnNameView[] {
  const views = wantedOwn(state).map(({ pub, own, host }) => {
    const look = looks.get(pub)
    const known = isAbout(look, own) ? look : null
    return { pub, host, ...own, found: known === null ? null : textOf(known.found), at: known?.at ?? null }
  })
  return views.sort((a, b) => (a.name < b.name ? -1 : 1))
}

function textOf(found: Found): string {
  return found.kind === 'here' ? 'leads there' : found.kind === 'elsewhere' ? found.what : found.why
}
