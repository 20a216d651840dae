/** What a look needs to know of hubs and keys to place pubs elsewhere, and what it found that can't be placed. */
import type { PubId } from '../../protocol/ids'
import type { Stuck } from '../decide-moves'
import type { MovingFacts } from '../look'
import type { Unmade } from '../never-up'
import type { Inbox } from './inbox'
import type { Leases } from './leases'
import type { Log } from './provider'
import type { Restored } from './restored'
import type { Sessions } from './sessions'
import type { Vault } from './vault'

interface Sources {
  inbox: Inbox
  leases: Leases
  vault: Vault
  restored: Restored | null
  sessions: Sessions
}

/** The facts, as they are now. */
export function movingOf({ inbox, leases, vault, restored, sessions }: Sources): MovingFacts {
  const { pubs } = inbox.state.provider
  return {
    silence: leases.silence(inbox.state.provider.hubs.keys()),
    heard: leases,
    stormAgo: leases.stormAgo(),
    keyFeedOf: (pub) => vault.feedOf(pub),
    keyOpens: (pub) => vault.opens(pub),
    isOpen: (pub) => {
      const session = sessions.of(pub)
      const record = pubs.get(pub)?.record
      return session?.isOpen === true && session.epoch === record?.epoch && session.hub === record.hub
    },
    isWaitedFor: (pub) => restored?.waitsFor(pub) === true,
  }
}

/** Pubs that should be elsewhere and are not, said in the log whenever they are others. */
export class Stays {
  stuck: readonly Stuck[] = []
  private told = ''
  private toldOfSize: string | null = null
  private readonly toldUnmade = new Set<PubId>()

  constructor(private readonly log: Log) {}

  /** What the last look has found: what stays, whether a hub offers far more than any other, and what an operator is owed. */
  are(stuck: readonly Stuck[], outsized: string | null, unmade: readonly Unmade[]): void {
    this.stuck = stuck
    if (outsized !== null && outsized !== this.toldOfSize)
      this.log('warn', 'a hub offers far more than any other', { what: outsized })
    this.toldOfSize = outsized
    for (const { fact, why } of unmade) {
      if (this.toldUnmade.has(fact.pub)) continue
      this.toldUnmade.add(fact.pub)
      this.log('warn', 'a pub that an operator had made never came up', {
        ...{ pub: fact.pub, name: fact.record.name, hub: fact.record.hub, reason: why },
      })
    }
    const reasons = [...new Set(stuck.map(({ why }) => why))].sort()
    const text = JSON.stringify([stuck.length, reasons])
    if (text === this.told || (stuck.length === 0 && this.told === '')) return
    this.told = text
    if (stuck.length === 0) this.log('info', 'every pub is where it can run again')
    else
      this.log('warn', 'pubs should be on another server and can not be placed there', {
        pubs: stuck.length,
        reasons: reasons.slice(0, 5),
      })
  }
}
