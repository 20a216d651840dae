/**
 * Members who redeem invites of a pub all the time, wherever it is just then: each is a person who tries until they are in,
 * at the address that is known or at one where the pub has been.
 */
import ssbKeys from 'ssb-keys'
import { codeAt, type Told, tryInvite } from './redeem-anywhere'

const PAUSE_MS = 200

export interface GuestOptions {
  networkKey: string
  /** Where the pub is by the provider's last word. */
  host(): string
  /** Where it may be too. */
  hosts: string[]
  random(): number
  /** A code with uses left; asks the owner when there is none. */
  code(): Promise<string>
  /** How many tries go on beside each other. */
  count: number
  /** Between one guest and the next. */
  restMs: number
}

export class Guests {
  readonly counts = { in: 0, 'try-again': 0, 'cut-off': 0, silent: 0, expired: 0, other: 0 }
  /** Everybody who was let in. */
  readonly welcome = new Set<string>()
  /** What should never be said to anybody who holds a good invite. */
  readonly wrong: Told[] = []
  /** When each was let in. */
  private readonly times: number[] = []
  /** What each of them does now, for who wonders. */
  readonly now = new Map<number, string>()
  private ending = false
  private readonly running: Promise<void>[]

  constructor(private readonly options: GuestOptions) {
    this.running = Array.from({ length: options.count }, (_, at) => this.live(at))
  }

  get lastInAt(): number {
    return this.times.at(-1) ?? 0
  }

  /** The longest time since then in which nobody was let in. */
  worstMs(since: number): number {
    const times = [since, ...this.times.filter((time) => time > since)]
    return Math.max(...times.map((time, at) => time - (times[at - 1] ?? since)))
  }

  /** No new guests; whoever is trying goes on until in. */
  async end(): Promise<void> {
    this.ending = true
    await Promise.all(this.running)
  }

  private async live(at: number): Promise<void> {
    const { options } = this
    while (!this.ending) {
      this.now.set(at, 'waits for a code')
      const guest = ssbKeys.generate().id as string
      const code = await options.code()
      await this.persist(guest, code, at)
      await pause(options.restMs)
    }
    this.now.delete(at)
  }

  private async persist(guest: string, code: string, at: number): Promise<void> {
    const { options } = this
    for (;;) {
      this.now.set(at, `${guest.slice(0, 6)} since ${new Date().toISOString().slice(14, 19)}`)
      // The first of them goes where everybody goes; the others look in at places where a former run may be.
      const astray = !this.ending && at > 0 && options.random() < 0.6
      const place = astray ? options.hosts[Math.floor(options.random() * options.hosts.length)] : undefined
      const told = await tryInvite(options.networkKey, codeAt(code, place ?? options.host()), guest)
      this.counts[told.outcome] += 1
      if (told.outcome === 'in') {
        this.welcome.add(guest)
        this.times.push(Date.now())
        return
      }
      if (told.outcome === 'expired' || told.outcome === 'other') this.wrong.push(told)
      await pause(PAUSE_MS)
    }
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
