/** The read side: authors joined. Whether an author may say what it said is judged here and nowhere else. */

import type { FeedId, InviteKey, MessageId, PubId } from '../protocol/ids'
import type { ObservedMessage } from '../protocol/messages/observed'
import type { InviteOp, OpMessage } from '../protocol/messages/op'
import { type PubMessage, reachedBy } from '../protocol/messages/pub'
import type { ResultMessage } from '../protocol/messages/result'
import type { InviteEntry, PubView } from '../protocol/rpc'
import type { Place, PubFact, State, UseFact } from '../protocol/state'
import { desiredOf, sizeOf } from './change'
import { incidentsOf, viewOfIncident } from './incidents'
import { movingViewOf } from './on-the-way'
import { haltOf } from './operator-facts'

/** Makes and recognises invites; the crypto behind it is plugin/io/ledger.ts. Same answers for the same request. */
export interface Ledger {
  /** The key pair and tag of the invite that a request asked for. */
  invite(request: MessageId): { key: InviteKey; seed: string; tag: string }
  /** The one-time token of a machine, by the machine's name. */
  machine(name: string): { key: InviteKey; seed: string }
  /** What a pub publishes as `note` when `member` uses the invite with this tag. */
  note(tag: string, member: FeedId): string
}

/** What the pub's present hub last said of it, under the present epoch; null when nothing counts. */
export function observationOf(state: State, pub: PubFact): ObservedMessage | null {
  const observed = state.authors.get(pub.record.hub)?.observed.get(pub.pub)
  return observed !== undefined && observed.epoch === pub.record.epoch ? observed : null
}

/** The pub's feed: as its record says, else as its hub first named it. */
export function feedOf(state: State, pub: PubFact): FeedId | null {
  return pub.record.feed ?? state.authors.get(pub.record.hub)?.feeds.get(pub.pub) ?? null
}

/**
 * The result of an op, from the hub that the op was addressed to. Invites move along with a pub: once it is up on another
 * hub they are in its table, whatever came of them on the former one.
 */
export function resultOf(state: State, op: OpMessage): Pick<ResultMessage, 'ok' | 'reason'> | null {
  const found = state.authors.get(op.hub)?.results.get(op.op)
  const result = found !== undefined && found.pub === op.pub ? found : null
  const pub = state.provider.pubs.get(op.pub)
  if (op.kind !== 'invite' || pub === undefined || pub.record.hub === op.hub || result?.ok) return result
  return observationOf(state, pub)?.phase === 'up' ? { ok: true, reason: null } : null
}

/**
 * The identity with which a pub is placed anew: what its record says, else whose key is in escrow; a hub's word of it comes
 * last, because a hub may say anything.
 */
export function identityOf(state: State, pub: PubFact, keyFeed: FeedId | null): FeedId | null {
  return pub.record.feed ?? keyFeed ?? feedOf(state, pub)
}

/** How often each invite of a pub has been used, and by whom, from the pub's own feed. */
export function usesOf(
  state: State,
  pub: PubFact,
  feed: FeedId | null,
  ledger: Ledger,
): Map<MessageId, UseFact[]> {
  const uses = new Map<MessageId, UseFact[]>()
  const ops = invitesOf(state, pub.pub)
  for (const op of ops) uses.set(op.op, [])
  const facts = feed === null ? [] : (state.authors.get(feed)?.uses ?? [])
  for (const use of facts) {
    const op = opOf(use, ops, uses, ledger)
    if (op !== null) uses.get(op)?.push(use)
  }
  return uses
}

interface Match {
  op: MessageId | null
  /** So many of the pub's ops are known not to be it. */
  tried: number
}

/**
 * Which invite a use was of never changes, and telling it costs a keyed hash per invite: remembered per use, else a
 * pub with many of both would cost their product at every write.
 */
const matches = new WeakMap<Ledger, WeakMap<UseFact, Match>>()

/** The op whose invite was used; those that have uses left are tried first. */
function opOf(
  use: UseFact,
  ops: InviteOp[],
  uses: ReadonlyMap<MessageId, UseFact[]>,
  ledger: Ledger,
): MessageId | null {
  const known = matches.get(ledger) ?? new WeakMap<UseFact, Match>()
  matches.set(ledger, known)
  const before = known.get(use) ?? { op: null, tried: 0 }
  if (before.op !== null || before.tried === ops.length) return before.op
  const isOf = (one: InviteOp): boolean => ledger.note(one.invite.tag, use.member) === use.note
  const hasLeft = (one: InviteOp): boolean => (uses.get(one.op)?.length ?? 0) < one.invite.uses
  const fresh = ops.slice(before.tried)
  const op = fresh.filter(hasLeft).find(isOf) ?? fresh.filter((one) => !hasLeft(one)).find(isOf)
  known.set(use, { op: op?.op ?? null, tried: ops.length })
  return op?.op ?? null
}

/** The invites of one pub as issued, oldest first. */
export function invitesOf(state: State, pub: PubId): InviteOp[] {
  const ops: InviteOp[] = []
  for (const key of state.provider.opsOfPub.get(pub) ?? []) {
    const op = state.provider.ops.get(key)
    if (op?.kind === 'invite') ops.push(op)
  }
  return ops
}

/**
 * The invites that may still be used: issued, neither void nor taken back, uses left. With a sequence: those that the
 * message there may have used, also ones that were taken back after it.
 */
export function liveInvites(
  state: State,
  pub: PubFact,
  feed: FeedId | null,
  ledger: Ledger,
  sequence = Number.POSITIVE_INFINITY,
): InviteEntry[] {
  const uses = usesOf(state, pub, feed, ledger)
  const entries: InviteEntry[] = []
  for (const op of invitesOf(state, pub.pub)) {
    const voidAfter = state.provider.revoked.get(op.invite.key) ?? Number.POSITIVE_INFINITY
    if (state.provider.unsuccessful.has(op.op) || sequence > voidAfter) continue
    const left = op.invite.uses - (uses.get(op.op)?.length ?? 0)
    if (left > 0) entries.push({ key: op.invite.key, left, tag: op.invite.tag })
  }
  return entries
}

/** The host that a pub is reached by: its own, else what its hub says; null before that has said any. */
export function hostOf(state: State, pub: PubFact): string | null {
  return reachedBy(pub.record) ?? observationOf(state, pub)?.host ?? hostAt(state, placeOf(pub.record))
}

/** The place that a record says. */
export function placeOf(record: PubMessage): Place {
  return { hub: record.hub, host: reachedBy(record) }
}

/** The host of a place: the name that a pub had there, else what the hub offers now. */
export function hostAt(state: State, { host, hub }: Place): string | null {
  return host ?? state.authors.get(hub)?.capacity?.host ?? null
}

/** host:port a pub is reached by; null before it has ever been up. */
export function addressOf(state: State, pub: PubFact): string | null {
  const host = hostOf(state, pub)
  return host === null || feedOf(state, pub) === null ? null : `${host}:${pub.record.port}`
}

/** Where a browser finds the pub's web pages; null while they are off or it is not known yet. */
export function webAddressOf(state: State, pub: PubFact): string | null {
  const { web, webPort, hub } = pub.record
  if (!web || webPort === null) return null
  const name = reachedBy(pub.record)
  if (name !== null && state.authors.get(hub)?.capacity?.https === 'yes') return `https://${name}/`
  const host = hostOf(state, pub)
  return host === null ? null : `http://${host}:${webPort}/`
}

/** The pubs of one owner, live ones first, then by age. */
export function pubsOf(state: State, owner: FeedId): PubFact[] {
  const facts: PubFact[] = []
  for (const pub of state.byOwner.get(owner) ?? []) {
    const fact = state.provider.pubs.get(pub)
    if (fact !== undefined) facts.push(fact)
  }
  return facts.sort((a, b) => rank(a) - rank(b) || a.createdAt - b.createdAt)
}

function rank(pub: PubFact): number {
  return pub.record.status === 'live' ? 0 : 1
}

/** The live pub of an owner by its name; null when there is none of theirs. */
export function pubNamed(state: State, owner: FeedId, name: string): PubFact | null {
  const pub = state.names.get(name)
  if (pub === undefined || !state.byOwner.get(owner)?.has(pub)) return null
  return state.provider.pubs.get(pub) ?? null
}

/** One pub as its owners may see it. */
export function viewOf(state: State, pub: PubFact, ledger: Ledger): PubView {
  const observed = observationOf(state, pub)
  const feed = feedOf(state, pub)
  const uses = usesOf(state, pub, feed, ledger)
  let used = 0
  for (const members of uses.values()) used += members.length
  const phase = phaseOf(pub, observed)
  const incident = incidentsOf(state, pub).at(-1)
  return {
    pub: pub.pub,
    name: pub.record.name,
    owners: pub.record.owners,
    plan: pub.record.plan,
    status: phase === 'up' ? 'up' : phase === 'ended' ? 'none' : 'down',
    phase,
    reason: phase === 'up' || phase === 'ended' ? null : (observed?.reason ?? null),
    moving: movingViewOf(state, pub),
    desired: pub.record.desired,
    suspended: pub.record.suspended,
    halted: haltedOf(state, pub),
    dues: duesOf(state, pub),
    title: pub.record.title,
    description: pub.record.description,
    feed,
    address: addressOf(state, pub),
    port: pub.record.port,
    version: observed?.version ?? null,
    web: webAddressOf(state, pub),
    domain: pub.record.own,
    createdAt: pub.createdAt,
    keepUntil: pub.record.keepUntil,
    invites: { issued: uses.size, used },
    lastIncident: incident === undefined ? null : viewOfIncident(incident),
  }
}

function haltedOf(state: State, { pub }: PubFact): NonNullable<PubView['halted']> | null {
  const halt = haltOf(state, pub)
  return halt === null ? null : { reason: halt.content.reason, at: halt.at }
}

function duesOf(state: State, { pub }: PubFact): PubView['dues'] {
  const content = state.provider.money.dues.get(pub)?.content
  if (content === undefined || content.stage === 'clear') return null
  const { stage, reason, suspendAt, endAt } = content
  return { stage, reason, suspendAt, endAt }
}

/** What an owner is shown of a pub, from its record and what counts of its hub's words. */
export function phaseOf(pub: PubFact, observed: ObservedMessage | null): PubView['phase'] {
  if (pub.record.status === 'ended') return 'ended'
  if (observed === null || observed.phase === 'removed')
    return desiredOf(pub.record) === 'down' ? 'down' : 'placed'
  return observed.phase
}

/** Memory reserved on a hub by the pubs whose run is not known to be gone. */
export function reservedBytesOf(state: State, hub: FeedId): number {
  let bytes = 0
  for (const id of state.byHub.get(hub) ?? []) {
    const pub = state.provider.pubs.get(id)
    if (pub !== undefined && occupies(state, pub)) bytes += reservedBytesFor(state, pub)
  }
  return bytes
}

/**
 * The most that a run of it may have reserved by now: of the order that its hub last carried out, and of all later ones; and what
 * its record says, from which the next order follows: a crash may have come between the two.
 */
export function reservedBytesFor(state: State, pub: PubFact): number {
  const sizes = state.provider.reserved.get(pub.pub) ?? []
  const doneAt = state.authors.get(pub.record.hub)?.carriedOut.get(pub.pub) ?? 0
  const from = Math.max(
    0,
    sizes.findLastIndex(({ revision }) => revision <= doneAt),
  )
  const recorded = pub.record.status === 'live' ? sizeOf(pub.record).reservedBytes : 0
  return Math.max(recorded, ...sizes.slice(from).map(({ bytes }) => bytes))
}

/** True while a pub holds its port and its room: it lives, or its run has not been reported removed yet. */
export function occupies(state: State, pub: PubFact): boolean {
  if (pub.record.status === 'live') return true
  return !state.provider.specs.has(pub.pub) ? false : observationOf(state, pub)?.phase !== 'removed'
}

/** Every pub that has not ended. */
export function livePubs(state: State): PubId[] {
  return [...state.provider.pubs.values()].filter((one) => one.record.status === 'live').map((one) => one.pub)
}
