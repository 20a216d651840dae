/** What the operator asks about rented machines, and what is answered (names in rpc-fleet.ts). */
import { type Check, flag, nullable, type Of, shape, text } from './check'
import type { FeedId, Millis } from './ids'
import { MACHINE_KIND_CHARS_MAX } from './limits-machines'
import type { MachineMessage } from './messages/machine'

export const MACHINE_METHODS = {
  adminMachines: 'async',
  adminMachineToken: 'async',
  adminMachineAdd: 'async',
  adminMachineRemove: 'async',
} as const
export const MACHINE_CALLS = [
  'adminMachines',
  'adminMachineToken',
  'adminMachineAdd',
  'adminMachineRemove',
] as const

/** `adminMachineToken({machine})`: of one that is wanted and has not joined. Answers like `adminHubToken`, without a date. */
const token = shape({ machine: text(200) })
export type AdminMachineTokenRequest = Of<typeof token>
export const checkAdminMachineToken: Check<AdminMachineTokenRequest> = token
export interface AdminMachineTokenAnswer {
  machine: string
  label: string
  token: string
}

/** `adminMachineAdd({label, kind})`: null for what the settings say. Answers with the machine. */
const add = shape({
  label: nullable(text(40)),
  kind: nullable(
    shape({
      flavor: nullable(text(MACHINE_KIND_CHARS_MAX)),
      image: nullable(text(MACHINE_KIND_CHARS_MAX)),
    }),
  ),
})
export type AdminMachineAddRequest = Of<typeof add>
export const checkAdminMachineAdd: Check<AdminMachineAddRequest> = add

/** `adminMachineRemove({machine, discard})`: by its name, or its hub's label or id. `discard`: what it keeps for others is given up. */
const remove = shape({ machine: text(200), discard: flag })
export type AdminMachineRemoveRequest = Of<typeof remove>
export const checkAdminMachineRemove: Check<AdminMachineRemoveRequest> = remove

export interface MachineView {
  machine: string
  label: string
  driver: string
  kind: MachineMessage['kind']
  status: MachineMessage['status']
  why: string
  by: FeedId | null
  /** When it was first wanted, and since when it is as it is. */
  madeAt: Millis
  at: Millis
  /** The hub that came of it; null while none has joined. */
  hub: FeedId | null
  connected: boolean
  /** Live pubs on it. */
  pubs: number
  memoryBytes: number
  reservedBytes: number
  /** What the driver lists; null where it lists none of this name, or has not answered yet. */
  listed: { status: string; address: string | null; why: string | null } | null
  /** What it waits for; null where it waits for nothing. */
  waits: string | null
  /** What it costs a month, like MachineCostView; null, or absent from an older provider, where that is not known. */
  price?: number | null
}

/** Machines of one price. */
export interface MachineKindCostView {
  /** Null: of a flavor that has no price of its own. */
  flavor: string | null
  /** Of one. */
  amount: number
  count: number
  perPlan: MachineCostView['perPlan']
}

/** What machines cost a month, in the currency's smallest unit, with fractions. */
export interface MachineCostView {
  currency: string
  /** Of a flavor that has no price of its own. */
  perMachine: number
  /** Of all that the driver lists, or that are wanted where it lists none. */
  all: number
  /** Shared by the live pubs on machines as they are now; null where there is none. */
  perPub: number | null
  /** By plan, where a machine takes nothing else: null while no machine has said what it offers. */
  perPlan: { plan: string; amount: number; perMachine: number }[] | null
  /** Where flavors with prices of their own are among them; absent where not. Then `perPlan` is of the others. */
  kinds?: MachineKindCostView[]
}

/** `adminMachines()`. */
export interface MachinesView {
  /** Null: none are rented here; those that are listed are from before. */
  driver: string | null
  min: number
  max: number
  spareBytes: number
  /** Memory that may still be reserved on hubs that are there and take pubs. */
  leftBytes: number
  /** Those that are gone last. */
  machines: MachineView[]
  /** What is to be done next, or what is waited for, in words; null where there is as much as there should be. */
  next: string | null
  /** Only the operator can help. */
  stuck: boolean
  /** Why the driver can't be asked now, or can't make or destroy one; null where all is well. */
  trouble: string | null
  /** What the settings name and the other side does not have, a sentence each; absent from an older provider. */
  faults?: string[]
  /** With this provider's mark, and named by no record. */
  strangers: string[]
  cost: MachineCostView | null
}
