/** Invites of alice's pub in a story: handed out, and used. */
import { inviteViews } from '../../plugin/invite-list'
import type { FeedId, MessageId } from '../../protocol/ids'
import { pubIdOf } from '../../protocol/ids'
import type { InviteView } from '../../protocol/rpc'
import { alice, plainLedger } from './story'
import type { Told } from './story-change'
import { inviteOf, opDone, PUB_FEED } from './story-hub'

/** `invite …`, and the hub has it in the pub's table. */
export function handOut({ story, pub }: Told, text = 'invite alice', author: FeedId = alice): MessageId {
  const request = story.asks(author, text)
  story.settle()
  opDone(story, request, pub)
  story.settle()
  return request
}

/** The pub follows this member because of the invite. */
export function use({ story }: Told, request: MessageId, member: FeedId): void {
  const note = plainLedger.note(inviteOf(story, request)?.tag ?? '', member)
  story.tells(PUB_FEED, { type: 'contact', contact: member, following: true, pub: true, note }, false)
}

/** What the pub's owners are shown, newest first. */
export function viewsOf({ story, pub }: Told): InviteView[] {
  const fact = story.state.provider.pubs.get(pubIdOf(pub))
  return fact === undefined ? [] : inviteViews(story.state, fact, plainLedger)
}

/** The id of what was handed out last. */
export const lastId = (one: Told): string => viewsOf(one)[0]?.id ?? ''
