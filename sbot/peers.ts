/** Peers, dialling and muxrpc streams: the same on both homes. */
import pull from 'pull-stream'
import type { FeedId } from '../protocol/ids'
import type { Peer } from './port'

/** An error for whatever muxrpc gave. */
export function asError(error: unknown): Error {
  if (error instanceof Error) return error
  if (typeof error === 'string') return new Error(error)
  // Over muxrpc an error is an object with a message, and the other side's stack, which is nobody's business here.
  const message = (error as { message?: unknown } | null)?.message
  return new Error(typeof message === 'string' ? message : JSON.stringify(error))
}

function peerOf(rpc: any, outgoing: boolean): Peer {
  return {
    id: rpc.id as FeedId,
    outgoing,
    rpc,
    onClose(then) {
      if (rpc.closed) then()
      else rpc.once('closed', then)
    },
  }
}

export interface PeerBook {
  peers(): Peer[]
  onPeer(then: (peer: Peer) => void): void
  dial(address: string): Promise<Peer>
}

/** Watches the connections of a node from now on. Local clients, which bear the node's own id, are no peers. */
export function createPeerBook(ssb: any): PeerBook {
  const listeners: ((peer: Peer) => void)[] = []
  const connected = new Map<object, Peer>()
  ssb.on('rpc:connect', (rpc: any, isClient: boolean) => {
    if (rpc.id === ssb.id || connected.has(rpc)) return
    const peer = peerOf(rpc, isClient)
    connected.set(rpc, peer)
    rpc.once('closed', () => connected.delete(rpc))
    for (const then of listeners) then(peer)
  })
  return {
    peers: () => [...connected.values()],
    onPeer: (then) => void listeners.push(then),
    async dial(address) {
      const rpc: any = await connect(ssb, address)
      const peer = connected.get(rpc)
      if (peer !== undefined) return peer
      // The connection exists already under another address, or ended at once.
      const other = [...connected.values()].find((one) => one.id === rpc?.id)
      if (other !== undefined) return other
      throw new Error(`the connection to ${address} ended as soon as it was made; dial again`)
    },
  }
}

function connect(ssb: any, address: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const done = (error: unknown, rpc: unknown) => {
      if (error)
        return reject(
          new Error(
            `could not connect to ${address}: ${asError(error).message}. ` +
              'Look whether it runs there, listens on this port, and has this key and network.',
            { cause: error },
          ),
        )
      if (!rpc)
        return reject(new Error(`could not connect to ${address}: the connection is just being closed`))
      resolve(rpc)
    }
    try {
      // ssb-conn keeps a book of its own and must hear of every dial.
      if (ssb.conn?.connect) ssb.conn.connect(address, {}, done)
      else ssb.connect(address, done)
    } catch (error) {
      done(error, null)
    }
  })
}

/** Hands every item of a pull source to `onItem`, which may be slow; rejects when the source or `onItem` does. */
export function drain(source: unknown, onItem: (item: any) => Promise<void> | void): Promise<void> {
  return new Promise((resolve, reject) => {
    pull(
      source,
      pull.asyncMap((item: unknown, next: (error: unknown) => void) => {
        Promise.resolve()
          .then(() => onItem(item))
          .then(() => next(null), next)
      }),
      pull.onEnd((error: unknown) => (error && error !== true ? reject(asError(error)) : resolve())),
    )
  })
}

/** A callback method as a promise. */
export function called<T>(run: (callback: (error: unknown, value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    run((error, value) => (error ? reject(asError(error)) : resolve(value)))
  })
}
