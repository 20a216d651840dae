/** Owners are told once that their pub is out of reach for long, and once that this is over. */
import type { PubId } from '../../../protocol/ids'
import { parsePayload } from '../../../protocol/parse'
import type { Violate } from './violation'

export class Stranded {
  /** Whose owners wait for the word that it is back. */
  private readonly open = new Set<PubId>()
  count = 0

  constructor(private readonly violate: Violate) {}

  /** A message of the provider is on its disk. */
  said(content: unknown): void {
    const payload = parsePayload(content)
    if (payload?.kind !== 'notice') return
    const { topic, pub } = payload
    const bad = (what: string) =>
      this.violate('told-of-moves', `the owners of ${pub.slice(0, 7)} are told ${what}`)
    if (topic === 'stranded') {
      if (this.open.has(pub)) bad('twice that it is out of reach')
      this.open.add(pub)
      this.count += 1
    }
    if (topic === 'back' && !this.open.has(pub)) bad('that it is back, and never that it was gone')
    if (topic === 'back' || topic === 'moved') this.open.delete(pub)
  }

  /** Whether such a pub is among them. */
  isAbout(isIt: (pub: PubId) => boolean): boolean {
    return [...this.open].some(isIt)
  }

  /** Pubs that are up, whose owners were told that they are not. */
  untold(isUp: (pub: PubId) => boolean): PubId[] {
    return [...this.open].filter(isUp)
  }
}
