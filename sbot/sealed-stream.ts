/**
 * A long stream closed with a passphrase: the key by libsodium's crypto_pwhash (Argon2id, so that each guess costs memory and
 * time), the content by crypto_secretstream (XChaCha20-Poly1305). Pieces can't be altered, left out, put in another
 * order, or cut off at the end without that being seen.
 *
 *   name, newline · header as JSON, newline · pieces: length (4 bytes, big endian) and box
 *
 * The first piece holds only the name: a wrong passphrase fails there, damage later.
 */
import sodium from 'sodium-native'

/** What opens nothing, and why, as a sentence. */
export class SealedStreamError extends Error {}

interface Header {
  kdf: 'argon2id13'
  passes: number
  memoryBytes: number
  /** base64. */
  salt: string
  /** base64; of the stream. */
  start: string
}

const PIECE_BYTES = 64 * 1024
const LENGTH_BYTES = 4
/** libsodium's "moderate": 256 MiB and most of a second for a guess, and for us once per backup. */
const PASSES = 3
const MEMORY_BYTES = 256 * 1024 * 1024
/** What somebody else's header may have us spend. */
const PASSES_MAX = 20
const MEMORY_BYTES_MAX = 1024 * 1024 * 1024
const HEADER_BYTES_MAX = 4_096
const MESSAGE: number = sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE[0]
const FINAL: number = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL[0]
const BOX_BYTES: number = sodium.crypto_secretstream_xchacha20poly1305_ABYTES

function keyOf(passphrase: string, salt: Buffer, passes: number, memoryBytes: number): Promise<Buffer> {
  const key = sodium.sodium_malloc(sodium.crypto_secretstream_xchacha20poly1305_KEYBYTES) as Buffer
  const algorithm = sodium.crypto_pwhash_ALG_ARGON2ID13
  const password = Buffer.from(passphrase.normalize('NFC'), 'utf8')
  return new Promise((resolve, reject) => {
    sodium.crypto_pwhash_async(key, password, salt, passes, memoryBytes, algorithm, (error: Error | null) => {
      if (error)
        reject(
          new SealedStreamError(
            `The key could not be made: that takes ${memoryBytes / 1024 / 1024} MB of memory. ${error.message}`,
          ),
        )
      else resolve(key)
    })
  })
}

/** The bytes, closed. `name` says what it is: letters, digits and dashes. */
export async function* sealStream(
  name: string,
  passphrase: string,
  plain: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  const salt = Buffer.alloc(sodium.crypto_pwhash_SALTBYTES)
  sodium.randombytes_buf(salt)
  const key = await keyOf(passphrase, salt, PASSES, MEMORY_BYTES)
  const state = Buffer.alloc(sodium.crypto_secretstream_xchacha20poly1305_STATEBYTES)
  const start = Buffer.alloc(sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES)
  sodium.crypto_secretstream_xchacha20poly1305_init_push(state, start, key)
  const header: Header = {
    ...{ kdf: 'argon2id13', passes: PASSES, memoryBytes: MEMORY_BYTES },
    ...{ salt: salt.toString('base64'), start: start.toString('base64') },
  }
  const clear = Buffer.from(`${name}\n${JSON.stringify(header)}\n`, 'utf8')
  yield clear
  const close = (piece: Buffer, tag: number, bound: Buffer | null = null): Buffer => {
    const out = Buffer.alloc(LENGTH_BYTES + piece.length + BOX_BYTES)
    out.writeUInt32BE(piece.length + BOX_BYTES, 0)
    const box = out.subarray(LENGTH_BYTES)
    sodium.crypto_secretstream_xchacha20poly1305_push(state, box, piece, bound, Buffer.from([tag]))
    return out
  }
  // What stands in the clear is bound to the first piece, so that it can't be altered either.
  yield close(Buffer.from(name, 'utf8'), MESSAGE, clear)
  let waiting = Buffer.alloc(0)
  for await (const bytes of plain) {
    waiting = Buffer.concat([waiting, bytes])
    while (waiting.length > PIECE_BYTES) {
      yield close(waiting.subarray(0, PIECE_BYTES), MESSAGE)
      waiting = Buffer.from(waiting.subarray(PIECE_BYTES))
    }
  }
  yield close(waiting, FINAL)
}

/** The bytes of such a stream. Throws a SealedStreamError at the first thing that is not as it was written. */
export async function* openStream(
  name: string,
  passphrase: string,
  sealed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  const reader = new Reader(sealed)
  const title = await reader.line()
  if (title !== name)
    throw new SealedStreamError(
      title?.startsWith(name.replace(/\d+$/, ''))
        ? 'It was made by a newer version of this program.'
        : 'It is not a backup of ours.',
    )
  const headerLine = await reader.line()
  const header = headerOf(headerLine ?? '')
  const clear = Buffer.from(`${title}\n${headerLine}\n`, 'utf8')
  const key = await keyOf(passphrase, header.salt, header.passes, header.memoryBytes)
  const state = Buffer.alloc(sodium.crypto_secretstream_xchacha20poly1305_STATEBYTES)
  sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, header.start, key)
  const tag = Buffer.alloc(1)
  const open = (box: Buffer, bound: Buffer | null = null): Buffer | null => {
    const piece = Buffer.alloc(box.length - BOX_BYTES)
    try {
      sodium.crypto_secretstream_xchacha20poly1305_pull(state, piece, tag, box, bound)
    } catch {
      return null
    }
    return piece
  }
  if (open(await reader.box(), clear)?.toString('utf8') !== name)
    throw new SealedStreamError('The passphrase is not the one that it was made with.')
  for (;;) {
    const piece = open(await reader.box())
    if (piece === null) throw new SealedStreamError('It is damaged, or was altered. Take another copy of it.')
    yield piece
    if (tag[0] !== FINAL) continue
    if (!(await reader.atEnd()))
      throw new SealedStreamError('Something was written behind its end. Take another copy of it.')
    return
  }
}

function headerOf(line: string): { passes: number; memoryBytes: number; salt: Buffer; start: Buffer } {
  try {
    const { kdf, passes, memoryBytes, salt, start } = JSON.parse(line) as Record<string, unknown>
    const inBounds = (value: unknown, max: number) => Number.isSafeInteger(value) && (value as number) <= max
    const found = {
      ...{ passes: passes as number, memoryBytes: memoryBytes as number },
      ...{ salt: Buffer.from(String(salt), 'base64'), start: Buffer.from(String(start), 'base64') },
    }
    const sound =
      kdf === 'argon2id13' &&
      inBounds(passes, PASSES_MAX) &&
      inBounds(memoryBytes, MEMORY_BYTES_MAX) &&
      found.salt.length === sodium.crypto_pwhash_SALTBYTES &&
      found.start.length === sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES
    if (sound) return found
  } catch {
    // Said below.
  }
  throw new SealedStreamError('Its beginning is damaged. Take another copy of it.')
}

/** Lines and boxes of a stream of bytes. */
class Reader {
  private readonly iterator: AsyncIterator<Uint8Array>
  private waiting: Buffer = Buffer.alloc(0)

  constructor(source: AsyncIterable<Uint8Array>) {
    this.iterator = source[Symbol.asyncIterator]()
  }

  private async more(): Promise<boolean> {
    const next = await this.iterator.next()
    if (next.done === true) return false
    this.waiting = Buffer.concat([this.waiting, next.value])
    return true
  }

  /** Null where no line of ours can be there. */
  async line(): Promise<string | null> {
    for (;;) {
      const at = this.waiting.indexOf(0x0a)
      if (at !== -1) {
        const line = this.waiting.subarray(0, at).toString('utf8')
        this.waiting = Buffer.from(this.waiting.subarray(at + 1))
        return line
      }
      if (this.waiting.length > HEADER_BYTES_MAX || !(await this.more())) return null
    }
  }

  async box(): Promise<Buffer> {
    const length = (await this.take(LENGTH_BYTES)).readUInt32BE(0)
    if (length < BOX_BYTES || length > PIECE_BYTES + BOX_BYTES)
      throw new SealedStreamError('It is damaged, or was altered. Take another copy of it.')
    return this.take(length)
  }

  async atEnd(): Promise<boolean> {
    return this.waiting.length === 0 && !(await this.more())
  }

  private async take(length: number): Promise<Buffer> {
    while (this.waiting.length < length)
      if (!(await this.more()))
        throw new SealedStreamError('Its end is missing: it was cut off. Take another copy of it.')
    const taken = Buffer.from(this.waiting.subarray(0, length))
    this.waiting = this.waiting.subarray(length)
    return taken
  }
}
