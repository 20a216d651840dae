/** A hub with one pub, for the tests of exports: one whose server answers, or one that left its files. */
import { createHash } from 'node:crypto'
import pull from 'pull-stream'
import type { RestingVolume } from '../../hub-daemon/engines/engine'
import { AtRest } from '../../hub-daemon/io/at-rest'
import { Exports } from '../../hub-daemon/io/exports'
import type { Place } from '../../hub-daemon/reading-place'
import type { ExportPart } from '../../protocol/command-kinds'
import type { ExportNews, ExportResume } from '../../protocol/export'
import { type PubId, pubIdOf } from '../../protocol/ids'
import { alice, key } from './story'

export const PUB: PubId = pubIdOf(key('pub'))
export const SECRET = '{"curve":"ed25519","private":"for nobody else"}\n'

export interface Held {
  messages: { key: string; value: { author: string; sequence: number; content: object }; timestamp: number }[]
  blobs: Map<string, Buffer>
  running: boolean
  /** Largest page that was asked for. */
  page: number
}

export function held(messages: number, blobSizes: number[]): Held {
  const blobs = new Map(
    blobSizes.map((size, index) => {
      const bytes = Buffer.alloc(size, index + 1)
      return [`&${createHash('sha256').update(bytes).digest('base64')}.sha256`, bytes]
    }),
  )
  const log = Array.from({ length: messages }, (_, index) => ({
    key: key(`message ${index}`),
    value: { author: alice, sequence: index + 1, content: { text: `ä 🏡 ${'x'.repeat(index % 50)}` } },
    timestamp: 1_000 + index * 1.5,
  }))
  return { messages: log, blobs, running: true, page: 0 }
}

/** The files that a pub leaves which holds this. */
function filesOf({ messages, blobs }: Held): Map<string, Buffer> {
  const files = new Map<string, Buffer>()
  const records: Buffer[] = []
  let end = 0
  for (const message of messages) {
    const text = Buffer.from(JSON.stringify(message))
    end += text.length + 12
    const [length, position] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(text.length)
    position.writeUInt32BE(end)
    records.push(length, text, length, position)
  }
  files.set('flume/log.offset', Buffer.concat(records))
  files.set('gossip.json', Buffer.from(JSON.stringify([{ host: 'h', port: 1, key: alice, source: 'pub' }])))
  for (const bytes of blobs.values()) {
    const hex = hashOf(bytes)
    files.set(`blobs/sha256/${hex.slice(0, 2)}/${hex.slice(2)}`, bytes)
  }
  return files
}

/** How a hub sees its pub. */
export interface Setting {
  place: Place
  rest: AtRest
  files: Map<string, Buffer>
  /** How many have the volume open now. */
  open: number
}

export const VOLUME: Place = { kind: 'volume', name: 'bc-1' }
export const settingOf = (pub: Held, place: Place): Setting => ({
  ...{ place, rest: new AtRest(), files: filesOf(pub), open: 0 },
})

/** The volume of a pub, in pieces that end anywhere. */
function volumeOf(setting: Setting): RestingVolume {
  let over = false
  setting.open += 1
  async function* bytesOf(all: Buffer): AsyncGenerator<Buffer> {
    for (let at = 0; at < all.length; at += 777) {
      if (over) throw new Error('let go')
      if (at % 7 === 0) await null
      yield all.subarray(at, at + 777)
    }
  }
  return {
    async *files(path) {
      for (const [name, all] of [...setting.files].sort(([a], [b]) => (a < b ? -1 : 1)))
        if (name === path || name.startsWith(`${path}/`))
          yield { path: name.slice(path.length + 1), sizeBytes: all.length, at: 5_000, bytes: bytesOf(all) }
    },
    close: async () => {
      if (!over) setting.open -= 1
      over = true
    },
  }
}

/** A hub on which one pub runs that holds this, unless it says otherwise. */
export function hubOf(pub: Held, setting = settingOf(pub, { kind: 'server' })): Exports {
  const rpc = {
    createLogStream: ({ gt, limit }: { gt: number; limit: number }) => {
      pub.page = Math.max(pub.page, limit)
      return pull.values(pub.messages.filter(({ timestamp }) => timestamp > gt).slice(0, limit))
    },
    blobs: {
      ls: () => pull.values([...pub.blobs].map(([id, bytes]) => ({ id, size: bytes.length, ts: 5_000.7 }))),
      get: (id: string) =>
        pub.blobs.has(id) ? pull.values([pub.blobs.get(id)]) : pull.error(new Error('not here')),
    },
    gossip: {
      peers: (callback: (error: null, found: object[]) => void) =>
        callback(null, [
          { host: 'h', port: 1, key: alice, source: 'pub', state: 'connected' },
          { host: 'x' },
        ]),
    },
  }
  const sessions = new Map([[PUB, { get rpc() { return pub.running ? rpc : null } }]]) // biome-ignore format: one line says it
  const secrets = { read: () => ({ feed: alice, text: SECRET }) }
  return new Exports({
    ...{ pubs: sessions as never, secrets: secrets as never, rest: setting.rest },
    engine: { openVolume: async () => volumeOf(setting) },
    place: () => setting.place,
  })
}

export interface Taken {
  begin: Extract<ExportNews, { kind: 'begin' }>
  end: Extract<ExportNews, { kind: 'end' }>
  bytes: Buffer
  largest: number
}

export async function take(
  hub: Exports,
  part: ExportPart,
  resume: ExportResume | null = null,
): Promise<Taken> {
  const { session } = hub.open({ pub: PUB, name: 'alice', part, resume })
  const pieces: Buffer[] = []
  let begin: Taken['begin'] | null = null
  for (;;) {
    const piece = await hub.read(session)
    if (Buffer.isBuffer(piece)) pieces.push(piece)
    else if (piece.kind === 'begin') begin = piece
    else if (piece.kind === 'end' && begin !== null)
      return {
        ...{ begin, end: piece, bytes: Buffer.concat(pieces) },
        largest: Math.max(0, ...pieces.map((one) => one.length)),
      }
  }
}

export const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing',
    (error: Error) => error.message,
  )
export const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** The files of an archive. */
export function filesIn(tar: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>()
  for (let at = 0; tar[at] !== 0; ) {
    const name = tar.toString('latin1', at, at + 100).replace(/\0.*$/s, '')
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8)
    files.set(name, tar.subarray(at + 512, at + 512 + size))
    at += 512 + Math.ceil(size / 512) * 512
  }
  return files
}
