/** The pubs of a cluster file, against those that are there. Pure. */
import { regionLabel } from '../protocol/hub-labels'
import type { FeedId } from '../protocol/ids'
import { CLUSTER_PUB_CHANGES_MAX } from '../protocol/limits-cluster'
import type { PubFact, State } from '../protocol/state'
import { amended, endedBy } from './amend'
import type { ClusterWorld, Compared } from './cluster-compare'
import type { PubWish, Wishes } from './cluster-read'
import { commissioned, whyNotBegun } from './commission'
import { hubCalled, labelOf } from './fleet-view'
import { moved } from './move'
import { unmadeOf } from './never-up'
import { observationOf } from './query'
import { Places } from './schedule'
import { when } from './words'
import { clusterWords as words } from './words-cluster'

interface PubsWorld extends ClusterWorld {
  /** Hubs that the file names and that have not joined. */
  awaited: ReadonlySet<string>
}

/** What the file wants of each pub; those that it does not name are counted, and left alone. */
export function comparePubs(world: PubsWorld, { pubs }: Wishes, by: FeedId, compared: Compared): void {
  if (pubs === null) return
  const { state } = world
  // Those that are new share the room that there is.
  const places = new Places(world)
  const unknown = new Set<FeedId>()
  for (const wish of pubs) {
    const pub = livePubNamed(state, wish.name)
    noteMaking(world, wish.name, pub, compared)
    if (pub === null) compareNew({ ...world, places, unknown }, wish, by, compared)
    else comparePub(world, pub, wish, by, compared)
  }
  if (unknown.size > 0) compared.notes.push(words.unknownOwners([...unknown]))
}

/** Pubs that end because the file does not have them and their names were said besides; the others are counted, and left alone. */
export function comparePrune(
  world: ClusterWorld,
  { pubs }: Wishes,
  { names, by }: { names: readonly string[]; by: FeedId },
  compared: Compared,
): void {
  const { state, policy } = world
  const named = new Set(pubs?.map(({ name }) => name))
  for (const name of new Set(names)) {
    const pub = livePubNamed(state, name)
    const done = pub === null ? null : endedBy(world, pub, by)
    const why =
      pubs === null ? words.noPubs : named.has(name) ? words.inFile : done === null ? words.noPub : null
    if (why !== null || pub === null || done === null) compared.hold('pubs', name, 0, why ?? words.noPub)
    else if (!done.ok) compared.hold('pubs', name, 0, done.why)
    else if (isTooMuch(compared)) compared.hold('pubs', name, 0, words.tooMuch(CLUSTER_PUB_CHANGES_MAX))
    else
      compared.change('pubs', name, {
        ...{ line: 0, words: words.ends(name, policy.retentionMs, pub.record.owners) },
        deed: { kind: 'end', pub: pub.pub },
      })
    named.add(name)
  }
  const others: string[] = []
  for (const { record } of state.provider.pubs.values())
    if (record.status === 'live' && !named.has(record.name)) others.push(record.name)
  if (others.length > 0 && pubs !== null) compared.notes.push(words.otherPubs(others))
}

/** Made for its owners by the operator. */
function compareNew(
  world: PubsWorld & { places: Places; unknown: Set<FeedId> },
  wish: PubWish,
  by: FeedId,
  compared: Compared,
): void {
  const { state, places, unknown } = world
  const { name, line, owners, plan, web, place } = wish
  const hold = (why: string): void => compared.hold('pubs', name, line, why)
  // Its word stands on the feed, and its record follows from that.
  for (const { content } of state.provider.operator.commissions.values()) if (content.name === name) return
  if (owners === null) return hold(words.noOwners)
  if (isAwaited(world, place)) return hold(words.notThereYet(place?.name ?? ''))
  if (isTooMuch(compared)) return hold(words.tooMuch(CLUSTER_PUB_CHANGES_MAX))
  const wanted = {
    name,
    owners,
    plan,
    web: web ?? false,
    place: place && { kind: place.kind, name: place.name },
  }
  const done = commissioned(world, places, wanted, by)
  if (!done.ok) return hold(done.why)
  const { hub, plan: with_ } = done.say
  const made = words.made(name, with_, wanted.web, labelOf(state, hub), owners)
  const before = unmadeOf(world, () => places, world.now).find(({ fact }) => fact.record.name === name)
  compared.change('pubs', name, {
    ...{ line, words: before === undefined ? made : words.again(made, when(before.at), before.why) },
    deed: { kind: 'commission', wish: wanted, hub },
  })
  for (const id of owners) if (!state.provider.owners.has(id)) unknown.add(id)
}

/** What was said before and is not there yet is owed: it is made no second time, and is not nothing either. */
function noteMaking(world: ClusterWorld, name: string, pub: PubFact | null, compared: Compared): void {
  const { state } = world
  for (const [id, { content }] of state.provider.operator.commissions) {
    if (content.name !== name) continue
    if (pub === null) compared.owe(words.owed(name, whyNotBegun(world, content)))
    else if (pub.pub === id) {
      const said = observationOf(state, pub)?.reason ?? null
      compared.owe(words.beingMade(name, labelOf(state, pub.record.hub), when(pub.createdAt), said))
    }
  }
}

const isAwaited = ({ awaited }: PubsWorld, place: PubWish['place']): boolean =>
  place?.kind === 'hub' && awaited.has(place.name)

function livePubNamed({ names, provider }: State, name: string): PubFact | null {
  const pub = provider.pubs.get(names.get(name) as PubFact['pub'])
  return pub?.record.status === 'live' ? pub : null
}

function comparePub(world: PubsWorld, pub: PubFact, wish: PubWish, by: FeedId, compared: Compared): void {
  const { name, line, plan, web, owners, place } = wish
  const done = isTooMuch(compared) ? null : amended(world, pub, { plan, web, owners }, by)
  if (done === null) return compared.hold('pubs', name, line, words.tooMuch(CLUSTER_PUB_CHANGES_MAX))
  if (!done.ok) compared.hold('pubs', name, line, done.why)
  else if (done.record !== null)
    compared.change('pubs', name, {
      ...{ line, words: words.amend(name, done.words) },
      deed: { kind: 'amend', pub: pub.pub, wish: { plan, web, owners } },
    })
  if (place !== null) comparePlace(world, pub, { ...wish, place }, by, compared)
}

function isTooMuch({ changes }: Compared): boolean {
  return changes.filter(({ section }) => section === 'pubs').length >= CLUSTER_PUB_CHANGES_MAX
}

function comparePlace(
  world: PubsWorld,
  pub: PubFact,
  { name, place }: PubWish & { place: NonNullable<PubWish['place']> },
  by: FeedId,
  compared: Compared,
): void {
  const { state } = world
  const { line } = place
  const hold = (why: string): void => compared.hold('pubs', name, line, why)
  if (isAwaited(world, place)) return hold(words.notThereYet(place.name))
  const found = candidatesOf(state, pub, place)
  if (!found.ok) return hold(found.why)
  if (found.hubs.includes(pub.record.hub)) return
  if (isTooMuch(compared)) return hold(words.tooMuch(CLUSTER_PUB_CHANGES_MAX))
  let first: string | null = null
  for (const hub of found.hubs) {
    const done = moved(world, { pub: pub.pub, hub }, by)
    if (done.ok) {
      const [from, to] = [labelOf(state, pub.record.hub), labelOf(state, hub)]
      const text =
        place.kind === 'hub' ? words.move(name, from, to) : words.moveTo(name, from, to, place.name)
      return compared.change('pubs', name, {
        line,
        words: text,
        deed: { kind: 'move', pub: pub.pub, hub },
      })
    }
    first ??= done.why
  }
  hold(place.kind === 'hub' ? (first ?? '') : words.noRoomInRegion(place.name, first ?? ''))
}

/** The hubs that it may be on, those that are tried first in front. */
function candidatesOf(
  state: State,
  pub: PubFact,
  place: NonNullable<PubWish['place']>,
): { ok: true; hubs: FeedId[] } | { ok: false; why: string } {
  if (place.kind === 'hub') {
    const found = hubCalled(state, place.name)
    return found.ok ? { ok: true, hubs: [found.record.hub] } : found
  }
  const wanted = regionLabel(place.name)
  const isIn = (hub: FeedId): boolean => state.authors.get(hub)?.capacity?.labels?.includes(wanted) === true
  const there = [...state.provider.hubs.values()].filter(
    ({ hub, status }) => isIn(hub) && (status === 'admitted' || hub === pub.record.hub),
  )
  if (there.length === 0) return { ok: false, why: words.noneInRegion(place.name) }
  const inOrder = there.sort((a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : 0))
  return { ok: true, hubs: inOrder.map(({ hub }) => hub) }
}
