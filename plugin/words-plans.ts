/** What the provider says about plans and mail. */
import type { Policy } from './policy'

const MIB = 1024 * 1024
const GIB = 1024 * MIB

/** A size as people read it: whole GB from one on, else MB (both in powers of two, as machines are sold). */
export function size(bytes: number): string {
  return bytes >= GIB ? `${Math.round((bytes / GIB) * 10) / 10} GB` : `${Math.round(bytes / MIB)} MB`
}

const planText = (plan: Policy['plan']): string =>
  `up to ${size(plan.memoryBytes)} of memory and ${size(plan.diskBytes)} of disk, and it costs nothing`

export const planWords = {
  plans: (plan: Policy['plan']): string =>
    `There is one plan, and every pub has it:\n\n* **${plan.name}**: ${planText(plan)}.`,
  has: (name: string, plan: string, offered: Policy['plan']): string =>
    plan === offered.name
      ? `**${name}** has the plan **${plan}**: ${planText(offered)}.`
      : `**${name}** has the plan **${plan}**.`,
  hasAlready: (name: string, plan: string): string =>
    `**${name}** has the plan **${plan}** already, so there is nothing to change.`,
  otherPlan: (name: string, wanted: string, plans: string[]): string =>
    `There is no plan called **${wanted}** here, so **${name}** stays as it is. The plans there are: ${plans.join(', ')}.`,
  emailNotKept:
    'This provider sends no mail yet, so I did not keep the address: I have it nowhere, and nobody writes to it. Your message itself stays on your own feed, encrypted to those in this thread, because feeds keep everything. What I have to tell you comes here, as a private message.',
  noEmail:
    'This provider sends no mail and has no address of yours, so there is nothing to switch off. What I have to tell you comes here, as a private message.',
} as const
