import fc from 'fast-check'
import test from 'tape'
import {
  decodeHead,
  decodePoints,
  encodeHead,
  encodePoint,
  HEAD_OFFSETS,
  type Head,
  MAGIC,
  offsetOf,
  type Point,
  RING_BYTES,
} from '../../hub-daemon/ring'
import { COARSE_POINTS, FINE_POINTS } from '../../protocol/limits'

const NOW = 1_763_712_000_000
const point = (fields: Partial<Point> = {}): Point => ({
  ...{ at: NOW, cpuMs: 1_234, inBytes: 5_000_000_000_000, outBytes: 7, restarts: 2 },
  ...{ memoryBytes: 64 * 2 ** 20, diskBytes: 2 ** 30, logBytes: null, feeds: 17, peers: 3 },
  ...fields,
})
const headOf = (number: number): Head => ({
  ...{ number, measuredSince: NOW - 1, fine: 5, coarse: 1, coarseAt: NOW - 2, peakBytes: 99 },
  run: { startedAt: NOW - 3, byPub: true, cpuMs: 4, inBytes: 5, outBytes: 6 },
  last: point(),
})

function fileWith(...heads: Head[]): Uint8Array {
  const file = new Uint8Array(RING_BYTES)
  for (let at = 0; at < MAGIC.length; at += 1) file[at] = MAGIC.charCodeAt(at)
  for (const head of heads) file.set(encodeHead(head), HEAD_OFFSETS[head.number % 2])
  return file
}

test('a head and its points come back as they were written', (t) => {
  const file = fileWith(headOf(1), headOf(2))
  t.deepEqual(decodeHead(file), headOf(2), 'the newer head counts')
  const odd = point({ diskBytes: null, feeds: null, peers: null, at: NOW + 60_000 })
  file.set(encodePoint(odd), offsetOf('fine', FINE_POINTS + 1))
  file.set(encodePoint(point()), offsetOf('fine', 0))
  t.deepEqual(decodePoints(file, 'fine'), [point(), odd], 'oldest first, what was not measured is null')
  t.deepEqual(decodePoints(file, 'coarse'), [], 'empty places are no points')
  file.set(encodePoint(point()), offsetOf('coarse', COARSE_POINTS * 3))
  t.deepEqual(decodePoints(file, 'coarse'), [point()])
  t.equal(offsetOf('coarse', COARSE_POINTS - 1) + 48, RING_BYTES, 'the last place ends the file')
  t.end()
})

test('a head written half leaves the one before; a file that is none of ours, or damaged whole, has none', (t) => {
  const file = fileWith(headOf(1), headOf(2))
  file.fill(0xaa, HEAD_OFFSETS[0] + 20, HEAD_OFFSETS[0] + 60)
  t.deepEqual(decodeHead(file), headOf(1))
  file.fill(0xaa, HEAD_OFFSETS[1] + 20, HEAD_OFFSETS[1] + 60)
  t.equal(decodeHead(file), null)
  t.equal(decodeHead(new Uint8Array(RING_BYTES)), null, 'zeros')
  t.equal(decodeHead(fileWith(headOf(1)).subarray(1)), null, 'cut')
  t.equal(decodeHead(new Uint8Array(0)), null, 'empty')
  t.end()
})

test('any byte that is changed is noticed, or changes nothing that is read', (t) => {
  const before = fileWith(headOf(2))
  before.set(encodePoint(point()), offsetOf('fine', 0))
  fc.assert(
    fc.property(fc.nat(RING_BYTES - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const file = before.slice()
      file[at] = (file[at] ?? 0) ^ change
      const head = decodeHead(file)
      const points = decodePoints(file, 'fine')
      return (
        (head === null || JSON.stringify(head) === JSON.stringify(headOf(2))) &&
        (points.length === 0 || JSON.stringify(points) === JSON.stringify([point()]))
      )
    }),
    { examples: Array.from({ length: 128 }, (_, at): [number, number] => [128 + at, 1]) },
  )
  t.pass('for every byte of the head, and many others')
  t.end()
})

test('figures beyond all bounds are cut, not wrapped', (t) => {
  const huge = point({ inBytes: 2 ** 52, memoryBytes: 2 ** 50, restarts: 1_000_000, peers: 100_000 })
  const file = fileWith(headOf(2))
  file.set(encodePoint(huge), offsetOf('fine', 0))
  const [found] = decodePoints(file, 'fine')
  t.equal(found?.inBytes, 2 ** 48 - 1)
  t.equal(found?.restarts, 0xffff)
  t.equal(found?.peers, 0xfffe)
  t.ok(Number(found?.memoryBytes) > 2 ** 41)
  t.end()
})
