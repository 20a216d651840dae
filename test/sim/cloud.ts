/**
 * Who rents out machines, behind our own MachineDriver: late, refusing, losing answers, with lists that lag behind. What it has
 * outlives the provider's program. What becomes of a machine, its owner says (rented.ts).
 */
import { type MachineDriver, MachineError, type MachineFact } from '../../plugin/machine-driver'
import type { Millis } from '../../protocol/ids'
import type { Random } from './random'
import { type Life, whileAlive } from './timeline'
import type { Universe } from './universe'

export interface Weather {
  /** A call is refused; does nothing. */
  refuses: number
  /** A call is done and its answer gets lost. */
  losesAnswer: number
  /** Until what is made is listed. */
  lagMs: Millis
  delayMs: Millis
}

interface Rented {
  fact: MachineFact
  visibleAt: Millis
}

export class SimCloud {
  readonly machines = new Map<string, Rented>()
  weather: Weather
  /** Asked for, and destroyed; before it is done. */
  onCreate: (name: string, isNew: boolean) => void = () => {}
  onDestroy: (name: string) => void = () => {}
  /** It is there; it is gone. */
  onMade: (name: string, seed: string) => void = () => {}
  onGone: (name: string) => void = () => {}

  constructor(
    private readonly universe: Universe,
    private readonly random: Random,
  ) {
    const bad = random.chance(0.8)
    this.weather = {
      refuses: bad ? random.next() * 0.4 : 0,
      losesAnswer: bad ? random.next() * 0.4 : 0,
      lagMs: bad ? random.between(0, 90_000) : 0,
      delayMs: random.between(100, 20_000),
    }
  }

  heal(): void {
    this.weather = { refuses: 0, losesAnswer: 0, lagMs: 0, delayMs: 1_000 }
  }

  /** What one run of a provider talks to. */
  driver(life: Life): MachineDriver {
    const call = <T>(work: () => T): Promise<T> => whileAlive(life, this.call(work))
    return {
      kind: 'openstack',
      list: () => call(() => this.list()),
      create: async ({ name, userData }) => {
        this.onCreate(name, !this.machines.has(name))
        return call(() => this.create(name, userData))
      },
      destroy: async (name) => {
        this.onDestroy(name)
        return call(() => this.destroy(name))
      },
      check: async () => [],
    }
  }

  /** Gone without anybody having asked for it. */
  vanish(name: string): void {
    if (this.machines.delete(name)) this.onGone(name)
  }

  private call<T>(work: () => T): Promise<T> {
    const { random, weather, universe } = this
    const fails = random.chance(weather.refuses)
    const loses = random.chance(weather.losesAnswer)
    const kind = random.pick(['busy', 'quota', 'unreachable', 'refused'] as const)
    return new Promise((resolve, reject) => {
      universe.timeline.at(random.between(50, weather.delayMs), '', () => {
        if (fails) return reject(new MachineError(kind, `could not do it: ${kind}`))
        const done = work()
        if (loses) return reject(new MachineError('unreachable', 'the answer got lost'))
        resolve(done)
      })
    })
  }

  private list(): MachineFact[] {
    const { now } = this.universe.timeline
    return [...this.machines.values()].flatMap(({ fact, visibleAt }) =>
      visibleAt <= now ? [{ ...fact }] : [],
    )
  }

  private create(name: string, seed: string): MachineFact {
    const { now } = this.universe.timeline
    const there = this.machines.get(name)
    if (there !== undefined) return there.fact
    const fact: MachineFact = {
      ...{ name, id: `id of ${name}`, status: 'building', address: null, since: now, why: null },
    }
    this.machines.set(name, { fact, visibleAt: now + this.weather.lagMs })
    this.onMade(name, seed)
    return fact
  }

  private destroy(name: string): void {
    const found = this.machines.get(name)
    if (found === undefined || found.fact.status === 'ending') return
    found.fact.status = 'ending'
    this.onGone(name)
    // A list may come that has it still.
    this.universe.timeline.at(this.random.between(0, 30_000 + this.weather.lagMs), '', () =>
      this.machines.delete(name),
    )
  }
}
