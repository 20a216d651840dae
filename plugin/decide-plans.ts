/** `plans` and `plan NAME [PLAN]`. */
import type { Command } from '../protocol/command-kinds'
import type { Request } from '../protocol/state'
import { answer, type Look } from './look'
import { planOf } from './policy'
import { pubNamed, pubsOf } from './query'
import { words } from './words'
import { planWords } from './words-plans'

export function answerPlans(look: Look, request: Request): void {
  answer(look, request, 'done', planWords.plans(look.world.policy.plans), { command: 'plans' })
}

/** Says which plan a pub has. Another one than that is refused: nothing here changes a plan. */
export function answerPlan(
  look: Look,
  request: Request,
  { name, plan }: Extract<Command, { kind: 'plan' }>,
): void {
  const { state, policy } = look.world
  const live = pubsOf(state, request.author).filter((pub) => pub.record.status === 'live')
  const names = live.map((pub) => pub.record.name)
  const only = live.length === 1 ? (live[0] ?? null) : null
  const pub = name === null ? only : pubNamed(state, request.author, name)
  if (pub === null) {
    const text = name === null ? words.whichPub('plan', names) : words.noSuchPub(name, names)
    return answer(look, request, 'refused', text, { command: 'plan' })
  }
  const { record } = pub
  const options = { command: 'plan', pub: pub.pub }
  if (plan === null)
    return answer(look, request, 'done', planWords.has(record.name, record.plan, record.size), options)
  if (plan === record.plan)
    return answer(look, request, 'done', planWords.hasAlready(record.name, record.plan), options)
  const known = planOf(policy, plan) !== null
  answer(
    look,
    request,
    'refused',
    known ? words.later('plan') : planWords.noSuchPlan(plan, policy.plans),
    options,
  )
}
