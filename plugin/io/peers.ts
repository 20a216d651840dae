/** Who comes and goes. */
import type { FeedId, Millis } from '../../protocol/ids'
import type { Clock } from '../../sbot/loop'
import type { Sbot } from '../../sbot/port'
import type { Inbox } from './inbox'

/** Looks again whenever somebody comes or goes; gives since when each hub is gone. */
export function watchPeers(sbot: Sbot, inbox: Inbox, clock: Clock, wake: () => void): Map<FeedId, Millis> {
  const goneSince = new Map<FeedId, Millis>()
  sbot.onPeer((peer) => {
    wake()
    goneSince.delete(peer.id)
    peer.onClose(() => {
      // Only hubs are ever asked for, and they are few.
      if (inbox.state.provider.hubs.has(peer.id)) goneSince.set(peer.id, clock.now())
      wake()
    })
  })
  return goneSince
}
