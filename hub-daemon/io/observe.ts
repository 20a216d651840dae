/** Reads the facts: runs and volumes from the engine, connections from the sessions. */
import type { Millis, PubId } from '../../protocol/ids'
import { runNameOf } from '../../protocol/ids'
import type { Engine, RunFact } from '../engines/engine'
import type { EngineFacts, Facts, SessionFact } from '../facts'
import type { Step } from '../steps'
import { clean } from '../words'
import type { Session } from './session'

/** Events of a start come in bursts; one look at the engine does for all of them. */
const LOOK_GAP_MS = 250

export class Observer {
  readonly sessions = new Map<PubId, Session>()
  ordersComplete = false
  private reachable = false
  private reason: string | null = 'it has not been asked yet'
  private unreachableSince: Millis | null = null
  private runs = new Map<PubId, RunFact>()
  private volumes = new Map<PubId, string>()
  /** When a step last changed something: a list that began before that is old for this pub. */
  private readonly touched = new Map<PubId, number>()
  private steps = 0
  private refreshing: Promise<void> | null = null
  private again = false
  lookedAt: Millis = 0

  constructor(
    private readonly engine: Engine,
    private readonly changed: () => void,
    /** The engine began to answer (null), or does not and why. Told once per change. */
    private readonly told: (trouble: string | null) => void = () => {},
  ) {}

  /** What engine and connections show. */
  facts(): Omit<Facts, 'escrow' | 'providerSince' | 'providerClock'> {
    const { reachable, reason, unreachableSince, runs, volumes } = this
    const engine: EngineFacts = { reachable, reason, unreachableSince, runs, volumes }
    const sessions = new Map<PubId, SessionFact>()
    for (const [pub, session] of this.sessions) sessions.set(pub, session.fact())
    return { engine, sessions, ordersComplete: this.ordersComplete }
  }

  /** A full look at the engine; further calls meanwhile make one more look. */
  refresh(): Promise<void> {
    if (this.refreshing !== null) {
      this.again = true
      return this.refreshing
    }
    this.refreshing = this.list().finally(() => {
      this.refreshing = null
      if (!this.again) return
      this.again = false
      setTimeout(() => void this.refresh(), LOOK_GAP_MS)
    })
    return this.refreshing
  }

  /** Takes in what a step that succeeded has changed, so that the next one need not wait for a look. */
  applied(step: Step, now: Millis): void {
    this.steps += 1
    this.touched.set(step.pub, this.steps)
    const run = this.runs.get(step.pub)
    switch (step.kind) {
      case 'create': {
        const { name, pub, epoch, shape } = step.run
        this.runs.set(pub, {
          ...{ name, pub, epoch, shape },
          status: 'created',
          exitCode: null,
          outOfMemory: false,
          since: null,
        })
        this.volumes.set(pub, name)
        return
      }
      case 'start':
        if (run !== undefined) this.runs.set(step.pub, { ...run, status: 'running', since: now })
        return
      case 'stop':
        if (run !== undefined) this.runs.set(step.pub, { ...run, status: 'exited', since: now })
        return
      case 'remove':
        this.runs.delete(step.pub)
        return
      case 'purge':
        this.volumes.delete(step.pub)
        return
      default:
        return
    }
  }

  private async list(): Promise<void> {
    const from = this.steps
    try {
      const { runs, volumes } = await this.engine.list()
      this.runs = this.merged(this.runs, new Map(runs.filter(isOurs).map((run) => [run.pub, run])), from)
      this.volumes = this.merged(this.volumes, new Map(volumes.map((one) => [one.pub, one.name])), from)
      if (!this.reachable) this.told(null)
      this.reachable = true
      this.reason = null
      this.unreachableSince = null
    } catch (error) {
      this.reachable = false
      this.reason = clean(error instanceof Error ? error.message : String(error))
      if (this.unreachableSince === null) this.told(this.reason)
      this.unreachableSince ??= Date.now()
    }
    this.lookedAt = Date.now()
    this.changed()
  }

  /** The list, but what a step has changed since it was asked for stays as the step left it. */
  private merged<T>(before: Map<PubId, T>, listed: Map<PubId, T>, from: number): Map<PubId, T> {
    for (const [pub, at] of this.touched) {
      if (at <= from) {
        this.touched.delete(pub)
        continue
      }
      const known = before.get(pub)
      if (known === undefined) listed.delete(pub)
      else listed.set(pub, known)
    }
    return listed
  }
}

/** A run with another name than its pub's is none of ours, whatever its label says. */
function isOurs(run: RunFact): boolean {
  return run.name === runNameOf(run.pub)
}
