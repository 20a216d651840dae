/**
 * Derived data made anew: what stock ssb-server 16 works out of its log is taken away, once for each number of
 * rebuilds, and the server makes it again when it starts. The marker is written after the last removal, so a start
 * that was cut off in between removes what is left, and a second one with the same number removes nothing.
 */
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

const MARKER = 'rebuilt.json'
/** In the folder of ssb-db everything but the log itself is an index over it. */
const LOG = 'log.offset'

/** True when something was to be made anew. Only to be called by who holds the folder. */
export function rebuildOnce(data: string, rebuilds: number): boolean {
  if (rebuilds <= rebuiltBefore(data)) return false
  for (const entry of entriesOf(join(data, 'flume')))
    if (entry !== LOG) rmSync(join(data, 'flume', entry), { recursive: true, force: true })
  // How far others are is asked of them again. Blobs, invites, known addresses (gossip.json) and messages that came
  // out of order (ooo) are in no log: they stay.
  rmSync(join(data, 'ebt'), { recursive: true, force: true })
  syncFolder(join(data, 'flume'))
  syncFolder(data)
  write(join(data, MARKER), JSON.stringify({ rebuilds }))
  syncFolder(data)
  return true
}

/** The number of the last rebuild that is through; 0 where there was none, or its marker can't be read. */
function rebuiltBefore(data: string): number {
  try {
    const { rebuilds } = JSON.parse(readFileSync(join(data, MARKER), 'utf8')) as { rebuilds?: unknown }
    return typeof rebuilds === 'number' && Number.isSafeInteger(rebuilds) ? rebuilds : 0
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Once more does no harm; a disk that does not read does.
    if (code === undefined || code === 'ENOENT') return 0
    throw error
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function write(path: string, text: string): void {
  const draft = `${path}.new`
  const file = openSync(draft, 'w', 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, path)
}

function syncFolder(folder: string): void {
  let opened: number
  try {
    opened = openSync(folder, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  try {
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
}
