/**
 * Reading the volumes of pubs that do not run. What starts a pub, or takes its volume away, comes first: it ends who reads
 * there, and nobody begins until it is done. A reader goes on later, wherever its pub is to be read then.
 */
import type { PubId } from '../../protocol/ids'
import { RESTING_END_MS } from '../../protocol/limits-resting'

/** Ends a reading; resolves when it has let go of the volume. */
type End = () => Promise<void>

export class AtRest {
  private readonly readings = new Map<PubId, Set<End>>()
  private readonly taken = new Map<PubId, number>()

  /** True while something is done to the volume that nobody shall read beside. */
  isTaken(pub: PubId): boolean {
    return this.taken.has(pub)
  }

  /** A reading begins; gives the way to say that it is over. */
  enter(pub: PubId, end: End): () => void {
    const all = this.readings.get(pub) ?? new Set()
    this.readings.set(pub, all.add(end))
    return () => {
      all.delete(end)
      if (all.size === 0 && this.readings.get(pub) === all) this.readings.delete(pub)
    }
  }

  /** Does something with nobody reading. A reader that does not let go in time keeps nobody from it: it changes nothing. */
  async without(pub: PubId, work: () => Promise<void>): Promise<void> {
    this.taken.set(pub, (this.taken.get(pub) ?? 0) + 1)
    try {
      const ends = [...(this.readings.get(pub) ?? [])].map((end) => end().catch(() => undefined))
      if (ends.length > 0) await within(Promise.all(ends), RESTING_END_MS)
      await work()
    } finally {
      const left = (this.taken.get(pub) ?? 1) - 1
      if (left > 0) this.taken.set(pub, left)
      else this.taken.delete(pub)
    }
  }
}

async function within(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs)
  })
  await Promise.race([work, late]).finally(() => clearTimeout(timer))
}
