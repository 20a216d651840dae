/**
 * A pub that is being made, on a hub that can't run it, is placed on another one at once: nobody is in it yet, and whoever asked
 * for it waits. What moves a pub that people are in waits for long, and looks whether most hubs say the same
 * (plugin/decide-cannot-run.ts); this needs neither, because a try costs three messages and ends after as many hubs.
 */
import type { FeedId } from '../protocol/ids'
import { CANNOT_RUN_MOVES_MAX } from '../protocol/limits-moving'
import type { PubFact, State } from '../protocol/state'
import { faultOf, isOfHub, leftLately } from './cannot-run'
import { moveOf, silentHubs } from './decide-moves'
import type { Look } from './look'
import { needOfPub } from './schedule'
import { words } from './words'

/**
 * True where something comes of it: the record of another place is owed, or it is too early to say that there is none. A port
 * that somebody has there is no such fault: first it gets another port.
 */
export function placesAnew(look: Look, pub: PubFact): boolean {
  const { state, facts, now } = look.world
  const { moving } = facts
  const fault = faultOf(state, pub)
  if (moving === undefined || fault === null || fault.trouble === 'port-taken') return false
  if (leftLately(state, pub.pub, now).length >= CANNOT_RUN_MOVES_MAX) return false
  if (moveOf(look, moving, silentHubs(look, moving), pub, 'cannot-run') === null) return true
  // Right after our own start the others are just coming.
  const heardAt = look.heardBy(now)
  if (heardAt > now) look.wakeAt(heardAt)
  return heardAt > now
}

/** Why a pub that has ended never came up, for whoever asked for it and for the operator. */
export function whyNeverUp(look: Pick<Look, 'places' | 'world'>, pub: PubFact): string {
  const { state, policy } = look.world
  const said = lastWordOf(state, pub)
  const tried = hubsTried(state, pub)
  const others = [...state.provider.hubs.values()].filter(
    ({ hub, status }) => status !== 'retired' && !tried.has(hub),
  )
  const couldNot = new Map([...tried].map((hub) => [hub, words.couldNotRun] as const))
  const found =
    said.isOfHub && others.length > 0 ? look.places.find(needOfPub(state, policy, pub), couldNot) : null
  return words.neverUp(said.why, tried.size, found === null || found.ok ? null : found.why)
}

/** What its last hub said of it. */
function lastWordOf(
  { authors, provider }: State,
  { pub, record }: PubFact,
): { why: string; isOfHub: boolean } {
  const { hub, epoch } = record
  const author = authors.get(hub)
  const failed = author?.failed.get(pub)
  if (failed?.epoch === epoch)
    return { why: failed.reason ?? words.noReason, isOfHub: isOfHub(failed.trouble) }
  const said = author?.observed.get(pub)
  const label = provider.hubs.get(hub)?.label ?? null
  const why = said?.epoch === epoch ? said.reason : null
  return { why: why ?? words.notInTime(label), isOfHub: true }
}

/** Where it was placed, one after the other. */
function hubsTried({ provider }: State, { pub, record }: PubFact): Set<FeedId> {
  return new Set([...(provider.places.get(pub) ?? []).map(({ hub }) => hub), record.hub])
}
