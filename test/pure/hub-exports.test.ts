/** Goal: a hub hands over the same bytes for the same snapshot, in pieces, begins anew where something is gone, and keeps its bounds. */
import test from 'tape'
import { EXPORT_CHUNK_BYTES, EXPORT_PAGE_MESSAGES, EXPORTS_PER_HUB_MAX } from '../../protocol/limits'
import { failure, filesIn, hashOf, held, hubOf, PUB, SECRET, take } from '../helpers/export-hub'
import { alice, key } from '../helpers/story'

test('the log is a flumelog-offset file with every message as it was signed', async (t) => {
  const pub = held(3 * EXPORT_PAGE_MESSAGES + 7, [])
  const { begin, end, bytes } = await take(hubOf(pub), 'log')
  t.deepEqual([begin.from, begin.bytes, end.bytes], [0, bytes.length, bytes.length])
  t.equal(end.sha256, hashOf(bytes))
  t.equal(pub.page, EXPORT_PAGE_MESSAGES, 'read page by page')
  const log = filesIn(bytes).get('alice/flume/log.offset') ?? Buffer.alloc(0)
  const read: unknown[] = []
  for (let at = 0; at < log.length; ) {
    const length = log.readUInt32BE(at)
    read.push(JSON.parse(log.toString('utf8', at + 4, at + 4 + length)))
    if (log.readUInt32BE(at + 4 + length) !== length) t.fail('the length is told twice')
    at += length + 12
    if (log.readUInt32BE(at - 4) !== at) t.fail('and where the record ends')
  }
  t.deepEqual(read, pub.messages)
  const about = JSON.parse((filesIn(bytes).get('alice/export.json') ?? '').toString())
  t.deepEqual([about.messages, about.head, about.feed], [pub.messages.length, pub.messages.length, alice])
  t.notOk(bytes.includes('for nobody else'), 'no key pair in it')
})

test('all: key pair, log, blobs in order, peers without what is of the moment; in pieces of one size', async (t) => {
  const pub = held(20, [5_242_879, 3, EXPORT_CHUNK_BYTES])
  const { bytes, largest, end } = await take(hubOf(pub), 'all')
  const files = filesIn(bytes)
  t.equal(files.get('alice/secret')?.toString(), SECRET)
  t.deepEqual(JSON.parse(files.get('alice/gossip.json')?.toString() ?? ''), [
    { host: 'h', port: 1, key: alice, source: 'pub' },
  ])
  const names = [...files.keys()].filter((name) => name.includes('blobs/'))
  t.equal(names.length, 3)
  for (const name of names)
    t.equal(
      name.replace('alice/blobs/sha256/', '').replace('/', ''),
      hashOf(files.get(name) ?? Buffer.alloc(0)),
    )
  t.equal(largest, EXPORT_CHUNK_BYTES)
  t.equal(end.sha256, hashOf(bytes))
})

test('cut at any place it goes on there, whatever has come meanwhile', async (t) => {
  const pub = held(300, [10_000, 700_000])
  const hub = hubOf(pub)
  const whole = await take(hub, 'log')
  const { snapshot } = whole.begin
  pub.messages.push({ ...held(1, []).messages[0], key: key('later'), timestamp: 1e9 } as never)
  for (const at of [1, 511, 512, 5_000, whole.bytes.length - 1, whole.bytes.length]) {
    const rest = await take(hub, 'log', { snapshot, at })
    t.equal(rest.begin.from, at)
    t.ok(Buffer.concat([whole.bytes.subarray(0, at), rest.bytes]).equals(whole.bytes), `from ${at} on`)
    t.equal(rest.end.sha256, whole.end.sha256, 'hashed from the first byte')
  }
  t.equal((await take(hub, 'log', { snapshot, at: 1e9 })).begin.from, 0, 'past its end is nowhere')
})

test('where something is gone it begins anew', async (t) => {
  const pub = held(30, [10_000, 20_000])
  const hub = hubOf(pub)
  const before = await take(hub, 'blobs')
  pub.blobs.delete([...pub.blobs.keys()][0] ?? '')
  const after = await take(hub, 'blobs', { snapshot: before.begin.snapshot, at: 2_000 })
  t.equal(after.begin.from, 0)
  t.equal(after.end.sha256, hashOf(after.bytes), 'whole')
  const log = await take(hub, 'log')
  pub.messages.splice(3, 1)
  t.equal((await take(hub, 'log', { snapshot: log.begin.snapshot, at: 700 })).begin.from, 0)
})

test('what goes away under the reader is an error that says so, and ends the session', async (t) => {
  const pub = held(5, [2 * EXPORT_CHUNK_BYTES, 2 * EXPORT_CHUNK_BYTES])
  const hub = hubOf(pub)
  const begun = async (): Promise<string> => {
    const { session } = hub.open({ pub: PUB, name: 'alice', part: 'blobs', resume: null })
    await hub.read(session)
    await hub.read(session)
    return session
  }
  const toTheEnd = async (session: string): Promise<never> => {
    for (;;) await hub.read(session)
  }
  const one = await begun()
  const order = [...pub.blobs].sort(([, a], [, b]) => (hashOf(a) < hashOf(b) ? -1 : 1))
  pub.blobs.set(order[1]?.[0] ?? '', Buffer.alloc(7))
  t.match(await failure(toTheEnd(one)), /^try-again: blobs.* changed while it was being read/)
  t.match(await failure(hub.read(one)), /^unknown/)
  const two = await begun().catch(() => '')
  pub.running = false
  t.match(await failure(toTheEnd(two)), /^try-again: the pub does not run here|^try-again: blobs/)
  const secret = await take(hub, 'secret')
  t.equal(secret.bytes.toString(), SECRET, 'the key pair can be had without the pub')
})

test('bounds: so many at a time, closed is closed, one read at a time', async (t) => {
  const hub = hubOf(held(10, [3 * EXPORT_CHUNK_BYTES]))
  const open = (): string => hub.open({ pub: PUB, name: 'alice', part: 'blobs', resume: null }).session
  const sessions = Array.from({ length: EXPORTS_PER_HUB_MAX }, open)
  t.throws(open, /try-again: .*enough exports/)
  hub.close(sessions[0] ?? '')
  t.match(await failure(hub.read(sessions[0] ?? '')), /^unknown/)
  const session = open()
  const first = hub.read(session)
  t.match(await failure(hub.read(session)), /^try-again: a read of this export is under way/)
  const pieces = [await first, await hub.read(session), await hub.read(session)]
  t.deepEqual(
    pieces.map((piece) => (Buffer.isBuffer(piece) ? piece.length : piece.kind)),
    ['begin', EXPORT_CHUNK_BYTES, EXPORT_CHUNK_BYTES],
    'the one that was too early took nothing from it',
  )
  await hub.stop()
  t.equal(await failure(hub.read(session)), 'unknown: no such export is under way')
})
