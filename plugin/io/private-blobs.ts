/**
 * What is too long for a message, as blobs for those who are told the link: each is encrypted with a key of its own
 * that is made at random (blob names are hashes of the plain content else, so that anybody could test a guess), and
 * is removed when its time is over. Nothing is pushed: whoever was told the link asks for it (`blobs.want`), which
 * every client does when it shows the message or follows the link. Peers that are connected learn the name of the
 * encrypted bytes, and could fetch those; without the key they are noise. Works over ssb-blobs 1 and 2.
 *
 *   private-blobs.json   name, pub, size and end of each that is here, and who has still to fetch it; never a key
 */
import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import pullBox from 'pull-box-stream'
import pull from 'pull-stream'
import type { FeedId, PubId } from '../../protocol/ids'
import {
  PRIVATE_BLOB_BYTES_MAX,
  PRIVATE_BLOB_FETCHED_MS,
  PRIVATE_BLOB_KEPT_MS,
  PRIVATE_BLOB_SWEEP_EVERY_MS,
} from '../../protocol/limits'
import { readJson, writeJson } from '../../sbot/durable'
import type { Clock } from '../../sbot/loop'
import { asError, called } from '../../sbot/peers'
import { type BlobEntry, surplusOf } from '../blob-room'

export interface PrivateBlob {
  /** `&….sha256`, the name of the encrypted bytes. */
  link: string
  /** `….boxs`, the key as clients take it. */
  unbox: string
  /** `[name](&….sha256?unbox=….boxs)`: the only form that Patchwork keeps whole. */
  markdownLink(name: string): string
  /** The same as a picture that is shown where the link stands. */
  markdownImage(name: string): string
}

export interface PutOptions {
  /** Whose room it takes: only blobs of the same pub make way for it. */
  pub: PubId
  /** Removed before its time when all of these have fetched it to its end. Default: nobody, it stays its time. */
  dropWhenFetchedBy?: readonly FeedId[]
}

export interface PrivateBlobs {
  /**
   * Encrypts and stores; resolves when peers can have it. At most PRIVATE_BLOB_BYTES_MAX bytes: whoever has more
   * splits it. Each call makes another blob, so one that is repeated after a crash leaves one to be swept later.
   */
  put(bytes: Uint8Array, options: PutOptions): Promise<PrivateBlob>
  /** Removes what is over. Done by itself at the start and every hour. */
  sweep(): Promise<void>
  stop(): void
}

interface Entry extends BlobEntry {
  /** Who has still to fetch it before it may go early; empty: it stays its time. */
  waitsFor: FeedId[]
}

const NONCE = Buffer.alloc(24)
const KEY_BYTES = 32

/** The private blobs of a node; call it from a plugin's `init`, after ssb-blobs. `folder` holds its table. */
export function createPrivateBlobs(
  ssb: any,
  folder: string,
  clock: Clock,
  warn: (fact: string, details: Record<string, unknown>) => void,
): PrivateBlobs {
  const file = join(folder, 'private-blobs.json')
  const entries = new Map(Object.entries((readJson(file) ?? {}) as Record<string, Entry>))
  const save = (): void => writeJson(file, Object.fromEntries(entries))
  let cancel: (() => void) | null = null
  let stopped = false
  let last: Promise<void> = Promise.resolve()

  const drop = async (id: string): Promise<void> => {
    await called<void>((callback) => ssb.blobs.rm(id, callback)).catch(() => undefined)
    // A file that is gone can't be removed; that is as good.
    if ((await sizeOf(ssb, id)) !== null) throw new Error('the file could not be removed')
    entries.delete(id)
  }
  const sweepOnce = async (): Promise<void> => {
    cancel?.()
    const now = clock.now()
    const over = [...entries].filter(([, entry]) => entry.until <= now).map(([id]) => id)
    const gone = [...over, ...surplusOf(entries, new Set(over))]
    for (const id of gone)
      await drop(id).catch((error: unknown) =>
        warn('a private blob whose time is over could not be removed', { reason: asError(error).message }),
      )
    if (gone.length > 0) save()
    if (stopped) return
    let next = now + PRIVATE_BLOB_SWEEP_EVERY_MS
    for (const { until } of entries.values()) if (until > now) next = Math.min(next, until)
    cancel = clock.after(next - now, () => void sweep())
  }
  const sweep = (): Promise<void> => {
    last = last.then(sweepOnce, sweepOnce)
    return last
  }
  const fetched = (id: string, by: FeedId): void => {
    const entry = entries.get(id)
    if (entry === undefined || !entry.waitsFor.includes(by)) return
    entry.waitsFor = entry.waitsFor.filter((one) => one !== by)
    // Sent is not stored: should the other end have failed, it can ask again for a while.
    if (entry.waitsFor.length === 0)
      entry.until = Math.min(entry.until, clock.now() + PRIVATE_BLOB_FETCHED_MS)
    save()
    if (entry.waitsFor.length === 0) void sweep()
  }
  if (ssb.blobs !== undefined) watchFetches(ssb, (id) => entries.has(id), fetched)

  return {
    async put(bytes, { pub, dropWhenFetchedBy = [] }) {
      if (ssb.blobs === undefined) throw new Error('this node has no blobs (ssb-blobs is not loaded)')
      if (bytes.length === 0 || bytes.length > PRIVATE_BLOB_BYTES_MAX)
        throw new Error(`a private blob has 1 to ${PRIVATE_BLOB_BYTES_MAX} bytes, not ${bytes.length}`)
      const key = randomBytes(KEY_BYTES)
      const boxed = await box(bytes, key)
      const link = `&${createHash('sha256').update(boxed).digest('base64')}.sha256`
      const waitsFor = [...new Set(dropWhenFetchedBy)]
      // In the table first: a blob that nobody remembers would stay for ever.
      entries.set(link, { pub, until: clock.now() + PRIVATE_BLOB_KEPT_MS, bytes: boxed.length, waitsFor })
      save()
      await called<string>((callback) => pull(pull.once(boxed), ssb.blobs.add(link, callback)))
      void sweep()
      return blobOf(link, `${key.toString('base64')}.boxs`)
    },
    sweep,
    stop() {
      stopped = true
      cancel?.()
    },
  }
}

/** The scheme of ssb-blob-files: 24 zero bytes of nonce, which is sound because no key is used twice. */
function box(bytes: Uint8Array, key: Buffer): Promise<Buffer> {
  return called((callback) =>
    pull(
      pull.once(Buffer.from(bytes)),
      pullBox.createBoxStream(key, NONCE),
      pull.collect((error: unknown, parts: Buffer[]) =>
        callback(error, error ? Buffer.alloc(0) : Buffer.concat(parts)),
      ),
    ),
  )
}

function blobOf(link: string, unbox: string): PrivateBlob {
  // A bare plus would be read as a blank.
  const target = `${link}?unbox=${unbox.replaceAll('+', '%2B')}`
  const label = (name: string): string => name.replace(/[[\]\\\r\n]/g, ' ')
  return {
    ...{ link, unbox },
    markdownLink: (name) => `[${label(name)}](${target})`,
    markdownImage: (name) => `![${label(name)}](${target})`,
  }
}

/** Calls back when a peer has read one of ours to its end. */
function watchFetches(
  ssb: any,
  isOurs: (id: string) => boolean,
  fetched: (id: string, by: FeedId) => void,
): void {
  ssb.blobs.get.hook(function (this: { id?: unknown } | undefined, get: any, args: any[]) {
    const source = get.apply(this, args)
    const wanted = args[0]
    const id = typeof wanted === 'string' ? wanted : (wanted?.key ?? wanted?.hash ?? wanted?.id)
    const by = this?.id
    if (typeof by !== 'string' || typeof id !== 'string' || !isOurs(id)) return source
    return (abort: unknown, callback: (end: unknown, data?: unknown) => void) =>
      source(abort, (end: unknown, data?: unknown) => {
        if (end === true && !abort) fetched(id, by as FeedId)
        callback(end, data)
      })
  })
}

/** Bytes of a stored blob; null when it is not here. `has` would ask the neighbours for it. */
async function sizeOf(ssb: any, id: string): Promise<number | null> {
  return called<number | null>((callback) => ssb.blobs.size(id, callback))
}
