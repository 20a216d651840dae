/** What a pub holds, asked of its own server. io/content-resting.ts reads the same of one that does not run. */
import type { Millis } from '../../protocol/ids'
import { EXPORT_PAGE_MESSAGES } from '../../protocol/limits'
import type { Stored } from '../resting-log'
import { call, readAll } from './calls'

export interface Blob {
  id: string
  size: number
  /** When it came, in milliseconds. */
  ts: number
}

export interface Content {
  /** The messages in the order in which they were received, at most `limit`; each page is asked for when it is needed. */
  messages(limit: number): AsyncGenerator<Stored[]>
  /** After all messages were read: bytes at the end of the log that no server could read either. */
  readonly unreadBytes: number
  /** A blob may have come so much later than it is said to have. */
  readonly blobTimeSlackMs: Millis
  /** All blobs, in any order. */
  blobs(): Promise<Blob[]>
  /** One of them. Asked for in the order of their files (`blobPath`), one after the other. */
  blobBytes(id: string): AsyncGenerator<Buffer>
  /** The table of peers as it is kept. */
  peers(): Promise<unknown>
  /** Lets go of it, whatever is under way; that fails then. */
  close(): Promise<void>
}

const BLOBS_PER_READ = 500

/** As multiblob lays them out below its folder: two hex digits, then the rest. */
export function blobPath(id: string): string {
  const hex = Buffer.from(id.slice(1, id.indexOf('.')), 'base64').toString('hex')
  return `${hex.slice(0, 2)}/${hex.slice(2)}`
}

export function isBlobId(id: string): boolean {
  return /^&[A-Za-z0-9+/]{43}=\.sha256$/.test(id)
}

/** The content of a pub that runs. `rpc` is the connection to its server; it throws while there is none. */
export function contentOfServer(rpc: () => any): Content {
  return {
    messages: (limit) => pagesOf(rpc(), limit),
    unreadBytes: 0,
    blobTimeSlackMs: 0,
    async blobs() {
      const found: Blob[] = []
      await readAll(
        rpc().blobs.ls({ meta: true, live: false, old: true }),
        BLOBS_PER_READ,
        async (batch) => {
          for (const { id, size, ts } of batch) if (isBlobId(id)) found.push({ id, size, ts })
        },
        "list the pub's blobs",
      )
      return found
    },
    // A pub takes none of more than 5 MiB, so that much waits here at most.
    async *blobBytes(id) {
      const parts: Buffer[] = []
      const take = async ([part]: unknown[]) => void parts.push(Buffer.from(part as Buffer))
      await readAll(rpc().blobs.get(id), 1, take, 'read a blob')
      yield* parts
    },
    peers: () => call(rpc().gossip?.peers, [], 'ask the pub which peers it knows'),
    close: async () => undefined,
  }
}

async function* pagesOf(rpc: any, limit: number): AsyncGenerator<Stored[]> {
  let after = 0
  for (let left = limit; left > 0; ) {
    // A source has no back-pressure over muxrpc: what is asked for comes at once, so it must be little.
    const wanted = Math.min(left, EXPORT_PAGE_MESSAGES)
    const page: Stored[] = []
    await readAll(
      rpc.createLogStream({ gt: after, limit: wanted, keys: true, values: true, live: false }),
      wanted,
      async (batch) => void page.push(...batch),
      "read the pub's log",
    )
    if (page.length === 0) return
    yield page
    after = page.at(-1)?.timestamp ?? after
    left -= page.length
  }
}
