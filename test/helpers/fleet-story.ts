/** Pubs on several hubs, as the real decisions place and move them: silence, leases and keys are what a test says. */
import { type Decision, decide } from '../../plugin/decide'
import type { MovingFacts } from '../../plugin/look'
import { type FeedId, type MessageId, type PubId, pubIdOf } from '../../protocol/ids'
import { buildResult } from '../../protocol/messages/result'
import { alice, feed, plainLedger, provider, Story } from './story'
import { hubSays } from './story-hub'

export const B = feed('second hub')
export const C = feed('third hub')
/** Every pub has the feed of its name. */
export const feedOfName = (name: string): FeedId => feed(`pub ${name}`)

export class Fleet {
  readonly story = new Story()
  readonly silence = new Map<FeedId, number>()
  readonly heard = new Set<FeedId>()
  readonly feeds = new Map<PubId, FeedId>()
  readonly stormAgo = new Map<FeedId, number>()
  /** Since when the provider runs; absent: for ever. */
  currentSince: number | null = null

  constructor(hubs: readonly FeedId[]) {
    this.story.connected.clear()
    this.story.policy = { ...this.story.policy, pubsPerOwnerMax: 50 }
    hubs.forEach((id, at) => {
      this.story.withHub(id, 4 * 1024 ** 3, `hub-${at + 1}`)
      this.heard.add(id)
    })
  }

  decide(): Decision {
    const { story } = this
    const moving: MovingFacts = {
      silence: this.silence,
      heard: this.heard,
      stormAgo: this.stormAgo,
      keyFeedOf: (pub) => this.feeds.get(pub) ?? null,
      keyOpens: (pub) => this.feeds.has(pub),
      isWaitedFor: () => false,
    }
    const facts = {
      connected: story.connected,
      newcomers: story.newcomers,
      strangers: story.strangers,
      replies: story.replies,
      moving,
      ...(this.currentSince === null ? {} : { currentSince: this.currentSince }),
    }
    return decide({ state: story.state, now: story.now, policy: story.policy, facts, ledger: plainLedger })
  }

  settle(): Decision {
    for (let round = 0; round < 50; round += 1) {
      const found = this.decide()
      if (found.effects.length === 0) return found
      for (const effect of found.effects) this.story.perform(effect)
    }
    throw new Error('never settles')
  }

  /** A pub of alice that is up where it was placed. */
  makes(name: string): MessageId {
    const request = this.story.asks(alice, `create ${name}`)
    this.settle()
    this.feeds.set(pubIdOf(request), feedOfName(name))
    hubSays(this.story, request, 'up', { feed: feedOfName(name) })
    const done = { op: request, pub: pubIdOf(request), ok: true, reason: null }
    this.story.tells(this.record(request).hub, buildResult(done))
    this.settle()
    return request
  }

  says(request: MessageId, phase: 'up' | 'down' | 'failed' | 'removed', more: object = {}): void {
    const name = this.record(request).name
    hubSays(this.story, request, phase, { feed: feedOfName(name), ...more })
  }

  record(request: MessageId) {
    const found = this.story.state.provider.pubs.get(pubIdOf(request))
    if (found === undefined) throw new Error('no pub')
    return found.record
  }

  spec(request: MessageId) {
    const found = this.story.state.provider.specs.get(pubIdOf(request))
    if (found === undefined) throw new Error('no spec')
    return found
  }
}

/** The operator makes this of a hub. */
export function statusOf(fleet: Fleet, id: FeedId, status: 'draining' | 'admitted' | 'cordoned'): void {
  const label = fleet.story.state.provider.hubs.get(id)?.label ?? ''
  fleet.story.tells(provider, { type: 'buttcloud/hub', v: 1, hub: id, status, label, token: null })
}
