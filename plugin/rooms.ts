/**
 * What every hub has left, and which ports are taken: kept in order, so that a place is found without a look at every hub.
 * A function of the state and the policy; whoever hears that a pub or a hub changed says so, and only that is reckoned anew.
 */
import type { FeedId, PubId } from '../protocol/ids'
import type { CapacityMessage } from '../protocol/messages/capacity'
import type { HubMessage } from '../protocol/messages/hub'
import type { PubFact, State } from '../protocol/state'
import type { Policy } from './policy'
import { Ports } from './ports'
import { occupies, reservedBytesFor } from './query'

/** One hub, as placing sees it. Never changed: what changes gets another one. */
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
  /** Where it stands among all: by the memory left; below zero where no pub of any plan gets a place. */
  rank: number
}

/** What one pub holds. */
interface Holding {
  hub: FeedId
  memoryBytes: number
  diskBytes: number
  ports: readonly number[]
}

const NOWHERE = -2
const NO_DISK = -1

export class Rooms {
  /** All hubs, the one with most memory left first; among equals by id, so that no order of arrival shows. */
  readonly inOrder: Room[] = []
  readonly byHub = new Map<FeedId, Room>()
  readonly ports = new Ports()
  /** No plan promises less. */
  readonly leastDiskBytes: number
  private readonly held = new Map<PubId, Holding>()
  private readonly sums = new Map<FeedId, { memoryBytes: number; diskBytes: number }>()

  constructor(
    private readonly state: State,
    private readonly policy: Policy,
  ) {
    this.leastDiskBytes = Math.min(...policy.plans.map(({ size }) => size.diskBytes))
    for (const pub of state.provider.pubs.values()) this.hold(pub.pub, holdingOf(state, pub))
    for (const record of state.provider.hubs.values()) this.byHub.set(record.hub, this.roomOf(record))
    this.inOrder.push(...this.byHub.values())
    this.inOrder.sort(before)
  }

  /** Something that counts was said of a pub. */
  pubChanged(id: PubId): void {
    const pub = this.state.provider.pubs.get(id)
    if (pub === undefined) return
    const former = this.held.get(id)
    const holding = holdingOf(this.state, pub)
    this.hold(id, holding)
    if (former !== undefined) this.hubChanged(former.hub)
    if (holding !== null && holding.hub !== former?.hub) this.hubChanged(holding.hub)
  }

  /** A hub joined, has another status, offers something else, or has another sum of pubs. */
  hubChanged(hub: FeedId): void {
    const record = this.state.provider.hubs.get(hub)
    if (record === undefined) return
    const former = this.byHub.get(hub)
    const room = this.roomOf(record)
    this.byHub.set(hub, room)
    reorder(this.inOrder, former, room)
  }

  /** The same room with so much less left. */
  less(room: Room, memoryBytes: number, diskBytes: number): Room {
    const left = {
      ...room,
      memoryBytes: room.memoryBytes - memoryBytes,
      diskBytes: room.diskBytes - diskBytes,
    }
    return { ...left, rank: this.rankOf(left) }
  }

  private roomOf({ hub, label, status }: HubMessage): Room {
    const offer = this.state.authors.get(hub)?.capacity ?? null
    const sum = this.sums.get(hub)
    const room = {
      ...{ hub, label, status, offer },
      memoryBytes: (offer?.memoryBytes ?? 0) - (sum?.memoryBytes ?? 0),
      diskBytes: (offer?.diskBytes ?? 0) * this.policy.placing.diskPromisedTimes - (sum?.diskBytes ?? 0),
      rank: NOWHERE,
    }
    return { ...room, rank: this.rankOf(room) }
  }

  private rankOf({ status, offer, memoryBytes, diskBytes }: Room): number {
    if (status !== 'admitted' || offer === null) return NOWHERE
    if (diskBytes < this.leastDiskBytes) return NO_DISK
    return Math.max(0, memoryBytes)
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
    const sum = this.sums.get(hub) ?? { memoryBytes: 0, diskBytes: 0 }
    sum.memoryBytes += times * memoryBytes
    sum.diskBytes += times * diskBytes
    this.sums.set(hub, sum)
    for (const port of ports) this.ports.count(port, times)
  }
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

/** Puts a hub where it belongs, in place of what it was. */
export function reorder(inOrder: Room[], former: Room | undefined, room: Room): void {
  if (former !== undefined) {
    const at = placeIn(inOrder, former)
    if (inOrder[at] === former) inOrder.splice(at, 1)
  }
  inOrder.splice(placeIn(inOrder, room), 0, room)
}

/** Where a room stands in the order, or would. */
function placeIn(inOrder: readonly Room[], room: Room): number {
  let low = 0
  let high = inOrder.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (before(inOrder[middle] as Room, room) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** How many of them, from the first on, rank at least so high. */
export function countFrom(inOrder: readonly Room[], rank: number): number {
  let low = 0
  let high = inOrder.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((inOrder[middle] as Room).rank >= rank) low = middle + 1
    else high = middle
  }
  return low
}

function before(one: Room, other: Room): number {
  return other.rank - one.rank || (one.hub < other.hub ? -1 : one.hub > other.hub ? 1 : 0)
}
