/** What the provider says about plans and mail. */
import type { Plan, Size } from '../protocol/plan'
import { priceText } from '../protocol/price-text'
import { bytesText } from '../protocol/units'

const MIB = 1024 * 1024
const GIB = 1024 * MIB

/** A size as people read it: whole GB from one on, else MB (both in powers of two, as machines are sold). */
export function size(bytes: number): string {
  return bytes >= GIB ? `${Math.round((bytes / GIB) * 10) / 10} GB` : `${Math.round(bytes / MIB)} MB`
}

export const sizeText = (one: Size): string =>
  `up to ${size(one.memoryBytes)} of memory and ${size(one.diskBytes)} of disk`

const quoted = (wanted: string): string => wanted.replace(/[*`\n]/g, ' ').slice(0, 40)
const names = (plans: readonly Plan[]): string => plans.map((plan) => plan.name).join(', ')
const pubs = (count: number): string => (count === 1 ? 'one pub' : `${count} pubs`)

/** What one plan costs, with its trial; nothing where nobody pays here. */
export function costText(plan: Pick<Plan, 'price' | 'trialDays'>, billing: boolean): string {
  if (!billing) return ''
  const { price, trialDays } = plan
  const trial = trialDays === 0 ? '' : `, the first ${trialDays === 1 ? 'day' : `${trialDays} days`} free`
  return `; ${priceText(price)}${trial}`
}

const quotaText = ({ perOwnerMax }: Plan): string =>
  perOwnerMax === null ? '' : `; at most ${perOwnerMax} for each of you`

export const planWords = {
  plans: (plans: readonly Plan[], here: { billing: boolean; pubsPerOwnerMax: number }): string => {
    const [first] = plans
    const lines = plans.map(
      (plan) =>
        `* **${plan.name}**: ${plan.words}; ${sizeText(plan.size)}${costText(plan, here.billing)}${quotaText(plan)}.`,
    )
    const quota = `have up to ${pubs(here.pubsPerOwnerMax)}`
    return [
      'These are the plans:',
      '',
      ...lines,
      '',
      here.billing ? `You may ${quota}.` : `They cost nothing here; you may ${quota}.`,
      `\`create NAME plan PLAN\` makes a pub with one of them (without a plan it is ${first?.name ?? 'the first'}), and \`plan NAME PLAN\` changes it.`,
    ].join('\n')
  },
  has: (name: string, plan: string, given: Size, paid: string): string =>
    `**${name}** has the plan **${plan}**: ${sizeText(given)}. ${paid} \`plans\` lists what there is.`,
  nothingHere: 'It costs nothing here.',
  costsNothing: 'It costs nothing.',
  notOffered: 'This plan is offered no more; it stays as it is.',
  given: (until: string | null): string =>
    until === null ? 'It is a gift of the operator.' : `It is a gift of the operator until ${until}.`,
  paid: (price: string, until: string | null, trial: boolean): string =>
    trial
      ? `It costs ${price}, and is on trial${until === null ? '' : ` until ${until}`}.`
      : `It costs ${price}, and is paid for${until === null ? '' : ` until ${until}`}.`,
  ending: (price: string, at: string): string => `It costs ${price}, and is cancelled as of ${at}.`,
  unpaid: (price: string, name: string): string =>
    `It costs ${price}, and is not paid for just now: \`pay ${name}\`.`,
  noSuchPlan: (wanted: string, plans: readonly Plan[]): string =>
    `There is no plan called **${quoted(wanted)}** here, so I did nothing. The plans there are: ${names(plans)}.`,
  noSuchPlanForNew: (name: string, wanted: string, plans: readonly Plan[]): string =>
    `There is no plan called **${quoted(wanted)}** here, so I made nothing. The plans there are: ${names(plans)}. \`create ${name}\` makes a pub with the plan ${plans[0]?.name ?? ''}; a pub's name has no spaces.`,
  quotaOfPlan: (plan: string, max: number, held: string[]): string =>
    `You have ${held.length} of at most ${max} pubs with the plan **${plan}** (${held.join(', ')}), so nothing was changed. \`plans\` lists the others.`,
  noRoom: (name: string, plan: string, why: string): string =>
    `**${name}** can't have the plan **${plan}** at the moment, because its server has no room for it: ${why}. Nothing was changed, and nothing is charged.`,
  noRoomYet: (name: string, plan: string, why: string): string =>
    `The plan **${plan}** of **${name}** is paid for, and its server has no room for it just now: ${why}. It gets it by itself as soon as there is room; the operator knows more.`,
  holdsMore: (name: string, plan: string, usedBytes: number, maxBytes: number): string =>
    `**${name}** holds ${bytesText(usedBytes)}, and the plan **${plan}** has ${bytesText(maxBytes)} of disk, so nothing was changed. It would have to hold less first.`,
  holdsMoreUnsaid: (name: string, plan: string): string =>
    `**${name}** holds more than the plan **${plan}** has of disk, so nothing was changed. \`status ${name}\`, in a message to me alone, says how much.`,
  unknownDisk: (name: string, plan: string, why: string): string =>
    `The plan **${plan}** has less disk, and I don't know how much **${name}** holds: ${why}. So nothing was changed. Please try again when \`status ${name}\` says how much it holds.`,
  notMeasured: 'it has not been measured yet',
  changing: (name: string, plan: string): string =>
    `On it: **${name}** gets the plan **${plan}**. It is started anew for that, which takes a moment.`,
  /** `took` null: nothing had to be made anew. */
  changed: (name: string, plan: string, given: Size, took: string | null): string =>
    `**${name}** has the plan **${plan}** now: ${sizeText(given)}. ${took === null ? 'Its' : `It took ${took}, and its`} data, address and invites are as they were.`,
  hasAlready: (name: string, plan: string): string =>
    `**${name}** has the plan **${plan}** already, so there is nothing to change.`,
  cancelFirst: (name: string, plan: string): string =>
    `The plan **${plan}** costs nothing, and **${name}** is paid for by a subscription. \`cancel ${name}\` ends that; when it is over, \`plan ${name} ${plan}\` keeps the pub.`,
  leaving: (name: string, at: string): string =>
    `The subscription of **${name}** is cancelled and ends on ${at}, so its plan can't be changed until then.`,
  unpaidStays: (name: string): string =>
    `**${name}** is not paid for just now, so its plan stays. First it has to be paid: \`billing ${name}\` has the page for that mailed to whoever pays. Then send this again.`,
  noReason: 'no reason was given',
  serverAway: 'its server is out of reach',
  otherCurrency: (name: string, plan: string): string =>
    `The plan **${plan}** is in another currency than the subscription of **${name}**, and a subscription can't change that. Nothing was changed.`,
  askingStripe: (name: string, plan: string, price: string): string =>
    `On it: I am changing the subscription of **${name}** to **${plan}** (${price}). What is paid already is set off against it.`,
  stripeFailed: (name: string, plan: string, why: string): string =>
    `The subscription of **${name}** could not be changed to **${plan}**: ${why}. Nothing was changed.`,
  changedAgain: (name: string, plan: string): string =>
    `The subscription of **${name}** was changed to **${plan}**, and has another plan now all the same: somebody has changed it once more. The pub goes by its subscription; \`plan ${name}\` tells which one it has.`,
  follows: (name: string, plan: string, given: Size): string =>
    `The subscription of **${name}** was changed to the plan **${plan}**, so it has that now: ${sizeText(given)}. It is started anew for that, which takes a moment.`,
} as const
