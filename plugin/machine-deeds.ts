/** What the operator asks for about machines: the record that says it, or why not. Pure. */
import type { FeedId } from '../protocol/ids'
import { MACHINE_DAY_MS } from '../protocol/limits-machines'
import { buildMachine, type MachineMessage } from '../protocol/messages/machine'
import type { AdminMachineAddRequest, AdminMachineRemoveRequest } from '../protocol/rpc-machines'
import type { State } from '../protocol/state'
import type { MachineFact as MachineRecord } from '../protocol/state-machines'
import { hubCalled } from './fleet-view'
import { admitsMachine, hubOf, machineOf } from './machine-records'
import { isLabelTaken, type NewWorld, newMachine } from './machines-new'
import type { Policy } from './policy'
import type { Ledger } from './query'
import { isWithin } from './within'
import { machineWords as words } from './words-machines'

export interface MachineDeedWorld {
  state: State
  policy: Pick<Policy, 'machines'>
  now: number
  ledger: Pick<Ledger, 'machine'>
  /** What the driver lists; null while it has not answered. */
  listed: Pick<ReadonlyMap<string, unknown>, 'has'> | null
}

type No = { ok: false; why: string }
/** `say` null: it is so already. */
export type MachineDeed = { ok: true; say: MachineMessage | null; machine: string } | No

const no = (why: string): No => ({ ok: false, why })
const LABEL = /^[a-z0-9]([a-z0-9.-]{0,38}[a-z0-9])?$/

/** One more machine, by the word of this operator: its room is not asked about, `max` is. */
export function machineAdded(
  world: MachineDeedWorld,
  { label, kind }: AdminMachineAddRequest,
  by: FeedId,
): MachineDeed {
  const { state, now, ledger, listed } = world
  const { machines } = world.policy
  if (machines === null) return no(words.off)
  if (listed === null) return no(words.notListed)
  if (label !== null && !LABEL.test(label)) return no(words.badLabel)
  if (label !== null && isLabelTaken(state, label)) return no(words.labelTaken(label))
  const all = [...state.provider.machines.all.values()]
  const there = all.filter(({ content }) => content.driver === machines.driver && content.status !== 'gone')
  if (there.length >= machines.max) return no(words.mostAsked(machines.max))
  const today = all.filter(({ made }) => isWithin(made.at, MACHINE_DAY_MS, now)).length
  if (today >= machines.perDayMax) return no(words.todayAsked(today))
  const fresh: NewWorld = { state, policy: { machines }, ledger, listed }
  const say = newMachine(fresh, { why: 'asked', by, label, kind })
  return { ok: true, say, machine: say.machine }
}

/** A machine goes, by its name or its hub's: the hub is emptied first, and what is kept there waited for unless it is given up. */
export function machineRemoved(
  world: MachineDeedWorld,
  { machine: wanted, discard }: AdminMachineRemoveRequest,
  by: FeedId,
): MachineDeed {
  const found = machineCalled(world.state, wanted)
  if (!found.ok) return found
  const { content } = found.one
  const { machines } = world.policy
  if (machines === null) return no(words.off)
  if (content.driver !== machines.driver) return no(words.otherDriver(content.machine, content.driver))
  const why = discard ? 'discarded' : 'asked'
  // Said again without, what was given up stays so: it may be destroyed by now.
  const isSo =
    content.status === 'gone' || (content.status === 'leaving' && (!discard || content.why === why))
  const say = isSo ? null : buildMachine({ ...content, status: 'leaving', why, by })
  return { ok: true, say, machine: content.machine }
}

/** A machine by its name, else by the label or id of its hub, else by the label it will have. */
export function machineCalled(state: State, wanted: string): { ok: true; one: MachineRecord } | No {
  const { all } = state.provider.machines
  const named = all.get(wanted)
  if (named !== undefined) return { ok: true, one: named }
  const labelled = [...all.values()].find(
    ({ content }) => content.label === wanted && content.status !== 'gone' && hubOf(state, content) === null,
  )
  if (labelled !== undefined) return { ok: true, one: labelled }
  const hub = hubCalled(state, wanted)
  if (!hub.ok) return no(words.noSuchMachine(wanted))
  const one = machineOf(state, hub.record.hub)
  return one === null ? no(words.joinedByHand(hub.record.label)) : { ok: true, one }
}

/** The machine whose token may still be handed to the operator. */
export function tokenMayBeShown(state: State, wanted: string): { ok: true; content: MachineMessage } | No {
  const found = machineCalled(state, wanted)
  if (!found.ok) return found
  const { content } = found.one
  if (admitsMachine(state, found.one)) return { ok: true, content }
  return no(
    content.status === 'wanted' ? words.alreadyJoined(content.machine) : words.notWanted(content.machine),
  )
}

/**
 * Why a server can't become the hub of this machine; null where it can. One that came with another machine's token never can: what
 * is given back, or destroyed, as the one would be the other's hub.
 */
export function whyNotLetIn(state: State, one: MachineRecord | null, hub: FeedId): string | null {
  if (one === null || !admitsMachine(state, one)) return words.shut
  const other = machineOf(state, hub)?.content
  return other === undefined ? null : words.hubOfAnother(other.label, other.machine)
}
