/** A look of a loop that is counted: how long it took, and whether it failed. */
import type { Note } from './meters'

/** The same look. */
export function timedLook(look: () => Promise<void>, note: Note): () => Promise<void> {
  return async () => {
    const begun = performance.now()
    try {
      await look()
    } catch (error) {
      note({ name: 'buttcloud_look_failures_total', value: 1 })
      throw error
    } finally {
      note({ name: 'buttcloud_look_seconds', value: (performance.now() - begun) / 1_000 })
    }
  }
}
