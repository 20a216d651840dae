/** What the provider put into an encrypted blob because it was too long for a message: fetched from it, and opened. */
import { createHash } from 'node:crypto'
import pullBox from 'pull-box-stream'
import pull from 'pull-stream'
import { PRIVATE_BLOB_BYTES_MAX } from '../../protocol/limits'
import { drain } from '../../sbot/peers'
import { type BlobLink, blobLinksIn, withWhole } from '../blob-links'
import type { Context } from '../context'
import { Failure, firstLine } from '../failure'
import type { Answered, Letter } from '../letters'
import { connectProvider, identityFor } from './provider-call'
import { closeClient } from './rpc-client'

const METHODS = { blobs: { get: 'source' } }
const KEY_BYTES = 32
/** No key is used twice, so that the nonce may be the same (ssb-blob-files has it so). */
const NONCE = Buffer.alloc(24)
/** What the encryption adds, with room to spare. */
const BOXED_BYTES_MAX = PRIVATE_BLOB_BYTES_MAX + 200_000

/** Fetches it from the provider and opens it. Throws a Failure: 3 where the provider is out of reach, else 1. */
export async function openBlob(context: Context, link: BlobLink): Promise<Buffer> {
  const identity = await identityFor(context)
  const rpc = await connectProvider(identity, METHODS).catch((cause: unknown) => {
    throw new Failure(3, `${link.name} could not be fetched: ${plainReason(cause)}.`, { cause })
  })
  try {
    return await opened(await within(context, fetched(rpc, link.blob)), link)
  } catch (cause) {
    if (cause instanceof Failure) throw cause
    throw new Failure(
      1,
      `${link.name} could not be fetched: ${plainReason(cause)}. The provider keeps such files for a week; ask for it anew.`,
      { cause },
    )
  } finally {
    await closeClient(rpc)
  }
}

const plainReason = (error: unknown): string =>
  firstLine(error)
    .replace(/^[a-z-]+: /, '')
    .replace(/\.$/, '')

async function fetched(rpc: any, blob: string): Promise<Buffer> {
  const parts: Buffer[] = []
  let bytes = 0
  await drain(rpc.blobs.get(blob), (part: unknown) => {
    if (!Buffer.isBuffer(part)) throw new Error('what came is no file')
    bytes += part.length
    if (bytes > BOXED_BYTES_MAX) throw new Error('it is larger than such files are')
    parts.push(part)
  })
  const boxed = Buffer.concat(parts)
  const name = `&${createHash('sha256').update(boxed).digest('base64')}.sha256`
  if (name !== blob) throw new Error('what came is not what the link names')
  return boxed
}

function opened(boxed: Buffer, link: BlobLink): Promise<Buffer> {
  const key = Buffer.from(link.key, 'base64')
  if (key.length !== KEY_BYTES) throw new Failure(2, 'The key in that link is cut off. Copy the whole link.')
  return new Promise((resolve, reject) =>
    pull(
      pull.once(boxed),
      pullBox.createUnboxStream(key, NONCE),
      pull.collect((error: unknown, parts: Buffer[]) => {
        if (error) reject(new Error('the key in the link does not open it', { cause: error }))
        else resolve(Buffer.concat(parts))
      }),
    ),
  )
}

function within<T>(context: Context, work: Promise<T>): Promise<T> {
  const { timeoutMs } = context.options
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Failure(3, `The provider did not hand the file over within ${timeoutMs / 1000} s.`)),
      timeoutMs,
    )
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

export interface Whole {
  /** The letter that holds the link. */
  letter: Letter
  /** Its text, with all of the answer in the place of the beginning. */
  text: string
  /** All of the answer. */
  value: string
}

/** The whole result of a `run` that was too long for its message; null where it was not, or can't be fetched now. */
export async function wholeResult(context: Context, answered: Answered): Promise<Whole | null> {
  const { final, bearers } = answered
  if (final?.payload?.kind !== 'answer' || final.payload.command !== 'run') return null
  for (const letter of [final, ...bearers]) {
    const [link] = blobLinksIn(letter.text)
    if (link === undefined) continue
    try {
      const value = (await openBlob(context, link)).toString('utf8')
      return { letter, value, text: withWhole(letter.text, link, value) }
    } catch (error) {
      context.tell(`${firstLine(error)} Later: buttcloud open '${link.target}'`)
      return null
    }
  }
  return null
}
