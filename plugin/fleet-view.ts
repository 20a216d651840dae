/** Where pubs run, who may write for them, and what waits, as the operator sees it. Pure. */
import type { FeedId, Millis } from '../protocol/ids'
import type { HubMessage } from '../protocol/messages/hub'
import type { HubView, PubView } from '../protocol/rpc'
import type { FenceCheckView, HubDetailView, LeaseView } from '../protocol/rpc-fleet'
import type { PubFact, State } from '../protocol/state'
import { desiredOf } from './change'
import type { Stuck } from './decide-moves'
import { hubViews } from './hub-views'
import type { MovingFacts } from './look'
import { leaseLeftMs } from './moving'
import { isThere } from './on-the-way'
import type { Policy } from './policy'
import { identityOf, observationOf, phaseOf } from './query'
import { fleetWords as words } from './words-fleet'

export interface FleetWorld {
  state: State
  policy: Policy
  now: Millis
  connected: ReadonlySet<FeedId>
  moving: MovingFacts
  stuck: readonly Stuck[]
}

/** A hub by its label or id. */
export function hubCalled(
  state: State,
  wanted: string,
): { ok: true; record: HubMessage } | { ok: false; why: string } {
  const hubs = [...state.provider.hubs.values()]
  const byId = hubs.find(({ hub }) => hub === wanted)
  const called = byId === undefined ? hubs.filter(({ label }) => label === wanted) : [byId]
  // Who was retired may have left its name to another.
  const there = called.filter(({ status }) => status !== 'retired')
  const found = there.length > 0 ? there : called
  const [only] = found
  if (only === undefined) {
    const labels = hubs.filter(({ status }) => status !== 'retired').map(({ label }) => label)
    return { ok: false, why: words.noSuchHub(wanted, labels) }
  }
  return found.length > 1 ? { ok: false, why: words.manyHubs(wanted) } : { ok: true, record: only }
}

/** What is known of a hub's lease; null of one that is retired, or unknown. */
export function leaseOf({ state, policy, moving }: FleetWorld, hub: FeedId): LeaseView | null {
  const record = state.provider.hubs.get(hub)
  if (record === undefined || record.status === 'retired') return null
  return {
    leftMs: Math.max(0, leaseLeftMs(moving, policy.moving, hub)),
    silentMs: moving.silence.get(hub) ?? 0,
    heard: moving.heard.has(hub),
  }
}

/** The views with leases, and with how many of their pubs should be elsewhere. */
export function withLeases<T extends HubView>(world: FleetWorld, views: T[]): T[] {
  const counts = new Map<FeedId, number>()
  for (const { hub } of world.stuck) counts.set(hub, (counts.get(hub) ?? 0) + 1)
  return views.map((view) => ({
    ...view,
    lease: leaseOf(world, view.hub),
    stuck: counts.get(view.hub) ?? 0,
  }))
}

/** The pubs with why they should be elsewhere and are not: to the operator, and in their owners' words. */
export function withStuck<T extends PubView>(
  world: FleetWorld,
  views: T[],
): (T & { stuck: string | null })[] {
  const held = new Map(world.stuck.map((one) => [one.pub, one]))
  return views.map((view) => {
    const one = held.get(view.pub)
    return { ...view, stuck: one?.why ?? null, stranded: one === undefined ? null : strandedOf(world, one) }
  })
}

/** The same for owners, whom the rest does not concern. */
export function withStranded(world: FleetWorld, views: PubView[]): PubView[] {
  return withStuck(world, views).map(({ stuck: _, ...view }) => view)
}

/** Null of one that runs on where it is until there is room elsewhere. */
function strandedOf({ policy, moving }: FleetWorld, { hub, storm, afterStorm }: Stuck): string | null {
  if (leaseLeftMs(moving, policy.moving, hub) > 0) return null
  return storm === null && afterStorm !== true ? words.stranded : words.strandedInStorm
}

/** One hub with what is on it and what has left it. */
export function hubDetail(world: FleetWorld, { hub, by: said }: HubMessage, since: Millis): HubDetailView {
  const { state, connected } = world
  const [view] = withLeases(
    world,
    hubViews(state, connected).filter((one) => one.hub === hub),
  )
  if (view === undefined) throw new Error('a hub that has a record has a view')
  const stuck = new Map(world.stuck.map((one) => [one.pub, one.why]))
  const lives: HubDetailView['lives'] = []
  for (const id of state.byHub.get(hub) ?? []) {
    const pub = state.provider.pubs.get(id)
    if (pub?.record.status !== 'live') continue
    const phase = phaseOf(pub, observationOf(state, pub))
    lives.push({ pub: id, name: pub.record.name, phase, stuck: stuck.get(id) ?? null })
  }
  const left: HubDetailView['left'] = []
  for (const pub of state.provider.pubs.values()) {
    const { moved, status, name, hub: to } = pub.record
    if (moved?.from !== hub || to === hub || status !== 'live' || pub.placed.at < since) continue
    const place = { pub: pub.pub, name, to: labelOf(state, to), at: pub.placed.at }
    left.push({ ...place, isThere: isThere(state, pub) })
  }
  const ending = endingOn(state, hub)
  const by = said === state.provider.id ? null : said
  return { ...view, at: world.now, by, lease: leaseOf(world, hub), lives, left, ending }
}

/** Names of pubs that went elsewhere or have ended, and whose run on this hub is not known to be gone. */
export function endingOn(state: State, hub: FeedId): string[] {
  const names: string[] = []
  for (const [id, { phase }] of state.authors.get(hub)?.observed ?? []) {
    const pub = state.provider.pubs.get(id)
    const { hub: now, status, name } = pub?.record ?? {}
    if (name !== undefined && (now !== hub || status === 'ended') && phase !== 'removed') names.push(name)
  }
  return names
}

/** What only this run of the provider knows of a pub's write-ahead. */
export interface SessionFact {
  hub: FeedId
  epoch: number
  /** Since when the run may write without a break, and since when it first could under this epoch. */
  openedAt: Millis
  firstAt: Millis
  lastWriteAt: Millis | null
  /** The connection on which it was opened is still there. */
  isOpen: boolean
}

/** What is looked up for one pub. */
export interface FenceFacts {
  committed: FenceCheckView['committed']
  session: SessionFact | null
}

/** Who may write for a pub, why, and what is waited for. */
export function fenceCheck(world: FleetWorld, pub: PubFact, facts: FenceFacts): FenceCheckView {
  const { state, connected, moving } = world
  const { record } = pub
  const observed = observationOf(state, pub)
  const label = labelOf(state, record.hub)
  const known =
    facts.session?.epoch === record.epoch && facts.session.hub === record.hub ? facts.session : null
  const session = known?.isOpen === true && connected.has(record.hub) ? known : null
  const writer = { hub: record.hub, label, epoch: record.epoch, connected: connected.has(record.hub) }
  return {
    pub: pub.pub,
    name: record.name,
    feed: identityOf(state, pub, moving.keyFeedOf(pub.pub)),
    status: record.status,
    desired: record.status === 'live' ? desiredOf(record) : 'down',
    phase: phaseOf(pub, observed),
    reason: observed?.reason ?? null,
    writer: { ...writer, lease: leaseOf(world, record.hub) },
    placed: { key: pub.placed.key, at: pub.placed.at, ...causeOf(state, pub) },
    committed: facts.committed,
    secret: { held: moving.keyFeedOf(pub.pub) !== null, opens: moving.keyOpens(pub.pub) },
    session: session === null ? null : sessionView(session),
    shutForMs: known === null ? null : Math.max(0, known.firstAt - pub.placed.at),
    former: formerOf(world, pub),
    step: stepOf(state, pub),
    waitsFor: waitsFor(world, pub, session !== null),
  }
}

const sessionView = ({ epoch, openedAt, lastWriteAt }: SessionFact): FenceCheckView['session'] => ({
  ...{ epoch, openedAt, lastWriteAt },
})

function causeOf(
  state: State,
  { record, placed }: PubFact,
): Pick<FenceCheckView['placed'], 'why' | 'from' | 'by'> {
  const { moved, epoch } = record
  // Its own hub under another epoch: the operator's word that what ran there is gone.
  if (placed.from === null) return { why: epoch === 1 ? 'made' : 'again', from: null, by: null }
  return { why: moved?.why ?? 'restored', from: labelOf(state, placed.from), by: moved?.by ?? null }
}

function formerOf({ state, connected }: FleetWorld, pub: PubFact): FenceCheckView['former'] {
  const former: FenceCheckView['former'] = []
  const spec = state.provider.specs.get(pub.pub)
  for (const [hub, { label }] of state.provider.hubs) {
    if (hub === pub.record.hub) continue
    const said = state.authors.get(hub)?.observed.get(pub.pub)
    if (said === undefined && spec?.hub !== hub) continue
    former.push({
      ...{ hub, label, connected: connected.has(hub) },
      ordered: spec?.hub !== hub || spec.desired === 'none',
      confirmed: said?.phase === 'removed',
    })
  }
  return former
}

function stepOf(state: State, pub: PubFact): FenceCheckView['step'] {
  if (isThere(state, pub)) return 'there'
  return state.provider.specs.get(pub.pub)?.hub === pub.record.hub ? 'starting' : 'ending'
}

function waitsFor(world: FleetWorld, pub: PubFact, isOpen: boolean): string[] {
  const { state, connected, moving, stuck } = world
  const { record } = pub
  if (record.status === 'ended') return []
  const reasons: string[] = []
  if (moving.isWaitedFor(pub.pub)) reasons.push(words.waitedFor(record.name))
  const held = stuck.find((one) => one.pub === pub.pub)
  if (held !== undefined) reasons.push(held.why)
  const label = labelOf(state, record.hub)
  const spec = state.provider.specs.get(pub.pub)
  if (spec !== undefined && spec.hub !== record.hub) reasons.push(words.ending(labelOf(state, spec.hub)))
  else if (desiredOf(record) === 'down') reasons.push(record.suspended ? words.suspended : words.stopped)
  else if (!connected.has(record.hub)) reasons.push(words.away(label))
  else if (!isOpen) reasons.push(words.notOpen(label))
  return reasons
}

export function labelOf(state: State, hub: FeedId): string {
  return state.provider.hubs.get(hub)?.label ?? hub
}
