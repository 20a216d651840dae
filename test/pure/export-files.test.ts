/** Goal: archives that every tar reads, also where names are long; and what is read back of an export is checked. */
import test from 'tape'
import { TAR_END, tarHeader, tarOfSecret, tarPadding } from '../../hub-daemon/engines/tar'
import { readmeOf } from '../../hub-daemon/words-export'
import { checkExportRequest, newsOf } from '../../protocol/export'
import { feed } from '../helpers/story'

const text = (block: Buffer, at: number, length: number): string =>
  block
    .subarray(at, at + length)
    .toString('latin1')
    .replace(/\0.*$/s, '')

/** As a reader checks it: the sum of all bytes with its own field full of spaces. */
function sumOf(block: Buffer): number {
  let sum = 0
  for (const [at, byte] of block.entries()) sum += at >= 148 && at < 156 ? 32 : byte
  return sum
}

test('tar: short names, long names, folders', (t) => {
  const long = `${'n'.repeat(32)}/blobs/sha256/ab/${'c'.repeat(62)}`
  for (const name of ['alice/secret', long, 'alice/']) {
    const block = tarHeader({ name, sizeBytes: 1234, mode: 0o600, at: 1_900_000_000_000 })
    t.equal(block.length, 512)
    const prefix = text(block, 345, 155)
    t.equal(prefix === '' ? text(block, 0, 100) : `${prefix}/${text(block, 0, 100)}`, name)
    t.equal(Number.parseInt(text(block, 148, 7), 8), sumOf(block), 'its checksum')
    t.equal(Number.parseInt(text(block, 124, 12), 8), 1234)
    t.equal(text(block, 156, 1), name.endsWith('/') ? '5' : '0')
  }
  for (const name of ['x'.repeat(120), `${'x'.repeat(200)}/y`, 'a b', '', 'ä'])
    t.throws(() => tarHeader({ name, sizeBytes: 0, mode: 0, at: 0 }), /tar name/, name.slice(0, 10))
  t.deepEqual([tarPadding(0).length, tarPadding(1).length, tarPadding(512).length], [0, 511, 0])
  const one = tarOfSecret('secret', 'text', { uid: 1, gid: 2 }, 0)
  t.equal(one.length % 512, 0)
  t.ok(one.subarray(-1024).equals(TAR_END))
  t.end()
})

test('the README says what there is, and never to start it beside the hosted one', (t) => {
  const facts = { name: 'alice', feed: feed('alice'), messages: 3, blobs: 1, head: 2 }
  t.match(readmeOf({ ...facts, part: 'all' }), /BEFORE YOU START IT.*buttcloud stop alice.*message 2/s)
  for (const part of ['log', 'blobs'] as const) t.notOk(/secret/.test(readmeOf({ ...facts, part })), part)
  t.end()
})

test('what was asked and what came is checked field by field', (t) => {
  const good = { name: 'alice', part: 'log', resume: null }
  t.ok(checkExportRequest(good, 'x').ok)
  const snapshot = { messages: 1, blobsUntil: 0, id: 'a' }
  t.ok(checkExportRequest({ ...good, resume: { snapshot, at: 1 } }, 'x').ok)
  for (const resume of [
    {},
    { snapshot },
    { snapshot, at: -1 },
    { snapshot, at: 1.5 },
    { snapshot: {}, at: 1 },
  ])
    t.notOk(checkExportRequest({ ...good, resume }, 'x').ok, JSON.stringify(resume))
  t.equal(newsOf({ kind: 'wait', messages: 3 })?.kind, 'wait')
  for (const odd of [null, undefined, 'x', {}, { kind: 'end' }, { kind: 'begin', snapshot }, []])
    t.equal(newsOf(odd), null, JSON.stringify(odd) ?? 'nothing')
  t.end()
})
