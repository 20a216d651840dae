/**
 * EBT remembers on disk how far each peer was, and says nothing about feeds where both sides stand as they did. After a
 * return to an old copy of the folder that is wrong on both sides, and messages are never asked for again: the peer
 * believes that we have them. Nobody can see a restored copy from inside, so nothing is remembered across a start;
 * the first greeting of each peer then names every feed once (some 70 bytes each).
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'

/** Forgets how far peers were; before the first connection. `path` is the node's folder (ssb-ebt 5 to 9: `ebt`). */
export function forgetPeerClocks(path: string): void {
  rmSync(join(path, 'ebt'), { recursive: true, force: true })
}
