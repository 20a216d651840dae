/** The one connection to the provider: dialled again and again, pinged, and offered as calls. */
import {
  type Check,
  feedId,
  flag,
  inviteKey,
  list,
  nullable,
  type Of,
  shape,
  text,
  whole,
} from '../../protocol/check'
import type { FeedId, Millis } from '../../protocol/ids'
import {
  HISTORY_BATCH_MAX,
  INVITES_PER_PUB_MAX,
  PROVIDER_BACKOFF_MAX_MS,
  PROVIDER_BACKOFF_MS,
  PROVIDER_PING_EVERY_MS,
  SEALED_SECRET_CHARS_MAX,
} from '../../protocol/limits'
import type { OtherClock } from '../../protocol/other-clock'
import type {
  CommitAnswer,
  CommitRequest,
  FeedRequest,
  OpenAnswer,
  OpenRequest,
  RawValue,
  WhoamiRequest,
} from '../../protocol/rpc'
import type { EscrowAnswer, EscrowRequest, SecretAnswer, SecretRequest } from '../../protocol/rpc-escrow'
import type { Log } from '../../sbot/log'
import { machineId, OtherClocks } from '../../sbot/other-clocks'
import type { Peer, Sbot } from '../../sbot/port'
import { call, readAll } from './calls'
import { LeaseWatch } from './lease-watch'
import { pause } from './pause'

/** What a hub asks of its provider. Errors start with one of REASONS. */
export interface ProviderCalls {
  open(request: OpenRequest): Promise<OpenAnswer>
  commit(request: CommitRequest): Promise<CommitAnswer>
  feed(request: FeedRequest, take: (batch: RawValue[]) => Promise<void>): Promise<void>
  /** Never retried by itself: who asks looks at the answer. */
  escrow(request: EscrowRequest): Promise<EscrowAnswer>
  secret(request: SecretRequest): Promise<SecretAnswer>
  /** True when the provider's feed has nothing after this sequence. */
  endsAt(sequence: number): Promise<boolean>
}

export interface ProviderLink {
  /** The calls while connected, else null. */
  current(): ProviderCalls | null
  /** Another one with every connection and every recovery key; null while there is no connection. */
  mark(): string | null
  /** What the provider's clock shows now; null where it said nothing lately. */
  time(): OtherClock | null
  /** For how long its lease still lasts, in milliseconds, counted from when this hub asked; null: it has none. */
  leaseLeftMs(): number | null
  /** How long the provider has been out of reach; null while it is there. */
  awayMs(): number | null
  stop(): Promise<void>
}

export interface ProviderLinkOptions {
  sbot: Sbot
  provider: FeedId
  /** multiserver address: net:host:port~shs:key */
  address: string
  log: Log
  /** The connection came or went. */
  changed(): void
  /** Secrets are to be sealed to another key. */
  recoveryChanged(): void
}

const whole0 = whole(0, Number.MAX_SAFE_INTEGER)
const inviteEntry = shape({ key: inviteKey, left: whole0, tag: text(64) })
const openAnswer: Check<OpenAnswer> = shape({
  head: whole0,
  // Room to spare: the bound is the provider's, and a longer list must not keep a pub shut.
  invites: list(inviteEntry, 0, 20 * INVITES_PER_PUB_MAX),
})
const commitAnswer: Check<CommitAnswer> = shape({ sequence: whole0 })
const whoamiAnswer = shape({
  id: feedId,
  now: whole0,
  recovery: nullable(shape({ key: text(64) })),
  lease: nullable(shape({ ms: whole0 })),
})
const escrowAnswer: Check<EscrowAnswer> = shape({ held: flag, key: text(64) })
const secretAnswer: Check<SecretAnswer> = shape({
  feed: nullable(feedId),
  secret: nullable(text(SEALED_SECRET_CHARS_MAX)),
})

/** Starts to dial at once and goes on until stopped. */
export function createProviderLink(options: ProviderLinkOptions): ProviderLink {
  const stopping = new AbortController()
  const stopped = new Promise<null>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve(null))
  })
  let calls: ProviderCalls | null = null
  let connections = 0
  let awaySince = performance.now()
  let recovery = ''
  const clocks = new OtherClocks(() => performance.now())
  let leaseUntil: number | null = null
  const lease = new LeaseWatch(options.log)
  let askEveryMs = PROVIDER_PING_EVERY_MS
  const hear = async (rpc: unknown): Promise<string> => {
    const askedAt = performance.now()
    const answer = await ping(rpc, options.provider)
    leaseUntil = answer.lease === null ? null : askedAt + answer.lease.ms
    lease.renewed(answer.lease === null ? null : answer.lease.ms - (performance.now() - askedAt))
    askEveryMs = askEveryOf(answer.lease?.ms ?? null)
    clocks.note(options.provider, answer.now)
    return answer.recovery?.key ?? ''
  }
  const set = (next: ProviderCalls | null) => {
    calls = next
    if (next !== null) connections += 1
    else awaySince = performance.now()
    options.changed()
  }

  const serve = async (peer: Peer): Promise<void> => {
    const rpc = peer.rpc as any
    const gone = new AbortController()
    peer.onClose(() => gone.abort())
    const stop = () => gone.abort()
    stopping.signal.addEventListener('abort', stop)
    if (stopping.signal.aborted) stop()
    try {
      recovery = await hear(rpc)
      if (gone.signal.aborted) return
      set(callsOf(rpc, options.provider))
      options.log.info({ provider: options.provider }, 'connected to the provider')
      for (;;) {
        await pause(askEveryMs, gone.signal)
        if (gone.signal.aborted) return
        const key = await hear(rpc)
        if (key === recovery) continue
        recovery = key
        options.recoveryChanged()
      }
    } finally {
      stopping.signal.removeEventListener('abort', stop)
      if (calls !== null) set(null)
      if (!gone.signal.aborted || stopping.signal.aborted) rpc.close?.(true, () => {})
    }
  }

  const run = async (): Promise<void> => {
    let backoffMs = PROVIDER_BACKOFF_MS
    let told = ''
    while (!stopping.signal.aborted) {
      try {
        // A dial may take long to fail; whoever stops does not wait for it, the closing node ends it.
        const peer = await Promise.race([options.sbot.dial(options.address), stopped])
        if (peer === null) return
        if (peer.id !== options.provider) throw new Error(`${peer.id} answers where the provider should`)
        await serve(peer)
        options.log.info({}, 'the connection to the provider ended')
        backoffMs = PROVIDER_BACKOFF_MS
        told = ''
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        if (reason !== told) options.log.warn({ reason }, 'the provider is out of reach; dialling on')
        told = reason
      }
      await pause(backoffMs, stopping.signal)
      backoffMs = Math.min(PROVIDER_BACKOFF_MAX_MS, backoffMs * 2)
    }
  }

  const running = run()
  return {
    current: () => calls,
    time: () => clocks.of(options.provider),
    leaseLeftMs: () => (leaseUntil === null ? null : leaseUntil - performance.now()),
    awayMs: () => (calls === null ? performance.now() - awaySince : null),
    mark: () => (calls === null ? null : `${connections} ${recovery}`),
    async stop() {
      stopping.abort()
      lease.stop()
      await running
    },
  }
}

/** Two asks of a lease may be lost, however short the operator has made it. */
function askEveryOf(leaseMs: Millis | null): Millis {
  return Math.max(1_000, Math.min(PROVIDER_PING_EVERY_MS, (leaseMs ?? Number.POSITIVE_INFINITY) / 3))
}

/** Tells the time and hears it, and the key that secrets are sealed to where this provider says it to us. */
async function ping(rpc: any, provider: FeedId): Promise<Of<typeof whoamiAnswer>> {
  const request: WhoamiRequest = { now: Date.now(), machine: machineId() }
  const said = await call(rpc.buttcloud?.whoami, [request], 'ask the provider who it is')
  const answer = whoamiAnswer(said, 'whoami')
  if (!answer.ok || answer.value.id !== provider)
    throw new Error('what answers at the provider’s address is no ButtCloud provider of this hub')
  return answer.value
}

function callsOf(rpc: any, provider: FeedId): ProviderCalls {
  return {
    async open(request) {
      return checked(openAnswer, await call(rpc.buttcloud.open, [request], 'open a pub'), 'open')
    },
    async commit(request) {
      return checked(commitAnswer, await call(rpc.buttcloud.commit, [request], 'commit a message'), 'commit')
    },
    async escrow(request) {
      const what = "see a pub's key in escrow"
      return checked(escrowAnswer, await call(rpc.buttcloud.escrow, [request], what), 'escrow')
    },
    async secret(request) {
      const what = "get a pub's key from escrow"
      const answer = secretAnswer(await call(rpc.buttcloud.secret, [request], what), 'secret')
      if (answer.ok) return answer.value
      // What was found instead may be a secret, and has no place in a sentence.
      throw new Error(`try-again: the provider's answer makes no sense: ${answer.field}`)
    },
    feed(request, take) {
      return readAll(
        rpc.buttcloud.feed(request),
        HISTORY_BATCH_MAX,
        take,
        "read a pub's feed at the provider",
      )
    },
    async endsAt(sequence) {
      let more = 0
      const source = rpc.createHistoryStream({ id: provider, seq: sequence + 1, limit: 1, live: false })
      await readAll(
        source,
        1,
        async (batch) => {
          more += batch.length
        },
        "read the end of the provider's feed",
      )
      return more === 0
    },
  }
}

function checked<T>(check: Check<T>, value: unknown, field: string): T {
  const result = check(value, field)
  if (result.ok) return result.value
  throw new Error(`try-again: the provider's answer makes no sense: ${result.field} is ${result.found}`)
}
