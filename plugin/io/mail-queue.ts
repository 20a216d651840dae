/**
 * The queue of mails: on disk, sealed, before anybody counts on it; tried until it is taken, refused for good, or too
 * old. Sent at least once: a copy that a crash makes has the same Message-ID. What was sent stays known by its key.
 */
import { maskEmail } from '../../protocol/email-text'
import type { Millis } from '../../protocol/ids'
import {
  MAIL_KEPT_MS,
  MAIL_PAUSE_FIRST_MS,
  MAIL_PAUSE_LONGEST_MS,
  MAIL_SERVER_PAUSE_FIRST_MS,
  MAIL_SERVER_PAUSE_LONGEST_MS,
  MAIL_TRIED_MS,
  MAILS_FAILED_LISTED_MAX,
  MAILS_KEPT_MAX,
  MAILS_WAITING_MAX,
  SMTP_CONNECTIONS_MAX,
} from '../../protocol/limits-mail'
import type { MailView } from '../../protocol/mail'
import { type Clock, createLoop, type Loop } from '../../sbot/loop'
import type { Note } from '../../sbot/meters'
import type { SecretBox } from '../../sbot/secret-box'
import type { Mail } from '../effects'
import { ClockTrust } from './clock-trust'
import { MailError, type Mailer } from './mail'
import type { Log } from './provider'
import { SealedFolder } from './sealed-folder'

interface Waiting {
  state: 'waiting'
  mail: Mail
  /** Where it goes whoever it is to: a code goes to an address that is not confirmed yet. */
  address: string | null
  at: Millis
  /** Not tried after this. */
  until: Millis
  tries: number
  nextAt: Millis
  reason: string | null
}
interface Over {
  /** dropped: nobody wants it any more. */
  state: 'sent' | 'failed' | 'dropped'
  at: Millis
  what: string
  /** Shortened. */
  to: string
  kind: Mail['to']['kind'] | 'code'
  reason: string | null
}
type Entry = Waiting | Over

export interface MailQueueOptions {
  folder: string
  box: SecretBox
  mailer: Mailer
  /** Where a mail goes now; null: nowhere any more. */
  addressOf(to: Mail['to']): string | null
  clock: Clock
  log: Log
  /** A mail could not be delivered. */
  onFailed(): void
  /** For the figures. */
  note?: Note
  /** Mails that wait at once; default MAILS_WAITING_MAX. */
  waitingMax?: number
}

export class MailQueue {
  private readonly entries: SealedFolder<Entry>
  private readonly keys = new Set<string>()
  private readonly loop: Loop
  private readonly trust: ClockTrust
  private waiting = 0
  /** Every look of the provider asks for these. */
  private failed: Over[] | null = null

  constructor(private readonly options: MailQueueOptions) {
    const { clock, log } = options
    this.trust = new ClockTrust(clock)
    this.entries = new SealedFolder<Entry>(options.folder, options.box, ({ value }) => entryOf(value))
    for (const [key, entry] of this.entries.all()) {
      this.keys.add(key)
      if (entry.state === 'waiting') this.waiting += 1
    }
    this.loop = createLoop({
      look: () => this.look(),
      clock,
      firstPauseMs: MAIL_SERVER_PAUSE_FIRST_MS,
      ceilingPauseMs: MAIL_SERVER_PAUSE_LONGEST_MS,
      onError: (error, pauseMs) =>
        log('warn', `no mail can be sent, trying again in ${Math.round(pauseMs / 1000)} s`, {
          reason: error.message,
        }),
    })
    this.loop.wake()
  }

  get unreadable(): number {
    return this.entries.unreadable
  }

  get waitingCount(): number {
    return this.waiting
  }

  /** Keys of what waits or was dealt with lately. */
  get taken(): ReadonlySet<string> {
    return this.keys
  }

  /** On disk when it returns; a key that is taken is not taken twice. */
  add(mail: Mail, direct: { address: string; until: Millis } | null = null): void {
    if (this.keys.has(mail.key)) return
    const at = this.options.clock.now()
    const waiting: Waiting = {
      ...{ state: 'waiting', mail, address: direct?.address ?? null, at },
      until: direct?.until ?? at + MAIL_TRIED_MS,
      ...{ tries: 0, nextAt: at, reason: null },
    }
    const { waitingMax = MAILS_WAITING_MAX } = this.options
    const full = this.waiting >= waitingMax
    if (full) this.end(mail.key, waiting, 'failed', `${waitingMax} mails wait already`)
    else this.entries.put(mail.key, waiting)
    this.keys.add(mail.key)
    if (full) return
    this.waiting += 1
    this.loop.wake()
  }

  /** What could not be delivered to owners and payers lately, newest last. */
  failures(): readonly Over[] {
    this.failed ??= this.listed('failed').filter(({ kind }) => kind === 'owner' || kind === 'payer')
    return this.failed
  }

  view(): Pick<MailView, 'waiting' | 'failed' | 'sent'> {
    const waiting: MailView['waiting'] = []
    for (const [, entry] of this.entries.all()) {
      if (entry.state !== 'waiting') continue
      const { mail, at: since, tries, nextAt, reason } = entry
      waiting.push({ what: mail.subject, to: this.shown(entry), since, tries, nextAt, reason })
    }
    const failed = this.listed('failed').map(({ what, to, at, reason }) => ({
      what,
      to,
      at,
      reason: reason ?? '',
    }))
    return { waiting: waiting.sort((a, b) => a.since - b.since), failed, sent: this.listed('sent').length }
  }

  /** Cuts what is being sent; it waits on disk. */
  stop(): void {
    void this.loop.stop()
    this.options.mailer.close()
  }

  private listed(state: Over['state']): Over[] {
    const list: Over[] = []
    for (const [, entry] of this.entries.all()) if (entry.state === state) list.push(entry)
    const sorted = list.sort((a, b) => a.at - b.at)
    return state === 'failed' ? sorted.slice(-MAILS_FAILED_LISTED_MAX) : sorted
  }

  /** Sends what is due, oldest first; rejects when the mail server is not there, so that the loop waits. */
  private async look(): Promise<void> {
    // By a clock that was set wrongly nothing is thrown away, else a minute of it would lose every mail that waits.
    const isEven = this.trust.isEven()
    if (isEven) this.prune()
    for (;;) {
      const due = this.due(isEven).slice(0, SMTP_CONNECTIONS_MAX)
      if (due.length === 0) return
      const results = await Promise.allSettled(due.map(([key, entry]) => this.deliver(key, entry, isEven)))
      for (const result of results) if (result.status === 'rejected') throw result.reason
    }
  }

  private due(isEven: boolean): [key: string, entry: Waiting][] {
    const now = this.options.clock.now()
    const due: [string, Waiting][] = []
    for (const [key, entry] of this.entries.all()) {
      if (entry.state !== 'waiting') continue
      // An appointment of a clock that was ahead, and was set right since, holds nothing up.
      const isAhead = entry.nextAt > now + MAIL_PAUSE_LONGEST_MS
      const isOver = this.isOver(entry, isEven)
      if (entry.nextAt <= now || isAhead || isOver) due.push([key, entry])
      else this.loop.wakeAt(entry.until <= now ? entry.nextAt : Math.min(entry.nextAt, entry.until))
    }
    return due.sort(([, a], [, b]) => a.at - b.at)
  }

  /** Not to be tried any more. A code is void by whatever clock there is. */
  private isOver({ until, address }: Waiting, isEven: boolean): boolean {
    return until <= this.options.clock.now() && (isEven || address !== null)
  }

  private async deliver(key: string, entry: Waiting, isEven: boolean): Promise<void> {
    const { mailer, log, box } = this.options
    const address = this.addressOf(entry)
    if (address === null) return this.settle(key, entry, 'dropped', 'there is no address any more')
    if (this.isOver(entry, isEven))
      return this.settle(key, entry, 'failed', entry.reason ?? 'it is too late for it')
    const { mail, at } = entry
    const unsubscribe = mail.to.kind !== 'operator' && entry.address === null
    const letter = { to: address, subject: mail.subject, text: mail.text, id: box.hash(`mail ${key}`) }
    try {
      await mailer.send({ ...letter, date: new Date(at), unsubscribe })
    } catch (error) {
      return this.notTaken(key, entry, error)
    }
    log('info', 'a mail was sent', { about: aboutOf(key) })
    this.settle(key, entry, 'sent', null)
  }

  private notTaken(key: string, entry: Waiting, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    const trouble = error instanceof MailError ? error.trouble : 'server'
    if (trouble === 'refused') return this.settle(key, entry, 'failed', reason)
    // That nobody's mail can go is told of each, and counted for none.
    const tries = trouble === 'later' ? entry.tries + 1 : entry.tries
    const pauseMs = Math.min(MAIL_PAUSE_FIRST_MS * 2 ** (tries - 1), MAIL_PAUSE_LONGEST_MS)
    const nextAt = trouble === 'later' ? this.options.clock.now() + pauseMs : entry.nextAt
    if (trouble === 'later') this.count('put-off')
    if (tries !== entry.tries || reason !== entry.reason)
      this.entries.put(key, { ...entry, tries, nextAt, reason })
    if (trouble === 'server') throw error
  }

  private settle(key: string, entry: Waiting, state: Over['state'], reason: string | null): void {
    this.end(key, entry, state, reason)
    this.waiting -= 1
  }

  private end(key: string, entry: Waiting, state: Over['state'], reason: string | null): void {
    const { clock, log, onFailed } = this.options
    const kind = entry.address === null ? entry.mail.to.kind : 'code'
    const over: Over = {
      state,
      at: clock.now(),
      what: entry.mail.subject,
      to: this.shown(entry),
      kind,
      reason,
    }
    this.entries.put(key, over)
    this.count(state)
    if (state !== 'failed') return
    this.failed = null
    log('warn', 'a mail could not be delivered', { about: aboutOf(key), reason })
    onFailed()
  }

  private count(outcome: Over['state'] | 'put-off'): void {
    this.options.note?.({ name: 'buttcloud_mails_total', labels: { outcome }, value: 1 })
  }

  private addressOf(entry: Waiting): string | null {
    return entry.address ?? this.options.addressOf(entry.mail.to)
  }

  private shown(entry: Waiting): string {
    const address = this.addressOf(entry)
    return address === null ? entry.mail.to.kind : maskEmail(address)
  }

  /** What is over is forgotten when it is old, or when there is too much of it. */
  private prune(): void {
    const now = this.options.clock.now()
    const over = [...this.entries.all()].filter(([, { state }]) => state !== 'waiting')
    const spare = over.sort(([, a], [, b]) => a.at - b.at).length - MAILS_KEPT_MAX
    for (const [index, [key, entry]] of over.entries()) {
      if (index >= spare && entry.at > now - MAIL_KEPT_MS) continue
      this.entries.remove(key)
      this.keys.delete(key)
      this.failed = null
    }
  }
}

/** The first word of a key says what it is about; the others are ids. */
function aboutOf(key: string): string {
  return key.split(' ')[0] ?? ''
}

function entryOf(value: unknown): Entry | null {
  const { state, at } = (value ?? {}) as Partial<Entry>
  const known = state === 'waiting' || state === 'sent' || state === 'failed' || state === 'dropped'
  return known && typeof at === 'number' ? (value as Entry) : null
}
