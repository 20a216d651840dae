/** Questions about what is known of a fleet. */
import type { FeedId, PubId } from '../../../protocol/ids'
import type { FleetIncidentView, FleetPubView, HubRoomView } from '../../../protocol/rpc-desk'
import type { MachineView } from '../../../protocol/rpc-machines'
import type { GrantView, MoneyPubView } from '../../../protocol/rpc-money'
import type { Tone } from '../screen'
import type { AdminModel, AdminScreen, Fleet } from './model'

export function topOf({ screens }: AdminModel): AdminScreen {
  const top = screens.at(-1)
  if (top === undefined) throw new Error('there is always a screen')
  return top
}

/** By label; retired ones are over. */
export function hubsOf(fleet: Fleet): HubRoomView[] {
  return (fleet.capacity?.value.hubs ?? [])
    .filter(({ status }) => status !== 'retired')
    .sort((a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : 0))
}

/** Those that are not gone. */
export const machinesOf = (fleet: Fleet): MachineView[] =>
  (fleet.machines?.value.machines ?? []).filter(({ status }) => status !== 'gone')

export const hubOf = (fleet: Fleet, hub: FeedId): HubRoomView | null =>
  fleet.capacity?.value.hubs.find((one) => one.hub === hub) ?? null

export const labelOf = (fleet: Fleet, hub: FeedId): string => hubOf(fleet, hub)?.label ?? shortFeed(hub)

/** Made once per answer: screens ask for one pub after the other. */
const byId = new WeakMap<readonly { pub: PubId }[], ReadonlyMap<PubId, { pub: PubId }>>()

function found<T extends { pub: PubId }>(list: readonly T[] | undefined, pub: PubId): T | null {
  if (list === undefined) return null
  const map = byId.get(list) ?? new Map(list.map((one) => [one.pub, one]))
  byId.set(list, map)
  return (map.get(pub) as T | undefined) ?? null
}

export const pubOf = (fleet: Fleet, pub: PubId): FleetPubView | null => found(fleet.pubs?.value, pub)

export const moneyOf = (fleet: Fleet, pub: PubId): MoneyPubView | null => found(fleet.money?.value.pubs, pub)

/** Gifts in force for a pub, or for all pubs of somebody. */
export const grantsOf = (fleet: Fleet, id: string): GrantView[] =>
  (fleet.grants?.value ?? []).filter((one) => one.id === id && one.given)

export const incidentsOf = (fleet: Fleet, pub: PubId): FleetIncidentView[] =>
  (fleet.incidents?.value ?? []).filter((one) => one.pub === pub)

/** Enough of a feed id to know it by. */
export const shortFeed = (id: string): string => (id.startsWith('@') ? id.slice(0, 9) : id)

export interface Counts {
  up: number
  down: number
  /** Neither up nor meant to be down: failed, or on its way for want of something. */
  trouble: number
  stopped: number
}

/** Pubs that have not ended. */
export function countsOf(fleet: Fleet): Counts {
  const counts: Counts = { up: 0, down: 0, trouble: 0, stopped: 0 }
  for (const pub of fleet.pubs?.value ?? []) {
    if (pub.phase === 'ended') continue
    if (pub.phase === 'up') counts.up += 1
    else {
      counts.down += 1
      if (pub.desired === 'down' || pub.suspended) counts.stopped += 1
      else counts.trouble += 1
    }
  }
  return counts
}

/** What its owners want and it is not. */
export const isInTrouble = (pub: FleetPubView): boolean =>
  pub.phase !== 'ended' && pub.phase !== 'up' && pub.desired === 'up' && !pub.suspended

export function phaseTone(pub: FleetPubView): Tone {
  if (pub.phase === 'up') return pub.desired === 'up' ? 'good' : 'warn'
  if (pub.phase === 'ended') return 'quiet'
  return isInTrouble(pub) ? 'bad' : 'quiet'
}

const RIGHT_WORDS = {
  'billing-off': 'no billing',
  'free-plan': 'free',
  grant: 'given',
  paid: 'paid',
  trial: 'trial',
} as const

/** How a pub stands with money, in a word or two. */
export function moneyWords(fleet: Fleet, pub: PubId): { text: string; tone: Tone } {
  const money = moneyOf(fleet, pub)
  if (money === null) return { text: '-', tone: 'quiet' }
  if (money.dues !== null) return { text: money.dues.stage, tone: money.suspended ? 'bad' : 'warn' }
  if (money.suspended) return { text: 'suspended', tone: 'bad' }
  if (money.unoffered) return { text: 'unoffered', tone: 'quiet' }
  if (money.right === null) return { text: money.reason ?? 'unpaid', tone: 'warn' }
  return { text: RIGHT_WORDS[money.right] ?? money.right, tone: 'quiet' }
}

/** Offered and reserved by all hubs that have not retired. */
export function memoryOf(fleet: Fleet): { reserved: number; offered: number } {
  const sum = { reserved: 0, offered: 0 }
  for (const hub of hubsOf(fleet)) {
    sum.reserved += hub.reservedBytes
    sum.offered += hub.memoryBytes
  }
  return sum
}

/** `@…` of everybody who owns a pub that has not ended. */
export function ownersOf(fleet: Fleet): Set<FeedId> {
  const owners = new Set<FeedId>()
  for (const pub of fleet.pubs?.value ?? [])
    if (pub.phase !== 'ended') for (const owner of pub.owners) owners.add(owner)
  return owners
}
