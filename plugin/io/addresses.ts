/**
 * Mail addresses: of owners, confirmed by a code that was sent there, and of payers, as Stripe has them. Kept here alone,
 * sealed; never in a message, an answer or a log line. Bounded in number and in how often codes are sent.
 */
import { randomInt } from 'node:crypto'
import { checkEmail } from '../../protocol/email-text'
import type { FeedId, Millis } from '../../protocol/ids'
import {
  ADDRESSES_MAX,
  EMAIL_CODE_AGAIN_MS,
  EMAIL_CODE_DIGITS,
  EMAIL_CODE_EXPIRES_MS,
  EMAIL_CODES_IN_ALL_PER_HOUR_MAX,
  EMAIL_CODES_KEPT_MS,
  EMAIL_CODES_PER_ADDRESS_PER_DAY_MAX,
  EMAIL_CODES_PER_HOUR_MAX,
  EMAIL_TRIES_MAX,
  PAYER_RECEIPTS_MAX,
} from '../../protocol/limits-mail'
import type { EmailReply, EmailState } from '../../protocol/mail'
import type { SecretBox } from '../../sbot/secret-box'
import type { MailTo } from '../effects'
import { SealedFolder } from './sealed-folder'

const HOUR_MS = 3_600_000

interface OwnerEntry {
  kind: 'owner'
  /** Confirmed; null: none. */
  address: string | null
  pending: { address: string; code: string; tries: number; expiresAt: Millis } | null
  /** Codes sent lately, and to which address, as keyed hashes. */
  codes: { to: string; at: Millis }[]
  /** The code that was taken last, as a hash. */
  taken: { code: string; at: Millis } | null
}
interface PayerEntry {
  kind: 'payer'
  address: string | null
  /** Invoices whose receipts were mailed or need not be, oldest first. */
  receipts: string[]
  /** The link by which they change their card; in no mail but theirs. Not there in files of before there were any. */
  portal?: string | null
}
type Entry = OwnerEntry | PayerEntry

/** A code to be mailed. */
export interface Code {
  address: string
  code: string
  /** Unlike for unlike codes, and tells nothing of them. */
  name: string
  expiresAt: Millis
}

const NOBODY: OwnerEntry = { kind: 'owner', address: null, pending: null, codes: [], taken: null }

export class Addresses {
  private readonly entries: SealedFolder<Entry>

  constructor(
    folder: string,
    private readonly box: SecretBox,
    private readonly now: () => Millis,
    private readonly makeCode: () => string = randomCode,
  ) {
    this.entries = new SealedFolder<Entry>(folder, box, ({ value }) => entryOf(value))
    for (const [id, entry] of [...this.entries.all()]) if (this.isIdle(entry)) this.entries.remove(id)
  }

  /** Files that could not be read: another secret sealed them, or they are damaged. */
  get unreadable(): number {
    return this.entries.unreadable
  }

  /** Where mail to somebody goes; null where none is confirmed. The operator's is not here. */
  of(to: MailTo): string | null {
    if (to.kind === 'operator') return null
    return this.entries.get(to.kind === 'owner' ? to.owner : payerId(to.customer))?.address ?? null
  }

  state(owner: FeedId): Pick<EmailState, 'codeWaits'> & { state: Exclude<EmailState['state'], 'off'> } {
    const { address, pending } = this.owner(owner)
    const codeWaits = pending !== null && this.isGood(pending)
    return { state: address !== null ? 'confirmed' : codeWaits ? 'unconfirmed' : 'none', codeWaits }
  }

  counts(): { owners: number; payers: number } {
    const counts = { owner: 0, payer: 0 }
    for (const [, { kind, address }] of this.entries.all()) if (address !== null) counts[kind] += 1
    return { owners: counts.owner, payers: counts.payer }
  }

  /** Begins to confirm an address; the code is to be mailed there. `too-many` where that would be one too many. */
  begin(owner: FeedId, written: string): Code | 'too-many' {
    const now = this.now()
    const entry = this.owner(owner)
    const address = checkEmail(written)
    if (address === null)
      throw new Error('refused: that is no mail address; one looks like alice@example.org')
    const to = this.box.hash(`address ${address.toLowerCase()}`)
    const codes = entry.codes.filter(({ at }) => at > now - EMAIL_CODES_KEPT_MS)
    const lately = codes.filter(({ at }) => at > now - HOUR_MS)
    const full = this.entries.get(owner) === undefined && this.entries.size >= ADDRESSES_MAX
    if (full || lately.length >= EMAIL_CODES_PER_HOUR_MAX || this.isPestered(to)) return 'too-many'
    const code = this.makeCode()
    const hash = this.codeHash(owner, code)
    const expiresAt = now + EMAIL_CODE_EXPIRES_MS
    this.entries.put(owner, {
      ...entry,
      pending: { address, code: hash, tries: 0, expiresAt },
      codes: [...codes, { to, at: now }],
    })
    return { address, code, name: hash, expiresAt }
  }

  /** Takes a code. */
  confirm(owner: FeedId, written: string): EmailReply {
    const entry = this.owner(owner)
    const { pending, taken } = entry
    const code = this.codeHash(owner, written.replace(/\D/g, ''))
    // What was asked before a crash is asked again, and has been done.
    if (taken?.code === code && taken.at > this.now() - EMAIL_CODE_AGAIN_MS && entry.address !== null)
      return 'confirmed'
    if (pending === null || !this.isGood(pending)) return 'no-code'
    if (pending.code !== code) {
      this.entries.put(owner, { ...entry, pending: { ...pending, tries: pending.tries + 1 } })
      return 'wrong-code'
    }
    const { address } = pending
    this.entries.put(owner, { ...entry, address, pending: null, taken: { code, at: this.now() } })
    return 'confirmed'
  }

  /** Forgets; how many codes were sent stays known for a day, without the addresses. */
  forget(owner: FeedId): EmailReply {
    const entry = this.owner(owner)
    const had = entry.address !== null || entry.pending !== null
    if (had) this.entries.put(owner, { ...NOBODY, codes: entry.codes })
    return had ? 'forgotten' : 'none'
  }

  /** Keeps a payer's address as Stripe has it; where it has none, or one that can be none, the last one stays. */
  notePayer(customer: string, written: string | null): void {
    const address = written === null ? null : checkEmail(written)
    const entry = this.payer(customer)
    if (address === null || entry.address === address) return
    if (this.entries.get(payerId(customer)) === undefined && this.entries.size >= ADDRESSES_MAX) return
    this.entries.put(payerId(customer), { ...entry, address })
  }

  /** Keeps a payer's link, or forgets it. */
  notePortal(customer: string, portal: string | null): void {
    const entry = this.payer(customer)
    if ((entry.portal ?? null) === portal) return
    if (this.entries.get(payerId(customer)) === undefined && this.entries.size >= ADDRESSES_MAX) return
    this.entries.put(payerId(customer), { ...entry, portal })
  }

  /** Null: none is known. */
  portalOf(customer: string): string | null {
    return this.payer(customer).portal ?? null
  }

  /** Invoices of a payer whose receipts have been seen to, oldest first. */
  receiptsOf(customer: string): readonly string[] {
    return this.payer(customer).receipts
  }

  noteReceipt(customer: string, invoice: string): void {
    const entry = this.payer(customer)
    this.entries.put(payerId(customer), {
      ...entry,
      receipts: [...entry.receipts, invoice].slice(-PAYER_RECEIPTS_MAX),
    })
  }

  private owner(owner: FeedId): OwnerEntry {
    const entry = this.entries.get(owner)
    return entry?.kind === 'owner' ? entry : NOBODY
  }

  private payer(customer: string): PayerEntry {
    const entry = this.entries.get(payerId(customer))
    return entry?.kind === 'payer' ? entry : { kind: 'payer', address: null, receipts: [] }
  }

  private codeHash(owner: FeedId, code: string): string {
    return this.box.hash(`code ${owner} ${code}`)
  }

  private isGood({ tries, expiresAt }: { tries: number; expiresAt: Millis }): boolean {
    return tries < EMAIL_TRIES_MAX && this.now() < expiresAt
  }

  /** Nobody's mailbox is filled through us, and nobody sends much through us. */
  private isPestered(to: string): boolean {
    const now = this.now()
    let [there, inAll] = [0, 0]
    for (const [, entry] of this.entries.all()) {
      if (entry.kind !== 'owner') continue
      for (const code of entry.codes) {
        if (code.to === to && code.at > now - EMAIL_CODES_KEPT_MS) there += 1
        if (code.at > now - HOUR_MS) inAll += 1
      }
    }
    return there >= EMAIL_CODES_PER_ADDRESS_PER_DAY_MAX || inAll >= EMAIL_CODES_IN_ALL_PER_HOUR_MAX
  }

  /** Nothing of it counts any more. */
  private isIdle(entry: Entry): boolean {
    if (entry.address !== null || entry.kind === 'payer') return false
    const waits = entry.pending !== null && this.isGood(entry.pending)
    return !waits && entry.codes.every(({ at }) => at <= this.now() - EMAIL_CODES_KEPT_MS)
  }
}

function randomCode(): string {
  return String(randomInt(10 ** EMAIL_CODE_DIGITS)).padStart(EMAIL_CODE_DIGITS, '0')
}

function payerId(customer: string): string {
  return `payer ${customer}`
}

function entryOf(value: unknown): Entry | null {
  const { kind, address } = (value ?? {}) as Partial<Entry>
  const sound = (kind === 'owner' || kind === 'payer') && (address === null || typeof address === 'string')
  return sound ? (value as Entry) : null
}
