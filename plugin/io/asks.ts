/**
 * Questions to hubs, over the connections they hold to us. Nothing of it is on disk: what a crash loses is asked again,
 * because the request that caused it has no answer yet.
 */
import { checkFigures, checkSamples } from '../../protocol/figures'
import type { FeedId, MessageId, Millis, PubId } from '../../protocol/ids'
import { ASK_TIMEOUT_MS, PICTURE_WAIT_MS, RUN_SHOWN_BYTES_MAX, STATUS_WAIT_MS } from '../../protocol/limits'
import { IMPORT_STORE_MS } from '../../protocol/limits-import'
import type { EmailReply, EmailSet } from '../../protocol/mail'
import type { HUB_MANIFEST, HubRunRequest } from '../../protocol/rpc'
import type { BillingDone, OwedCall } from '../../protocol/rpc-billing'
import type { Clock } from '../../sbot/loop'
import type { Sbot } from '../../sbot/port'
import type { Picture, StatusReply } from '../decide-status'
import type { Ask, Effect, Reply, RunResult } from '../effects'
import { cutTo } from '../look'
import { statusWords } from '../words-status'
import { callHub } from './hub-call'
import type { Painter } from './painter'
import type { PrivateBlob, PrivateBlobs } from './private-blobs'

type AskEffect = Extract<Effect, { kind: 'ask' }>
/** What asks are answered with besides a call. */
export interface AskMeans {
  /** A part of a pub as links to blobs for these readers. */
  exportLinks(pub: PubId, part: 'secret' | 'gossip', readers: FeedId[]): Promise<string[]>
  /** A picture of its figures, put where its readers fetch it from; null where none can be drawn. */
  paint: Painter
  /** Stores what was uploaded as a pub's, and gives its feed. */
  storeImport(pub: PubId, owner: FeedId, upload: string): Promise<FeedId>
  /** Has the billing bridge make a call for a request; resolves with what came of it, however long that takes. */
  callStripe(call: OwedCall, request: MessageId): Promise<BillingDone>
  /** The store of addresses. */
  setEmail(owner: FeedId, set: EmailSet): Promise<EmailReply>
  /** Where replies go that are too long for a message. */
  blobs: PrivateBlobs
}
/** Calls one of the hub's methods. */
type HubCall = (method: keyof typeof HUB_MANIFEST, argument: unknown) => Promise<unknown>
type Askers = {
  [K in Ask['kind']]: (call: HubCall, ask: Extract<Ask, { kind: K }>, request: MessageId) => Promise<unknown>
}

/** How long the reply of each kind is waited for. */
const WAITS: Record<Ask['kind'], Millis> = {
  run: ASK_TIMEOUT_MS,
  export: ASK_TIMEOUT_MS,
  status: STATUS_WAIT_MS,
  import: IMPORT_STORE_MS,
  // Stripe may be away for hours, and the bridge goes on trying.
  stripe: Number.POSITIVE_INFINITY,
  email: ASK_TIMEOUT_MS,
}

export class Asks {
  private readonly known = new Map<MessageId, Reply>()
  private readonly askers: Askers = {
    run: async (call, { pub, method, args }) => {
      const answer = await call('hubRun', { pub, method, args } satisfies HubRunRequest)
      return runResultOf(answer, method, (bytes) => this.means.blobs.put(bytes, { pub }))
    },
    export: (_call, { pub, part, readers }) => this.means.exportLinks(pub, part, readers),
    status: (call, ask) => this.status(call, ask),
    import: (_call, { pub, owner, upload }) => this.means.storeImport(pub, owner, upload),
    stripe: (_call, { call }, request) => this.means.callStripe(call, request),
    email: (_call, { owner, set }) => this.means.setEmail(owner, set),
  }

  constructor(
    private readonly sbot: Sbot,
    private readonly clock: Clock,
    private readonly means: AskMeans,
    /** A reply has come. */
    private readonly wake: () => void,
  ) {}

  /** What is known by now, to be handed to a look. */
  replies(): ReadonlyMap<MessageId, Reply> {
    return this.known
  }

  /** Forgets what belongs to requests that are answered. */
  forget(isOpen: (request: MessageId) => boolean): void {
    for (const request of this.known.keys()) if (!isOpen(request)) this.known.delete(request)
  }

  /**
   * Asks, without waiting for the reply. What was asked already is not asked again; a request may ask one thing and,
   * when it knows that, another.
   */
  start({ request, hub, ask }: AskEffect): void {
    const before = this.known.get(request)
    if (before !== undefined && (before.state !== 'done' || before.ask === ask.kind)) return
    this.known.set(request, { state: 'waiting' })
    const settle = (reply: Reply): void => {
      if (this.known.get(request)?.state !== 'waiting') return
      this.known.set(request, reply)
      this.wake()
    }
    const waitMs = WAITS[ask.kind]
    const late = ask.kind === 'import' ? 'it takes too long' : 'its server did not answer in time'
    const timer = Number.isFinite(waitMs)
      ? this.clock.after(waitMs, () => settle({ state: 'failed', reason: late }))
      : () => undefined
    const asker = this.askers[ask.kind] as (call: HubCall, ask: Ask, request: MessageId) => Promise<unknown>
    const call: HubCall = (method, argument) => callHub(this.sbot, this.clock, hub, method, argument, waitMs)
    asker(call, ask, request)
      .then(
        (value) => settle({ state: 'done', ask: ask.kind, value }),
        (error: unknown) => settle({ state: 'failed', reason: reasonOfCall(error) }),
      )
      .finally(() => timer())
  }

  private async status(call: HubCall, { pub, name }: Extract<Ask, { kind: 'status' }>): Promise<StatusReply> {
    const [told, drawn] = await Promise.all([
      call('hubFigures', { pub }),
      call('hubSamples', { pub, span: 'day' }),
    ])
    const figures = checkFigures(told, '')
    const samples = checkSamples(drawn, '')
    if (!figures.ok || !samples.ok) throw new Error(statusWords.noSense)
    const { memoryBytes, memoryMaxBytes } = figures.value
    const nothing = figures.value.at === null
    const facts = { name, samples: samples.value, memoryBytes, memoryMaxBytes }
    return {
      figures: figures.value,
      picture: nothing ? null : await this.inTime(this.means.paint(pub, facts)),
    }
  }

  /** Figures need not wait for their picture: null when it is not there soon. */
  private inTime(picture: Promise<Picture | null>): Promise<Picture | null> {
    return new Promise((resolve) => {
      const cancel = this.clock.after(PICTURE_WAIT_MS, () => resolve(null))
      picture.then(resolve, () => resolve(null)).finally(cancel)
    })
  }
}

/** The sentence of an error that came over muxrpc, without our word for programs at its front. */
function reasonOfCall(error: unknown): string {
  const carried = (error as { message?: unknown } | null)?.message
  const message = typeof carried === 'string' ? carried : String(error)
  return message.replace(/^[a-z-]+: /, '').slice(0, 300)
}

/** Shown in full where it fits, else begun in the message and whole in a blob. */
async function runResultOf(
  answer: unknown,
  method: string,
  put: (bytes: Uint8Array) => Promise<PrivateBlob>,
): Promise<RunResult> {
  if (typeof answer !== 'object' || answer === null || !('value' in answer))
    throw new Error('its server gave an answer that makes no sense')
  const more = (answer as { more?: unknown }).more === true
  const text = JSON.stringify(answer.value, null, 2) ?? 'null'
  const shown = cutTo(text, RUN_SHOWN_BYTES_MAX)
  if (shown === text) return { shown, whole: null, more }
  const blob = await put(Buffer.from(text))
  return { shown, whole: blob.markdownLink(`${method}.json`), more }
}
