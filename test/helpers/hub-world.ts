/** A hub's world in memory for tests of its pure part: orders, an engine and sessions that do as they are told. */

import type { RunFact } from '../../hub-daemon/engines/engine'
import type { EngineFacts, Facts, SessionFact } from '../../hub-daemon/facts'
import {
  emptyMemory,
  type Memory,
  rememberDone,
  rememberFetched,
  rememberFetching,
  rememberStart,
  settle,
} from '../../hub-daemon/memory'
import { type Look, type Plan, plan } from '../../hub-daemon/plan'
import { type Report, report } from '../../hub-daemon/report'
import { runOf } from '../../hub-daemon/run'
import { emptyState, evolve, type HubState } from '../../hub-daemon/state'
import type { Step } from '../../hub-daemon/steps'
import { judgeTrials } from '../../hub-daemon/trial'
import type { FeedId, InviteKey, MessageId, Millis, PubId } from '../../protocol/ids'
import { runNameOf } from '../../protocol/ids'
import { buildHub } from '../../protocol/messages/hub'
import { buildOp } from '../../protocol/messages/op'
import type { SpecMessage } from '../../protocol/messages/spec'
import { CONFIG, feedOf, HUB, incoming, OFFER, PROVIDER, specOf } from './hub-orders'

export * from './hub-orders'

/** One hub with everything around it; tests change its public fields as they like. */
export class HubWorld {
  state: HubState = emptyState(HUB, PROVIDER)
  memory: Memory = emptyMemory()
  now: Millis = 1_000_000
  runs = new Map<PubId, RunFact>()
  volumes = new Map<PubId, string>()
  sessions = new Map<PubId, SessionFact>()
  busy = new Set<PubId>()
  reachable = true
  /** The provider is there, and which pubs' keys it has. */
  mark: string | null = '1'
  sealed = new Set<PubId>()
  /** Pubs get their keys by the step for it; otherwise they have them when they are ordered. */
  keysFirst = false
  unreachableSince: Millis | null = null
  ordersComplete = true
  /** Since when the provider is there. */
  providerSince: Millis | null = 0
  /** What the provider's clock shows more than ours; null: it has told nothing. */
  providerAheadMs: Millis | null = 0
  /** Versions whose image can't be had. */
  missing = new Set<string>()
  private sequences = new Map<FeedId, number>()

  constructor(admitted = true) {
    if (admitted) this.hear(PROVIDER, buildHub({ hub: HUB, status: 'admitted', label: 'hub-1', token: null }))
  }

  hear(author: FeedId, content: object): boolean {
    const sequence = (this.sequences.get(author) ?? 0) + 1
    this.sequences.set(author, sequence)
    return evolve(this.state, incoming(author, sequence, content))
  }

  order(pub: PubId, fields: Partial<SpecMessage> = {}): void {
    if (!this.keysFirst) this.haveKey(pub)
    this.hear(PROVIDER, specOf(pub, fields))
  }

  private haveKey(pub: PubId): void {
    this.sealed.add(pub)
    this.memory.escrow.set(pub, { mark: this.mark ?? '', retryAt: null })
  }

  owe(pub: PubId, op: MessageId, key: InviteKey): void {
    this.hear(PROVIDER, buildOp({ op, hub: HUB, pub, kind: 'invite', invite: { key, uses: 1, tag: 'tag' } }))
  }

  /** An order to take an invite back. */
  revoke(pub: PubId, op: MessageId, key: InviteKey): void {
    this.hear(PROVIDER, buildOp({ op, hub: HUB, pub, kind: 'revoke', revoke: { key, after: 0 } }))
  }

  /** An order to follow, block, or do neither. */
  contact(pub: PubId, op: MessageId, feed: FeedId, following: boolean, blocking = false): void {
    const contact = { feed, following, blocking }
    this.hear(PROVIDER, buildOp({ op, hub: HUB, pub, kind: 'contact', contact }))
  }

  look(): Look {
    const engine: EngineFacts = {
      reachable: this.reachable,
      reason: this.reachable ? null : 'connect ENOENT',
      unreachableSince: this.unreachableSince,
      runs: this.runs,
      volumes: this.volumes,
    }
    const { sessions, ordersComplete, providerSince, mark, sealed } = this
    const escrow = { mark, sealed }
    const providerClock =
      this.providerAheadMs === null ? null : { shows: this.now + this.providerAheadMs, ageMs: 0 }
    const facts: Facts = { engine, sessions, ordersComplete, providerSince, providerClock, escrow }
    settle(this.memory, this.state, facts, this.now)
    const { state, memory, busy, now } = this
    const look: Look = { state, config: CONFIG, facts, memory, busy, now }
    judgeTrials(look)
    return look
  }

  /** The daemon is started anew: what is on no feed is gone. */
  forget(): void {
    this.memory = emptyMemory()
  }

  plan(): Plan {
    return plan(this.look())
  }

  report(): Report[] {
    return report(this.look(), OFFER)
  }

  /** Publishes what is owed, as the daemon would. */
  publish(): Report[] {
    const reports = this.report()
    for (const content of reports) this.hear(HUB, content)
    return reports
  }

  private fetch({ pub, run }: Extract<Step, { kind: 'fetch' }>): void {
    rememberFetching(this.memory, pub, run.shape)
    const outcome = this.missing.has(run.version)
      ? { trouble: { kind: 'no-image' as const, message: `no ${run.version} here` } }
      : { remark: null }
    rememberFetched(this.memory, pub, run.shape, outcome, this.now)
  }

  /** Does a step the way a working engine does. */
  perform(step: Step): void {
    switch (step.kind) {
      case 'fetch':
        return this.fetch(step)
      case 'escrow':
        this.haveKey(step.pub)
        return
      case 'create':
        if (!this.sealed.has(step.pub)) throw new Error(`${step.pub} is made before its key is in escrow`)
        if (this.runs.has(step.pub)) throw new Error(`two runs of ${step.pub}`)
        this.runs.set(step.pub, {
          ...{ name: step.run.name, pub: step.pub, epoch: step.run.epoch, shape: step.run.shape },
          ...{ status: 'created', exitCode: null, outOfMemory: false, since: null },
        })
        this.volumes.set(step.pub, step.run.name)
        rememberDone(this.memory, step.pub)
        return
      case 'start':
        this.change(step.pub, { status: 'running', since: this.now })
        rememberStart(this.memory, step.pub, this.now)
        return
      case 'stop':
        this.change(step.pub, { status: 'exited', exitCode: 0 })
        this.silence(step.pub)
        return
      case 'remove':
        this.runs.delete(step.pub)
        return
      case 'purge':
        this.volumes.delete(step.pub)
        return
      case 'open-session':
        this.sessions.set(step.pub, this.session(step.pub, step.epoch, step.host))
        return
      case 'close-session':
        this.sessions.delete(step.pub)
        return
      case 'invite':
        return this.told(step.pub, ({ invites }) => ({ invites: new Set([...invites, step.op.invite.key]) }))
      case 'revoke':
        return this.told(step.pub, ({ invites }) => ({
          invites: new Set([...invites].filter((one) => one !== step.key)),
        }))
      case 'contact':
        this.memory.deeds.set(step.op.op, { ok: true, reason: null })
        return
      case 'owners':
        return this.told(step.pub, () => ({ owners: step.owners }))
      case 'about':
        return this.told(step.pub, () => ({ about: step.about }))
      case 'blobs':
        return this.told(step.pub, ({ disk }) => ({ disk: { ...disk, takesBlobs: step.take } }))
      case 'probe': {
        const session = this.sessions.get(step.pub)
        if (session !== undefined) this.sessions.set(step.pub, { ...session, probedAt: this.now })
      }
    }
  }

  /** What a pub was told over its session. */
  private told(pub: PubId, change: (before: SessionFact) => Partial<SessionFact>): void {
    const session = this.sessions.get(pub)
    if (session === undefined) throw new Error(`nobody is connected to ${pub}`)
    this.sessions.set(pub, { ...session, ...change(session) })
  }

  /** Performs until nothing is left to do now; gives the steps' kinds in order. */
  settle(roundsMax = 50): string[] {
    const done: string[] = []
    for (let round = 0; round < roundsMax; round += 1) {
      const { steps } = this.plan()
      if (steps.length === 0) return done
      for (const step of steps) {
        this.perform(step)
        done.push(step.kind)
      }
    }
    throw new Error(`not settled after ${roundsMax} rounds: ${done.slice(-6).join(', ')}`)
  }

  /** The pub takes a handshake, its fence is open, and it says of itself what it shall. */
  answer(pub: PubId, fields: Partial<SessionFact> = {}): void {
    const session = this.sessions.get(pub)
    if (session === undefined) throw new Error('nobody dials this pub')
    const spec = this.state.specs.get(pub)?.content
    const about =
      spec === undefined ? null : { name: spec.name, description: spec.description, address: null }
    const owners = spec?.owners ?? null
    const answers = { answeringSince: this.now, silentSince: null, probedAt: this.now, about, owners }
    this.sessions.set(pub, { ...session, status: 'open', ...answers, ...fields })
  }

  /** The run ends by itself. */
  crash(pub: PubId): void {
    this.change(pub, { status: 'exited', exitCode: 1, since: this.now })
    this.silence(pub)
  }

  change(pub: PubId, fields: Partial<RunFact>): void {
    const run = this.runs.get(pub)
    if (run === undefined) throw new Error(`no run of ${runNameOf(pub)}`)
    this.runs.set(pub, { ...run, ...fields })
  }

  private silence(pub: PubId): void {
    const session = this.sessions.get(pub)
    if (session !== undefined)
      this.sessions.set(pub, {
        ...session,
        status: 'dialling',
        answeringSince: null,
        ...{ about: null, owners: null },
        silentSince: session.silentSince ?? this.now,
      })
  }

  private session(pub: PubId, epoch: number, host: string): SessionFact {
    return {
      ...{ pub, epoch, host },
      feed: feedOf(pub),
      status: 'dialling',
      reason: null,
      answeringSince: null,
      silentSince: this.now,
      probedAt: null,
      invites: new Set(),
      ...{ about: null, owners: null },
      tellRetryAt: 0,
      disk: { usedBytes: null, takesBlobs: null, retryAt: 0 },
    }
  }
}

/** The shape that a spec asks for. */
export function shapeOf(spec: SpecMessage): string {
  return runOf(spec, CONFIG).shape
}

/** A world in which this pub runs and is reported up. */
export function worldWith(pub: PubId): HubWorld {
  const world = new HubWorld()
  world.publish()
  world.order(pub)
  world.settle()
  world.answer(pub)
  world.publish()
  return world
}
