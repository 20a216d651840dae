/** Everything about mail of one provider: the addresses, the queue, the mail server. */
import { join } from 'node:path'
import { checkEmail, maskEmail } from '../../protocol/email-text'
import type { FeedId } from '../../protocol/ids'
import { MAIL_CAUSE_MS, MAIL_TEST_MS } from '../../protocol/limits-mail'
import type { EmailReply, EmailSet, EmailState, MailTestAnswer, MailView } from '../../protocol/mail'
import type { PaymentMessage } from '../../protocol/messages/payment'
import type { State } from '../../protocol/state'
import type { Clock } from '../../sbot/loop'
import type { Note } from '../../sbot/meters'
import { createSecretBox, type SecretBox } from '../../sbot/secret-box'
import type { Mail, MailTo } from '../effects'
import type { MailFacts } from '../mail-facts'
import type { MailSettings } from '../mail-settings'
import { mailWords, type Service } from '../words-mail'
import { Addresses } from './addresses'
import type { PayerNews } from './billing'
import { refusal } from './commits'
import type { Mailer } from './mail'
import { MailQueue } from './mail-queue'
import type { Log } from './provider'

export interface PostOptions {
  settings: MailSettings
  mailer: Mailer
  /** Where the provider's own tables are. */
  folder: string
  keys: { private: string }
  service: Service
  clock: Clock
  log: Log
  /** Mails that wait at once; default MAILS_WAITING_MAX. */
  waitingMax?: number
  /** For the figures. */
  note?: Note
  /** Look again: something about mail is different. */
  wake(): void
  /** The digits that confirm an address; default: by chance. The simulator brings its own. */
  makeCode?(): string
}

export class Post {
  private readonly addresses: Addresses
  private readonly queue: MailQueue
  private readonly box: SecretBox

  constructor(private readonly options: PostOptions) {
    const { folder, keys, clock, log, mailer, wake } = options
    this.box = createSecretBox(keys, 'mail')
    const { makeCode } = options
    this.addresses = new Addresses(join(folder, 'addresses'), this.box, () => clock.now(), makeCode)
    this.queue = new MailQueue({
      ...{ folder: join(folder, 'mail'), box: this.box, mailer, clock, log, onFailed: wake },
      addressOf: (to) => this.addressOf(to),
      ...(options.waitingMax === undefined ? {} : { waitingMax: options.waitingMax }),
      ...(options.note === undefined ? {} : { note: options.note }),
    })
    const lost = this.addresses.unreadable + this.queue.unreadable
    if (lost > 0)
      log('warn', 'mails or addresses were sealed with another secret, or are damaged; they are left alone', {
        files: lost,
      })
    log('info', 'mail goes out', { server: mailer.server, waiting: this.queue.view().waiting.length })
  }

  /** Mails in the queue. */
  get waiting(): number {
    return this.queue.waitingCount
  }

  /** What a look may know. */
  facts(): MailFacts {
    return {
      taken: this.queue.taken,
      has: (to) => this.addressOf(to) !== null,
      same: (one, other) => {
        const [a, b] = [this.addressOf(one), this.addressOf(other)]
        return a !== null && b !== null && a.toLowerCase() === b.toLowerCase()
      },
      failed: this.queue.failures(),
      portal: this.options.settings.portal,
      portalOf: (customer) => this.addresses.portalOf(customer),
    }
  }

  /** On disk when it resolves. */
  readonly send = async (mail: Mail): Promise<void> => {
    this.queue.add(mail)
  }

  /** What an owner says of their address, by whichever way. */
  async set(owner: FeedId, { address, code }: EmailSet): Promise<EmailReply> {
    if (code !== null) return this.addresses.confirm(owner, code)
    if (address === null) return this.addresses.forget(owner)
    if (checkEmail(address) === null)
      throw refusal('bad-argument', 'that is no mail address; one looks like alice@example.org')
    const begun = this.addresses.begin(owner, address)
    if (begun === 'too-many') return begun
    const { subject, text } = mailWords.code(this.options.service, begun.code)
    const mail: Mail = {
      key: `code ${owner} ${begun.name} ${begun.expiresAt}`,
      to: { kind: 'owner', owner },
      subject,
      text,
    }
    this.queue.add(mail, { address: begun.address, until: begun.expiresAt })
    return 'code-sent'
  }

  state(owner: FeedId): EmailState {
    return this.addresses.state(owner)
  }

  /** What a bridge says of a payer: their address is kept, and a receipt mailed, once per invoice. */
  hear({ customer, email, subscription, invoice, receiptUrl }: PayerNews, state: State): void {
    this.addresses.notePayer(customer, email)
    if (invoice === null || receiptUrl === null || subscription === null) return
    const known = this.addresses.receiptsOf(customer)
    if (known.includes(invoice)) return
    const payment = state.provider.money.payments.get(subscription)
    const name = nameOf(state, payment?.content)
    // Of a payer who was here before this provider sent mail, the last invoice is no news.
    const good = payment?.goodSince ?? null
    const old = known.length === 0 && good !== null && good <= this.options.clock.now() - MAIL_CAUSE_MS
    const words = mailWords.receipt(this.options.service, name, receiptUrl)
    if (!old) this.queue.add({ key: `receipt ${invoice}`, to: { kind: 'payer', customer }, ...words })
    this.addresses.noteReceipt(customer, invoice)
  }

  /** A payer's lasting link, as the bridge makes it; null where there is none any more. On disk when it returns. */
  hearPortal(customer: string, link: string | null): void {
    this.addresses.notePortal(customer, link)
  }

  view(): MailView {
    return {
      on: true,
      server: this.options.mailer.server,
      ...this.queue.view(),
      addresses: this.addresses.counts(),
    }
  }

  /** Sends one mail now; null: to the operator. */
  async test(wanted: string | null): Promise<MailTestAnswer> {
    const { settings, mailer, clock, service } = this.options
    const to = wanted === null ? settings.operator : checkEmail(wanted)
    if (to === null)
      throw refusal(
        'bad-argument',
        wanted === null
          ? 'to which address? config.json has no mail.operator: say `admin mail test ADDRESS`'
          : 'that is no mail address; one looks like alice@example.org',
      )
    const now = clock.now()
    const letter = { to, ...mailWords.test(service), id: this.box.hash(`test ${now}`), unsubscribe: false }
    const { reason, dialogue } = await mailer.test({ ...letter, date: new Date(now) }, MAIL_TEST_MS)
    return { ok: reason === null, to: maskEmail(to), reason, dialogue }
  }

  stop(): void {
    this.queue.stop()
  }

  private addressOf(to: MailTo): string | null {
    return to.kind === 'operator' ? this.options.settings.operator : this.addresses.of(to)
  }
}

/** What a payment is for: its pub, which may not be made yet when the receipt is here. */
function nameOf({ provider }: State, payment: PaymentMessage | undefined): string {
  if (payment === undefined) return 'a pub'
  const asked = provider.money.checkouts.get(payment.checkout)
  return provider.pubs.get(payment.pub)?.record.name ?? asked?.content.name ?? 'a pub'
}
