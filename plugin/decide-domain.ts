/** `domain NAME …`: a name of an owner's own for a pub. Asked for, proven, led elsewhere, given up. */
import type { FeedId, PubId } from '../protocol/ids'
import {
  OWN_DROPPED_AFTER_MS,
  OWN_DROPPED_LOOKS_MIN,
  OWN_PENDING_LOOKS_MIN,
  OWN_PENDING_MS,
  OWN_PENDING_PER_OWNER_MAX,
  OWN_TOLD_AFTER_MS,
  OWN_TOLD_LOOKS_MIN,
} from '../protocol/limits-dns'
import type { OwnName, PubMessage } from '../protocol/messages/pub'
import type { PubFact, Request, State } from '../protocol/state'
import { isBeingMade } from './decide-change'
import { recordsOwed } from './decide-dues'
import { isWithinZone } from './dns-settings'
import { answer, type Look, notify, pubFor } from './look'
import { isAbout, type OwnLook } from './own-looks'
import { pubsOf } from './query'
import { changeWords } from './words-change'
import { domainWords } from './words-domain'

const COMMAND = 'domain'

/** Says how it is, or records what is asked for; the answer says what to enter at the registrar. */
export function beginDomain(
  look: Look,
  request: Request,
  command: { name: string | null; own: { name: string | null } | null },
): void {
  const pub = pubFor(look, request, COMMAND, command.name)
  if (pub === null) return
  const { record } = pub
  const say = (outcome: 'done' | 'refused', text: string): void =>
    answer(look, request, outcome, text, { command: COMMAND, pub: outcome === 'done' ? pub.pub : null })
  // One after the other: each builds on the record that the one before it has made.
  if (look.pubsChanged.has(pub.pub) || look.pubsEnded.has(pub.pub)) return look.wakeAt(look.world.now)
  if (command.own === null) return say('done', howItIs(look, record))
  if (isBeingMade(look, pub)) return say('refused', changeWords.beingMade(record.name))
  const wanted = command.own.name
  if (wanted === null) return takeBack(look, request, pub)
  if (wanted === record.own?.name) return say('done', howItIs(look, record))
  const why = whyNot(look, pub, request.author, wanted)
  if (why !== null) return say('refused', why)
  const asked = { ...record, own: { name: wanted, since: look.world.now, proven: false } }
  change(look, asked)
  say('done', howItIs(look, asked))
}

function takeBack(look: Look, request: Request, { pub, record }: PubFact): void {
  const text =
    record.own === null
      ? domainWords.none(record.name, record.host, look.world.policy.domain !== null)
      : domainWords.off(record)
  if (record.own !== null) change(look, { ...record, own: null })
  answer(look, request, 'done', text, { command: COMMAND, pub })
}

/** What caused the record stays what it was: this answers nobody's wish about the run. */
function change(look: Look, record: PubMessage): void {
  look.pubsChanged.add(record.pub)
  look.owe({ kind: 'record', content: record })
}

/** Null where a name may be asked for. */
function whyNot(look: Look, pub: PubFact, author: FeedId, wanted: string): string | null {
  const { state, policy } = look.world
  const { record } = pub
  if (record.host === null) return domainWords.noHost(record.name, policy.domain !== null)
  if (record.own?.proven === true) return domainWords.offFirst(record.name, record.own.name, wanted)
  if (policy.domain !== null && isWithinZone(wanted, policy.domain)) return domainWords.ours(wanted)
  if (isOfProvider(state, wanted)) return domainWords.ours(wanted)
  if (holderOf(state, wanted, pub.pub) !== null) return domainWords.taken(wanted)
  const pending = pendingOf(look, author, pub.pub)
  return pending >= OWN_PENDING_PER_OWNER_MAX ? domainWords.tooMany(pending) : null
}

/** How many names of one owner's pubs, of those other than `but`, are not proven, with what this look has owed so far. */
function pendingOf({ world, effects }: Look, author: FeedId, but: PubId): number {
  const owed = new Map<PubId, PubMessage>()
  for (const one of effects)
    if (one.kind === 'record' && one.content.type === 'buttcloud/pub') owed.set(one.content.pub, one.content)
  const records = pubsOf(world.state, author).map(({ pub, record }) => owed.get(pub) ?? record)
  return records.filter(({ pub, status, own }) => pub !== but && status === 'live' && own?.proven === false)
    .length
}

/** The host of a server, or the name for life of any pub: that may lie within a domain of earlier days. */
function isOfProvider(state: State, name: string): boolean {
  const isOne = (host: string | null | undefined): boolean => host?.toLowerCase() === name
  for (const hub of state.provider.hubs.keys()) if (isOne(state.authors.get(hub)?.capacity?.host)) return true
  for (const { record } of state.provider.pubs.values()) if (isOne(record.host)) return true
  return false
}

/** The live pub that a name has been proven to lead to, of those other than `but`. */
function holderOf(state: State, name: string, but: PubId): PubId | null {
  for (const pub of state.provider.own.keys()) {
    const record = state.provider.pubs.get(pub)?.record
    if (pub !== but && record?.status === 'live' && record.own?.proven === true && record.own.name === name)
      return pub
  }
  return null
}

function howItIs(look: Look, record: PubMessage): string {
  const { own, host } = record
  if (own === null || host === null)
    return domainWords.none(record.name, host, look.world.policy.domain !== null)
  const { state, facts } = look.world
  const known = facts.ownLooks?.get(record.pub)
  const found = isAbout(known, own) ? known.found : null
  if (own.proven) return domainWords.proven(record.name, own.name, host, found)
  return domainWords.pending(
    { name: record.name, own: own.name, host },
    { found, hub: state.authors.get(record.hub)?.capacity?.host ?? null },
  )
}

/** Owes what follows from what was found of the names: records, and notices to owners. */
export function tendDomains(look: Look): void {
  const { state, facts } = look.world
  if (state.provider.own.size === 0) return
  const taken = recordsOwed(look)
  const given = new Set<string>()
  for (const id of state.provider.own.keys()) {
    const pub = state.provider.pubs.get(id)
    const own = pub?.record.own
    const known = facts.ownLooks?.get(id)
    if (pub?.record.status !== 'live' || own == null || !isAbout(known, own)) continue
    if (taken.has(id) || look.pubsChanged.has(id) || look.pubsEnded.has(id)) continue
    if (own.proven) tendProven(look, pub, own, known)
    else tendPending(look, pub, own, known, given)
  }
}

function tendPending(look: Look, pub: PubFact, own: OwnName, known: OwnLook, given: Set<string>): void {
  const { state, now } = look.world
  const { record } = pub
  const isFree = !given.has(own.name) && holderOf(state, own.name, pub.pub) === null
  if (known.found.kind === 'here' && isFree) {
    given.add(own.name)
    return change(look, { ...record, own: { ...own, proven: true } })
  }
  // A clock that was set back makes nobody wait for longer.
  const isOver = Math.abs(now - own.since) >= OWN_PENDING_MS && known.times >= OWN_PENDING_LOOKS_MIN
  const causes = state.provider.own.get(pub.pub)?.asked
  if (!isOver || causes === undefined) return
  const why = known.found.kind === 'here' ? domainWords.takenMeanwhile(own.name) : whatOf(known)
  const text = domainWords.givenUp(record.name, own.name, why)
  notify(look, record.owners, text, { pub: pub.pub, topic: 'domain', causes })
  change(look, { ...record, own: null })
}

function tendProven(look: Look, pub: PubFact, own: OwnName, known: OwnLook): void {
  const { state, now } = look.world
  const { record } = pub
  const fact = state.provider.own.get(pub.pub)
  const { elsewhere } = known
  // The last look knew nothing: whoever can't be asked has not said otherwise.
  if (fact === undefined || elsewhere === null || known.found.kind !== 'elsewhere') return
  const told = fact.told === null || fact.told.at < elsewhere.since ? null : fact.told
  if (told === null) {
    const isLong = now - elsewhere.since >= OWN_TOLD_AFTER_MS && elsewhere.times >= OWN_TOLD_LOOKS_MIN
    if (!isLong || record.host === null) return
    const text = domainWords.ledElsewhere(
      { name: record.name, own: own.name, host: record.host },
      whatOf(known),
    )
    const causes = fact.told?.key ?? fact.asked
    return notify(look, record.owners, text, { pub: pub.pub, topic: 'domain', causes })
  }
  const isOver = Math.abs(now - told.at) >= OWN_DROPPED_AFTER_MS && elsewhere.times >= OWN_DROPPED_LOOKS_MIN
  // Its owners are told by the notice of another address.
  if (isOver) change(look, { ...record, own: null })
}

function whatOf({ found }: OwnLook): string | null {
  return found.kind === 'elsewhere' ? found.what : found.kind === 'unknown' ? found.why : null
}
