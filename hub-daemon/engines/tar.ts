/** Tar archives, made by hand: one secret for a container, and a pub's content as it is streamed to its owner. */

const BLOCK_BYTES = 512

export interface TarOwner {
  uid: number
  gid: number
}

/** A ustar archive (POSIX.1-1988) with one file of mode 0600, owned by `owner`; `name` is at most 99 bytes of ASCII. */
export function tarOfSecret(name: string, content: string, owner: TarOwner, now: number): Buffer {
  if (!/^[\x21-\x7e]{1,99}$/.test(name))
    throw new Error(`a tar name must be 1 to 99 ASCII characters: ${name}`)
  const bytes = Buffer.from(content, 'utf8')
  return Buffer.concat([
    header(name, 0o600, bytes.length, owner, now),
    bytes,
    tarPadding(bytes.length),
    TAR_END,
  ])
}

export interface TarEntry {
  /** ASCII, with slashes; what is longer than 99 bytes is split at one of them. A folder's ends with one. */
  name: string
  /** At most 8 GiB less one byte. */
  sizeBytes: number
  mode: number
  /** Milliseconds since 1970. */
  at: number
}

/** The header block of one entry of a ustar archive, owned by nobody in particular. Throws where a name does not fit. */
export function tarHeader({ name, sizeBytes, mode, at }: TarEntry): Buffer {
  if (!/^[\x21-\x7e]+$/.test(name)) throw new Error(`a tar name must be ASCII: ${name}`)
  const cut = name.length < 100 ? -1 : name.indexOf('/', name.length - 100)
  if (cut > 155 || (name.length >= 100 && cut < 1)) throw new Error(`a tar name is too long: ${name}`)
  const [prefix, rest] = cut < 0 ? ['', name] : [name.slice(0, cut), name.slice(cut + 1)]
  return header(rest, mode, sizeBytes, { uid: 0, gid: 0 }, at, prefix)
}

/** What follows an entry's bytes, up to the next block. */
export function tarPadding(sizeBytes: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES)
}

/** What an archive ends with. */
export const TAR_END = Buffer.alloc(2 * BLOCK_BYTES)

function header(name: string, mode: number, size: number, owner: TarOwner, now: number, prefix = ''): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES)
  block.write(name, 0, 100, 'ascii')
  block.write(prefix, 345, 155, 'ascii')
  octal(block, mode, 100, 8)
  octal(block, owner.uid, 108, 8)
  octal(block, owner.gid, 116, 8)
  octal(block, size, 124, 12)
  octal(block, Math.floor(now / 1000), 136, 12)
  // The checksum is counted with its own field full of spaces.
  block.fill(' ', 148, 156)
  block.write(name.endsWith('/') ? '5' : '0', 156, 1, 'ascii')
  block.write('ustar\0', 257, 6, 'ascii')
  block.write('00', 263, 2, 'ascii')
  let sum = 0
  for (const byte of block) sum += byte
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 8, 'ascii')
  return block
}

function octal(block: Buffer, value: number, at: number, width: number): void {
  block.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, width, 'ascii')
}
