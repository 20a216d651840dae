/** The boot gate at work: asks every peer that connects for our own feed, takes in what it has, and opens. */
import type { FeedId, Millis } from '../protocol/ids'
import { GATE_ANSWER_TIMEOUT_MS, GATE_WAIT_MIN_MS } from '../protocol/limits'
import { decideGate, type GateAnswer } from './gate'
import { createLoop, realClock } from './loop'
import { asError, drain } from './peers'
import type { Head, Peer, SignedValue } from './port'
import { isSignedBy } from './signed'

export interface GateOptions {
  /**
   * Whose word counts. A list: every one of them that is connected must have answered, and at least one; empty: not
   * known yet, wait. Null: anybody's word. May be set later with `Gate.trust`. Default: empty.
   */
  trusted?: () => FeedId[] | null
  minimumWaitMs?: number
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

/** The gate of one node; it looks at peers from now on. */
export function createGate(node: GateNode, options: GateOptions): Gate {
  const log = options.log ?? (() => {})
  const startedAt = realClock.now()
  const minimumWaitMs = options.minimumWaitMs ?? GATE_WAIT_MIN_MS
  const asked = new Map<unknown, Asked>()
  let trusted = options.trusted ?? (() => [])
  let head: number | null = null
  let status: GateStatus = { open: false, why: 'the node is starting' }
  let opened: (() => void)[] = []
  let waiting: { resolve(): void; reject(error: Error): void }[] = []

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
  const ask = async (entry: Asked) => {
    entry.asking = true
    const answer = await askPeer(node, entry.peer).catch(
      (error: unknown): GateAnswer => ({ kind: 'failed', why: asError(error).message }),
    )
    entry.asking = false
    entry.answer = answer
    if (answer.kind === 'failed') {
      const pauseMs = Math.min(ASK_AGAIN_FIRST_MS * 2 ** entry.failures, ASK_AGAIN_CEILING_MS)
      entry.failures++
      entry.askAgainAt = realClock.now() + pauseMs
    }
    loop.wake()
  }
  const watchPeer = (peer: Peer) => {
    if (status.open || asked.has(peer.rpc)) return
    asked.set(peer.rpc, { peer, answer: { kind: 'none' }, asking: false, failures: 0, askAgainAt: 0 })
    peer.onClose(() => {
      asked.delete(peer.rpc)
      loop.wake()
    })
    loop.wake()
  }
  const loop = createLoop({
    async look() {
      if (status.open) return
      head = (await node.ownHead())?.sequence ?? 0
      const now = realClock.now()
      for (const entry of asked.values()) {
        const due =
          entry.answer.kind === 'none' || (entry.answer.kind === 'failed' && entry.askAgainAt <= now)
        if (due && !entry.asking) void ask(entry)
        if (entry.answer.kind === 'failed' && !entry.asking) loop.wakeAt(entry.askAgainAt)
      }
      const peers = [...asked.values()].map((entry) => ({ id: entry.peer.id, answer: entry.answer }))
      const decision = decideGate({
        ...{ now, startedAt, minimumWaitMs, head, peers, trusted: trusted() },
        ...{ firstStart: node.firstStart, nobodyElse: options.nobodyElse ?? false },
      })
      if (decision.open) return open(decision.why)
      say({ open: false, why: decision.why })
      if (decision.until !== null) loop.wakeAt(decision.until)
    },
    onError: (error) => log(`The boot gate could not look: ${error.message}. It tries again.`),
  })
  for (const peer of node.peers()) watchPeer(peer)
  node.onPeer(watchPeer)
  loop.wake()
  return {
    wait() {
      if (status.open) return Promise.resolve()
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
    },
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
      waiting = []
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
