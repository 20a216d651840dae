/** The `stats` of the one pub that is looked at, begun anew whenever the line is there again. */
import { checkLiveFigures, type LiveFigures } from '../../../protocol/figures'
import type { Millis, PubId } from '../../../protocol/ids'
import { drain } from '../../../sbot/peers'
import type { ProviderLine } from './provider-line'

/** Its hub may be away for a while. */
const AGAIN_MS: Millis = 3_000

export class LiveStats {
  #line: ProviderLine | null = null
  #pub: PubId | null = null
  /** Ends the present stream. */
  #end = (): void => {}
  #again: NodeJS.Timeout | undefined

  constructor(private readonly tell: (pub: PubId, live: LiveFigures) => void) {}

  /** Which pub is wanted from now on; null: none. */
  want(pub: PubId | null): void {
    if (pub === this.#pub) return
    this.#pub = pub
    this.#begin()
  }

  /** The line is open (again), or gone (null). */
  over(line: ProviderLine | null): void {
    this.#line = line
    this.#begin()
  }

  stop(): void {
    this.#pub = null
    this.over(null)
  }

  #begin(): void {
    clearTimeout(this.#again)
    this.#end()
    const { line, pub } = { line: this.#line, pub: this.#pub }
    if (line === null || pub === null || !line.isOpen) return
    const source = line.source('stats', { pub })
    let over = false
    this.#end = () => {
      over = true
      source(true, () => {})
    }
    const ended = (): void => {
      if (over) return
      this.#end = () => {}
      this.#again = setTimeout(() => this.#begin(), AGAIN_MS)
    }
    drain(source, (item) => {
      if (over) return
      const checked = checkLiveFigures(item, 'stats')
      if (checked.ok) this.tell(pub, checked.value)
    }).then(ended, ended)
  }
}
