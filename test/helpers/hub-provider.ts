/**
 * A provider as a hub sees it: a real node of ours, with write-ahead and ledger in memory, whose orders the test
 * gives itself. It keeps the promises of protocol/rpc.ts: stale epochs and gaps are refused, one message once.
 */
import ssbKeys from 'ssb-keys'
import type { FeedId, InviteKey, MessageId, PubId } from '../../protocol/ids'
import { buildHub } from '../../protocol/messages/hub'
import type { ObservedMessage } from '../../protocol/messages/observed'
import { buildOp } from '../../protocol/messages/op'
import { buildSpec, type SpecMessage } from '../../protocol/messages/spec'
import {
  BUTTCLOUD_MANIFEST,
  type InviteEntry,
  type JoinRequest,
  joinText,
  PROVIDER_ANONYMOUS,
  type RawValue,
  type WhoamiRequest,
} from '../../protocol/rpc'
import type { EscrowRequest, SecretRequest } from '../../protocol/rpc-escrow'
import type { Incoming } from '../../sbot/port'
import { makeBoxPair, openSealed } from '../../sbot/sealed-box'
import { until } from './machine'
import { startNode, type TestNode } from './node'

type Callback = (error: Error | null, value?: unknown) => void

interface Ledger {
  feed: FeedId | null
  values: RawValue[]
  invites: InviteEntry[]
}

export class HubProvider {
  readonly ledgers = new Map<PubId, Ledger>()
  readonly heard: Incoming[] = []
  /** What was sealed, by pub. */
  readonly sealed = new Map<PubId, { feed: FeedId; key: string; sealed: string }>()
  /** Pubs whose log, so this provider says, is another one than it holds; and how often they have tried. */
  readonly forked = new Set<PubId>()
  forkedTries = 0
  pair = makeBoxPair()
  /** Thrown at whoever wants to put something in; null where all is well. */
  escrowRefusal: string | null = null
  readonly specs = new Map<PubId, SpecMessage>()
  /** Token keys with the hub that used them. */
  private readonly tokens = new Map<string, FeedId | null>()
  private readonly hubs = new Set<FeedId>()
  node!: TestNode

  constructor(
    private readonly networkKey: string,
    private readonly place: { path?: string; port?: number } = {},
  ) {}

  async start(): Promise<this> {
    const { path, port } = this.place
    this.node = await startNode({
      networkKey: this.networkKey,
      plugins: [this.plugin()],
      gate: { nobodyElse: true },
      ...(path === undefined ? {} : { path }),
      ...(port === undefined ? {} : { listen: { host: '127.0.0.1', port } }),
    })
    this.place.path = this.node.path
    this.place.port = this.node.port
    this.node.sbot.read({
      wants: (author) => this.hubs.has(author),
      onMessage: (message) => this.heard.push(message),
      onCaughtUp: () => {},
      onError: (error) => {
        throw error
      },
    })
    for (const hub of this.hubs) this.node.sbot.request(hub, true)
    return this
  }

  get id(): FeedId {
    return this.node.id
  }

  token(): string {
    const seed = ssbKeys.generate('ed25519').private.slice(0, 44)
    const bytes = Buffer.from(seed, 'base64').subarray(0, 32)
    this.tokens.set(ssbKeys.generate('ed25519', bytes).id, null)
    return `127.0.0.1:${this.node.port}:${this.node.id}~${bytes.toString('base64')}`
  }

  async order(hub: FeedId, fields: Partial<SpecMessage> & { pub: PubId; port: number }): Promise<void> {
    const before = this.specs.get(fields.pub)
    const spec: SpecMessage = {
      ...buildSpec({
        ...{ hub, epoch: 1, desired: 'up', restarts: 0, name: 'alice', description: 'a pub' },
        ...{ feed: null, rebuilds: 0, version: null, fallback: null, web: null, owners: [] },
        ...{ memoryBytes: 192 * 2 ** 20, reservedBytes: 48 * 2 ** 20, diskBytes: 2 ** 30 },
        ...{ keepUntil: null, answers: fields.pub as string as MessageId, revision: 1 },
        ...fields,
      }),
      ...(before === undefined ? {} : { ...before, ...fields }),
      revision: (before?.revision ?? 0) + 1,
    }
    this.specs.set(spec.pub, spec)
    await this.node.sbot.publish(spec, [this.id, hub])
  }

  /** Owes the pub an invite; gives its public key and the seed's keys. */
  async owe(hub: FeedId, pub: PubId, op: MessageId, uses = 1): Promise<{ keys: any }> {
    const keys = ssbKeys.generate('ed25519')
    const invite = { key: keys.id as InviteKey, uses, tag: 'dGFn' }
    this.ledger(pub).invites.push({ key: invite.key, left: uses, tag: invite.tag })
    await this.node.sbot.publish(buildOp({ op, hub, pub, kind: 'invite', invite }), [this.id, hub])
    return { keys }
  }

  /** What the hub said of a pub, oldest first. */
  observed(pub: PubId): ObservedMessage[] {
    return this.heard
      .map((message) => message.content as ObservedMessage)
      .filter((content) => content?.type === 'buttcloud/observed' && content.pub === pub)
  }

  /** Waits until the last word about a pub is this phase for the order that holds now. */
  phase(pub: PubId, phase: ObservedMessage['phase'], deadlineMs = 30_000): Promise<ObservedMessage> {
    return until(
      `the hub says ${phase}`,
      () => {
        const last = this.observed(pub).at(-1)
        return last?.phase === phase && last.revision === this.specs.get(pub)?.revision ? last : null
      },
      deadlineMs,
    )
  }

  said(type: string): Record<string, unknown>[] {
    return this.heard
      .map((message) => message.content as Record<string, unknown>)
      .filter((content) => content?.type === type)
  }

  ledger(pub: PubId): Ledger {
    const ledger = this.ledgers.get(pub) ?? { feed: null, values: [], invites: [] }
    this.ledgers.set(pub, ledger)
    return ledger
  }

  private plugin(): object {
    const provider = this
    const answer = (cb: Callback, work: () => unknown) => {
      try {
        cb(null, work())
      } catch (error) {
        cb(error as Error)
      }
    }
    return {
      name: 'buttcloud',
      version: '1.0.0',
      manifest: BUTTCLOUD_MANIFEST,
      permissions: { anonymous: { allow: [...PROVIDER_ANONYMOUS, 'join'] } },
      init: () => ({
        whoami(this: { id: FeedId }, _word: WhoamiRequest, cb: Callback) {
          cb(null, {
            ...{ id: provider.id, now: Date.now(), caller: this.id, role: 'hub' },
            version: '0',
            recovery: provider.recovery,
          })
        },
        join(this: { id: string }, request: JoinRequest, cb: Callback) {
          provider.join(this.id, request).then(
            (value) => cb(null, value),
            (error) => cb(error),
          )
        },
        escrow(this: { id: FeedId }, request: any, cb: Callback) {
          answer(cb, () => provider.escrow(this.id, request))
        },
        secret(this: { id: FeedId }, request: any, cb: Callback) {
          answer(cb, () => provider.secret(this.id, request))
        },
        open(this: { id: FeedId }, request: any, cb: Callback) {
          answer(cb, () => provider.open(this.id, request))
        },
        commit(this: { id: FeedId }, request: any, cb: Callback) {
          answer(cb, () => provider.commit(this.id, request))
        },
        feed(this: { id: FeedId }, request: { pub: PubId; after: number }) {
          const rest = provider.ledger(request.pub).values.slice(request.after)
          return (abort: unknown, cb: (end: unknown, value?: unknown) => void) =>
            abort || rest.length === 0 ? cb(true) : cb(null, rest.shift())
        },
      }),
    }
  }

  private async join(token: string, request: JoinRequest): Promise<object> {
    const user = this.tokens.get(token)
    if (user === undefined || (user !== null && user !== request.hub))
      throw new Error('refused: this token has been used by another hub')
    if (
      !ssbKeys.verify(
        { public: request.hub.slice(1), curve: 'ed25519' },
        request.proof,
        joinText(token as InviteKey, request.hub),
      )
    )
      throw new Error('refused: the proof is not by this hub')
    this.tokens.set(token, request.hub)
    this.hubs.add(request.hub)
    const record = buildHub({
      hub: request.hub,
      status: 'admitted',
      label: 'hub-1',
      token: token as InviteKey,
    })
    await this.node.sbot.publish(record, [this.id, request.hub])
    this.node.sbot.request(request.hub, true)
    return { provider: this.id, label: 'hub-1' }
  }

  private need(hub: FeedId, pub: PubId, epoch: number): Ledger {
    const spec = this.specs.get(pub)
    if (spec === undefined || spec.hub !== hub) throw new Error('refused: not your pub')
    if (spec.epoch !== epoch) throw new Error(`stale-epoch: ${epoch} is over, now ${spec.epoch} counts`)
    return this.ledger(pub)
  }

  get recovery(): object {
    return { mode: 'automatic', key: this.pair.public }
  }

  private escrow(hub: FeedId, request: EscrowRequest): object {
    const { pub, epoch, feed, key, sealed } = request
    this.need(hub, pub, epoch)
    const before = this.sealed.get(pub)
    if (before !== undefined && before.feed !== feed) throw new Error('refused: another feed')
    if (this.escrowRefusal !== null) throw new Error(this.escrowRefusal)
    if (sealed !== null && key === this.pair.public) this.sealed.set(pub, { feed, key, sealed })
    return { held: this.sealed.get(pub)?.key === this.pair.public, key: this.pair.public }
  }

  private secret(hub: FeedId, { pub, epoch }: SecretRequest): object {
    const { feed } = this.need(hub, pub, epoch)
    const entry = this.sealed.get(pub)
    if (entry !== undefined) return { feed: entry.feed, secret: openSealed(this.pair, entry.sealed) }
    if (feed !== null) throw new Error('refused: the key of this pub is not in escrow')
    return { feed: null, secret: null }
  }

  private open(hub: FeedId, request: { pub: PubId; epoch: number; feed: FeedId }): object {
    const ledger = this.need(hub, request.pub, request.epoch)
    ledger.feed ??= request.feed
    if (ledger.feed !== request.feed) throw new Error('refused: another feed')
    return { head: ledger.values.length, invites: ledger.invites.filter((entry) => entry.left > 0) }
  }

  private commit(
    hub: FeedId,
    request: { pub: PubId; epoch: number; value: any; invite: InviteKey | null },
  ): object {
    const ledger = this.need(hub, request.pub, request.epoch)
    const { value, invite } = request
    if (this.forked.has(request.pub)) {
      this.forkedTries += 1
      throw new Error('gap: another message stands there')
    }
    const present = ledger.values[value.sequence - 1]
    if (present !== undefined) {
      if (JSON.stringify(present) === JSON.stringify(value)) return { sequence: value.sequence }
      throw new Error('gap: another message stands there')
    }
    if (value.sequence !== ledger.values.length + 1) throw new Error('gap: not the next one')
    ledger.values.push(value)
    const entry = ledger.invites.find((one) => one.key === invite)
    if (entry !== undefined) entry.left -= 1
    return { sequence: value.sequence }
  }
}
