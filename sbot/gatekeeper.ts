/** The boot gate at work: asks every peer that connects for our own feed, takes in what it has, and opens. */
import type { FeedId, Millis } from '../protocol/ids'
import { GATE_ABSENT_WAIT_MS, GATE_ANSWER_TIMEOUT_MS, GATE_WAIT_MIN_MS } from '../protocol/limits'
import { decideGate, type GateAnswer, type GatePeer } from './gate'
import { createLoop, realClock } from './loop'
import { asError, drain } from './peers'
import type { Head, Peer, SignedValue } from './port'
import { isSignedBy } from './signed'

export interface GateOptions {
  /**
   * Whose word counts. A list: every one of them that is connected must have answered, and at least one, and the
   * others had time to come; empty: not known yet, wait. Null: anybody's word. May be set later with `Gate.trust`. Default: empty.
   */
  trusted?: () => FeedId[] | null
  minimumWaitMs?: number
  /** How long it waits for those of a list who are not connected. */
  absentWaitMs?: number
  /** The operator's override: nobody else holds this feed. Logged. */
  nobodyElse?: boolean
  /** One sentence whenever what it waits for changes, and when it opens. */
  log?: (sentence: string) => void
}

export interface GateStatus {
  open: boolean
  /** One sentence. */
  why: string
}

export interface Gate {
  /** Resolves when the node may write. Rejects only when the node is closed. */
  wait(): Promise<void>
  status(): GateStatus
  /** Says (anew) whose word counts; looks again at once. */
  trust(trusted: () => FeedId[] | null): void
  /** Something that `trusted` depends on has changed. */
  lookAgain(): void
  /** Calls back once when it opens; at once where it is open. */
  onOpen(then: () => void): void
  close(): Promise<void>
}

export interface GateNode {
  id: FeedId
  /** True when the record of a first start was there and has been used up. */
  firstStart: boolean
  /** True while it is certain that nothing was ever signed with this identity. */
  neverWrote(): boolean
  ownHead(): Promise<Head | null>
  /** Our own message at a sequence, as signed; null where we hold none. */
  ownAt(sequence: number): Promise<SignedValue | null>
  append(value: SignedValue): Promise<void>
  peers(): Peer[]
  onPeer(then: (peer: Peer) => void): void
}

const ASK_AGAIN_FIRST_MS = 1_000
const ASK_AGAIN_CEILING_MS = 20_000

/** An asked peer. Held by its connection, so a new connection is a new question. */
interface Asked {
  peer: Peer
  answer: GateAnswer
  asking: boolean
  failures: number
  askAgainAt: Millis
}

/** The peers that were asked, by connection. */
class Questions {
  readonly #node: GateNode
  readonly #asked = new Map<unknown, Asked>()
  readonly #onChange: () => void

  constructor(node: GateNode, onChange: () => void) {
    this.#node = node
    this.#onChange = onChange
  }

  add(peer: Peer): void {
    if (this.#asked.has(peer.rpc)) return
    this.#asked.set(peer.rpc, { peer, answer: { kind: 'none' }, asking: false, failures: 0, askAgainAt: 0 })
    peer.onClose(() => {
      this.#asked.delete(peer.rpc)
      this.#onChange()
    })
    this.#onChange()
  }

  /** Asks whoever is due; gives the times at which others will be. */
  ask(now: Millis): Millis[] {
    const later: Millis[] = []
    for (const entry of this.#asked.values()) {
      if (entry.asking) continue
      const failed = entry.answer.kind === 'failed'
      if (failed && entry.askAgainAt > now) later.push(entry.askAgainAt)
      else if (failed || entry.answer.kind === 'none') void this.#askOne(entry)
    }
    return later
  }

  answers(): GatePeer[] {
    return [...this.#asked.values()].map((entry) => ({ id: entry.peer.id, answer: entry.answer }))
  }

  async #askOne(entry: Asked): Promise<void> {
    entry.asking = true
    try {
      entry.answer = await askPeer(this.#node, entry.peer)
    } catch (error) {
      entry.answer = { kind: 'failed', why: asError(error).message }
      const pauseMs = Math.min(ASK_AGAIN_FIRST_MS * 2 ** entry.failures, ASK_AGAIN_CEILING_MS)
      entry.failures++
      entry.askAgainAt = realClock.now() + pauseMs
    }
    entry.asking = false
    this.#onChange()
  }
}

/** The gate of one node; it looks at peers from now on. */
export function createGate(node: GateNode, options: GateOptions): Gate {
  const log = options.log ?? (() => {})
  const startedAt = realClock.now()
  const minimumWaitMs = options.minimumWaitMs ?? GATE_WAIT_MIN_MS
  const absentWaitMs = options.absentWaitMs ?? GATE_ABSENT_WAIT_MS
  let trusted = options.trusted ?? (() => [])
  let status: GateStatus = { open: false, why: 'the node is starting' }
  let opened: (() => void)[] = []
  const waiting: { resolve(): void; reject(error: Error): void }[] = []

  const say = (next: GateStatus) => {
    if (next.why !== status.why)
      log(next.open ? `The node may write: ${next.why}.` : `The node does not write yet: ${next.why}.`)
    status = next
  }
  const open = (why: string) => {
    say({ open: true, why })
    for (const waiter of waiting.splice(0)) waiter.resolve()
    for (const then of opened.splice(0)) then()
    void loop.stop()
  }
  const loop = createLoop({
    async look() {
      if (status.open) return
      const head = (await node.ownHead())?.sequence ?? 0
      const now = realClock.now()
      for (const time of questions.ask(now)) loop.wakeAt(time)
      const decision = decideGate({
        ...{
          now,
          startedAt,
          minimumWaitMs,
          absentWaitMs,
          head,
          peers: questions.answers(),
          trusted: trusted(),
        },
        ...{
          firstStart: node.firstStart,
          neverWrote: node.neverWrote(),
          nobodyElse: options.nobodyElse ?? false,
        },
      })
      if (decision.open) return open(decision.why)
      say({ open: false, why: decision.why })
      if (decision.until !== null) loop.wakeAt(decision.until)
    },
    onError: (error) => log(`The boot gate could not look: ${error.message}. It tries again.`),
  })
  const questions = new Questions(node, () => loop.wake())
  const watch = (peer: Peer) => {
    if (!status.open) questions.add(peer)
  }
  for (const peer of node.peers()) watch(peer)
  node.onPeer(watch)
  loop.wake()
  return {
    wait: () =>
      status.open ? Promise.resolve() : new Promise((resolve, reject) => waiting.push({ resolve, reject })),
    status: () => status,
    trust(next) {
      trusted = next
      loop.wake()
    },
    lookAgain: () => loop.wake(),
    onOpen(then) {
      if (status.open) then()
      else opened.push(then)
    },
    async close() {
      opened = []
      for (const waiter of waiting.splice(0))
        waiter.reject(new Error('try-again: the node is shutting down, the message was not published'))
      await loop.stop()
    },
  }
}

/** Takes in all that a peer holds of our feed beyond ours; the answer says where its copy ends. */
async function askPeer(node: GateNode, peer: Peer): Promise<GateAnswer> {
  const rpc: any = peer.rpc
  if (typeof rpc?.createHistoryStream !== 'function') throw new Error('it has no createHistoryStream')
  const head = await node.ownHead()
  const from = head?.sequence ?? 0
  let last = from
  let fork: number | null = null
  // From our own last message on: that one must be the same, else the feed has forked already.
  const source = rpc.createHistoryStream({
    ...{ id: node.id, seq: Math.max(from, 1), sequence: Math.max(from, 1) },
    ...{ live: false, old: true, keys: false, values: true },
  })
  const reading = drain(source, async (item) => {
    const value = item as SignedValue
    if (value?.author !== node.id || typeof value.sequence !== 'number') return
    if (value.sequence <= last || fork !== null) {
      if (value.sequence === from && (await contradicts(node, value))) fork = from
      return
    }
    alive()
    await node.append(value)
    last = value.sequence
  })
  let timer: NodeJS.Timeout | null = null
  let alive = () => {}
  const silence = new Promise<never>((_, reject) => {
    alive = () => {
      if (timer !== null) clearTimeout(timer)
      timer = setTimeout(
        () => reject(new Error(`it sent nothing for ${GATE_ANSWER_TIMEOUT_MS / 1000} s`)),
        GATE_ANSWER_TIMEOUT_MS,
      )
    }
  })
  alive()
  try {
    await Promise.race([reading, silence])
  } finally {
    if (timer !== null) clearTimeout(timer)
  }
  if (fork !== null) return { kind: 'fork', sequence: fork }
  return { kind: 'complete', sequence: last }
}

/** True when a peer's message of ours bears our signature and is another one than we hold at its place. */
async function contradicts(node: GateNode, value: SignedValue): Promise<boolean> {
  const own = await node.ownAt(value.sequence)
  return own !== null && own.signature !== value.signature && isSignedBy(node.id, value)
}
