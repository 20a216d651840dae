/**
 * Where the operator's facts come from: one connection to the provider in a folder, made again for as long as it takes,
 * and over it the looks that every `admin` verb takes, one after the other and never two at once. The slower the provider
 * answers, the seldomer it is asked.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { INCIDENTS_LISTED_MAX } from '../../../../protocol/limits-desk'
import type { MailTestAnswer } from '../../../../protocol/mail'
import type { AdminHubTokenAnswer, AdminInviteAnswer } from '../../../../protocol/rpc'
import { PROVIDER_MANIFEST } from '../../../../protocol/rpc'
import type { AuditView } from '../../../../protocol/rpc-desk'
import { called } from '../../../../sbot/peers'
import { firstLine } from '../../../failure'
import { closeClient, connectMaster, type Master } from '../../../io/rpc-client'
import type { AdminFact, FleetEffect, FleetSource, LookFact } from '../message'
import type { Deed, LookName } from '../model'

/** Between two rounds of looks, while they take no time. */
const EVERY_MS = 5_000
/** What changes seldom is looked at in every so-manieth round. */
const SELDOM_ROUNDS = 4
/** So many times as long as a round took is waited before the next, so that asking takes a tenth of the provider's time at most … */
const REST_FACTOR = 10
/** … but not so long that somebody who looks is told nothing. */
const EVERY_MS_MAX = 60_000
const DIAL_AGAIN_MS = 2_000
/** The longest look: the provider reads its whole log for a story. */
const ANSWER_MS = 60_000
const INCIDENTS_WANTED = Math.min(200, INCIDENTS_LISTED_MAX)
const STORY_ENTRIES = 200

type Method = keyof typeof PROVIDER_MANIFEST

const LOOKS: { kind: LookName; method: Method; argument: object | null; isSeldom: boolean }[] = [
  { kind: 'capacity', method: 'adminCapacity', argument: {}, isSeldom: false },
  // Takes nothing but the callback.
  { kind: 'pubs', method: 'adminPubs', argument: null, isSeldom: false },
  { kind: 'incidents', method: 'adminIncidents', argument: { count: INCIDENTS_WANTED }, isSeldom: false },
  { kind: 'money', method: 'adminMoney', argument: {}, isSeldom: false },
  { kind: 'machines', method: 'adminMachines', argument: null, isSeldom: true },
  { kind: 'mail', method: 'adminMail', argument: {}, isSeldom: true },
  { kind: 'bridges', method: 'adminBridges', argument: {}, isSeldom: true },
  {
    ...{ kind: 'grants', method: 'adminGrant', isSeldom: true },
    argument: { target: null, until: null, given: true },
  },
]

/** A connection as the provider's own key. */
export type Dialled = Pick<Master, 'rpc' | 'id'>

/** Dials the provider of a folder; rejects with a sentence. */
export function dialFolder(folder: string): () => Promise<Dialled> {
  return async () => {
    if (!existsSync(join(folder, 'secret')))
      throw new Error(`there is no provider in ${folder}; say where it is with --path`)
    const master = await connectMaster(folder, { buttcloud: PROVIDER_MANIFEST })
    if (master === null)
      throw new Error('the provider does not answer; what was known stays here, and it is tried again')
    return master
  }
}

/** `note` writes into the program's log. */
export function createFleetSource(dial: () => Promise<Dialled>, note: (text: string) => void): FleetSource {
  return new Polling(dial, note)
}

class Polling implements FleetSource {
  #tell: (fact: AdminFact) => void = () => {}
  #master: Dialled | null = null
  #timer: NodeJS.Timeout | undefined
  #stopped = false
  #dialling: Promise<Dialled> | null = null
  #looking: Promise<void> | null = null
  #isWanted = false
  /** The next round asks for everything. */
  #isWhole = false
  #round = 0
  /** What was said last of the connection; a time: away since then. */
  #standing: 'nothing' | 'live' | number = 'nothing'

  constructor(
    private readonly dial: () => Promise<Dialled>,
    private readonly note: (text: string) => void,
  ) {}

  start(tell: (fact: AdminFact) => void): void {
    this.#tell = (fact) => {
      if (!this.#stopped) tell(fact)
    }
    this.#look()
  }

  perform(effect: FleetEffect): void {
    switch (effect.kind) {
      case 'look':
        this.#isWhole = true
        return this.#look()
      case 'audit':
        return void this.#story(effect.about)
      case 'do':
        return void this.#do(effect.deed)
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    const master = this.#master
    this.#master = null
    if (master !== null) await closeClient(master.rpc).catch(() => {})
  }

  /** A round now; while one is under way, another one after it. */
  #look(): void {
    clearTimeout(this.#timer)
    if (this.#stopped) return
    if (this.#looking !== null) {
      this.#isWanted = true
      return
    }
    const begunAt = Date.now()
    this.#looking = this.#rounds()
      .catch((error) => this.#lost(error))
      .finally(() => {
        this.#looking = null
        if (this.#stopped) return
        const took = Date.now() - begunAt
        const rest = Math.min(EVERY_MS_MAX, Math.max(EVERY_MS, took * REST_FACTOR))
        const wait = this.#isWanted ? 0 : this.#master === null ? DIAL_AGAIN_MS : rest
        this.#isWanted = false
        this.#timer = setTimeout(() => this.#look(), wait)
      })
  }

  async #rounds(): Promise<void> {
    const master = await this.#connected()
    const isWhole = this.#round % SELDOM_ROUNDS === 0 || this.#isWhole
    this.#round += 1
    this.#isWhole = false
    let problem: unknown = null
    let answered = 0
    for (const { kind, method, argument, isSeldom } of LOOKS) {
      if (this.#stopped || (isSeldom && !isWhole)) continue
      try {
        const value = await ask(master, method, argument)
        this.#tell({ kind, value, at: Date.now() } as LookFact)
        answered += 1
        this.#here()
      } catch (error) {
        if (master.rpc.closed) throw error
        // It is there, and this one thing can't be had: the others are shown, and this one grows old.
        this.note(`${method}: ${firstLine(error)}`)
        problem = error
      }
    }
    if (answered === 0 && problem !== null) this.#away(saidBy(problem))
  }

  /** One connection for all, also where a round and a story want it at once. */
  #connected(): Promise<Dialled> {
    if (this.#master !== null && !this.#master.rpc.closed) return Promise.resolve(this.#master)
    this.#master = null
    this.#dialling ??= this.#dial().finally(() => {
      this.#dialling = null
    })
    return this.#dialling
  }

  async #dial(): Promise<Dialled> {
    const master = await this.dial()
    if (this.#stopped) {
      await closeClient(master.rpc)
      throw new Error('stopped')
    }
    this.#master = master
    this.#round = 0
    this.#tell({ kind: 'provider', provider: master.id })
    return master
  }

  /** Said when something was answered: a connection alone tells nothing yet. */
  #here(): void {
    if (this.#standing === 'live') return
    this.#standing = 'live'
    this.#tell({ kind: 'connection', connection: { state: 'live' } })
  }

  #lost(error: unknown): void {
    if (this.#stopped) return
    const master = this.#master
    this.#master = null
    if (master !== null) void closeClient(master.rpc).catch(() => {})
    this.note(firstLine(error))
    this.#away(master === null ? saidBy(error) : 'the provider has gone; it is tried again')
  }

  #away(why: string): void {
    const since = typeof this.#standing === 'number' ? this.#standing : Date.now()
    this.#standing = since
    this.#tell({ kind: 'connection', connection: { state: 'away', since, why } })
  }

  async #story(about: string): Promise<void> {
    try {
      const master = await this.#connected()
      const story = await ask<AuditView>(master, 'adminAudit', { about, count: STORY_ENTRIES })
      this.#tell({ kind: 'audit', about, story, at: Date.now() })
    } catch (error) {
      this.#tell({ kind: 'no-audit', about, problem: `Its story could not be read: ${saidBy(error)}.` })
    }
  }

  async #do(deed: Deed): Promise<void> {
    try {
      this.#tell({ kind: 'deed', ...(await doneBy(await this.#connected(), deed)) })
    } catch (error) {
      const text = `It was not done, as far as is known here: ${saidBy(error)}.`
      this.#tell({ kind: 'deed', ok: false, text, secret: null })
    }
    this.#look()
  }
}

/** Our word for programs at its front says nothing to a person. */
const saidBy = (error: unknown): string =>
  firstLine(error)
    .replace(/^[a-z-]+: /, '')
    .replace(/\.$/, '')

type Outcome = Omit<Extract<AdminFact, { kind: 'deed' }>, 'kind'>

async function doneBy(master: Dialled, deed: Deed): Promise<Outcome> {
  switch (deed.kind) {
    case 'invite': {
      const { invite } = await ask<AdminInviteAnswer>(master, 'adminInvite', { uses: 1 })
      return { ok: true, text: 'Give this to the one person whom it is for.', secret: invite }
    }
    case 'hub-token': {
      const { token } = await ask<AdminHubTokenAnswer>(master, 'adminHubToken', {})
      return { ok: true, text: 'On the server: buttcloud hub --join TOKEN', secret: token }
    }
    case 'mail-test': {
      const { ok, to, reason } = await ask<MailTestAnswer>(master, 'adminMailTest', { address: null })
      const text = ok
        ? `The mail server has taken it. Look into the mailbox of ${to}.`
        : `The mail to ${to} was not taken: ${reason}`
      return { ok, text, secret: null }
    }
  }
}

/** One answer; a provider that gives none within the time is taken for gone. */
async function ask<T>({ rpc }: Dialled, method: Method, argument: object | null): Promise<T> {
  let late: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_resolve, reject) => {
    late = setTimeout(() => {
      void closeClient(rpc).catch(() => {})
      reject(new Error(`the provider has not answered for ${ANSWER_MS / 1_000} seconds`))
    }, ANSWER_MS)
  })
  try {
    const answered = called<T>((callback) =>
      argument === null ? rpc.buttcloud[method](callback) : rpc.buttcloud[method](argument, callback),
    )
    return await Promise.race([answered, tooLate])
  } finally {
    clearTimeout(late)
  }
}
