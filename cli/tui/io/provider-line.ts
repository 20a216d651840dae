/**
 * The line to the provider: one connection as the owner, made again whenever it ends, with growing pauses. What is asked
 * over it is no message; without it everything known stays, and messages wait on the owner's feed.
 */
import { EXPORT_METHODS } from '../../../protocol/export'
import { FIGURE_METHODS } from '../../../protocol/figures'
import type { Millis } from '../../../protocol/ids'
import { MAIL_METHODS } from '../../../protocol/mail'
import { called } from '../../../sbot/peers'
import { firstLine } from '../../failure'
import { connectProvider, type Identity } from '../../io/provider-call'
import { closeClient } from '../../io/rpc-client'
import type { Connection } from '../model'

const MANIFEST = {
  buttcloud: {
    whoami: 'async',
    watch: 'source',
    pubs: 'async',
    plans: 'async',
    invites: 'async',
    ...FIGURE_METHODS,
    ...EXPORT_METHODS,
    ...MAIL_METHODS,
  },
  createHistoryStream: 'source',
} as const
type Method = keyof (typeof MANIFEST)['buttcloud']

const PAUSE_FIRST_MS = 500
const PAUSE_MAX_MS = 10_000
/** A stock server ends a connection that is silent for 5 s. */
const PING_MS = 4_000
/** Who says nothing for so long is away, whatever the network thinks of the connection. */
const ANSWER_MS = 20_000

export interface LineHooks {
  /** Told when it changes. */
  onConnection(connection: Connection): void
  /** The provider answers: ask anew for whatever is live. */
  onOpen(): void
  now(): Millis
}

export class ProviderLine {
  #rpc: any = null
  #stopped = false
  #cutPause = (): void => {}
  #awaySince: Millis | null = null

  constructor(
    private readonly identity: Identity,
    private readonly hooks: LineHooks,
  ) {}

  get isOpen(): boolean {
    return this.#rpc !== null
  }

  /** Begins dialling, and never gives up before `stop`. */
  start(): void {
    void this.#run()
  }

  /** Dials now instead of at the end of a pause. */
  wake(): void {
    this.#cutPause()
  }

  /** One call. Rejects at once where the provider is away, and when no answer comes in time. */
  async call<T>(method: Method, argument?: object): Promise<T> {
    const rpc = this.#open()
    return within(
      called<T>((callback) =>
        argument === undefined ? rpc.buttcloud[method](callback) : rpc.buttcloud[method](argument, callback),
      ),
    )
  }

  /** A pull source of the plugin. Throws where the provider is away. */
  source(method: 'watch' | 'stats', argument?: object): any {
    const { buttcloud } = this.#open()
    return argument === undefined ? buttcloud[method]() : buttcloud[method](argument)
  }

  /** A pull source of messages that the provider holds. Throws where it is away. */
  history(query: object): any {
    return this.#open().createHistoryStream(query)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cutPause()
    const rpc = this.#rpc
    this.#rpc = null
    if (rpc !== null) await closeClient(rpc)
  }

  #open(): any {
    if (this.#rpc === null) throw new Error('try-again: the provider is out of reach')
    return this.#rpc
  }

  async #run(): Promise<void> {
    for (let pauseMs = PAUSE_FIRST_MS; !this.#stopped; pauseMs = Math.min(PAUSE_MAX_MS, 2 * pauseMs)) {
      let why: string
      try {
        const rpc = await connectProvider(this.identity, MANIFEST)
        const ended = endOf(rpc)
        try {
          await within(called((callback) => rpc.buttcloud.whoami(callback)))
          if (this.#stopped) return
          pauseMs = PAUSE_FIRST_MS
          this.#rpc = rpc
          this.#awaySince = null
          this.hooks.onConnection({ state: 'live' })
          this.hooks.onOpen()
          await this.#whileAlive(rpc, ended)
          why = 'the connection to the provider broke off'
        } finally {
          this.#rpc = null
          void closeClient(rpc)
        }
      } catch (error) {
        why = reasonIn(error)
      }
      if (this.#stopped) return
      this.#awaySince ??= this.hooks.now()
      this.hooks.onConnection({ state: 'away', since: this.#awaySince, why })
      await this.#pause(pauseMs)
    }
  }

  /** Resolves when the connection has ended; rejects when nobody answers over it any more. */
  async #whileAlive(rpc: any, ended: Promise<void>): Promise<void> {
    let open = true
    void ended.then(() => {
      open = false
      this.#cutPause()
    })
    while (open && !this.#stopped) {
      await this.#pause(PING_MS)
      if (!open || this.#stopped) return
      await Promise.race([ended, within(called((callback) => rpc.buttcloud.whoami(callback)))])
    }
  }

  #pause(milliseconds: Millis): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      this.#cutPause = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

function endOf(rpc: any): Promise<void> {
  return new Promise((resolve) => {
    if (rpc.closed) resolve()
    else rpc.once('closed', () => resolve())
  })
}

/** What went wrong, for people: without our word for programs at its front, and without keys. */
export function reasonIn(error: unknown): string {
  return firstLine(error)
    .replace(/^[a-z-]+: /, '')
    .replace(/~shs:[A-Za-z0-9+/=]+/g, '')
    .replace(/\.$/, '')
}

function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`try-again: the provider said nothing for ${ANSWER_MS / 1000} s`)),
      ANSWER_MS,
    )
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
