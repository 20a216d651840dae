/**
 * What every hub has left, and which ports are taken: kept in order, so that a place is found without a look at every hub.
 * A function of the state, the policy and who is connected; whoever hears that a pub or a hub changed says so, and only that is
 * reckoned anew. What is taken here is forgotten again by `begin`.
 */
import type { FeedId, PubId } from '../protocol/ids'
import { WEB_RESERVED_BYTES } from '../protocol/limits'
import { HUB_DISK_COUNTED_MAX_BYTES, HUB_MEMORY_COUNTED_MAX_BYTES } from '../protocol/limits-placing'
import type { CapacityMessage } from '../protocol/messages/capacity'
import type { HubMessage } from '../protocol/messages/hub'
import type { PubFact, State } from '../protocol/state'
import { InOrder } from './in-order'
import type { Policy } from './policy'
import { Ports } from './ports'
import { occupies, reservedBytesFor } from './query'

/** One hub, as placing sees it. */
export interface Room {
  hub: FeedId
  label: string
  status: HubMessage['status']
  /** What it says that it has; null before it has said anything. */
  offer: CapacityMessage | null
  /** What is left for reservations; negative where it offers less by now. */
  memoryBytes: number
  /** What of its disk may still be promised; negative the same way. */
  diskBytes: number
  /** Its place among its like: by the memory left; below zero where no pub of any plan has the disk. */
  rank: number
  /** Null where it takes no pubs at all. */
  group: Group | null
}

/** Hubs that say the same of themselves and are all here or all away, the one with most memory left first. */
export interface Group {
  labels: readonly string[]
  connected: boolean
  rooms: InOrder<Room>
}

/** So much of a hub. */
interface Amount {
  memoryBytes: number
  diskBytes: number
}

/** What one pub holds. */
interface Holding extends Amount {
  hub: FeedId
  ports: readonly number[]
}

const NO_DISK = -1

export class Rooms {
  readonly byHub = new Map<FeedId, Room>()
  readonly groups = new Map<string, Group>()
  readonly ports = new Ports()
  /** No plan promises less. */
  readonly leastDiskBytes: number
  private readonly held = new Map<PubId, Holding>()
  private readonly sums = new Map<FeedId, Amount>()
  private readonly taken = new Map<FeedId, Amount>()
  private readonly here = new Set<FeedId>()

  constructor(
    private readonly state: State,
    readonly policy: Policy,
  ) {
    this.leastDiskBytes = Math.min(...policy.plans.map(({ size }) => size.diskBytes))
    for (const pub of state.provider.pubs.values()) this.hold(pub.pub, holdingOf(state, pub))
    for (const id of state.provider.operator.commissions.keys())
      if (!state.provider.pubs.has(id)) this.hold(id, orderedOf(state, id))
    for (const hub of state.provider.hubs.keys()) this.hubChanged(hub)
  }

  /** Nothing is taken but what the state says, and these are connected. */
  begin(connected: ReadonlySet<FeedId>): void {
    const changed = [...this.taken.keys()]
    this.taken.clear()
    this.ports.forgetTaken()
    for (const hub of this.byHub.keys()) {
      if (connected.has(hub) === this.here.has(hub)) continue
      if (!this.here.delete(hub)) this.here.add(hub)
      changed.push(hub)
    }
    for (const hub of changed) this.hubChanged(hub)
  }

  /** Takes so much of a hub, whether it has it or not. */
  take(hub: FeedId, { memoryBytes, diskBytes }: Amount): void {
    const room = this.byHub.get(hub)
    if (room === undefined) return
    add(this.taken, hub, memoryBytes, diskBytes)
    room.group?.rooms.remove(room)
    room.memoryBytes -= memoryBytes
    room.diskBytes -= diskBytes
    room.rank = this.rankOf(room.memoryBytes, room.diskBytes)
    room.group?.rooms.add(room)
  }

  /** Something that counts was said of a pub. */
  pubChanged(id: PubId): void {
    const pub = this.state.provider.pubs.get(id)
    const former = this.held.get(id)
    const holding = pub === undefined ? orderedOf(this.state, id) : holdingOf(this.state, pub)
    this.hold(id, holding)
    if (former !== undefined) this.hubChanged(former.hub)
    if (holding !== null && holding.hub !== former?.hub) this.hubChanged(holding.hub)
  }

  /** A hub joined, has another status, offers something else, comes or goes, or has another sum of pubs. */
  hubChanged(hub: FeedId): void {
    const record = this.state.provider.hubs.get(hub)
    if (record !== undefined) this.put(this.byHub.get(hub), this.roomOf(record))
  }

  private put(former: Room | undefined, room: Room): void {
    if (former !== undefined) former.group?.rooms.remove(former)
    room.group?.rooms.add(room)
    this.byHub.set(room.hub, room)
  }

  private roomOf({ hub, label, status }: HubMessage): Room {
    const offer = this.state.authors.get(hub)?.capacity ?? null
    const [sum, taken] = [this.sums.get(hub), this.taken.get(hub)]
    const disk = Math.min(offer?.diskBytes ?? 0, HUB_DISK_COUNTED_MAX_BYTES)
    const promised = Math.floor(disk * this.policy.placing.diskPromisedTimes)
    const memory = Math.min(offer?.memoryBytes ?? 0, HUB_MEMORY_COUNTED_MAX_BYTES)
    const memoryBytes = memory - (sum?.memoryBytes ?? 0) - (taken?.memoryBytes ?? 0)
    const diskBytes = promised - (sum?.diskBytes ?? 0) - (taken?.diskBytes ?? 0)
    const group = status === 'admitted' && offer !== null ? this.groupOf(hub, offer) : null
    const rank = this.rankOf(memoryBytes, diskBytes)
    return { hub, label, status, offer, memoryBytes, diskBytes, rank, group }
  }

  private rankOf(memoryBytes: number, diskBytes: number): number {
    return diskBytes < this.leastDiskBytes ? NO_DISK : Math.max(0, memoryBytes)
  }

  private groupOf(hub: FeedId, offer: CapacityMessage): Group {
    const labels = [...new Set(offer.labels ?? [])].sort()
    const connected = this.here.has(hub)
    const key = [connected ? 'here' : 'away', ...labels].join(' ')
    const group = this.groups.get(key) ?? { labels, connected, rooms: new InOrder<Room>(inOrder) }
    this.groups.set(key, group)
    return group
  }

  private hold(id: PubId, holding: Holding | null): void {
    const former = this.held.get(id)
    if (former !== undefined) this.count(former, -1)
    if (holding === null) this.held.delete(id)
    else {
      this.held.set(id, holding)
      this.count(holding, 1)
    }
  }

  private count({ hub, memoryBytes, diskBytes, ports }: Holding, times: 1 | -1): void {
    add(this.sums, hub, times * memoryBytes, times * diskBytes)
    for (const port of ports) this.ports.count(port, times)
  }
}

/** By the memory left; among equals by id, so that no order of arrival shows. */
export function inOrder(one: Room, other: Room): number {
  return other.rank - one.rank || (one.hub < other.hub ? -1 : one.hub > other.hub ? 1 : 0)
}

function add(sums: Map<FeedId, Amount>, hub: FeedId, memoryBytes: number, diskBytes: number): void {
  const sum = sums.get(hub)
  if (sum === undefined) {
    sums.set(hub, { memoryBytes, diskBytes })
    return
  }
  sum.memoryBytes += memoryBytes
  sum.diskBytes += diskBytes
}

/**
 * What a pub will hold that an operator has ordered and that has no record yet: where something came between the two, nobody
 * else may have got the place meanwhile.
 */
function orderedOf({ provider }: State, id: PubId): Holding | null {
  const content = provider.operator.commissions.get(id)?.content
  if (content === undefined) return null
  const { hub, size, web } = content
  const memoryBytes = size.reservedBytes + (web ? WEB_RESERVED_BYTES : 0)
  return { hub, memoryBytes, diskBytes: size.diskBytes, ports: [] }
}

function holdingOf(state: State, pub: PubFact): Holding | null {
  if (!occupies(state, pub)) return null
  const { hub, port, webPort, size } = pub.record
  return {
    hub,
    memoryBytes: reservedBytesFor(state, pub),
    diskBytes: size.diskBytes,
    ports: webPort === null ? [port] : [port, webPort],
  }
}
