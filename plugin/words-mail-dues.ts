/** What is mailed about dues: to owners and to who pays, stage by stage. Facts in, sentences out. */
import type { Millis } from '../protocol/ids'
import type { DuesMessage, DuesReason, DuesStage } from '../protocol/messages/dues'
import { when } from './words'

/** Whom a mail about money is written to. */
export type Reader = 'owner' | 'payer'

const day = (at: Millis): string => when(at).slice(0, 10)

export interface DuesTold {
  name: string
  dues: DuesMessage
  reader: Reader
  /** Its operator has stopped it, too. */
  halted: boolean
  /** Of a pub that has ended: until when its data is there. */
  keepUntil: Millis | null
  /** Stripe's page for payers; it asks for a code that it mails. */
  portal: string | null
  /** The payer's own link to it, which asks for nothing: null in a mail that somebody else may get, too. */
  own: string | null
}

const BECAUSE: Record<DuesReason, (name: string) => string> = {
  'past-due': (name) => `A payment for ${name} failed. Stripe tries it again by itself within the next days.`,
  unpaid: (name) => `The payments for ${name} failed, and Stripe has given up trying.`,
  canceled: (name) => `The subscription that paid for ${name} is over.`,
  leaving: (name) => `${name} was cancelled.`,
  never: (name) => `${name} has to be paid for from now on, and nobody pays for it yet.`,
  'grant-over': (name) => `The time for which ${name} was given to you is over.`,
}

/** What its reader can do, by the pages that they can be told of. */
type Say = (name: string, pages: Pick<DuesTold, 'portal' | 'own'>) => string | null

/** A link stands alone, so that every mail program finds its end. */
const byLink = (what: string, own: string): string =>
  `${what} with this link:\n\n${own}\n\nIt leads to your own page at Stripe without a password: pass it on to nobody.`

const payAgain = (name: string): string =>
  `To go on, write \`pay ${name}\` as a private message: the answer has a link, which anybody may pay by.`

const askOwner = (name: string): string =>
  `To go on, ask the owner of ${name} for a link to pay by: \`pay ${name}\`, as a private message, makes one.`

const WHAT_TO_DO: Record<DuesReason, Record<Reader, Say>> = {
  'past-due': {
    owner: (name, { portal, own }) => {
      if (own !== null) return byLink('Change the card or pay at once', own)
      const page =
        portal === null
          ? ''
          : ` Or open this page, which asks for a code that it mails to whoever pays: ${portal}`
      return `To change the card or pay at once, write \`billing ${name}\` as a private message: a link to do so is mailed to whoever pays.${page}`
    },
    payer: (name, { portal, own }) => {
      if (own !== null) return byLink('Change the card or pay at once', own)
      return portal === null
        ? `To change the card or pay at once, ask the owner of ${name} to write \`billing ${name}\` as a private message: a link is mailed to you.`
        : `To change the card or pay at once, open this page with this address of yours: ${portal}`
    },
  },
  unpaid: {
    owner: (name, { own }) =>
      own === null
        ? payAgain(name)
        : `${byLink('Change the card and pay what is open', own)} Or write \`pay ${name}\` as a private message: the answer has a link that anybody may pay by.`,
    payer: (name, { own }) =>
      own === null ? askOwner(name) : byLink('Change the card and pay what is open', own),
  },
  canceled: {
    owner: payAgain,
    payer: (name) => `If that is what you want, there is nothing to do. ${askOwner(name)}`,
  },
  leaving: {
    owner: (name) =>
      `If that is what you want, there is nothing to do. To go on after all, write \`billing ${name}\` before then, or \`pay ${name}\` afterwards.`,
    payer: (_name, { own }) =>
      `If that is what you want, there is nothing to do: nothing more is charged.${own === null ? '' : ` ${byLink('To go on after all, renew it before then', own)}`}`,
  },
  never: { owner: payAgain, payer: () => null },
  'grant-over': { owner: payAgain, payer: () => null },
}

const SUBJECTS: Record<DuesReason, (name: string) => string> = {
  'past-due': (name) => `The payment for ${name} failed`,
  unpaid: (name) => `The payments for ${name} failed`,
  canceled: (name) => `The subscription of ${name} is over`,
  leaving: (name) => `${name} was cancelled`,
  never: (name) => `${name} has to be paid for`,
  'grant-over': (name) => `The gift of ${name} is over`,
}

const forOwner = (reader: Reader, text: string): string | null => (reader === 'owner' ? text : null)
const wholeExport = (name: string, until: Millis): string =>
  `To take all of it with you before ${when(until)} (key pair, messages and files): \`buttcloud export ${name} all\`, in a terminal. For the key pair alone: \`export ${name} secret\`, as a private message.`

interface Said {
  subject: string
  /** null: left out. */
  paragraphs: (string | null)[]
}

/** What one stage says to one reader. */
export function duesMail(told: DuesTold): Said {
  return DUES[told.dues.stage]({ ...told, todo: whatToDo(told) })
}

interface Told extends DuesTold {
  todo: string | null
}

function whatToDo({ name, dues, reader, portal, own }: DuesTold): string | null {
  // What was cancelled can be renewed until it is over, and no longer.
  const isOver = dues.reason === 'leaving' && dues.stage !== 'grace' && dues.stage !== 'reminded'
  return WHAT_TO_DO[dues.reason][reader](name, { portal, own: isOver ? null : own })
}

const DUES: Record<DuesStage, (told: Told) => Said> = {
  grace: ({ name, dues, todo }) => ({
    subject: SUBJECTS[dues.reason](name),
    paragraphs: [
      BECAUSE[dues.reason](name),
      dues.reason === 'leaving'
        ? `It is paid for until ${when(dues.suspendAt)} and runs until then. Then it is stopped; its data is kept until ${day(dues.endAt)}.`
        : `${name} runs on until ${when(dues.suspendAt)}. If it is not paid for by then it is stopped; its data is kept until ${day(dues.endAt)}.`,
      todo,
    ],
  }),
  reminded: ({ name, dues, reader, todo }) => ({
    subject: `${name} is stopped on ${day(dues.suspendAt)}`,
    paragraphs: [
      BECAUSE[dues.reason](name),
      `${name} is stopped at ${when(dues.suspendAt)} unless it is paid for by then. Its data is kept until ${day(dues.endAt)}.`,
      todo,
      forOwner(reader, wholeExport(name, dues.endAt)),
    ],
  }),
  suspended: ({ name, dues, reader, todo, halted }) => ({
    subject: `${name} is stopped until it is paid for`,
    paragraphs: [
      BECAUSE[dues.reason](name),
      `${name} is stopped. Nothing is lost: its data is kept until ${when(dues.endAt)}${halted ? '. Whoever runs the service has stopped it, too, so a payment alone does not bring it up again' : ', and as soon as it is paid for it is up again by itself'}.`,
      todo,
      forOwner(reader, wholeExport(name, dues.endAt)),
    ],
  }),
  'last-week': (told) => lastWarning(told, 'in a week'),
  'last-day': (told) => lastWarning(told, 'in a day'),
  ended: ({ name, dues, reader, keepUntil }) => ({
    subject: `${name} has ended`,
    paragraphs: [
      `${BECAUSE[dues.reason](name)} It was not paid for by ${when(dues.endAt)}, so it has ended.`,
      `Its data is kept until ${when(keepUntil ?? dues.endAt)} and then deleted for good.`,
      forOwner(reader, wholeExport(name, keepUntil ?? dues.endAt)),
    ],
  }),
  clear: ({ name }) => ({
    subject: `${name} is all right again`,
    paragraphs: [`${name} is taken care of: what was said about stopping it is off. Thank you.`],
  }),
}

function lastWarning({ name, dues, reader, todo }: Told, soon: string): Said {
  return {
    subject: `${name} ends ${soon}`,
    paragraphs: [
      `${name} is stopped because it is not paid for, and ends at ${when(dues.endAt)}. Its data is deleted after that, and it can't be brought back.`,
      todo,
      forOwner(reader, wholeExport(name, dues.endAt)),
    ],
  }
}
