/** Which runs have opened the write-ahead since this provider started: for those who ask who may write. Decides nothing. */
import type { FeedId, Millis, PubId } from '../../protocol/ids'
import type { SessionFact } from '../fleet-view'

export class Sessions {
  private readonly byPub = new Map<PubId, SessionFact>()

  constructor(private readonly now: () => Millis) {}

  /** A hub has asked what is committed, and was answered. */
  opened(pub: PubId, hub: FeedId, epoch: number): void {
    const before = this.byPub.get(pub)
    const at = this.now()
    const same = before?.hub === hub && before.epoch === epoch ? before : null
    this.byPub.set(pub, {
      ...{ hub, epoch, isOpen: true },
      openedAt: same?.isOpen === true ? same.openedAt : at,
      firstAt: same?.firstAt ?? at,
      lastWriteAt: same?.lastWriteAt ?? null,
    })
  }

  /** A message of the pub was let through. */
  wrote(pub: PubId, epoch: number): void {
    const session = this.byPub.get(pub)
    if (session?.epoch === epoch) this.byPub.set(pub, { ...session, lastWriteAt: this.now() })
  }

  /** The hub is not connected any more: its runs open anew when it is. */
  left(hub: FeedId): void {
    for (const [pub, session] of this.byPub)
      if (session.hub === hub && session.isOpen) this.byPub.set(pub, { ...session, isOpen: false })
  }

  of(pub: PubId): SessionFact | null {
    return this.byPub.get(pub) ?? null
  }
}
