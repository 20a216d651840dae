/** Of whom a message of the provider says something, for those who reckon only what changed (news.ts). */
import { type MessageId, pubIdOf } from './ids'
import type { Content } from './parse'
import type { State } from './state'

/** Posts tell theirs where their payload is read (evolve-answers.ts). */
export function tellNews({ news, provider, byOwner }: State, content: Content, key: MessageId): void {
  if ('pub' in content && content.pub !== null) news.pub(content.pub)
  if (content.type === 'buttcloud/hub') news.hub(content.hub)
  if (content.type === 'buttcloud/commission') news.pub(pubIdOf(key))
  // Whether anybody has to pay at all.
  if (content.type === 'buttcloud/bridge') news.everything()
  if (content.type === 'buttcloud/session') {
    const pub = provider.money.checkouts.get(content.checkout)?.content.pub
    if (pub !== undefined) news.pub(pub)
  }
  if (content.type !== 'buttcloud/grant') return
  const { target } = content
  for (const pub of target.kind === 'pub' ? [target.pub] : (byOwner.get(target.owner) ?? [])) news.pub(pub)
}
