/** What every live test needs of the machine: free ports, temporary folders, waiting with a deadline. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A port on 127.0.0.1 that nothing listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

/** A new empty folder; `removeFolder` takes it away again. */
export function temporaryFolder(label: string): string {
  return mkdtempSync(join(tmpdir(), `buttcloud-${label}-`))
}

const REMOVE_TRIES = 10
const REMOVE_PAUSE_MS = 200

/** Also where a program that is just ending writes its last file while it goes: then all of it is looked through again. */
export function removeFolder(folder: string): void {
  for (let tries = 1; ; tries++)
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
      return
    } catch (error) {
      if (tries === REMOVE_TRIES) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, REMOVE_PAUSE_MS)
    }
}

/** A network key of one's own (base64), so that a test never gossips with the world. */
export function randomNetworkKey(): string {
  return randomBytes(32).toString('base64')
}

/**
 * Asks until the answer is neither null, undefined nor false, and gives it. An answer that rejects counts as
 * "not yet". Rejects after `deadlineMs` with what was waited for and the last error.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  deadlineMs = 20_000,
): Promise<T> {
  const end = Date.now() + deadlineMs
  let last: unknown = null
  for (;;) {
    try {
      const answer = await ask()
      if (answer !== null && answer !== undefined && answer !== false) return answer
      last = null
    } catch (error) {
      last = error
    }
    if (Date.now() > end)
      throw new Error(`waited ${deadlineMs} ms in vain for: ${what}`, last === null ? {} : { cause: last })
    await new Promise((resolve) => setTimeout(resolve, 40))
  }
}
