/** Where the planted bugs about money go in: around what the provider says, hears and knows of clocks. */
import type { Decision } from '../../plugin/decide'
import type { Provider } from '../../plugin/io/provider'
import type { World } from '../../plugin/look'
import type { DuesMessage } from '../../protocol/messages/dues'
import type { PubMessage } from '../../protocol/messages/pub'
import { parsePayload } from '../../protocol/parse'
import type { Incoming } from '../../sbot/port'
import type { Bug, Bugs } from './bugs'
import type { Universe } from './universe'

type Content = { type?: unknown; until?: unknown; given?: unknown; buttcloud?: { topic?: unknown } }

/** What a provider hears that mishears one kind of message; null: nothing. */
const MISHEARD: Partial<Record<Bug, (content: Content) => Content | null>> = {
  'payment-not-heard': (one) =>
    one.type === 'buttcloud/payment' ? { ...one, ...{ status: 'unpaid' } } : one,
  'gift-not-heard': (one) => (one.type === 'buttcloud/grant' ? null : one),
  'gift-for-ever': (one) => (one.type === 'buttcloud/grant' ? { ...one, until: null } : one),
  'halt-not-heard': (one) => (one.type === 'buttcloud/halt' ? null : one),
  'block-not-heard': (one) => (one.type === 'buttcloud/block' ? null : one),
  'news-forgotten': (one) => (one.buttcloud?.topic === 'announcement' ? null : one),
  'gift-not-taken-back': (one) => (one.type === 'buttcloud/grant' ? { ...one, given: true } : one),
}
export const MONEY_BUGS = Object.keys(MISHEARD) as Bug[]

export function misheardMoney(message: Incoming, bugs: Bugs): Incoming {
  let content = message.content as Content | null
  for (const bug of MONEY_BUGS)
    if (bugs.has(bug) && content !== null && typeof content === 'object')
      content = MISHEARD[bug]?.(content) ?? null
  return { ...message, content }
}

export function plantInMoney({ bugs }: Universe, provider: Provider): void {
  const { inbox, billing, clocks } = provider
  const say = inbox.say.bind(inbox)
  if (bugs.has('one-clock-is-enough')) clocks.all = () => [{ shows: provider.now(), ageMs: 0 }]
  if (bugs.has('payment-ends-halt')) {
    const { halts } = inbox.state.provider.operator
    const get = halts.get.bind(halts)
    const isOpen = (pub: PubMessage['pub']): boolean =>
      (inbox.state.provider.money.dues.get(pub)?.content.stage ?? 'grace') !== 'clear'
    halts.get = (pub) => (isOpen(pub) ? get(pub) : undefined)
  }
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
  if (bugs.has('size-not-followed'))
    inbox.say = (content, recps) => {
      const { type, pub, plan } = content as PubMessage
      const before = type === 'buttcloud/pub' ? inbox.state.provider.pubs.get(pub)?.record : undefined
      const changed = before !== undefined && before.plan !== plan
      return say(changed ? { ...content, size: before.size } : content, recps)
    }
  if (bugs.has('gift-for-everybody')) {
    const { grants } = inbox.state.provider.money
    const get = grants.get.bind(grants)
    grants.get = (key) =>
      get(key) ??
      [...grants.values()].find(({ content: { target, given } }) => given && target.kind === 'owner')
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

/** What a provider with this mistake decides: a plan that follows a payment, and no request, is passed over. */
export function withoutPlans({ bugs }: Universe, { state }: World, found: Decision): Decision {
  if (!bugs.has('plan-not-followed')) return found
  const effects = found.effects.filter((one) => {
    if (one.kind !== 'record' || one.content.type !== 'buttcloud/pub') return true
    const { pub, plan, answers } = one.content
    const before = state.provider.pubs.get(pub)?.record
    return before === undefined || before.plan === plan || state.open.has(answers)
  })
  return { ...found, effects }
}
