/** A fleet of hubs in a story, and the places on it. */
import { DEFAULT_PLACING } from '../../plugin/placing-policy'
import type { Policy } from '../../plugin/policy'
import { type Need, Places } from '../../plugin/schedule'
import type { FeedId } from '../../protocol/ids'
import { buildCapacity } from '../../protocol/messages/capacity'
import { buildHub, type HubMessage } from '../../protocol/messages/hub'
import { alice, provider, type Story } from './story'

const GIB = 1024 ** 3

export interface Offered {
  memoryBytes?: number
  diskBytes?: number
  host?: string
  labels?: string[]
  status?: HubMessage['status']
  away?: boolean
}

/** A hub with room for anything, unless it says otherwise; without an offer it has joined and said nothing. */
export function join(story: Story, id: FeedId, label: string, offered: Offered | null = {}): void {
  const status = offered?.status ?? 'admitted'
  story.tells(provider, buildHub({ hub: id, status, label, token: null }))
  story.connected.add(id)
  if (offered === null) return
  const { memoryBytes = 16 * GIB, diskBytes = 1e12, host = `${label}.example.org`, labels } = offered
  const more = labels === undefined ? {} : { labels }
  story.tells(id, buildCapacity({ memoryBytes, diskBytes, engine: 'docker', host, version: '1', ...more }))
  if (offered.away === true) story.connected.delete(id)
}

/** What the fleet has as it is now. */
export function places({ state, policy, connected }: Story): Places {
  return new Places({ state, policy, connected })
}

/** A pub of alice's, with a gigabyte of disk. */
export function need(memoryBytes: number, more: Partial<Need> = {}): Need {
  return { memoryBytes, diskBytes: GIB, labels: [], owners: [alice], pub: null, ...more }
}

/** The hubs that such pubs go to, until there is no room. */
export function fill(one: Places, wanted: Need): FeedId[] {
  const hubs: FeedId[] = []
  for (;;) {
    const found = one.take(wanted)
    if (!found.ok) return hubs
    hubs.push(found.hub)
  }
}

/** The same story under another policy of placing. */
export function withPlacing(story: Story, placing: Partial<Policy['placing']>): Story {
  story.policy = { ...story.policy, placing: { ...DEFAULT_PLACING, ...placing } }
  return story
}
