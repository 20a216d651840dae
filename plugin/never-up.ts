/** Why a pub that was to be made never came up, and which of those its operator is still owed. Pure. */
import type { FeedId, MessageId, Millis } from '../protocol/ids'
import { NEVER_UP_SHOWN_MS } from '../protocol/limits-cluster'
import type { NeverUpView } from '../protocol/rpc-desk'
import type { PubFact, State } from '../protocol/state'
import type { UnmadeFact } from '../protocol/state-operator'
import { isOfHub } from './cannot-run'
import type { Policy } from './policy'
import { needOfPub, type Places } from './schedule'
import { isWithin } from './within'
import { words } from './words'

type Known = { state: State; policy: Policy }

/** A pub that an operator had made, that never came up, and of whose name there is none since. */
export interface Unmade {
  fact: PubFact
  /** When it was given up. */
  at: Millis
  why: string
}

/** Those of the last days. */
export function unmadeOf(known: Known, places: () => Places, now: Millis): Unmade[] {
  return unmadeSince(known.state, now).flatMap(({ pub, endedAt: at }) => {
    const fact = known.state.provider.pubs.get(pub)
    return fact === undefined ? [] : [{ fact, at, why: whyNeverUp(known, places(), fact) }]
  })
}

/** The same without why. */
export function unmadeSince({ provider }: State, now: Millis): UnmadeFact[] {
  return [...provider.operator.unmade.values()].filter(({ endedAt }) => isShown(endedAt, now))
}

/** Why it never came up, for the operator; null of one that did, that is to be made still, or that is long ago. */
export function neverUpOf(known: Known, places: () => Places, pub: PubFact, now: Millis): NeverUpView | null {
  const { provider } = known.state
  const { record, recordedAt } = pub
  const request = pub.pub as string as MessageId
  if (record.status !== 'ended' || record.answers !== request || !isShown(recordedAt, now)) return null
  const owed = provider.operator.unmade.get(record.name)?.pub === pub.pub
  const isMade = provider.answers.get(request)?.final === true && !provider.unsuccessful.has(request)
  return isMade ? null : { why: whyNeverUp(known, places(), pub), owed }
}

/** What a clock that was ahead has dated is not over. */
const isShown = (at: Millis, now: Millis): boolean => at > now || isWithin(at, NEVER_UP_SHOWN_MS, now)

/** Why a pub that has ended never came up, for whoever asked for it and for the operator. */
export function whyNeverUp({ state, policy }: Known, places: Places, pub: PubFact): string {
  const said = lastWordOf(state, pub)
  const tried = hubsTried(state, pub)
  const others = [...state.provider.hubs.values()].filter(
    ({ hub, status }) => status !== 'retired' && !tried.has(hub),
  )
  const couldNot = new Map([...tried].map((hub) => [hub, words.couldNotRun] as const))
  const found =
    said.isOfHub && others.length > 0 ? places.find(needOfPub(state, policy, pub), couldNot) : null
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
