/** The conversation as it comes in, and waiting for something in it. */
import type { FeedId } from '../../protocol/ids'
import { type Answered, type Letter, letterOf, NOTHING_YET, type Request, withLetter } from '../letters'
import type { OwnerDoor } from './owner-door'

/** Reads everything between owner and provider, from the beginning, until stopped. */
export class Conversation {
  readonly letters: Letter[] = []
  readonly #stop: () => void
  #caughtUp = false
  #failed: Error | null = null
  #listeners = new Set<() => void>()

  constructor(door: OwnerDoor, provider: FeedId) {
    const between = { owner: door.id, provider }
    const keys = new Set<string>()
    this.#stop = door.conversation(provider, {
      onLetter: (raw) => {
        const letter = letterOf(raw, between)
        if (letter === null || keys.has(letter.key)) return
        keys.add(letter.key)
        this.letters.push(letter)
        this.#tell()
      },
      onCaughtUp: () => {
        this.#caughtUp = true
        this.#tell()
      },
      onError: (error) => {
        this.#failed = error
        this.#tell()
      },
    })
  }

  /** What has come for a request so far. */
  answered(request: Request): Answered {
    return this.letters.reduce((answered, letter) => withLetter(answered, letter, request), NOTHING_YET)
  }

  /** Resolves to what `look` finds (not null), or to null when `timeoutMs` is over. Rejects when the reading broke. */
  until<T>(look: () => T | null, timeoutMs: number): Promise<T | null> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer)
        this.#listeners.delete(check)
        settle()
      }
      const check = () => {
        const found = look()
        if (found !== null) finish(() => resolve(found))
        else if (this.#failed !== null) {
          const failed = this.#failed
          finish(() => reject(failed))
        }
      }
      const timer = setTimeout(() => finish(() => resolve(null)), timeoutMs)
      this.#listeners.add(check)
      check()
    })
  }

  /** Calls `look` now and after every letter; never resolves, and rejects when the reading broke. */
  watch(look: () => void): Promise<never> {
    return new Promise((_resolve, reject) => {
      const check = () => {
        if (this.#failed === null) return look()
        this.#listeners.delete(check)
        reject(this.#failed)
      }
      this.#listeners.add(check)
      check()
    })
  }

  /** Resolves when the past has been read; false when that took too long. */
  async caughtUp(timeoutMs: number): Promise<boolean> {
    return (await this.until(() => (this.#caughtUp ? true : null), timeoutMs)) === true
  }

  stop(): void {
    this.#stop()
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}
