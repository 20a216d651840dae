/**
 * The contract with whoever rents out machines. Two kinds fit behind it: `openstack` (plugin/io/machines/openstack*.ts) and
 * `manual`, which makes nothing and tells the operator what is missing.
 */
import type { Millis } from '../protocol/ids'

/** What shall be rented; plain data. All that depends on a driver (flavour, image, networks) is in the driver's own settings. */
export interface MachineOrder {
  /** Unique for life, for this provider: doing it twice finds the first one. Letters, digits and hyphens, at most 40. */
  name: string
  /** What the machine runs at its first start (cloud-init). Holds the one-time token, so it is logged by nobody. */
  userData: string
  /** Chosen for this one machine; null: what the settings say. */
  kind: MachineKind | null
}

/** What a machine is, in the words of the one who rents it out. */
export interface MachineKind {
  flavor: string | null
  image: string | null
}

/** What a driver says of one machine. One that is not listed does not exist. */
export interface MachineFact {
  name: string
  /** The driver's own name for it. */
  id: string
  /** building: asked for. running: it is powered on. stopped: it is there and does not run. failed: it never will. ending: it is being destroyed. */
  status: 'building' | 'running' | 'stopped' | 'failed' | 'ending'
  /** By which members would reach it; null while there is none. */
  address: string | null
  /** When it was made, by the driver's clock; null where that is not said. */
  since: Millis | null
  /** What is wrong with a failed one, in the driver's words; else null. */
  why: string | null
}

/** Kinds of trouble a driver names. `busy`, `unreachable` and `quota` may pass; the others need the operator. */
export type MachineTrouble = 'quota' | 'busy' | 'unreachable' | 'unauthorised' | 'refused' | 'missing'

export class MachineError extends Error {
  constructor(
    readonly kind: MachineTrouble,
    /** A sentence: what was attempted, what went wrong. Holds no secret. */
    message: string,
    /** Not to be asked again before; null where nobody said. */
    readonly retryAfterMs: Millis | null = null,
  ) {
    super(message)
    this.name = 'MachineError'
  }
}

export interface MachineDriver {
  readonly kind: 'openstack' | 'manual'
  /** All machines of this provider by its mark, all pages of them; nobody else's. Throws MachineError. */
  list(): Promise<MachineFact[]>
  /** Makes one; where one of this name is there, that one and no second. Returns when it was accepted, not when it runs. Throws MachineError. */
  create(order: MachineOrder): Promise<MachineFact>
  /** Destroys it with what was made for it alone (address, volume). One that is gone is fine, one without our mark is refused. Throws MachineError. */
  destroy(name: string): Promise<void>
  /** What is wrong with the settings as the other side sees them (credentials, flavour, image, networks): a sentence each; none where all is well. */
  check(): Promise<string[]>
}
