/**
 * Keeping a stock peer connected, as a client left alone does within a minute or so. A stock server hangs up on
 * everybody whenever the machine's network interfaces change, and with Docker at work beside it they often do.
 */
import { until } from './machine'
import { answersTo, type ThreadPost } from './patchwork'
import { call, netAddress, type StockPeer } from './stock'

/** Dials unless there is a connection already; true when there is one. */
export async function connected(peer: StockPeer, id: string, address: string): Promise<boolean> {
  const peers = await call<{ key: string; state?: string }[]>(peer.rpc, 'gossip.peers')
  if (peers.some((one) => one.key === id && one.state === 'connected')) return true
  await call(peer.rpc, 'gossip.connect', address)
  return true
}

/**
 * The same for a pub that has moved. A stock client keeps one address for each key, the first that it heard of, and dials
 * that even when it is told another: the old one has to go first.
 */
export async function connectedAt(peer: StockPeer, id: string, host: string, port: number): Promise<boolean> {
  const peers = await call<{ key: string; host: string }[]>(peer.rpc, 'gossip.peers')
  if (peers.some((one) => one.key === id && one.host !== host)) await call(peer.rpc, 'gossip.remove', id)
  return connected(peer, id, netAddress(host, port, id))
}

/** Waits for the final answer to a request, staying connected meanwhile. The provider may be another one each time. */
export function answered(
  peer: StockPeer,
  provider: () => { id: string; address: string },
  request: string,
  deadlineMs = 60_000,
): Promise<ThreadPost> {
  return until(
    `the final answer to ${request}`,
    async () => {
      const { id, address } = provider()
      await connected(peer, id, address).catch(() => false)
      return (await answersTo(peer, id, request)).find((post) => post.content.buttcloud.final)
    },
    deadlineMs,
  )
}
