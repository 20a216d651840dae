/** What the owner has done: words to the provider, downloads, mail. Each is followed from here until the provider has it. */

import type { FeedId } from '../../../protocol/ids'
import type { EmailAnswer } from '../../../protocol/mail'
import { drain } from '../../../sbot/peers'
import type { Context } from '../../context'
import type { Identity } from '../../io/provider-call'
import { EMAIL_REPLY_TEXTS } from '../../mail-text'
import type { Fact, Progress, SourceEffect } from '../message'
import type { FeedLine } from './feed-line'
import { type ProviderLine, reasonIn } from './provider-line'
import { save } from './save'

type Say = Extract<SourceEffect, { kind: 'say' }>
type Save = Extract<SourceEffect, { kind: 'save' }>
type Email = Extract<SourceEffect, { kind: 'email' }>

export interface SendingOptions {
  context: Context
  feed: FeedLine
  tell(fact: Fact): void
  line(): ProviderLine | null
  identity(): Identity | null
}

interface Undelivered {
  request: number
  owner: FeedId
  sequence: number
}

const LOOK_FIRST_MS = 250
const LOOK_MAX_MS = 5_000

export class Sending {
  #undelivered: Undelivered[] = []
  #looking: NodeJS.Timeout | undefined
  #pauseMs = LOOK_FIRST_MS
  #stopped = false

  constructor(private readonly options: SendingOptions) {}

  /** Writes it to the feed as soon as the owner's node may write; it goes out whenever the provider is there. */
  say({ request, text, thread }: Say): void {
    const write = async (): Promise<void> => {
      const { feed } = this.options
      const { door, provider } = await feed.ready()
      const sent = await door
        .say({ provider: provider.id, text, thread: feed.threadFor(thread) })
        .catch((error: unknown) => {
          throw new Error(`it could not be written: ${reasonIn(error)}`, { cause: error })
        })
      this.#progress(request, { state: 'written', ...sent })
      this.#undelivered.push({ request, owner: door.id, sequence: sent.sequence })
      this.#lookSoon(LOOK_FIRST_MS)
    }
    write().catch((error: unknown) => this.#failed(request, error))
  }

  save({ request, name, part }: Save): void {
    const { context } = this.options
    const fetch = async (): Promise<void> => {
      const identity = this.options.identity()
      if (identity === null) throw new Error('no provider is joined')
      const end = await save(context, identity, { name, part }, (progress) =>
        this.#progress(request, progress),
      )
      if (end === 'needs-yes')
        this.say({ kind: 'say', request, text: `export ${name} ${part}`, thread: 'newest' })
    }
    fetch().catch((error: unknown) => this.#failed(request, error))
  }

  /** Over the line, so that no address stands on a feed. */
  email({ set }: Email): void {
    const hand = async (): Promise<string> => {
      const line = this.options.line()
      if (line === null || !line.isOpen)
        throw new Error('the provider is out of reach, and an address waits on no feed')
      const { outcome } = await line.call<EmailAnswer>('emailSet', set)
      if (!Object.hasOwn(EMAIL_REPLY_TEXTS, outcome))
        throw new Error('the provider answered something that this version does not know')
      return EMAIL_REPLY_TEXTS[outcome].text
    }
    const tell = (text: string): void => {
      if (!this.#stopped) this.options.tell({ kind: 'mail', text })
    }
    hand().then(tell, (error: unknown) => tell(`Mail was not changed: ${reasonIn(error)}.`))
  }

  /** The line is open (again): what waits is looked after at once. */
  over(line: ProviderLine | null): void {
    if (line === null) return
    this.#pauseMs = LOOK_FIRST_MS
    this.#lookSoon(LOOK_FIRST_MS)
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#looking)
  }

  #progress(request: number, progress: Progress): void {
    if (!this.#stopped) this.options.tell({ kind: 'request', request, progress })
  }

  #failed(request: number, error: unknown): void {
    this.#progress(request, { state: 'failed', problem: reasonIn(error) })
  }

  #lookSoon(milliseconds: number): void {
    if (this.#stopped || this.#undelivered.length === 0) return
    clearTimeout(this.#looking)
    this.#looking = setTimeout(() => void this.#look(), milliseconds)
  }

  /** Whether the provider has what was written; asked of itself, whichever way it got there. */
  async #look(): Promise<void> {
    const line = this.options.line()
    if (line === null || !line.isOpen) return
    for (const one of this.#undelivered) {
      const there = await holds(line, one).catch(() => false)
      if (!there) break
      this.#undelivered = this.#undelivered.filter((other) => other !== one)
      this.#progress(one.request, { state: 'delivered' })
    }
    this.#pauseMs = Math.min(LOOK_MAX_MS, 2 * this.#pauseMs)
    this.#lookSoon(this.#pauseMs)
  }
}

async function holds(line: ProviderLine, { owner, sequence }: Undelivered): Promise<boolean> {
  const query = { id: owner, seq: sequence, sequence, limit: 1, live: false, keys: false, values: true }
  let found = false
  await drain(line.history(query), (value) => {
    found ||= value?.sequence === sequence
  })
  return found
}
