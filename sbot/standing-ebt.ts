/**
 * EBT has one stream for each peer, however many connections there are: a new stream ends the one before. Where a peer
 * dials twice at about the same time (whoever is at a stock peer, beside its scheduler) and its connections are
 * served in another order than it made them, each side ends the stream that the other one keeps. Both connections then
 * stand without any, nothing is replicated for as long as they do, and nobody says so. Here a stream that has ended
 * while a connection stands is begun again. Imports no package; pubs use it too.
 */
import {
  EBT_AGAIN_AFTER_MS,
  EBT_AGAIN_CEILING_MS,
  EBT_AGAIN_SECOND_FACTOR,
  EBT_HELD_MS,
} from '../protocol/limits-replicating'
import type { Clock } from './loop'

type End = true | Error | null
type Source = (abort: End, callback: (end: End, data?: unknown) => void) => void
interface Duplex {
  source: Source
  sink(read: Source): void
}

interface Standing {
  id: string
  /** The newest is the last one. */
  connections: any[]
  /** The ends of streams that go on: more than one while a new stream ends the one before. */
  live: Set<object>
  /** Times in a row that a stream did not last. */
  tries: number
  cancel: (() => void) | null
}

export interface StandingOptions {
  clock?: Clock
  /** Told once for each peer and each time that replication is begun again. */
  told?: (sentence: string) => void
}

const ownClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, then) {
    const timer = setTimeout(then, milliseconds)
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** From now on watches the EBT streams of a secret-stack; call it when ssb-ebt is loaded and nobody has connected yet. */
export function keepReplicating(ssb: any, options: StandingOptions = {}): void {
  if (typeof ssb.ebt?.replicate?.hook !== 'function') return
  const standing = new StandingPeers(ssb, options.clock ?? ownClock, options.told ?? (() => undefined))
  // Before ssb-ebt hears of a connection, so that the streams that it begins are seen.
  ssb.prependListener('rpc:connect', (rpc: any) => standing.connected(rpc))
  ssb.ebt.replicate.hook(function (this: { id?: string } | undefined, replicate: any, args: unknown[]) {
    return standing.watched(this?.id ?? '', replicate.apply(this, args))
  })
}

class StandingPeers {
  private readonly peers = new Map<string, Standing>()

  constructor(
    private readonly ssb: any,
    private readonly clock: Clock,
    private readonly told: (sentence: string) => void,
  ) {}

  connected(rpc: any): void {
    const id: string = rpc.id
    // Programs of our own, with our own key.
    if (id === this.ssb.id) return
    const peer = this.peers.get(id) ?? {
      ...{ id, connections: [], live: new Set<object>(), tries: 0, cancel: null },
    }
    this.peers.set(id, peer)
    peer.connections.push(rpc)
    this.startOver(peer)
    const { replicate } = rpc.ebt
    rpc.ebt.replicate = (...args: unknown[]) => this.watched(id, replicate(...args))
    rpc.once('closed', () => {
      peer.connections = peer.connections.filter((one) => one !== rpc)
      if (peer.connections.length > 0) return
      peer.cancel?.()
      if (this.peers.get(id) === peer) this.peers.delete(id)
    })
  }

  /** The same stream; its end is noticed. */
  watched(id: string, stream: Duplex): Duplex {
    const peer = this.peers.get(id)
    if (peer === undefined || typeof stream?.sink !== 'function') return stream
    const token = {}
    const begun = this.clock.now()
    peer.live.add(token)
    const ended = (): void => {
      if (!peer.live.delete(token)) return
      if (this.clock.now() - begun >= EBT_HELD_MS) peer.tries = 0
      if (peer.live.size === 0) this.lookLater(peer)
    }
    const noticed =
      (read: Source): Source =>
      (abort, callback) => {
        if (abort) ended()
        read(abort, (end, data) => {
          if (end) ended()
          callback(end, data)
        })
      }
    return { source: noticed(stream.source), sink: (read) => stream.sink(noticed(read)) }
  }

  /** A new connection may do what those before it did not, so nobody waits for it as long as for them. */
  private startOver(peer: Standing): void {
    peer.tries = 0
    if (peer.cancel === null) return
    peer.cancel()
    peer.cancel = null
    this.lookLater(peer)
  }

  private lookLater(peer: Standing): void {
    if (peer.cancel !== null || peer.connections.length === 0) return
    const turn = this.ssb.id < peer.id ? 1 : EBT_AGAIN_SECOND_FACTOR
    const pauseMs = Math.min(EBT_AGAIN_AFTER_MS * turn * 2 ** peer.tries, EBT_AGAIN_CEILING_MS)
    peer.cancel = this.clock.after(pauseMs, () => {
      peer.cancel = null
      if (peer.live.size === 0 && peer.connections.length > 0) this.begin(peer)
    })
  }

  private begin(peer: Standing): void {
    const { id, connections } = peer
    if (peer.tries === 0)
      this.told(`replication with ${id} had ended while it stayed connected, and is begun again`)
    // The newest first; an older one next time, should that one be dead and not know it.
    const rpc = connections[connections.length - 1 - (peer.tries % connections.length)]
    peer.tries++
    join(
      this.ssb.ebt.replicate.call({ id }, { version: 3 }),
      rpc.ebt.replicate({ version: 3 }, () => undefined),
    )
  }
}

/**
 * Both ends of one stream. Each side waits for its own record of the other's clock, and a stock peer that is greeted
 * before it has read that ends: so ours is held back until it has spoken, as whoever begins a stream does in EBT.
 */
function join(local: Duplex, remote: Duplex): void {
  let spoken = false
  let held: Parameters<Source>[1] | null = null
  const release = (): void => {
    spoken = true
    const callback = held
    held = null
    if (callback !== null) local.source(null, callback)
  }
  local.sink((abort, callback) =>
    remote.source(abort, (end, data) => {
      callback(end, data)
      release()
    }),
  )
  remote.sink((abort, callback) => {
    if (abort) {
      const waiting = held
      held = null
      local.source(abort, (end) => {
        waiting?.(end || true)
        callback(end || true)
      })
    } else if (spoken) local.source(null, callback)
    else held = callback
  })
}
