/** Where the planted bugs about an operator's cluster file go in: around what the provider says and remembers of it. */
import type { Provider } from '../../plugin/io/provider'
import { noteAmendTold } from '../../protocol/evolve-operator'
import type { PubMessage } from '../../protocol/messages/pub'
import { parsePayload } from '../../protocol/parse'
import type { Universe } from './universe'

export function plantInCluster({ bugs }: Universe, { inbox }: Provider): void {
  const say = inbox.say.bind(inbox)
  const { provider } = inbox.state
  if (bugs.has('commissions-forgotten')) provider.operator.commissions.clear()
  if (bugs.has('amend-not-told'))
    inbox.say = async (content, recps) => {
      const payload = parsePayload(content)
      const isIt = payload?.kind === 'notice' && provider.operator.amends.has(payload.causes)
      if (!isIt) return say(content, recps)
      noteAmendTold(provider, payload)
      return undefined as never
    }
  if (bugs.has('commission-twice'))
    inbox.say = async (content, recps) => {
      if ((content as { type?: unknown }).type === 'buttcloud/commission') await say(content, recps)
      return say(content, recps)
    }
  if (bugs.has('prune-keeps-nothing'))
    inbox.say = (content, recps) => {
      const { type, status, amended } = content as PubMessage
      const isIt = type === 'buttcloud/pub' && status === 'ended' && amended !== null
      return say(isIt ? { ...content, keepUntil: 1 } : content, recps)
    }
  if (bugs.has('amend-starts'))
    inbox.say = (content, recps) => {
      const { type, pub, amended } = content as PubMessage
      const before = type === 'buttcloud/pub' ? provider.pubs.get(pub)?.record : undefined
      const isIt = before !== undefined && amended?.times !== before.amended?.times
      return say(isIt ? { ...content, desired: 'up' } : content, recps)
    }
}
