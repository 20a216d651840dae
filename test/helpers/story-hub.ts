/** What a hub says in a story about alice's pub. */
import type { MessageId } from '../../protocol/ids'
import { pubIdOf } from '../../protocol/ids'
import { buildObserved } from '../../protocol/messages/observed'
import type { InviteOp } from '../../protocol/messages/op'
import { buildResult } from '../../protocol/messages/result'
import { alice, feed, hub, type Story } from './story'

export const PUB_FEED = feed('pub of alice')

/** The hub of the request's pub reports. */
export function hubSays(
  story: Story,
  request: MessageId,
  phase: 'up' | 'down' | 'failed' | 'removed',
  more: object = {},
): void {
  const spec = story.state.provider.specs.get(pubIdOf(request))
  if (spec === undefined) throw new Error('no spec')
  story.tells(
    spec.hub,
    buildObserved({
      pub: spec.pub,
      revision: spec.revision,
      epoch: spec.epoch,
      phase,
      reason: null,
      trouble: null,
      version: null,
      reverted: null,
      feed: PUB_FEED,
      host: 'pubs.example',
      port: spec.port,
      ...more,
    }),
  )
}

/** The hub reports the end of an op. */
export function opDone(story: Story, op: MessageId, pub: MessageId, ok = true): void {
  story.tells(hub, buildResult({ op, pub: pubIdOf(pub), ok, reason: ok ? null : 'the pub is hung' }))
}

/** A pub of alice, up, its request answered. */
export function aliceHasPub(story: Story, name = 'alice'): MessageId {
  const request = story.asks(alice, `create ${name}`)
  story.settle()
  hubSays(story, request, 'up')
  opDone(story, request, request)
  story.settle()
  return request
}

/** The invite that a request caused, as ordered. */
export function inviteOf(story: Story, request: MessageId): InviteOp['invite'] | null {
  const op = story.state.provider.ops.get(request)
  return op?.kind === 'invite' ? op.invite : null
}
