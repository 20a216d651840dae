/** The connection between a hub and the provider: calls that are late, lost, or answered in vain. */
import type { Provider } from '../../plugin/io/provider'
import { CALL_TIMEOUT_MS } from '../../protocol/limits'
import { exportDoor } from './export-hub'
import type { SimProvider } from './provider'
import { orWhenAwake, whenAwake } from './timeline'
import type { Machine, Universe } from './universe'

export class Link {
  connected = false
  private connections = 0
  private pending = new Set<(error: Error) => void>()
  /** What the provider calls on the hub. */
  private readonly door: object

  constructor(
    private readonly universe: Universe,
    private readonly hub: Machine,
    private readonly provider: SimProvider,
    private readonly isCut: () => boolean,
  ) {
    this.door = exportDoor(universe, hub, () => this.connected)
  }

  /** As hub-daemon/io/provider-link.ts has it. */
  get mark(): string | null {
    return this.connected ? String(this.connections) : null
  }

  /** True when the connection stands now. */
  connect(): boolean {
    if (this.connected) return true
    const { life } = this.provider.machine
    if (this.isCut() || this.provider.sbot === null || !life.alive || life.asleep != null) return false
    this.connected = true
    this.connections += 1
    this.provider.sbot.connect(this.hub.id, this.door)
    return true
  }

  disconnect(): void {
    if (!this.connected) return
    this.connected = false
    const { life } = this.provider.machine
    const { sbot } = this.provider
    // One that stands still notices it when it goes on.
    whenAwake(life, () => sbot?.disconnect(this.hub.id))
    const pending = this.pending
    this.pending = new Set()
    const over = new Error('try-again: the connection ended')
    for (const reject of pending) orWhenAwake(this.hub.life, () => reject(over))
  }

  /** Asks the provider something. What was asked may have been done even when this rejects with `try-again`. */
  call<T>(what: string, ask: (provider: Provider) => Promise<T>): Promise<T> {
    if (!this.connected) return Promise.reject(new Error('try-again: the provider is out of reach'))
    const { timeline, random, faults } = this.universe
    const life = this.hub.life
    const delay = () => random.between(1, faults.delayMs / 4)
    return new Promise((resolve, reject) => {
      const lost = () => random.chance(faults.loss / 4)
      const settle = (then: () => void) => {
        if (!this.pending.delete(reject)) return
        cancel()
        orWhenAwake(life, () => {
          if (life.alive) then()
        })
      }
      const cancel = this.hub.clock.of(life).after(CALL_TIMEOUT_MS, () => {
        settle(() => reject(new Error(`try-again: could not ${what}: no answer`)))
      })
      this.pending.add(reject)
      const answer = (then: () => void) => {
        if (!lost()) timeline.at(delay(), '', () => settle(then))
      }
      const asked = () => {
        const { running } = this.provider
        if (!this.pending.has(reject) || lost()) return
        if (running === null) return answer(() => reject(new Error('try-again: the provider is starting')))
        ask(running).then(
          (value) => answer(() => resolve(value)),
          (error: Error) => answer(() => reject(error)),
        )
      }
      timeline.at(delay(), '', () => orWhenAwake(this.provider.machine.life, asked))
    })
  }
}
