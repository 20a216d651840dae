/** The pubs of a cluster file, against those that are there. Pure. */
import { regionLabel } from '../protocol/hub-labels'
import type { FeedId } from '../protocol/ids'
import { CLUSTER_MOVES_MAX } from '../protocol/limits-cluster'
import type { PubFact, State } from '../protocol/state'
import type { ClusterWorld, Compared } from './cluster-compare'
import type { PubWish, Wishes } from './cluster-read'
import { hubCalled, labelOf } from './fleet-view'
import { moved } from './move'
import { clusterWords as words } from './words-cluster'

/** What the file wants of each pub; those that it does not name are counted, and left alone. */
export function comparePubs(world: ClusterWorld, { pubs }: Wishes, by: FeedId, compared: Compared): void {
  if (pubs === null) return
  const { state } = world
  const named = new Set<string>()
  for (const wish of pubs) {
    named.add(wish.name)
    const pub = livePubNamed(state, wish.name)
    if (pub === null) compared.hold('pubs', wish.name, wish.line, words.noPub(wish.name, wish.plan))
    else comparePub(world, pub, wish, by, compared)
  }
  const others: string[] = []
  for (const { record } of state.provider.pubs.values())
    if (record.status === 'live' && !named.has(record.name)) others.push(record.name)
  if (others.length > 0) compared.notes.push(words.otherPubs(others))
}

function livePubNamed({ names, provider }: State, name: string): PubFact | null {
  const pub = provider.pubs.get(names.get(name) as PubFact['pub'])
  return pub?.record.status === 'live' ? pub : null
}

function comparePub(world: ClusterWorld, pub: PubFact, wish: PubWish, by: FeedId, compared: Compared): void {
  const { record } = pub
  const { name, line, plan, web, owners, place } = wish
  const hold = (why: string): void => compared.hold('pubs', name, line, why)
  if (plan !== null && plan !== record.plan)
    hold(words.ownersChange(name, `has plan ${record.plan}`, `plan NAME ${plan}`))
  if (web !== null && web !== record.web)
    hold(
      words.ownersChange(
        name,
        `has its web pages ${record.web ? 'on' : 'off'}`,
        `web NAME ${web ? 'on' : 'off'}`,
      ),
    )
  if (owners !== null && !isSameSet(owners, record.owners))
    hold(words.ownersChange(name, 'has other owners', 'owners NAME add|remove @feed'))
  if (place !== null) comparePlace(world, pub, { ...wish, place }, by, compared)
}

/** In which order they stand says for whom the pub counts, which a file does not change. */
function isSameSet(one: readonly FeedId[], other: readonly FeedId[]): boolean {
  return one.length === other.length && one.every((id) => other.includes(id))
}

function comparePlace(
  world: ClusterWorld,
  pub: PubFact,
  { name, place }: PubWish & { place: NonNullable<PubWish['place']> },
  by: FeedId,
  compared: Compared,
): void {
  const { state } = world
  const { line } = place
  const hold = (why: string): void => compared.hold('pubs', name, line, why)
  const found = candidatesOf(state, pub, place)
  if (!found.ok) return hold(found.why)
  if (found.hubs.includes(pub.record.hub)) return
  if (compared.changes.filter(({ deed }) => deed.kind === 'move').length >= CLUSTER_MOVES_MAX)
    return hold(words.tooManyMoves(CLUSTER_MOVES_MAX))
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
