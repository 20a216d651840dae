/** What a pub printed, as far as the engine still has it: read when it is asked for, and kept nowhere. */
import { type PubId, runNameOf } from '../../protocol/ids'
import { type Output, type OutputRequest, outputLines } from '../../protocol/output'
import { redactText } from '../../protocol/redact'
import { type Engine, EngineError } from '../engines/engine'
import { desiredOf, type HubState } from '../state'
import type { Observer } from './observe'

export class PrintedOutput {
  constructor(
    private readonly engine: Engine,
    private readonly observer: Observer,
    private readonly state: HubState,
  ) {}

  /** The last lines. Rejects with a reason of protocol/rpc.ts where it can't be read. */
  async read({ pub, lines }: OutputRequest): Promise<Output> {
    if (!this.isHere(pub)) throw new Error('unknown: that pub is not on this hub')
    const running = (): boolean => this.observer.facts().engine.runs.get(pub)?.status === 'running'
    try {
      const printed = await this.engine.logs(runNameOf(pub), lines)
      return { running: running(), kept: true, lines: outputLines(printed, lines) }
    } catch (error) {
      if (error instanceof EngineError && error.kind === 'missing')
        return { running: running(), kept: false, lines: [] }
      const why = redactText((error as Error).message).slice(0, WHY_CHARS_MAX)
      throw new Error(`try-again: its output can't be read just now: ${why}`)
    }
  }

  private isHere(pub: PubId): boolean {
    const spec = this.state.specs.get(pub)?.content
    return spec !== undefined && desiredOf(this.state, spec) !== 'none'
  }
}

/** Of an engine's own words; what goes over a connection is cut at 300 in all. */
const WHY_CHARS_MAX = 200
