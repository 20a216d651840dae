/** A tar archive of one small file, made by hand: all that is ever put into a container is one secret. */

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
  const padding = Buffer.alloc((BLOCK_BYTES - (bytes.length % BLOCK_BYTES)) % BLOCK_BYTES)
  return Buffer.concat([
    header(name, 0o600, bytes.length, owner, now),
    bytes,
    padding,
    Buffer.alloc(2 * BLOCK_BYTES),
  ])
}

function header(name: string, mode: number, size: number, owner: TarOwner, now: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES)
  block.write(name, 0, 100, 'ascii')
  octal(block, mode, 100, 8)
  octal(block, owner.uid, 108, 8)
  octal(block, owner.gid, 116, 8)
  octal(block, size, 124, 12)
  octal(block, Math.floor(now / 1000), 136, 12)
  // The checksum is counted with its own field full of spaces.
  block.fill(' ', 148, 156)
  block.write('0', 156, 1, 'ascii')
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
