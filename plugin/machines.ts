/**
 * When servers are rented to be hubs, and given back: (state, facts, settings, now) → at most one step. Pure. A decision stands on
 * the feed before anybody is asked for anything (plugin/io/machines/machines.ts), and whatever is in doubt waits: a pub too late costs
 * less than a machine too many, and a machine too many less than what was only there.
 */
import type { FeedId, Millis } from '../protocol/ids'
import { MACHINE_DAY_MS, MACHINE_SURPLUS_SHARE } from '../protocol/limits-machines'
import { buildHub, type HubMessage } from '../protocol/messages/hub'
import { buildMachine, type MachineMessage } from '../protocol/messages/machine'
import type { OtherClock } from '../protocol/other-clock'
import type { State } from '../protocol/state'
import type { MachineFact as MachineRecord } from '../protocol/state-machines'
import type { Refusal } from './driver-orders'
import type { MovingFacts } from './look'
import type { MachineFact } from './machine-driver'
import { hubOf } from './machine-records'
import type { MachinePolicy } from './machine-settings'
import { type Busy, busyOn, liveOn } from './machines-busy'
import { unsettledBy } from './machines-calm'
import { newMachine } from './machines-new'
import { leaseLeftMs } from './moving'
import type { Policy } from './policy'
import type { Ledger } from './query'
import type { Room } from './rooms'
import { isWithin } from './within'
import { machineWords as words } from './words-machines'

/** What is known of machines and stands on no feed. All spans are by a clock that nobody sets. */
export interface MachineFacts {
  /** What the driver's last whole list had; null while it has not answered in this run. */
  listed: ReadonlyMap<string, MachineFact> | null
  /** How long ago that list was asked for. */
  listedAgoMs: Millis
  /** How long this run has known each machine as it is now: wanted, joined, leaving or gone. */
  knownMs: ReadonlyMap<string, Millis>
  /** How long the driver has listed each that has not joined. */
  thereMs: ReadonlyMap<string, Millis>
  /** How long ago those were first wanted that this run has seen begin. */
  madeMs: ReadonlyMap<string, Millis>
  /** Why the driver can't be asked at all; null where it answers. */
  trouble: Refusal | null
  /** Which machines it can't make or destroy, though it answers. */
  refused: ReadonlyMap<string, Refusal>
  /** What the settings name and the other side does not have, a sentence each; absent while nobody has looked. */
  faults?: readonly string[]
}

export interface MachineWorld {
  state: State
  policy: Policy & { machines: MachinePolicy }
  now: Millis
  connected: ReadonlySet<FeedId>
  moving: MovingFacts | undefined
  currentSince: Millis | undefined
  otherClocks: readonly OtherClock[]
  machines: MachineFacts
  ledger: Pick<Ledger, 'machine'>
  roomOf(hub: FeedId): Room | null
}

export type MachineStep =
  /** A record of a machine, wanted, leaving or gone. */
  | { kind: 'say'; content: MachineMessage }
  /** Of a hub that is leaving: emptied, then retired. */
  | { kind: 'hub'; content: HubMessage }
  /** `againInMs`: when to look again although nothing happened. `stuck`: only the operator can help. */
  | { kind: 'wait'; why: string; againInMs: Millis | null; stuck: boolean }
  /** There is as much as there should be. */
  | { kind: 'settled' }

const wait = (why: string, againInMs: Millis | null = null): MachineStep => ({
  ...{ kind: 'wait', why, againInMs, stuck: false },
})
const stuck = (why: string): MachineStep => ({ kind: 'wait', why, againInMs: null, stuck: true })
const waitOn = (label: string, { why, againInMs, stuck = false }: Busy): MachineStep => ({
  ...{ kind: 'wait', why: words.of(label, why), againInMs, stuck },
})

/** What is to be done now. */
export function machineStep(world: MachineWorld): MachineStep {
  const { state } = world
  const all = [...state.provider.machines.all.values()].filter(
    ({ content }) => content.driver === world.policy.machines.driver,
  )
  if (world.machines.listed === null) return wait(words.notListed)
  const unsettled = unsettledBy(world)
  if (unsettled !== null) return { kind: 'wait', ...unsettled, stuck: unsettled.stuck === true }
  const waits: MachineStep[] = []
  for (const one of all.filter(({ content }) => content.status === 'leaving')) {
    const step = parting(world, one)
    if (step.kind !== 'wait') return step
    waits.push(step)
  }
  const wanted = all.filter(({ content }) => content.status === 'wanted')
  for (const one of wanted) {
    const why = whyLeaves(world, one)
    if (why !== null) return leave(one, why)
  }
  const there = all.filter(({ content }) => content.status !== 'gone').length
  const next = growth(world, wanted, there) ?? shrinkage(world, wanted)
  if (next !== null && next.kind !== 'wait') return next
  return soonest([...(next === null ? [] : [next]), ...waits]) ?? { kind: 'settled' }
}

/** The wait that is said is the first, or the first that somebody has to end; the look comes at the earliest. */
function soonest(waits: MachineStep[]): MachineStep | null {
  const first = waits.find((one) => one.kind === 'wait' && one.stuck) ?? waits[0]
  if (first?.kind !== 'wait') return null
  const times = waits.flatMap((one) => (one.kind === 'wait' && one.againInMs !== null ? [one.againInMs] : []))
  return { ...first, againInMs: times.length === 0 ? null : Math.min(...times) }
}

function leave({ content }: MachineRecord, why: string): MachineStep {
  return { kind: 'say', content: buildMachine({ ...content, status: 'leaving', why, by: null }) }
}

/** What comes next of a machine that is leaving: its hub is emptied, then retired, and when it is destroyed it is gone. */
function parting(world: MachineWorld, one: MachineRecord): MachineStep {
  const { state, machines } = world
  const { content } = one
  const hub = hubOf(state, content)
  const record = hub === null ? undefined : state.provider.hubs.get(hub)
  if (record !== undefined) {
    const { status, label } = record
    if (status !== 'draining' && status !== 'retired')
      return { kind: 'hub', content: buildHub({ ...record, status: 'draining', by: content.by }) }
    const busy = busyWith(world, one)
    if (busy !== null) return waitOn(label, busy)
    if (status !== 'retired')
      return { kind: 'hub', content: buildHub({ ...record, status: 'retired', by: content.by }) }
  }
  const isOld = machines.listedAgoMs >= (machines.knownMs.get(content.machine) ?? 0)
  if (isOld || machines.listed?.has(content.machine) !== false) return wait(words.ending(content.machine))
  return { kind: 'say', content: buildMachine({ ...content, status: 'gone' }) }
}

/** What is still on the hub of a machine that is leaving. */
export function busyWith(world: MachineWorld, one: MachineRecord): Busy | null {
  const hub = hubOf(world.state, one.content)
  if (hub === null) return null
  // A retired one is listened to no more, so it will never say that a run has ended; it was asked before.
  const isMute = world.state.provider.hubs.get(hub)?.status === 'retired' || isDead(world, one)
  return busyOn(world, hub, one.content.why === 'discarded', isMute)
}

/**
 * True where a machine may be destroyed: nobody can join by its token any more, and its hub, where it has one, is retired, which
 * nothing takes back, and has nothing on it that is still within its time.
 */
export function mayDestroy(world: MachineWorld, one: MachineRecord): boolean {
  const { state } = world
  if (one.content.status === 'wanted') return false
  const hub = hubOf(state, one.content)
  if (hub === null) return true
  return state.provider.hubs.get(hub)?.status === 'retired' && busyWith(world, one) === null
}

/** Why a wanted machine can't stay; null where it can. */
function whyLeaves(world: MachineWorld, one: MachineRecord): string | null {
  const { state, machines, policy } = world
  const { content } = one
  const hub = hubOf(state, content)
  if (hub === null) {
    if (content.driver === 'manual') return null
    if (machines.listed?.get(content.machine)?.status === 'failed') return 'failed'
    const thereMs = machines.thereMs.get(content.machine)
    return thereMs !== undefined && thereMs >= policy.machines.joinMs ? 'never-joined' : null
  }
  if (state.provider.hubs.get(hub)?.status === 'retired') return 'retired'
  const { deadMs } = policy.machines
  const isGivenUp = deadMs !== null && isSilentFor(world, one, hub, deadMs)
  return isGivenUp && !liveOn(state, hub).some(({ desired }) => desired === 'up') ? 'dead' : null
}

/** A hub that was silent for so long, as this run of the provider knows since it joined. */
function isSilentFor(world: MachineWorld, { content }: MachineRecord, hub: FeedId, ms: Millis): boolean {
  if (world.connected.has(hub)) return false
  const silentMs = world.moving?.silence.get(hub) ?? 0
  return silentMs >= ms && (world.machines.knownMs.get(content.machine) ?? 0) >= ms
}

/** One that is leaving because it is dead, or that has been silent for as long since: nobody will say that its runs are gone. */
function isDead(world: MachineWorld, one: MachineRecord): boolean {
  const hub = hubOf(world.state, one.content)
  if (hub === null || world.connected.has(hub)) return false
  return one.content.why === 'dead' || isSilentFor(world, one, hub, world.policy.machines.joinMs)
}

/** One more where there are too few, or too little room is left; null where there is enough. */
function growth(world: MachineWorld, wanted: MachineRecord[], there: number): MachineStep | null {
  const { state, policy, machines } = world
  const { min, max, spareBytes } = policy.machines
  const onTheWay = wanted.find((one) => !isUp(world, one))
  const left = spareOf(world)
  const why = wanted.length < min ? 'least' : left < spareBytes ? 'spare' : null
  if (onTheWay !== undefined) return waitFor(world, onTheWay, why !== null)
  if (why === null) return null
  if (there >= max) return stuck(words.most(max, left, spareBytes))
  const failures = failuresInARow(state, policy.machines.driver)
  if (failures >= policy.machines.triesMax) return stuck(words.givenUp(failures))
  const today = madeToday(world)
  if (today >= policy.machines.perDayMax) return stuck(words.today(today))
  if (machines.trouble !== null) return wait(words.trouble(machines.trouble.error))
  const coolMs = coolDownLeftMs(world)
  if (coolMs > 0) return wait(words.coolDown, coolMs)
  const fresh = { ...world, listed: machines.listed ?? new Map() }
  return { kind: 'say', content: newMachine(fresh, { why, by: null, label: null, kind: null }) }
}

/** One at a time: its room is seen when its hub has said what it offers. */
function waitFor({ machines, policy }: MachineWorld, one: MachineRecord, isNeeded: boolean): MachineStep {
  const { machine } = one.content
  if (one.content.driver === 'manual') return wait(words.byHand(machine))
  const trouble = machines.trouble ?? machines.refused.get(machine)
  if (trouble !== undefined && !machines.listed?.has(machine)) return wait(words.trouble(trouble.error))
  const thereMs = machines.thereMs.get(machine)
  const againInMs = thereMs === undefined ? null : Math.max(1, policy.machines.joinMs - thereMs)
  return wait(words.onTheWay(machine, isNeeded), againInMs)
}

/** Its hub has joined and said what it offers; one that never says so, though it joined, keeps nobody waiting for ever. */
function isUp({ state, machines, policy }: MachineWorld, { content }: MachineRecord): boolean {
  const hub = hubOf(state, content)
  if (hub === null) return false
  if (state.authors.get(hub)?.capacity != null) return true
  return (machines.knownMs.get(content.machine) ?? 0) >= policy.machines.joinMs
}

/** Memory that may still be reserved on hubs that are there and take pubs; what no pub of any plan fits into is none. */
export function spareOf({ state, policy, connected, roomOf }: MachineWorld): number {
  const least = Math.min(...policy.plans.map(({ size }) => size.reservedBytes))
  let bytes = 0
  for (const [hub, { status }] of state.provider.hubs) {
    const room = status === 'admitted' && connected.has(hub) ? roomOf(hub) : null
    if (room !== null && room.offer !== null && room.rank >= least) bytes += room.memoryBytes
  }
  return bytes
}

/** Machines that never became hubs since one did, or since an operator asked for one. */
function failuresInARow(state: State, driver: string): number {
  let count = 0
  for (const { content, made } of state.provider.machines.all.values()) {
    if (content.driver !== driver) continue
    if (hubOf(state, content) !== null || made.by !== null) count = 0
    if (content.status !== 'wanted' && (content.why === 'never-joined' || content.why === 'failed'))
      count += 1
  }
  return count
}

/** By the time of the feed, and by a clock that nobody sets for those of this run: neither alone can be set away. */
function madeToday({ state, now, machines }: MachineWorld): number {
  let count = 0
  for (const [name, { made }] of state.provider.machines.all) {
    const ago = machines.madeMs.get(name)
    if (isWithin(made.at, MACHINE_DAY_MS, now) || (ago !== undefined && ago < MACHINE_DAY_MS)) count += 1
  }
  return count
}

/** Counted from the last that happened to any machine, and from the start where machines were there before. */
function coolDownLeftMs({ machines, policy }: MachineWorld): Millis {
  const last = Math.min(Number.POSITIVE_INFINITY, ...machines.knownMs.values())
  return policy.machines.coolDownMs - last
}

/** One that is empty, and without which enough is left, goes; the last that came first. Never one that an operator asked for. */
function shrinkage(world: MachineWorld, wanted: MachineRecord[]): MachineStep | null {
  const { policy } = world
  const { min, spareBytes } = policy.machines
  if (wanted.length <= min) return null
  const enough = spareBytes * (1 + MACHINE_SURPLUS_SHARE)
  const left = spareOf(world)
  const waits: MachineStep[] = []
  for (const one of [...wanted].reverse()) {
    const room = one.made.by === null ? emptyRoom(world, one) : null
    if (room === null || left - room.memoryBytes < enough) continue
    const busy = busyOn(world, room.hub, false, false)
    const coolMs = coolDownLeftMs(world)
    if (busy !== null) waits.push(waitOn(room.label, busy))
    else return coolMs > 0 ? wait(words.coolDown, coolMs) : leave(one, 'surplus')
  }
  return soonest(waits)
}

/** The room of its hub where that is there, takes pubs and has none; what this look gives it counts. */
function emptyRoom(world: MachineWorld, { content }: MachineRecord): Room | null {
  const { state, connected, moving, policy } = world
  const hub = hubOf(state, content)
  const room = hub === null ? null : world.roomOf(hub)
  if (hub === null || room === null || room.status !== 'admitted' || room.offer === null) return null
  if (moving === undefined || !connected.has(hub) || !moving.heard.has(hub)) return null
  if (leaseLeftMs(moving, policy.moving, hub) <= 0) return null
  return room.memoryBytes >= room.offer.memoryBytes && liveOn(state, hub).length === 0 ? room : null
}
