/**
 * The owner's side of the conversation: the node is opened by the same doors that every command uses (whichever is the
 * one writer of the feed), read live, and opened again when it ends.
 */
import { join } from 'node:path'
import type { FeedId, MessageId, Millis } from '../../../protocol/ids'
import type { Context } from '../../context'
import { readBook } from '../../io/book-file'
import { openOwner, providerFor } from '../../io/owner'
import type { OwnerDoor } from '../../io/owner-door'
import { keysOf } from '../../io/rpc-client'
import type { NewLetter } from '../../letter-content'
import { type Letter, letterOf, newestThread } from '../../letters'
import { type JoinedProvider, providersOf } from '../../owner-book'
import { LETTERS_MAX, newestLetters } from '../thread-limit'

const PAUSE_FIRST_MS = 500
const PAUSE_MAX_MS = 10_000
/** Letters that come together are told together. */
const GATHER_MS = 30

export interface FeedHooks {
  /** The node answers; null: no provider has been joined with it. */
  onOpen(door: OwnerDoor, provider: JoinedProvider | null): void
  onLetters(letters: Letter[]): void
  onCaughtUp(): void
  /** It can't be reached, or has ended; it is tried again. */
  onTrouble(error: unknown): void
}

export interface Ready {
  door: OwnerDoor
  provider: JoinedProvider
}

export class FeedLine {
  #door: OwnerDoor | null = null
  #provider: JoinedProvider | null = null
  #caughtUp = false
  #stopped = false
  #letters: Letter[] = []
  #gathered: Letter[] = []
  #gathering: NodeJS.Timeout | undefined
  readonly #known = new Set<MessageId>()
  #waiting: ((ready: Ready) => void)[] = []
  #fail: (error: Error) => void = () => {}
  #stopReading = (): void => {}

  #context: Context

  constructor(
    context: Context,
    private readonly hooks: FeedHooks,
  ) {
    this.#context = context
  }

  start(): void {
    void this.#run()
  }

  /** Resolves when the node is there, a provider is joined and the past has been read. */
  ready(): Promise<Ready> {
    const ready = this.#readyNow()
    if (ready !== null) return Promise.resolve(ready)
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  get door(): OwnerDoor | null {
    return this.#door
  }

  /** Where a letter of this wish goes. */
  threadFor(wish: 'new' | 'newest' | MessageId): NewLetter['thread'] {
    if (wish === 'new') return null
    if (wish === 'newest') return newestThread(this.#letters)
    const letter = this.#letters.find(({ key }) => key === wish)
    return letter === undefined
      ? newestThread(this.#letters)
      : { root: letter.root ?? letter.key, branch: letter.key }
  }

  /** Redeems an invite with the node that is open; from then on this provider is spoken to. */
  async join(invite: string): Promise<void> {
    const door = this.#door
    if (door === null) throw new Error('your own node is still being reached; try again in a moment')
    const joined = await door.accept(invite)
    this.#begin(door, joined)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#stopReading()
    clearTimeout(this.#gathering)
    const door = this.#door
    this.#door = null
    this.#fail(new Error('stopped'))
    await door?.close()
  }

  #readyNow(): Ready | null {
    const { door, provider } = { door: this.#door, provider: this.#provider }
    return door !== null && provider !== null && this.#caughtUp ? { door, provider } : null
  }

  async #run(): Promise<void> {
    for (let pauseMs = PAUSE_FIRST_MS; !this.#stopped; pauseMs = Math.min(PAUSE_MAX_MS, 2 * pauseMs)) {
      const broken = new Promise<never>((_resolve, reject) => {
        this.#fail = reject
      })
      // Where nothing waits for it yet it is no unhandled one.
      broken.catch(() => {})
      try {
        const door = await openOwner(this.#context, true)
        if (this.#stopped) return void (await door.close())
        this.#stayWith(door.id)
        this.#door = door
        pauseMs = PAUSE_FIRST_MS
        this.#begin(door, this.#joined(door.id))
        await broken
      } catch (error) {
        if (this.#stopped) return
        this.hooks.onTrouble(error)
      }
      this.#stopReading()
      const door = this.#door
      this.#door = null
      this.#caughtUp = false
      await door?.close().catch(() => {})
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }

  /** A session speaks for one identity: when its node ends, no other one takes its place. */
  #stayWith(id: FeedId): void {
    const { options } = this.#context
    const owner = keysOf(join(options.dir, 'owner'))?.id === id ? 'own' : 'running'
    this.#context = { ...this.#context, options: { ...options, owner } }
  }

  /** The provider that is meant; null where none is joined. */
  #joined(owner: FeedId): JoinedProvider | null {
    const { dir, provider } = this.#context.options
    if (provider === null && providersOf(readBook(dir), owner).length === 0) return null
    return providerFor(this.#context, owner)
  }

  #begin(door: OwnerDoor, provider: JoinedProvider | null): void {
    this.#stopReading()
    if (provider?.id !== this.#provider?.id) this.#forget()
    this.#provider = provider
    this.#caughtUp = false
    this.hooks.onOpen(door, provider)
    if (provider === null) return
    const between = { owner: door.id, provider: provider.id }
    this.#stopReading = door.conversation(provider.id, {
      onLetter: (raw) => {
        const letter = letterOf(raw, between)
        if (letter === null || this.#known.has(letter.key)) return
        this.#known.add(letter.key)
        this.#gathered.push(letter)
        if (this.#gathered.length > 2 * LETTERS_MAX) this.#gathered = newestLetters(this.#gathered)
        if (this.#caughtUp) this.#tellSoon(GATHER_MS)
      },
      onCaughtUp: () => {
        this.#caughtUp = true
        this.#tell()
        this.hooks.onCaughtUp()
        const ready = this.#readyNow()
        const waiting = this.#waiting
        this.#waiting = []
        if (ready !== null) for (const then of waiting) then(ready)
      },
      onError: (error) => this.#fail(error),
    })
  }

  #forget(): void {
    this.#known.clear()
    this.#letters = []
    this.#gathered = []
  }

  #tellSoon(milliseconds: Millis): void {
    this.#gathering ??= setTimeout(() => this.#tell(), milliseconds)
  }

  /** Hands over what has gathered; of a very long past only the newest. */
  #tell(): void {
    clearTimeout(this.#gathering)
    this.#gathering = undefined
    const letters = newestLetters(this.#gathered)
    this.#gathered = []
    if (letters.length === 0) return
    this.#letters = newestLetters([...this.#letters, ...letters])
    this.hooks.onLetters(letters)
  }
}
