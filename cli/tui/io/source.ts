/**
 * Where the terminal UI's facts come from. At once what the last session knew; then the owner's own feed, and whatever
 * the provider tells over a line of its own. Whatever of these is away is tried again, and what is known stays.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { MessageId } from '../../../protocol/ids'
import type { AdminInviteAnswer, PlansAnswer } from '../../../protocol/rpc'
import { drain } from '../../../sbot/peers'
import { networkKeyOf } from '../../../sbot/stacks'
import type { Context } from '../../context'
import { callProvider } from '../../io/admin'
import type { OwnerDoor } from '../../io/owner-door'
import type { Identity } from '../../io/provider-call'
import { configOf, keysOf } from '../../io/rpc-client'
import { readShown, rememberShown } from '../../io/shown-file'
import type { JoinedProvider } from '../../owner-book'
import { checkPlansAnswer, checkPubViews } from '../foreign'
import type { Fact, Source, SourceEffect } from '../message'
import type { Connection, Facts } from '../model'
import { planFactsOf } from '../plan-facts'
import { isFor } from '../remembered'
import { Asks } from './asks'
import { FeedLine } from './feed-line'
import { readHistory, readRemembered, rememberTyped, writeRemembered } from './kept-files'
import { LiveStats } from './live-stats'
import { ProviderLine, reasonIn } from './provider-line'
import { quietContext } from './quiet-context'
import { Sending } from './sending'

const REMEMBER_EVERY_MS = 15_000
/** What has been seen is written down together. */
const SEEN_GATHER_MS = 1_000
const STOP_MS_MAX = 2_000
const WATCH_AGAIN_MS = 3_000

export interface SourceOptions {
  context: Context
  /** What is known now, to be kept for the next session. */
  facts(): Facts
  /** What helpers say, for --verbose. */
  note(text: string): void
}

export function createSource(options: SourceOptions): Source {
  return new LiveSource(options)
}

class LiveSource implements Source {
  readonly #context: Context
  readonly #feed: FeedLine
  readonly #stats: LiveStats
  #line: ProviderLine | null = null
  #provider: JoinedProvider | null = null
  #sending: Sending
  #asks: Asks
  #tell: (fact: Fact) => void = () => {}
  #remembering: NodeJS.Timeout | undefined
  #written: Facts | null = null
  #seen = new Set<MessageId>()
  #seeing: NodeJS.Timeout | undefined
  #stopped = false
  #watches = 0
  #lineSays: Connection = { state: 'starting' }
  /** Why the owner's own node can't be spoken to; null while it can. */
  #nodeAway: Extract<Connection, { state: 'away' }> | null = null

  constructor(private readonly options: SourceOptions) {
    this.#context = quietContext(options.context, options.note)
    const tell = (fact: Fact): void => this.#say(fact)
    this.#stats = new LiveStats((pub, live) => tell({ kind: 'live', pub, live, at: Date.now() }))
    this.#asks = new Asks(tell)
    this.#feed = new FeedLine(this.#context, {
      onOpen: (door, provider) => this.#opened(door, provider),
      onLetters: (letters) => tell({ kind: 'letters', letters }),
      onCaughtUp: () => tell({ kind: 'caught-up' }),
      onTrouble: (error) => this.#nodeLost(error),
    })
    this.#sending = new Sending({
      ...{ context: this.#context, feed: this.#feed, tell },
      line: () => this.#line,
      identity: () => this.#identity(),
    })
  }

  start(tell: (fact: Fact) => void): void {
    this.#tell = tell
    const { dir, provider } = this.#context.options
    const facts = readRemembered(dir)
    if (facts !== null && isFor(facts, { provider })) {
      this.#written = facts
      tell({ kind: 'remembered', facts })
    }
    tell({ kind: 'shown', keys: readShown(dir).keys })
    tell({ kind: 'history', lines: [...readHistory(dir)] })
    // A provider of `up` has its folder beside ours.
    tell({ kind: 'local', there: existsSync(join(dir, 'provider', 'secret')) })
    tell({ kind: 'connection', connection: { state: 'starting' } })
    this.#remembering = setInterval(() => this.#remember(), REMEMBER_EVERY_MS)
    this.#feed.start()
  }

  perform(effect: SourceEffect): void {
    switch (effect.kind) {
      case 'say':
        return this.#sending.say(effect)
      case 'save':
        return this.#sending.save(effect)
      case 'email':
        return this.#sending.email(effect)
      case 'watch':
        return this.#stats.want(effect.pub)
      case 'ask':
        return this.#asks.ask(effect)
      case 'seen':
        return this.#saw(effect.keys)
      case 'typed':
        return rememberTyped(this.#context.options.dir, effect.line)
      case 'join':
        return void this.#join(effect.invite)
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#remembering)
    this.#remember()
    this.#writeSeen()
    this.#stats.stop()
    this.#sending.stop()
    const ending = Promise.allSettled([this.#line?.stop(), this.#feed.stop()])
    let timer: NodeJS.Timeout | undefined
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, STOP_MS_MAX)
    })
    await Promise.race([ending, late])
    clearTimeout(timer)
  }

  #say(fact: Fact): void {
    if (!this.#stopped) this.#tell(fact)
  }

  /** The owner's node answers: who that is, and a line to the provider. */
  #opened(door: OwnerDoor, provider: JoinedProvider | null): void {
    this.#nodeAway = null
    this.#tellConnection()
    const told = provider === null ? null : { ...provider, name: nameOf(provider) }
    this.#say({
      kind: 'identity',
      owner: door.id,
      provider: told === null ? null : { id: told.id, name: told.name, address: told.address },
    })
    const same =
      provider !== null && this.#provider?.id === provider.id && this.#provider.owner === provider.owner
    this.#provider = provider
    if (same && this.#line !== null) return this.#line.wake()
    void this.#line?.stop()
    this.#line = null
    this.#lineSays = { state: 'starting' }
    const identity = this.#identity()
    if (identity === null) return
    const line: ProviderLine = new ProviderLine(identity, {
      onConnection: (connection) => this.#line === line && this.#connection(line, connection),
      onOpen: () => this.#line === line && this.#watch(line),
      now: () => Date.now(),
    })
    this.#line = line
    line.start()
  }

  #connection(line: ProviderLine, connection: Connection): void {
    this.#lineSays = connection
    this.#tellConnection()
    const open = connection.state === 'live' ? line : null
    this.#asks.over(open)
    this.#stats.over(open)
    this.#sending.over(open)
  }

  /** The list of pubs, and again whenever it changes. */
  #watch(line: ProviderLine): void {
    this.#watches += 1
    const watch = this.#watches
    // Where it ends though the line does not, it is begun again; where the line ended, its next opening does that.
    const again = (): void => {
      const isMine = !this.#stopped && this.#watches === watch && line.isOpen
      if (isMine)
        setTimeout(() => this.#watches === watch && line.isOpen && this.#watch(line), WATCH_AGAIN_MS)
    }
    drain(line.source('watch'), (item) => {
      const checked = checkPubViews(item, 'watch')
      if (checked.ok) this.#say({ kind: 'pubs', views: checked.value, at: Date.now() })
    }).then(again, again)
    line
      .call<PlansAnswer>('plans')
      .then((answer) => {
        const checked = checkPlansAnswer(answer, 'plans')
        if (checked.ok) this.#say({ kind: 'plans', plans: planFactsOf(checked.value), at: Date.now() })
      })
      // An older provider does not know the call; then names are typed.
      .catch(() => {})
  }

  #nodeLost(error: unknown): void {
    this.#nodeAway = { state: 'away', since: this.#nodeAway?.since ?? Date.now(), why: nodeWords(error) }
    this.#tellConnection()
  }

  /** The provider may be there all the same, but nothing can be said before the owner's own node answers. */
  #tellConnection(): void {
    this.#say({ kind: 'connection', connection: this.#nodeAway ?? this.#lineSays })
  }

  /** As whom the provider is called; null while none is joined or the keys can't be read. */
  #identity(): Identity | null {
    const { dir, ssbPath } = this.#context.options
    const provider = this.#provider
    if (provider === null) return null
    try {
      for (const folder of [join(dir, 'owner'), ssbPath]) {
        const keys = keysOf(folder)
        if (keys?.id !== provider.owner) continue
        const networkKey = folder === ssbPath ? configOf(folder).networkKey : networkKeyOf()
        return { id: keys.id, keys, provider, networkKey }
      }
    } catch (error) {
      this.options.note(reasonIn(error))
    }
    return null
  }

  async #join(invite: string): Promise<void> {
    try {
      const code = invite === 'local' ? await this.#localInvite() : invite.trim()
      await this.#feed.join(code)
      this.#say({ kind: 'joined' })
    } catch (error) {
      this.#say({ kind: 'join-failed', problem: reasonIn(error) })
    }
  }

  async #localInvite(): Promise<string> {
    const folder = join(this.#context.options.dir, 'provider')
    const { invite } = await callProvider<AdminInviteAnswer>(folder, 'adminInvite', { uses: 1 })
    return invite
  }

  #saw(keys: MessageId[]): void {
    for (const key of keys) this.#seen.add(key)
    this.#seeing ??= setTimeout(() => this.#writeSeen(), SEEN_GATHER_MS)
  }

  #writeSeen(): void {
    clearTimeout(this.#seeing)
    this.#seeing = undefined
    const keys = [...this.#seen]
    this.#seen.clear()
    rememberShown(
      this.#context,
      keys.map((key) => ({ key })),
    )
  }

  #remember(): void {
    const facts = this.options.facts()
    if (facts === this.#written || facts.owner === null) return
    this.#written = facts
    writeRemembered(this.#context.options.dir, facts)
  }
}

const nodeWords = (error: unknown): string => `your own node: ${reasonIn(error)}`

/** People know a provider by where it is; one without a name of that kind by the beginning of its id. */
function nameOf({ id, address }: JoinedProvider): string {
  const host = /^net:([^:~]+):/.exec(address)?.[1] ?? ''
  if (/^(?:localhost|127\.|::1)/.test(host)) return 'this machine'
  return /[a-z]\.[a-z]/i.test(host) ? host : id.slice(0, 9)
}
