/** What is mailed: subject and plain text. Facts in, sentences out; an invite's code is in none of them. */
import type { Millis } from '../protocol/ids'
import { EMAIL_CODE_DIGITS } from '../protocol/limits-mail'
import type { AlertMessage } from '../protocol/messages/alert'
import type { IncidentKind } from '../protocol/messages/incident'
import type { Cut } from './dues'
import { when } from './words'
import { someOf } from './words-cluster'
import { type DuesTold, duesMail } from './words-mail-dues'

export interface MailText {
  subject: string
  text: string
}

interface UpFacts {
  name: string
  address: string
}

/** What operators call their service; null where they have not said. */
export type Service = string | null

const serviceOf = (service: Service): string => service ?? 'ButtCloud'

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

/** What a thread says, without the marks of bold text. */
const plain = (markdown: string): string => markdown.replaceAll('**', '')

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
  refused: {
    subject: 'Stripe refuses what is owed',
    what: 'A subscription should have ended or a payment gone back, and Stripe refuses it, or the payer’s bank has not taken the money. It is tried again once an hour; see in your Stripe dashboard why, and give the money back by hand if need be.',
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
  /** Of one pub, or of all that are up when an address is confirmed. */
  welcome: (service: Service, one: UpFacts, others: readonly UpFacts[]): MailText => {
    const { name } = one
    const where =
      'open Patchwork, Manyverse or whichever client you use, and look at your private messages. It is not in this mail, because whoever holds an invite can use it.'
    if (others.length > 0)
      return toOwner(
        service,
        `${others.length + 1} pubs of yours are up`,
        'Your pubs are up:',
        [one, ...others].map((pub) => `${pub.name}, at ${pub.address}`).join('\n'),
        `The first invite to each is in the private thread in which you asked for it: ${where}`,
        `There you can also write \`help\`, \`status ${name}\` or \`invite ${name}\`.`,
      )
    return toOwner(
      service,
      `${name} is up`,
      `Your pub ${name} is up, at ${one.address}.`,
      `Its first invite is in the private thread in which you asked for it: ${where}`,
      `There you can also write \`help\`, \`status ${name}\` or \`invite ${name}\`.`,
    )
  },
  /** To the payer. `second`: it was paid for already. */
  refunded: (service: Service, name: string, second: boolean): MailText =>
    toPayer(
      service,
      name,
      `Your payment for ${name} goes back`,
      second
        ? `${name} was paid for already when you paid for it, and that subscription goes on.`
        : `Your payment for ${name} came too late, or could not be used.`,
      'Your subscription is ended, so nothing more is charged. What was taken goes back the way it came; a bank may take some days to show it. There is nothing for you to do.',
    ),
  dues: (told: DuesTold & { service: Service }): MailText => {
    const { subject, paragraphs } = duesMail(told)
    return told.reader === 'owner'
      ? toOwner(told.service, subject, ...paragraphs)
      : toPayer(told.service, told.name, subject, ...paragraphs)
  },
  /** To an owner; `text` is what the thread says of it. */
  halt: (service: Service, name: string, halted: boolean, text: string): MailText =>
    toOwner(
      service,
      halted
        ? `${name} is suspended by whoever runs ${serviceOf(service)}`
        : `${name} is no longer suspended by whoever runs ${serviceOf(service)}`,
      plain(text),
      `The same stands in your private messages with ${serviceOf(service)}, where you can answer.`,
    ),
  /** To an owner of a pub that whoever runs the service has ended; `text` is what the thread says of it. */
  ended: (service: Service, name: string, text: string): MailText =>
    toOwner(
      service,
      `${name} was ended by whoever runs ${serviceOf(service)}`,
      plain(text),
      `The same stands in your private messages with ${serviceOf(service)}, where you can answer.`,
    ),
  /** To every owner. */
  announcement: (service: Service, text: string): MailText =>
    toOwner(
      service,
      `To everybody with a pub at ${serviceOf(service)}`,
      `Whoever runs ${serviceOf(service)} says:`,
      text,
    ),
  receipt: (service: Service, name: string, url: string): MailText =>
    toPayer(
      service,
      name,
      `Receipt for ${name}`,
      `Thank you for paying for ${name}. The receipt is here:`,
      url,
    ),
  /**
   * To the payer, with the link to Stripe's customer portal: a bearer item, which goes nowhere else. `until` null: it is
   * good for minutes.
   */
  portal: (service: Service, names: readonly string[], url: string, until: Millis | null): MailText =>
    toPayer(
      service,
      names.join(', '),
      'Your link to cards, receipts and cancelling',
      'With this link you can change the card, see your receipts, and cancel:',
      url,
      `It is for you alone, it opens your account without a password, and it is good ${until === null ? 'for a short time only' : `until ${when(until).slice(0, 10)}`}. Every owner of ${names.join(' or ')} can have another one sent to you, with \`billing\` as a private message to ${serviceOf(service)}. If you did not ask for it, ignore this; one of them did.`,
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
      `Look at its server first. \`buttcloud admin hubs ${label}\` shows which pubs it still has, and why they are not elsewhere. If the server is gone for good, \`buttcloud admin drain ${label}\` moves what can be moved, stopped pubs too.`,
    ),
  capacityLow: (service: Service, why: string): MailText =>
    toOperator(
      service,
      'room is running out',
      why,
      'Bring another server with `buttcloud admin hub-token`; until then a new pub may be refused.',
    ),
  machinesWait: (service: Service, why: string): MailText =>
    toOperator(
      service,
      'machines wait for you',
      `No more servers are rented by themselves: ${why}`,
      '`buttcloud admin machines` shows them all; until then new pubs may find no room.',
    ),
  machineMissing: (service: Service, machine: string, label: string): MailText =>
    toOperator(
      service,
      'a server is missing',
      `There should be one more server, ${label} (${machine}).`,
      `\`buttcloud admin machines ${machine} --host NAME\` prints the line to paste on a fresh Debian server that members reach by that name.`,
    ),
  machineOff: (service: Service, machine: string, label: string): MailText =>
    toOperator(
      service,
      `${label} may be switched off`,
      `Nothing is left on the server of ${label} (${machine}): it is retired, its pubs are elsewhere, and what it kept is past its time.`,
    ),
  noRoom: (service: Service, name: string, plan: string, until: Millis): MailText =>
    toOperator(
      service,
      `no room for ${name}, which is paid`,
      `Somebody has paid for a new pub, ${name}, on the plan ${plan}, and no hub has room for it. It is made by itself as soon as one has; if none has by ${when(until)}, the subscription is ended and the payment goes back.`,
      'Bring another server with `buttcloud admin hub-token`, or let a hub offer more (`--memory`). `buttcloud admin money` shows what waits.',
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
  hubUnable: (service: Service, label: string, names: string[]): MailText =>
    toOperator(
      service,
      `${label} could not run pubs`,
      `The hub ${label} could not run what it was given: ${someOf(names)}. Another hub was looked for at once, or is looked for now.`,
      `Its log says why (no image, a full disk, an engine that does not answer, a port that something else has), and \`buttcloud admin hubs ${label}\` what left it. Until it is mended it is given new pubs all the same; \`buttcloud admin cordon ${label}\` ends that.`,
    ),
  unmade: (service: Service, name: string, label: string, why: string): MailText =>
    toOperator(
      service,
      `${name} was not made`,
      `The pub ${name}, which was to be made by a cluster file, never came up, last on ${label}: ${why}.`,
      `Its owners have heard nothing of it. When that is mended, apply the file again: \`buttcloud admin apply FILE\`.`,
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
