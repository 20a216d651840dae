/** A pub's archive as `export NAME all` makes it, made by hand, for what is wrong with one. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import validate from 'ssb-validate'
import { TAR_END, tarHeader, tarPadding } from '../../hub-daemon/engines/tar'

/** A feed of so many messages, signed. */
export function feedOf(keys: any, contents: object[]): any[] {
  const values: any[] = []
  for (const [index, content] of contents.entries()) {
    const last = values.at(-1)
    const previous = last === undefined ? null : `%${ssbKeys.hash(JSON.stringify(last, null, 2))}`
    const { sequence, timestamp } = last ?? {}
    const state = last === undefined ? null : { id: previous, sequence, timestamp, queue: [] }
    values.push(validate.create(state, keys, null, content, 1_700_000_000_000 + index))
  }
  return values
}

/** `flume/log.offset` with these messages. */
export function logOf(values: any[]): Buffer {
  const frames: Buffer[] = []
  let end = 0
  for (const value of values) {
    const key = `%${ssbKeys.hash(JSON.stringify(value, null, 2))}`
    const text = Buffer.from(JSON.stringify({ key, value, timestamp: value.timestamp }), 'utf8')
    end += text.length + 12
    const [length, position] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(text.length)
    position.writeUInt32BE(end)
    frames.push(length, text, length, position)
  }
  return Buffer.concat(frames)
}

/** The text of a file `secret`. */
export function secretOf(keys: any): string {
  const { curve, public: open, private: closed, id } = keys
  return `# what stock programs write\n${JSON.stringify({ curve, public: open, private: closed, id }, null, 2)}\n`
}

export interface Content {
  secret: string | null
  log: Buffer | null
  about: object | null
  gossip?: object[]
}

/** What lies in such an archive, by name. */
function filesOf({ secret, log, about, gossip }: Content): [name: string, bytes: Buffer][] {
  const files: [string, Buffer | null][] = [
    ['README.txt', Buffer.from('what this is\n')],
    ['export.json', about === null ? null : Buffer.from(JSON.stringify(about))],
    ['secret', secret === null ? null : Buffer.from(secret)],
    ['flume/log.offset', log],
    ['blobs/sha256/ab/secret', Buffer.from('a blob that is called so')],
    ['gossip.json', gossip === undefined ? null : Buffer.from(JSON.stringify(gossip))],
  ]
  return files.filter((file): file is [string, Buffer] => file[1] !== null)
}

export function writeTar(path: string, content: Content): string {
  const parts: Buffer[] = [tarHeader({ name: 'alice/', sizeBytes: 0, mode: 0o700, at: 0 })]
  for (const [name, bytes] of filesOf(content))
    parts.push(
      tarHeader({ name: `alice/${name}`, sizeBytes: bytes.length, mode: 0o600, at: 0 }),
      bytes,
      tarPadding(bytes.length),
    )
  writeFileSync(path, Buffer.concat([...parts, TAR_END]))
  return path
}

export function writeFolder(path: string, content: Content): string {
  for (const [name, bytes] of filesOf(content)) {
    mkdirSync(join(path, name, '..'), { recursive: true })
    writeFileSync(join(path, name), bytes)
  }
  return path
}
