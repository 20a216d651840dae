/** Mail: what is owed arrives, in time and as one; nothing arrives that is not for its reader; no address is anywhere else. */
import type { Letter, MailTrouble } from '../../../plugin/io/mail'
import { when } from '../../../plugin/words'
import type { FeedId, MessageId, Millis } from '../../../protocol/ids'
import { MAIL_SERVER_PAUSE_FIRST_MS, MAIL_SERVER_PAUSE_LONGEST_MS } from '../../../protocol/limits-mail'
import type { EmailReply, EmailSet } from '../../../protocol/mail'
import type { DuesMessage } from '../../../protocol/messages/dues'
import type { PubMessage } from '../../../protocol/messages/pub'
import type { Violate } from './violation'

const HOST = '@post.example'
/** A mail server that does not answer is given up after less, and a queue that waited has gone out. */
const SERVER_SLOW_MS = 20_000
const QUEUE_MS = 60_000

interface Owed {
  owner: FeedId
  /** Where it goes as long as its owner leaves it so. */
  address: string
  name: string
  dues: DuesMessage
  key: MessageId
  since: Millis
  arrived: boolean
  tried: boolean
  isVoid: boolean
}

export class Mail {
  /** Every address that anybody has ever given. */
  readonly addresses = new Set<string>()
  private readonly owners = new Map<FeedId, string>()
  private readonly begun = new Map<FeedId, string>()
  /** The code that each owner's address was confirmed by: given once more, it says nothing of one that was begun since. */
  private readonly taken = new Map<FeedId, string | null>()
  /** Where a code may go: it may wait longer than somebody wants it. */
  readonly asked = new Set<string>()
  private readonly payers = new Map<string, Set<string>>()
  private readonly letters = new Map<string, Letter>()
  private readonly ids = new Map<string, string>()
  private readonly owed: Owed[] = []
  /** Subjects and texts of what has arrived, by address. */
  private readonly read = new Map<string, Set<string>>()
  /** Until when mails may wait behind the last ones that could not be sent, and how many these were in a row. */
  private held: { until: Millis; row: number } = { until: 0, row: 0 }
  arrivals = 0

  constructor(
    private readonly violate: Violate,
    private readonly now: () => Millis,
  ) {}

  has(owner: FeedId): boolean {
    return this.owners.has(owner)
  }

  /** What the store of addresses answered an owner. */
  said(owner: FeedId, { address, code }: EmailSet, reply: EmailReply): void {
    if (reply === 'code-sent' && address !== null) this.begun.set(owner, address)
    if (reply === 'forgotten' || reply === 'none')
      for (const known of [this.begun, this.owners, this.taken]) known.delete(owner)
    const begun = this.begun.get(owner)
    const isAgain = this.taken.get(owner) === code
    if (reply === 'confirmed' && begun !== undefined && !isAgain) {
      this.owners.set(owner, begun)
      this.taken.set(owner, code)
    }
    // Who has another address by now, or none, need not get it at the former one, also where that comes back.
    for (const one of this.owed)
      if (one.owner === owner && this.owners.get(owner) !== one.address) one.isVoid = true
  }

  payerIs(customer: string, address: string): void {
    this.addresses.add(address)
    const known = this.payers.get(customer) ?? new Set()
    this.payers.set(customer, known.add(address))
  }

  /** A stage stands on the feed: everybody with an address is owed a mail about it. */
  promised(record: PubMessage | undefined, dues: DuesMessage, key: MessageId): void {
    // What was never sent, and is over, need not be: only the present stage is mailed.
    if (dues.stage === 'clear')
      for (const one of this.owed) if (one.dues.pub === dues.pub && !one.tried) one.isVoid = true
    for (const owner of record?.owners ?? []) {
      const address = this.owners.get(owner)
      if (address === undefined || record === undefined) continue
      const { name } = record
      this.owed.push({
        ...{ owner, address, name, dues, key, since: this.now() },
        arrived: false,
        tried: false,
        isVoid: false,
      })
    }
  }

  /** The next stage takes effect: the mail about the one before it was on its way. */
  takesEffect(key: MessageId, stage: string): void {
    for (const one of this.owed) {
      if (one.key !== key || one.tried || one.isVoid || this.held.until >= one.since) continue
      this.violate('mailed', `${one.name} is ${stage}, and no mail has told of it`)
    }
  }

  /** Nobody's mail can go: so when it is tried, and so until that has come out. */
  troubled(trouble: MailTrouble | null): void {
    if (trouble === 'server') this.held = this.heldAfter(this.held.row)
  }

  /** The mail server is spoken to. */
  tried(letter: Letter, trouble: MailTrouble | null): void {
    const { id, to, subject, text, date } = letter
    this.held = trouble === 'server' ? this.heldAfter(this.held.row + 1) : { ...this.held, row: 0 }
    const before = this.letters.get(id)
    if (before !== undefined && (before.subject !== subject || before.text !== text))
      this.violate('mail-once', `one Message-ID for ${before.subject} and ${subject}`)
    this.letters.set(id, letter)
    const what = JSON.stringify([to, subject, text, date.getTime()])
    const other = this.ids.get(what)
    if (other !== undefined && other !== id) this.violate('mail-once', `two Message-IDs for ${subject}`)
    this.ids.set(what, id)
    this.judgePlace(letter)
    this.judgeText(letter)
    for (const one of this.owed) {
      if (!isAbout(one, letter)) continue
      one.tried = true
      // Its server says that there is nobody of this name.
      if (trouble === 'refused') one.arrived = true
    }
  }

  arrived(letter: Letter): void {
    this.arrivals += 1
    const known = this.read.get(letter.to) ?? new Set()
    this.read.set(letter.to, known.add(letter.text))
    for (const one of this.owed) if (isAbout(one, letter)) one.arrived = true
  }

  /** A message of the provider or a hub, or a line of a log. */
  shown(where: string, text: string): void {
    if (!text.includes(HOST)) return
    for (const address of this.addresses)
      if (text.toLowerCase().includes(address.toLowerCase()))
        this.violate('mail-private', `an address is ${where}: ${text.slice(0, 200)}`)
  }

  /** Mails that are owed and have not arrived. */
  missing(): string[] {
    return this.owed
      .filter((one) => !one.arrived && !one.isVoid)
      .map(({ name, dues }) => `${dues.stage} of ${name}`)
  }

  /** A server that fails is left alone for longer each time, and what waited then goes out one by one. */
  private heldAfter(row: number): { until: Millis; row: number } {
    const pauseMs = Math.min(MAIL_SERVER_PAUSE_FIRST_MS * 2 ** (row - 1), MAIL_SERVER_PAUSE_LONGEST_MS)
    return { until: this.now() + SERVER_SLOW_MS + pauseMs + QUEUE_MS, row }
  }

  private judgePlace({ to, subject }: Letter): void {
    const isCode = subject.startsWith('Your code') && this.asked.has(to)
    const isPayer = [...this.payers.values()].some((addresses) => addresses.has(to))
    if (to === 'operator@desk.example' || isCode || isPayer || [...this.owners.values()].includes(to)) return
    this.violate('mail-private', `"${subject}" goes to somebody who wants no mail`)
  }

  private judgeText({ to, subject, text }: Letter): void {
    const all = `${subject}\n${text}`
    if (/~[A-Za-z0-9+/]{16}/.test(all) || all.includes('?unbox='))
      this.violate('mail-private', `"${subject}" has an invite in it, or a link to an export`)
    const customer = /https:\/\/portal\.example\/(\S+)/.exec(text)?.[1]
    if (customer !== undefined && !this.payers.get(customer)?.has(to))
      this.violate('mail-private', 'a portal is opened to somebody else than its payer')
    this.shown('in a mail', all)
  }
}

/** True for a letter that tells an owner of this stage, with its date. */
function isAbout({ address, name, dues }: Owed, { to, subject, text }: Letter): boolean {
  if (to !== address || !subject.includes(name)) return false
  if (dues.stage === 'clear') return subject.includes('all right again')
  const date = dues.stage === 'grace' || dues.stage === 'reminded' ? dues.suspendAt : dues.endAt
  return text.includes(when(date)) && /You get this because/.test(text)
}
