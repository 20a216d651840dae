/** A cloud of a few lines, with what clouds do: answers that get lost, lists that lag, quotas, machines that never come up. */
import {
  type MachineDriver,
  MachineError,
  type MachineFact,
  type MachineOrder,
} from '../../plugin/machine-driver'

const MINUTE_MS = 60_000

/** One machine that the cloud has. */
export interface Rented {
  name: string
  status: MachineFact['status']
  token: string
  bornAt: number
  /** Null: it never joins. */
  joinsAtMs: number | null
  /** The cloud shows it from then on. */
  shownAt: number
  /** It was told to end, and is shown until then. */
  endsAt?: number
}

/** How the cloud behaves; each may be changed at any time. */
export interface Weather {
  /** Thrown before anything is done; null: it is done. */
  refuses: MachineError | null
  /** It is done, and nobody hears. */
  losesAnswer: boolean
  joinsAfterMs: number | null
  lagMs: number
  /** It says what it has, and makes none. */
  makesNone?: MachineError
  /** How long one is shown as it was after it was told to end. */
  endsAfterMs?: number
}

export class Cloud implements MachineDriver {
  readonly kind = 'openstack'
  readonly machines = new Map<string, Rented>()
  /** Every order that made one, and every destruction. */
  readonly made: { name: string; at: number }[] = []
  readonly destroyed: string[] = []
  /** What its settings name and it does not have. */
  faults: string[] = []
  checks = 0
  /** Those that can't be destroyed. */
  readonly locked = new Set<string>()
  /** Orders to make one, and to destroy one, whatever came of them. */
  orders = 0
  ends = 0
  weather: Weather = { refuses: null, losesAnswer: false, joinsAfterMs: 5 * MINUTE_MS, lagMs: 0 }
  calls = 0
  onDestroy: (name: string) => void = () => {}
  onMake: (name: string) => void = () => {}

  constructor(private readonly steady: () => number) {}

  async list(): Promise<MachineFact[]> {
    this.fails()
    const now = this.steady()
    for (const { name, endsAt } of this.machines.values())
      if (endsAt !== undefined && endsAt <= now) this.remove(name)
    return [...this.machines.values()].filter(({ shownAt }) => shownAt <= now).map(factOf)
  }

  async create({ name, userData }: MachineOrder): Promise<MachineFact> {
    this.fails()
    this.orders += 1
    if (this.weather.makesNone !== undefined) throw this.weather.makesNone
    const now = this.steady()
    const { joinsAfterMs, lagMs } = this.weather
    const there = this.machines.get(name)
    const one: Rented = there ?? {
      ...{ name, status: 'building', token: userData, bornAt: now, shownAt: now + lagMs },
      joinsAtMs: joinsAfterMs === null ? null : now + joinsAfterMs,
    }
    this.machines.set(name, one)
    if (there === undefined) {
      this.made.push({ name, at: now })
      this.onMake(name)
    }
    this.answers()
    return factOf(one)
  }

  async destroy(name: string): Promise<void> {
    this.fails()
    this.ends += 1
    if (this.locked.has(name)) throw new MachineError('busy', `${name} is locked`)
    const one = this.machines.get(name)
    const { endsAfterMs = 0 } = this.weather
    // Whoever asks without an end gets it, so that a test ends, too.
    if (one !== undefined && endsAfterMs > 0 && this.ends < 100) one.endsAt ??= this.steady() + endsAfterMs
    else this.remove(name)
    this.answers()
  }

  private remove(name: string): void {
    if (this.machines.has(name)) this.onDestroy(name)
    if (this.machines.delete(name)) this.destroyed.push(name)
  }

  async check(): Promise<string[]> {
    this.checks += 1
    return this.faults
  }

  private fails(): void {
    this.calls += 1
    if (this.weather.refuses !== null) throw this.weather.refuses
  }

  private answers(): void {
    if (this.weather.losesAnswer) throw new MachineError('unreachable', 'the answer got lost')
  }
}

const factOf = ({ name, status }: Rented): MachineFact => ({
  ...{ name, id: `id of ${name}`, status, address: null, since: null },
  why: status === 'failed' ? 'no valid host was found' : null,
})
