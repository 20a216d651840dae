/** Where a pub goes. Pure; every "no" comes with its reason, hub by hub. */
import { regionIn, regionLabel } from '../protocol/hub-labels'
import type { FeedId } from '../protocol/ids'
import { HUBS_NAMED_MAX } from '../protocol/limits-placing'
import type { Plan } from '../protocol/plan'
import type { PubFact, State } from '../protocol/state'
import type { Policy } from './policy'
import { occupies, reservedBytesFor } from './query'
import { inOrder, type Room, Rooms } from './rooms'

export interface Placement {
  ok: true
  hub: FeedId
  port: number
}
export interface Found {
  ok: true
  hub: FeedId
  /** False: it is away and is waited for, because nobody who is there has room. */
  connected: boolean
}
export interface NoPlacement {
  ok: false
  /** In words for people: a reason per hub, or per kind of reason where there are many. */
  why: string
  /** Each hub with its own reason, by id. */
  each: { hub: FeedId; label: string; why: string }[]
}

/** What a pub needs of a hub. */
export interface Need {
  /** What it reserves. */
  memoryBytes: number
  /** What its plan promises. */
  diskBytes: number
  /** What the hub must say of itself, all of it, like region=eu. */
  labels: readonly string[]
  /** Whose other pubs shall not be on the same host, where siblings are kept apart. */
  owners: readonly FeedId[]
  /** The pub itself, where it is there already: it is no sibling of its own. */
  pub: PubFact['pub'] | null
  /** The hub where it is and stays: one that takes no new pubs lets those grow that are there. */
  stays?: FeedId
}

/** Hubs that are not to be used, with why, as it stands behind their names: 'is where it runs now'. */
export type RuledOut = ReadonlyMap<FeedId, string>

export interface PlacesWorld {
  state: State
  policy: Policy
  connected: ReadonlySet<FeedId>
  /** The rooms of this very state and policy, where somebody keeps them. */
  rooms?: Rooms
}

interface Reason {
  /** Behind the name of one hub, and behind several. */
  one: string
  many: string
}
/** One reason why a hub does not take a pub; null where this one does not speak against it. */
type Filter = (room: Room, need: Need, around: Around) => Reason | null
interface Around {
  ruledOut: RuledOut
  /** Hosts that have a sibling already. */
  hosts: ReadonlySet<string>
}

const both = (one: string, many = one): Reason => ({ one, many })
const FULL = both('is full', 'are full')
const NO_DISK = both('has too little disk left', 'have too little disk left')
const SILENT = both('has not said what it offers yet', 'have not said what they offer yet')
const NO_ENGINE = both('has an engine that does not answer', 'have engines that do not answer')
const SIBLING = both('has a pub of the same owner already', 'have a pub of the same owner already')

/** In the order in which they are said: what is the operator's choice first, what passes last. */
const FILTERS: readonly Filter[] = [
  ({ hub }, _, { ruledOut }) => {
    const why = ruledOut.get(hub)
    return why === undefined ? null : both(why)
  },
  ({ hub, status }, { stays }) =>
    status === 'admitted' || (hub === stays && status !== 'retired')
      ? null
      : both(`is ${status}`, `are ${status}`),
  ({ offer }) => (offer === null ? SILENT : null),
  // What is there already stays there: it is up again with the engine.
  ({ hub, offer }, { stays }) => (offer?.trouble === 'unreachable' && hub !== stays ? NO_ENGINE : null),
  (room, { labels }) => lacking(room, labels),
  ({ offer }, _, { hosts }) => (offer !== null && hosts.has(offer.host) ? SIBLING : null),
  ({ memoryBytes }, need) => (memoryBytes < need.memoryBytes ? FULL : null),
  // What needs no more disk than it has is not kept from it by those that are there already.
  ({ diskBytes }, need) => (need.diskBytes > 0 && diskBytes < need.diskBytes ? NO_DISK : null),
]

function lacking({ offer }: Room, labels: readonly string[]): Reason | null {
  const missing = labels.find((one) => offer?.labels?.includes(one) !== true)
  if (missing === undefined) return null
  const region = regionIn(missing)
  return region === null
    ? both(`has no ${missing}`, `have no ${missing}`)
    : both(`is not in ${region}`, `are not in ${region}`)
}

const NOBODY: RuledOut = new Map()
const NO_HOSTS: ReadonlySet<string> = new Set()

/** What a new pub of a plan needs. */
export function needOf(plan: Plan, owners: readonly FeedId[]): Need {
  const { reservedBytes: memoryBytes, diskBytes } = plan.size
  return { memoryBytes, diskBytes, labels: labelsOf(plan), owners, pub: null }
}

/** What a pub that is there needs of any other hub. */
export function needOfPub(state: State, policy: Policy, fact: PubFact): Need {
  const { pub, record } = fact
  const { diskBytes } = record.size
  // With what it holds until its hub has carried out the last order: that much is counted once it is placed.
  const memoryBytes = reservedBytesFor(state, fact)
  const plan = policy.plans.find(({ name }) => name === record.plan)
  return {
    memoryBytes,
    diskBytes,
    labels: plan === undefined ? [] : labelsOf(plan),
    owners: record.owners,
    pub,
  }
}

/** What of a hub a plan asks for. */
export function labelsOf({ region }: Plan): string[] {
  return region === null ? [] : [regionLabel(region)]
}

/**
 * The places of a fleet: what the state has, less what was taken here since, so that two decisions never take the same. Where
 * `rooms` are somebody's who keeps them, another one of these ends this one.
 */
export class Places {
  private readonly rooms: Rooms
  /** Hosts that got pubs here, by owner. */
  private readonly hosts = new Map<FeedId, Set<string>>()

  constructor(private readonly world: PlacesWorld) {
    this.rooms = world.rooms ?? new Rooms(world.state, world.policy)
    this.rooms.begin(world.connected)
  }

  /**
   * A hub for it: by the policy the one with most left, or the one with least that is enough; one that is away only where
   * none that is connected has room, because it may be back in a moment. Takes nothing.
   */
  find(need: Need, ruledOut: RuledOut = NOBODY): Found | NoPlacement {
    const around = { ruledOut, hosts: this.siblingHosts(need) }
    for (const connected of [true, false]) {
      const room = this.bestOf(connected, need, around)
      if (room !== null) return { ok: true, hub: room.hub, connected }
    }
    return this.no(need, around)
  }

  private bestOf(connected: boolean, need: Need, around: Around): Room | null {
    const pack = this.world.policy.placing.hubs === 'pack'
    // What is smaller than any plan may fit where plans don't.
    const least = need.diskBytes >= this.rooms.leastDiskBytes ? need.memoryBytes : Number.NEGATIVE_INFINITY
    const isWithin = ({ rank }: Room): boolean => rank >= least
    const isIt = (room: Room): boolean => whyNot(room, need, around) === null
    let best: Room | null = null
    for (const group of this.rooms.groups.values()) {
      if (group.connected !== connected || !need.labels.every((one) => group.labels.includes(one))) continue
      const room = pack ? group.rooms.last(isWithin, isIt) : group.rooms.first(isWithin, isIt)
      if (room === null) continue
      if (best === null || (pack ? inOrder(room, best) > 0 : inOrder(room, best) < 0)) best = room
    }
    return best
  }

  /** The same, and takes the room. */
  take(need: Need, ruledOut: RuledOut = NOBODY): Found | NoPlacement {
    const found = this.find(need, ruledOut)
    if (found.ok) this.takeOn(found.hub, need)
    return found
  }

  /** A hub for a pub that is there, other than its own, and takes the room there. Its port stays its own. */
  takeElsewhere(pub: PubFact, ruledOut: RuledOut = NOBODY): Found | NoPlacement {
    const { state, policy } = this.world
    const others = new Map([...ruledOut, [pub.record.hub, 'is where it is now'] as const])
    return this.take(needOfPub(state, policy, pub), others)
  }

  /** A hub and a port for a new pub, both taken. */
  place(need: Need): Placement | NoPlacement {
    const found = this.find(need)
    if (!found.ok) return found
    const port = this.freePort()
    const { portMin, portMax } = this.world.policy
    if (port === null)
      return { ok: false, why: `all ports from ${portMin} to ${portMax} are in use`, each: [] }
    this.takeOn(found.hub, need)
    return { ok: true, hub: found.hub, port }
  }

  /** Why this hub does not take it, with the hub's name; null where it does. */
  whyNotOn(hub: FeedId, need: Need, ruledOut: RuledOut = NOBODY): string | null {
    const room = this.roomOn(hub)
    if (room === null) return 'no such hub has joined'
    const reason = whyNot(room, need, { ruledOut, hosts: this.siblingHosts(need) })
    return reason === null ? null : `${room.label} ${reason.one}`
  }

  /** Why this hub is none for what asks for such labels, whatever room it has; null where it is one. */
  lackingOn(hub: FeedId, labels: readonly string[]): string | null {
    const room = this.roomOn(hub)
    const reason = room === null ? null : lacking(room, labels)
    return room === null || reason === null ? null : `${room.label} ${reason.one}`
  }

  /** Takes room on a hub, whether it has it or not. */
  takeOn(hub: FeedId, need: Pick<Need, 'memoryBytes' | 'diskBytes' | 'owners'>): void {
    this.rooms.take(hub, need)
    const host = this.roomOn(hub)?.offer?.host
    if (host === undefined || this.world.policy.placing.siblings === 'together') return
    for (const owner of need.owners)
      this.hosts.set(owner, (this.hosts.get(owner) ?? new Set<string>()).add(host))
  }

  /** What is left on a hub; null where none of that id has joined. */
  roomOn(hub: FeedId): Room | null {
    return this.rooms.byHub.get(hub) ?? null
  }

  /** The lowest free port after this one, else the lowest of all, taken; null when there is none. */
  freePort(after?: number): number | null {
    const { portMin, portMax } = this.world.policy
    const from = Math.max(portMin, (after ?? portMin - 1) + 1)
    return this.rooms.ports.take(from, portMax) ?? this.rooms.ports.take(portMin, portMax)
  }

  private siblingHosts({ owners, pub }: Need): ReadonlySet<string> {
    const { state, policy } = this.world
    if (policy.placing.siblings === 'together') return NO_HOSTS
    const hosts = new Set<string>()
    for (const owner of owners) {
      for (const host of this.hosts.get(owner) ?? []) hosts.add(host)
      for (const id of state.byOwner.get(owner) ?? []) {
        const other = state.provider.pubs.get(id)
        if (id === pub || other === undefined || !occupies(state, other)) continue
        const host = state.authors.get(other.record.hub)?.capacity?.host
        if (host !== undefined) hosts.add(host)
      }
    }
    return hosts
  }

  private no(need: Need, around: Around): NoPlacement {
    const refusals: { room: Room; reason: Reason }[] = []
    for (const room of this.rooms.byHub.values()) {
      const reason = whyNot(room, need, around)
      if (reason !== null) refusals.push({ room, reason })
    }
    refusals.sort((a, b) => compare(a.room.label, b.room.label) || compare(a.room.hub, b.room.hub))
    const each = refusals.map(({ room: { hub, label }, reason: { one } }) => ({ hub, label, why: one }))
    if (each.length === 0) return { ok: false, why: 'no server has joined yet', each }
    if (each.length <= HUBS_NAMED_MAX)
      return { ok: false, why: each.map(({ label, why }) => `${label} ${why}`).join(', '), each }
    const counts = new Map<string, Reason & { count: number }>()
    for (const { reason } of refusals)
      counts.set(reason.one, { ...reason, count: (counts.get(reason.one)?.count ?? 0) + 1 })
    const kinds = [...counts.values()].sort((a, b) => b.count - a.count || compare(a.one, b.one))
    const parts = kinds.map(({ count, one, many }) =>
      count === 1 ? `1 server ${one}` : `${count} servers ${many}`,
    )
    return { ok: false, why: parts.join(', '), each }
  }
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

function whyNot(room: Room, need: Need, around: Around): Reason | null {
  for (const filter of FILTERS) {
    const reason = filter(room, need, around)
    if (reason !== null) return reason
  }
  return null
}
