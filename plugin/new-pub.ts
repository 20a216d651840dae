/** The first record of a pub. */
import type { FeedId, MessageId } from '../protocol/ids'
import { pubIdOf } from '../protocol/ids'
import { buildPub, type PubMessage } from '../protocol/messages/pub'
import { hostFor } from './dns-plan'
import type { Policy } from './policy'

export interface NewPub extends Pick<PubMessage, 'name' | 'owners' | 'plan' | 'size' | 'hub' | 'port'> {
  /** The message that it is named by. */
  key: MessageId
  /** The identity that it has already. */
  feed: FeedId | null
  /** The port of its web pages, where they are on from the start. */
  webPort: number | null
}

/** What it is from its first moment. */
export function newRecord({ key, webPort, ...fields }: NewPub, policy: Pick<Policy, 'domain'>): PubMessage {
  return buildPub({
    ...fields,
    pub: pubIdOf(key),
    ...{ suspended: false, status: 'live', desired: 'up', restarts: 0, rebuilds: 0, version: null },
    ...{ web: webPort !== null, webPort, title: null, description: null },
    ...{ host: hostFor(policy, fields.name), epoch: 1, moved: null, keepUntil: null, answers: key },
  })
}
