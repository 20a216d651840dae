/** What the provider says about plans and mail. */
import type { Plan, Size } from '../protocol/plan'

const MIB = 1024 * 1024
const GIB = 1024 * MIB

/** A size as people read it: whole GB from one on, else MB (both in powers of two, as machines are sold). */
export function size(bytes: number): string {
  return bytes >= GIB ? `${Math.round((bytes / GIB) * 10) / 10} GB` : `${Math.round(bytes / MIB)} MB`
}

const sizeText = (one: Size): string =>
  `up to ${size(one.memoryBytes)} of memory and ${size(one.diskBytes)} of disk`

export const planWords = {
  plans: (plans: readonly Plan[]): string =>
    [
      'These are the plans:',
      '',
      ...plans.map((plan) => `* **${plan.name}**: ${plan.words}; ${sizeText(plan.size)}.`),
    ].join('\n'),
  has: (name: string, plan: string, given: Size): string =>
    `**${name}** has the plan **${plan}**: ${sizeText(given)}.`,
  hasAlready: (name: string, plan: string): string =>
    `**${name}** has the plan **${plan}** already, so there is nothing to change.`,
  noSuchPlan: (wanted: string, plans: readonly Plan[]): string =>
    `There is no plan called **${wanted.replace(/[*`\n]/g, ' ').slice(0, 40)}** here, so I did nothing. The plans there are: ${plans.map((plan) => plan.name).join(', ')}.`,
} as const
