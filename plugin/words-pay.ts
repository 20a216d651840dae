/** What the provider says about paying. Facts in, sentences out. */
import type { Millis } from '../protocol/ids'
import type { Plan } from '../protocol/plan'
import { priceText } from '../protocol/price-text'
import { when } from './words'

interface LinkFacts {
  name: string
  plan: Plan
  until: Millis
  url: string
  /** False: made with a test key. */
  live: boolean
  /** The pub is made when it is paid. */
  makes: boolean
}

const costs = ({ price, trialDays }: Plan): string =>
  `${priceText(price)}${trialDays === 0 ? '' : `, the first ${trialDays} days free`}`

const again = (name: string): string => `\`pay ${name}\` makes a new link.`

export const payWords = {
  /** The link stands alone on its line, so that every client makes a link of it and no other character joins it. */
  link: ({ name, plan, until, url, live, makes }: LinkFacts): string => {
    const then = makes
      ? 'As soon as it is paid I make the pub and send you the invite.'
      : 'Nothing else has to be done.'
    const test = live
      ? ''
      : " (This provider tries its payments out just now: nothing is charged, and real cards don't work.)"
    return `**${name}** on the plan **${plan.name}** costs ${costs(plan)}.${test} To pay, open this before ${when(until)}:\n\n${url}\n\nAnybody may pay by it, so you can pass it on. ${then}`
  },
  costs: (plan: Plan): string => `It costs ${costs(plan)}. `,
  linkElsewhere: (name: string, price: string | null, until: Millis): string =>
    `${price ?? ''}The link to pay for **${name}** by, before ${when(until)}, is in a new private thread between me and the owners, because others read along here.`,
  slow: (name: string): string =>
    `Stripe, which takes the payments, is slow just now. The link for **${name}** follows in a private thread as soon as I have it.`,
  slowCall: (what: string): string =>
    `Stripe, which takes the payments, is slow just now. I go on asking it to ${what}; the answer follows here.`,
  refusedLink: (name: string, why: string): string =>
    `I could not get a link to pay for **${name}**: ${why}. Nothing was made and nobody pays anything; please try again later, or tell the people who run me.`,
  noReason: 'Stripe gave no reason',
  otherSession: 'Stripe made another one than the one I had noted down',
  badLink: 'what came is no link',
  expired: (name: string): string =>
    `Nobody paid for **${name}** in time, so it was not made, and its name is free again. ${again(name)}`,
  noLink: (name: string): string =>
    `Stripe was out of reach for too long, so there is no link to pay for **${name}** by, and nobody pays anything. Please try again later.`,
  noRoomPaid: (name: string, why: string, until: Millis): string =>
    `**${name}** is paid, and there is no room for it just now: ${why}. I make it as soon as there is; if that is not so by ${when(until)}, the payment goes back.`,
  noRoomEnd: (name: string, why: string): string =>
    `**${name}** is paid, and for a day there was no room for it: ${why}. It was not made; its subscription is ended and the payment goes back.`,
  endedEarly: (name: string): string =>
    `**${name}** was paid, and its subscription ended before I had made it, so it was not made. The payment goes back. ${again(name)}`,
  planGone: (name: string, plan: string): string =>
    `**${name}** is paid, and the plan **${plan}** is not offered here any more. It was not made; its subscription is ended and the payment goes back.`,
  importGone: (name: string): string =>
    `**${name}** is paid, and what you had uploaded for it is not here any more. It was not made; its subscription is ended and the payment goes back. Please upload it again, with \`buttcloud import FILE\`.`,
  waits: (name: string): string =>
    `**${name}** waits to be paid for already. \`pay ${name}\` gives you its link again, \`delete ${name}\` takes it back.`,
  waitsLine: (name: string, until: Millis): string =>
    `* **${name}** waits to be paid for, until ${when(until)}; \`pay ${name}\` gives you the link again`,
  waitsForRoomLine: (name: string): string =>
    `* **${name}** is paid, and waits for room on a server; \`delete ${name}\` takes it back, and the payment with it`,
  waitsForRoom: (name: string): string =>
    `**${name}** is paid, and not made yet, because there is no room for it just now. I make it as soon as there is, or the payment goes back. \`delete ${name}\` takes it back at once.`,
  notMade: (name: string, until: Millis): string =>
    `**${name}** is not made yet: it waits to be paid for, until ${when(until)}. \`pay ${name}\` gives you its link again, \`delete ${name}\` takes it back.`,
  takenBack: (name: string): string =>
    `You have taken **${name}** back before it was made, so it was not made.`,
  tookBack: (name: string): string =>
    `**${name}** is taken back: it was never made, its name is free again, and nobody can pay for it any more.`,
  tookPaidBack: (name: string): string =>
    `**${name}** is taken back: it was never made, and its name is free again. Its subscription is ended and the payment goes back.`,
  neverMade: (name: string): string =>
    `**${name}** was never made, so there is nothing to delete, and nobody pays for it.`,
  backToo: ' Its subscription is ended and the payment goes back.',
  paidFor: (name: string, until: Millis | null): string =>
    until === null
      ? `**${name}** is paid for, so there is nothing to pay. \`billing ${name}\` is for cards, receipts and cancelling.`
      : `**${name}** is paid for until ${when(until)}, and then its subscription ends, because it was cancelled. Whoever pays can take that back: \`billing ${name}\` has the page for it mailed to them.`,
  isFree: (name: string, until: Millis | null): string =>
    until === null
      ? `**${name}** costs nothing, so there is nothing to pay.`
      : `**${name}** costs nothing until ${when(until)}, so there is nothing to pay before that.`,
  planUnknown: (name: string, plan: string): string =>
    `The plan of **${name}**, **${plan}**, is not offered here any more, so I have no price for it. Please ask the people who run me.`,
  nobodyPays: (name: string): string => `Nobody pays for **${name}**, so there is nothing to look at.`,
  nothingToCancel: (name: string): string =>
    `There is no subscription for **${name}** that could be cancelled. To end the pub itself: \`delete ${name}\`.`,
  unpaidYet: (name: string, until: Millis): string =>
    `Nobody has paid for **${name}** yet, so there is nothing to cancel. Its link runs out at ${when(until)}, and then its name is free; \`delete ${name}\` does that now.`,
  noMail: (name: string): string =>
    `The page for cards, receipts and cancelling is for whoever pays for **${name}** alone, so it goes by mail and into no message; and this provider sends no mail. They find a link in the receipts that Stripe sends them, or can ask the people who run me. \`cancel ${name}\` works here.`,
  noAddress: (name: string): string =>
    `The page for cards, receipts and cancelling is for whoever pays for **${name}** alone, so it goes by mail; and Stripe has no address of theirs. They can ask the people who run me.`,
  mailed: (name: string): string =>
    `The link for cards, receipts and cancelling is on its way by mail to who pays for **${name}**: it goes out as soon as the mail server takes it. The mail says how long the link is good; \`billing ${name}\` sends another one.`,
  mailedOften: (name: string, count: number): string =>
    `For **${name}** that page went into the mail to who pays ${count} times today already, so I did nothing. It goes to the address that they gave Stripe; please have them look there, and try again tomorrow.`,
  notMailed: (name: string, why: string): string =>
    `I could not get the page for cards and receipts of **${name}**: ${why}. Nothing has changed; please try again later.`,
  cancelled: (name: string, until: Millis, isTrial: boolean): string =>
    `The subscription of **${name}** is cancelled: nothing more is charged. The pub runs on until ${when(until)}, ${isTrial ? 'when its trial is over' : 'which is paid'}, and is stopped then. To take it back, whoever pays opens their page at Stripe: \`billing ${name}\` has it mailed to them.`,
  cancelledOwing: (name: string, until: Millis): string =>
    `The subscription of **${name}** is cancelled and ends at ${when(until)}. Its last payment failed meanwhile, and Stripe tries that again until then; \`cancel ${name}\` once more ends it at once.`,
  cancelledNow: (name: string): string =>
    `The subscription of **${name}** is over: nothing more is charged. \`list\` says until when the pub runs, and \`pay ${name}\` makes a link for a new one.`,
  notCancelled: (name: string, why: string): string =>
    `I could not cancel the subscription of **${name}**: ${why}. It goes on as it was; please try again later, or tell the people who run me.`,
  deletedWith:
    ' Its subscription is cancelled with it, at once: nothing more is charged, and what is paid is not given back.',
  deletedToo: ' Its subscription is over too: nothing more is charged.',
  paid: (name: string, until: Millis | null): string =>
    until === null
      ? `**${name}** is paid for. There is nothing left to do.`
      : `**${name}** is paid for, for now until ${when(until)}, and goes on by itself after that. There is nothing left to do.`,
  secondBack: (name: string): string =>
    `Somebody has paid for **${name}** a second time. I have ended the second subscription, and its payment is given back. The first one goes on.`,
  lateBack: (name: string): string =>
    `A payment for **${name}** came when it was too late, or could not be used. I have ended that subscription, and the payment is given back. ${again(name)}`,
} as const
