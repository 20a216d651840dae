/**
 * EBT names a feed to everybody connected at the moment that it is asked for, and whom nobody may be told of is known
 * only once the provider has started: until then requests wait. Peers connect while a long log is still being read.
 */
import type { FeedId } from '../../protocol/ids'
import type { Sbot } from '../../sbot/port'

/** The same Sbot, whose requests for feeds are made when `release` is called, in their order. */
export function holdRequests<S extends Sbot>(sbot: S): { sbot: S; release(): void } {
  let held: [feed: FeedId, wanted: boolean][] | null = []
  return {
    sbot: {
      ...sbot,
      request(feed, wanted) {
        if (held === null) sbot.request(feed, wanted)
        else held.push([feed, wanted])
      },
    },
    release() {
      for (const [feed, wanted] of held ?? []) sbot.request(feed, wanted)
      held = null
    },
  }
}
