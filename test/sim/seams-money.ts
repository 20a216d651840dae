/** Where the planted bugs about money go in: around what the provider says, hears and knows of clocks. */
import type { Provider } from '../../plugin/io/provider'
import type { DuesMessage } from '../../protocol/messages/dues'
import type { PubMessage } from '../../protocol/messages/pub'
import { parsePayload } from '../../protocol/parse'
import type { Universe } from './universe'

export function plantInMoney({ bugs }: Universe, provider: Provider): void {
  const { inbox, billing, clocks } = provider
  const say = inbox.say.bind(inbox)
  if (bugs.has('one-clock-is-enough')) clocks.all = () => [provider.now()]
  if (bugs.has('suspended-unpromised'))
    inbox.say = (content, recps) =>
      say(dues(content)?.stage === 'grace' ? { ...content, stage: 'suspended' } : content, recps)
  if (bugs.has('date-moved-closer'))
    inbox.say = (content, recps) => {
      const found = dues(content)
      const earlier = found?.stage === 'reminded' ? { suspendAt: found.suspendAt - 30_000 } : {}
      return say({ ...content, ...earlier }, recps)
    }
  if (bugs.has('kept-too-short'))
    inbox.say = (content, recps) => {
      const { type, status, answers, pub } = content as PubMessage
      const ends = type === 'buttcloud/pub' && status === 'ended'
      const unpaid = ends && inbox.state.provider.money.dues.get(pub)?.key === answers
      return say(unpaid ? { ...content, keepUntil: 1 } : content, recps)
    }
  if (bugs.has('dues-not-told'))
    inbox.say = async (content, recps) => {
      const payload = parsePayload(content)
      if (payload?.kind !== 'notice' || payload.topic !== 'payment') return say(content, recps)
      inbox.state.provider.notices.set(payload.causes, payload)
      return undefined as never
    }
  const fact = billing.fact.bind(billing)
  if (bugs.has('fact-twice'))
    billing.fact = async (caller, request) => {
      const answer = await fact(caller, request)
      const { subscription } = request as { subscription: string }
      const content = inbox.state.provider.money.payments.get(subscription)?.content
      if (answer.outcome === 'published' && content !== undefined) await say(content, [provider.sbot.id])
      return answer
    }
  if (bugs.has('fact-not-awaited'))
    billing.fact = async (caller, request) => {
      void fact(caller, request).catch(() => undefined)
      return { outcome: 'published' }
    }
}

function dues(content: object): DuesMessage | null {
  return (content as DuesMessage).type === 'buttcloud/dues' ? (content as DuesMessage) : null
}
