/** Goal: long answers of one pub make way for its own only; whoever has little keeps it until its time is over. */
import test from 'tape'
import { type BlobEntry, surplusOf } from '../../plugin/blob-room'
import { type PubId, pubIdOf } from '../../protocol/ids'
import {
  PRIVATE_BLOB_BYTES_MAX,
  PRIVATE_BLOBS_BYTES_MAX,
  PRIVATE_BLOBS_MAX,
  PRIVATE_BLOBS_PER_PUB_BYTES_MAX,
  PRIVATE_BLOBS_PER_PUB_MAX,
} from '../../protocol/limits'
import { key } from '../helpers/story'

const small = pubIdOf(key('small'))
const NONE = new Set<string>()

class Room {
  readonly entries = new Map<string, BlobEntry>()
  private time = 0

  /** So many, each later than the one before. */
  put(pub: PubId, name: string, count: number, bytes: number): this {
    for (let index = 0; index < count; index += 1) {
      this.time += 1
      this.entries.set(`${name} ${index}`, { pub, until: this.time, bytes })
    }
    return this
  }
  /** Drops what has to go; gives its names. */
  sweep(): string[] {
    const gone = surplusOf(this.entries, NONE)
    for (const one of gone) this.entries.delete(one)
    return gone
  }
}

test('a pub that has too much loses its own oldest, though others have older ones', (t) => {
  const fit = Math.floor(PRIVATE_BLOBS_PER_PUB_BYTES_MAX / PRIVATE_BLOB_BYTES_MAX)
  const room = new Room().put(small, 'export', 1, 100)
  room.put(pubIdOf(key('large')), 'run', fit, PRIVATE_BLOB_BYTES_MAX)
  t.deepEqual(room.sweep(), [], 'what fits stays')
  room.put(pubIdOf(key('large')), 'more', 2, PRIVATE_BLOB_BYTES_MAX)
  t.deepEqual(room.sweep(), ['run 0', 'run 1'])
  const many = new Room().put(small, 'export', 1, 100)
  many.put(pubIdOf(key('large')), 'run', PRIVATE_BLOBS_PER_PUB_MAX + 1, 1)
  t.deepEqual(many.sweep(), ['run 0'])
  t.end()
})

test('all together too much: those who have most make room, never the small one', (t) => {
  const room = new Room().put(small, 'export', 1, PRIVATE_BLOB_BYTES_MAX)
  const each = PRIVATE_BLOBS_PER_PUB_BYTES_MAX
  const pubs = PRIVATE_BLOBS_BYTES_MAX / each + 2
  for (let pub = 0; pub < pubs; pub += 1) room.put(pubIdOf(key(`pub ${pub}`)), `pub ${pub}`, 16, each / 16)
  const gone = room.sweep()
  t.notOk(gone.some((one) => one.startsWith('export')))
  t.ok(
    [...room.entries.values()].reduce((all, { bytes }) => all + bytes, 0) <= PRIVATE_BLOBS_BYTES_MAX,
    'it fits now',
  )
  t.ok(gone.length <= 2 * 16 + 2, 'and no more went than had to')

  const many = new Room().put(small, 'export', 1, 1)
  const others = PRIVATE_BLOBS_MAX / PRIVATE_BLOBS_PER_PUB_MAX
  for (let pub = 0; pub < others; pub += 1)
    many.put(pubIdOf(key(`pub ${pub}`)), `pub ${pub}`, PRIVATE_BLOBS_PER_PUB_MAX, 1)
  t.deepEqual(many.sweep(), ['pub 0 0'], 'the same of their number')
  t.end()
})

test('what goes anyway takes no room', (t) => {
  const room = new Room().put(small, 'run', PRIVATE_BLOBS_PER_PUB_MAX + 1, 1)
  t.deepEqual(surplusOf(room.entries, new Set(['run 7'])), [])
  t.end()
})
