/** What is mailed: subject and plain text. Facts in, sentences out; an invite's code is in none of them. */
import type { Millis } from '../protocol/ids'
import { EMAIL_CODE_DIGITS } from '../protocol/limits-mail'
import type { AlertMessage } from '../protocol/messages/alert'
import type { DuesMessage, DuesReason, DuesStage } from '../protocol/messages/dues'
import type { IncidentKind } from '../protocol/messages/incident'
import type { Cut } from './dues'
import { when } from './words'

export interface MailText {
  subject: string
  text: string
}

/** What operators call their service; null where they have not said. */
export type Service = string | null

const serviceOf = (service: Service): string => service ?? 'ButtCloud'
const day = (at: Millis): string => when(at).slice(0, 10)

const mailOf = (subject: string, paragraphs: readonly (string | null)[], foot: string): MailText => ({
  subject,
  text: [...paragraphs.filter((one) => one !== null), foot].join('\n\n'),
})
const toOwner = (service: Service, subject: string, ...paragraphs: (string | null)[]): MailText =>
  mailOf(
    subject,
    paragraphs,
    `You get this because ${serviceOf(service)} has this address of yours. \`email off\`, as a private message to ${serviceOf(service)}, ends it.`,
  )
const toPayer = (
  service: Service,
  name: string,
  subject: string,
  ...paragraphs: (string | null)[]
): MailText =>
  mailOf(
    subject,
    paragraphs,
    `You get this because you pay ${serviceOf(service)} for the pub ${name}, with this address.`,
  )
const toOperator = (service: Service, subject: string, ...paragraphs: (string | null)[]): MailText =>
  mailOf(
    `${serviceOf(service)}: ${subject}`,
    paragraphs,
    'This is for the operator: the address stands in config.json as mail.operator.',
  )

/** Whom a mail about money is written to. */
export type Reader = 'owner' | 'payer'

interface DuesTold {
  service: Service
  name: string
  dues: DuesMessage
  reader: Reader
  retentionMs: Millis
}

const BECAUSE: Record<DuesReason, (name: string) => string> = {
  'past-due': (name) => `A payment for ${name} failed. Stripe tries it again by itself within the next days.`,
  unpaid: (name) => `The payments for ${name} failed, and Stripe has given up trying.`,
  canceled: (name) => `The subscription that paid for ${name} is over.`,
  leaving: (name) => `${name} was cancelled.`,
  never: (name) => `${name} has to be paid for from now on, and nobody pays for it yet.`,
  'grant-over': (name) => `The time for which ${name} was given to you is over.`,
}

const WHAT_TO_DO: Record<DuesReason, Record<Reader, (name: string) => string | null>> = {
  'past-due': {
    owner: () =>
      'To change the card or pay at once, write `billing` as a private message: the link to do so is mailed to whoever pays.',
    payer: (name) =>
      `To change the card or pay at once, ask the owner of ${name} to write \`billing\` as a private message: the link is mailed to you.`,
  },
  unpaid: {
    owner: (name) =>
      `To go on, write \`pay ${name}\` as a private message: the answer has a link, which anybody may pay by.`,
    payer: (name) =>
      `To go on, ask the owner of ${name} for a link to pay by: \`pay ${name}\`, as a private message, makes one.`,
  },
  canceled: {
    owner: (name) =>
      `To go on, write \`pay ${name}\` as a private message: the answer has a link, which anybody may pay by.`,
    payer: () => 'If that is what you want, there is nothing to do.',
  },
  leaving: {
    owner: (name) =>
      `If that is what you want, there is nothing to do. To go on after all, write \`billing\` before then, or \`pay ${name}\` afterwards.`,
    payer: () => 'If that is what you want, there is nothing to do. Nothing more is charged.',
  },
  never: {
    owner: (name) =>
      `Write \`pay ${name}\` as a private message: the answer has a link, which anybody may pay by.`,
    payer: () => null,
  },
  'grant-over': {
    owner: (name) =>
      `To go on, write \`pay ${name}\` as a private message: the answer has a link, which anybody may pay by.`,
    payer: () => null,
  },
}

const exportOffer = (name: string, reader: Reader): string | null =>
  reader === 'owner'
    ? `To have a copy of everything, write \`export ${name} all\` as a private message, or run \`buttcloud export ${name}\`.`
    : null

const DUES: Record<DuesStage, (told: DuesTold) => { subject: string; paragraphs: (string | null)[] }> = {
  grace: ({ name, dues, reader }) => ({
    subject: dues.reason === 'past-due' ? `The payment for ${name} failed` : `${name} is not paid for`,
    paragraphs: [
      BECAUSE[dues.reason](name),
      `${name} runs on until ${when(dues.suspendAt)}. If it is not paid for by then it is stopped; its data is kept until ${day(dues.endAt)}.`,
      WHAT_TO_DO[dues.reason][reader](name),
    ],
  }),
  reminded: ({ name, dues, reader }) => ({
    subject: `${name} is stopped on ${day(dues.suspendAt)}`,
    paragraphs: [
      BECAUSE[dues.reason](name),
      `${name} is stopped at ${when(dues.suspendAt)} unless it is paid for by then. Its data is kept until ${day(dues.endAt)}.`,
      WHAT_TO_DO[dues.reason][reader](name),
    ],
  }),
  suspended: ({ name, dues, reader }) => ({
    subject: `${name} is stopped until it is paid for`,
    paragraphs: [
      BECAUSE[dues.reason](name),
      `${name} is stopped. Nothing is lost: its data is kept until ${when(dues.endAt)}, and as soon as it is paid for it is up again by itself.`,
      WHAT_TO_DO[dues.reason][reader](name),
      exportOffer(name, reader),
    ],
  }),
  'last-week': (told) => lastWarning(told, 'in a week'),
  'last-day': (told) => lastWarning(told, 'in a day'),
  ended: ({ name, dues, reader, retentionMs }) => ({
    subject: `${name} has ended`,
    paragraphs: [
      `${BECAUSE[dues.reason](name)} It was not paid for by ${when(dues.endAt)}, so it has ended.`,
      `Its data is kept for ${Math.round(retentionMs / 86_400_000)} more days and then deleted for good.`,
      reader === 'owner'
        ? `Until then \`export ${name} all\`, as a private message, still has a copy for you.`
        : null,
    ],
  }),
  clear: ({ name }) => ({
    subject: `${name} is all right again`,
    paragraphs: [`${name} is taken care of: what was said about stopping it is off. Thank you.`],
  }),
}

function lastWarning({ name, dues, reader }: DuesTold, soon: string) {
  return {
    subject: `${name} is deleted ${soon}`,
    paragraphs: [
      `${name} is stopped because it is not paid for, and ends at ${when(dues.endAt)}. It cannot be brought back after that.`,
      WHAT_TO_DO[dues.reason][reader](name),
      exportOffer(name, reader),
    ],
  }
}

const INCIDENTS: Record<IncidentKind, string> = {
  down: 'is down',
  'out-of-memory': 'runs out of memory again and again',
  healed: 'hangs',
  crashing: 'ends again and again',
  'disk-warning': 'has filled more than 80 % of its disk',
  'disk-full': 'has filled its disk',
}

const ALERTS: Record<AlertMessage['kind'], { subject: string; what: string }> = {
  dispute: {
    subject: 'a payment is disputed',
    what: 'A payer asks their bank for the money back. Stripe waits for your answer, and there is a date until which it takes one.',
  },
  refund: { subject: 'a payment was given back', what: 'A payment was refunded in Stripe.' },
  sweep: {
    subject: 'the sweep found differences',
    what: 'Comparing all subscriptions with Stripe found something that no webhook had told. It has been set right here; if it happens again, look at the webhooks in your Stripe dashboard.',
  },
  stranger: {
    subject: 'a payment for nothing',
    what: 'Somebody paid by a subscription that nobody has asked for here. Nothing was done about it: look at it in your Stripe dashboard.',
  },
}

export const mailWords = {
  code: (service: Service, code: string): MailText =>
    mailOf(
      `Your code for ${serviceOf(service)}`,
      [
        `Somebody, most likely you, gave this address to ${serviceOf(service)} for mail about Scuttlebutt pubs. To confirm it, write this as a private message to ${serviceOf(service)}:`,
        `\`email ${code}\``,
        `On a command line: \`buttcloud email --code ${code}\`. The code is good for two hours, and only the last one you got counts.`,
      ],
      `If it was not you, ignore this: without these ${EMAIL_CODE_DIGITS} digits nothing more is sent to you.`,
    ),
  welcome: (service: Service, name: string, address: string): MailText =>
    toOwner(
      service,
      `${name} is up`,
      `Your pub ${name} is up, at ${address}.`,
      'Its first invite is in the private thread in which you asked for it: open Patchwork, Manyverse or whichever client you use, and look at your private messages. It is not in this mail, because whoever holds an invite can use it.',
      `There you can also write \`help\`, \`status ${name}\` or \`invite ${name}\`.`,
    ),
  dues: (told: DuesTold): MailText => {
    const { subject, paragraphs } = DUES[told.dues.stage](told)
    return told.reader === 'owner'
      ? toOwner(told.service, subject, ...paragraphs)
      : toPayer(told.service, told.name, subject, ...paragraphs)
  },
  receipt: (service: Service, name: string, url: string): MailText =>
    toPayer(
      service,
      name,
      `Receipt for ${name}`,
      `Thank you for paying for ${name}. The receipt is here:`,
      url,
    ),
  /** To the payer, with the link to Stripe's customer portal: a bearer item, which goes nowhere else. */
  portal: (service: Service, names: readonly string[], url: string): MailText =>
    toPayer(
      service,
      names.join(', '),
      'Your link to cards, receipts and cancelling',
      'With this link you can change the card, see your receipts, and cancel:',
      url,
      'It is for you alone, it opens your account without a password, and it is good for a short time only: `billing`, as a private message, makes another one. If you did not ask for it, ignore this; an owner of a pub that you pay for did.',
    ),
  incident: (service: Service, name: string, kind: IncidentKind, since: Millis): MailText =>
    toOwner(
      service,
      `${name} ${INCIDENTS[kind]}`,
      `Your pub ${name} ${INCIDENTS[kind]}, since ${when(since)}.`,
      'It is being worked on by itself: trying goes on, and what it holds is kept. Details are in the private thread about it; you get one more mail when it is over.',
    ),
  incidentOver: (
    service: Service,
    name: string,
    kind: IncidentKind,
    since: Millis,
    overAt: Millis,
  ): MailText =>
    toOwner(
      service,
      `${name} is well again`,
      `Over: your pub ${name} ${INCIDENTS[kind].replace(/^is /, 'was ')}, from ${when(since)} to ${when(overAt)}. There is nothing to do.`,
    ),
  hubSilent: (service: Service, label: string, since: Millis, pubs: number): MailText =>
    toOperator(
      service,
      `${label} is silent`,
      `The hub ${label} has not been connected since ${when(since)}. It has ${pubs} pub${pubs === 1 ? '' : 's'}.`,
      'Look at its server first. `buttcloud admin hubs` shows who is connected; if the server is gone for good, `buttcloud admin restore PUB` brings a pub up elsewhere.',
    ),
  capacityLow: (service: Service, why: string): MailText =>
    toOperator(
      service,
      'room is running out',
      why,
      'Bring another server with `buttcloud admin hub-token`; until then a new pub may be refused.',
    ),
  alert: (service: Service, { kind, reference }: AlertMessage, name: string | null): MailText =>
    toOperator(
      service,
      ALERTS[kind].subject,
      ALERTS[kind].what,
      `In Stripe: ${reference}${name === null ? '' : `; the pub is ${name}`}.`,
    ),
  cutsStopped: (service: Service, what: Cut, waiting: number, max: number): MailText =>
    toOperator(
      service,
      `pubs wait to be ${what === 'suspensions' ? 'suspended' : 'ended'}`,
      `${waiting} pub${waiting === 1 ? ' that is' : 's that are'} not paid for should be ${what === 'suspensions' ? 'suspended' : 'ended'} by now, and ${max} within a day already were or may be. Nothing more happens to the others until a day has passed, or you say that this is right.`,
      'So many at once may be a fault: webhooks that were lost, a wrong clock. `buttcloud admin money` shows them; `buttcloud admin permit` lets them go on.',
    ),
  undelivered: (service: Service, count: number, last: { to: string; reason: string | null }): MailText =>
    toOperator(
      service,
      'mail could not be delivered',
      `${count} mail${count === 1 ? '' : 's'} could not be delivered lately. The last was to ${last.to}: ${last.reason ?? 'no reason was given'}`,
      '`buttcloud admin mail` lists them.',
    ),
  test: (service: Service): MailText =>
    toOperator(
      service,
      'mail works',
      'This is the mail that `buttcloud admin mail test` sends. It has arrived.',
    ),
} as const
