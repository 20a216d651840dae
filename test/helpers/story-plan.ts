/** A story in which alice's pub gets other plans. */
import { isSameSize } from '../../plugin/change'
import type { StatusReply } from '../../plugin/decide-status'
import type { Effect } from '../../plugin/effects'
import { DEFAULT_PLANS } from '../../plugin/plans-default'
import type { MessageId } from '../../protocol/ids'
import type { Plan } from '../../protocol/plan'
import type { OwedCall } from '../../protocol/rpc-billing'
import { alice, type Story } from './story'
import { ask, recordOf, specOf, type Told, told } from './story-change'
import { hubSays } from './story-hub'

export const [tiny, personal, community] = DEFAULT_PLANS as [Plan, Plan, Plan]
export const GIB = 1024 ** 3

export const has = (one: Told, plan: Plan): boolean =>
  recordOf(one).plan === plan.name &&
  isSameSize(recordOf(one).size, plan.size) &&
  isSameSize(specOf(one), plan.size)

export const asks = ({ story }: Told, text: string): MessageId => story.asks(alice, text)
export const notices = (effects: Effect[]): string[] =>
  effects.flatMap((one) => (one.kind === 'notice' ? [`${one.payload.topic}: ${one.text}`] : []))
export const stripeCalls = (effects: Effect[]): OwedCall[] =>
  effects.flatMap((one) => (one.kind === 'ask' && one.ask.kind === 'stripe' ? [one.ask.call] : []))

/** What the hub would tell of it. */
export const holds = (story: Story, request: MessageId, diskBytes: number | null): void => {
  const value = { figures: { diskBytes }, picture: null } as unknown as StatusReply
  story.replies.set(request, { state: 'done', ask: 'status', value })
}
export const bigger = (): Told => {
  const one = told()
  ask(one, 'plan alice community')
  hubSays(one.story, one.pub, 'up')
  one.story.settle()
  return one
}
