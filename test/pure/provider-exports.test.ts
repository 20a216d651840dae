/** Goal: an owner's exports at the provider keep their bounds, however many calls come at once, and give places back. */
import test from 'tape'
import { Exports } from '../../plugin/io/exports'
import { EXPORT_CHUNK_BYTES, EXPORTS_PER_OWNER_MAX } from '../../protocol/limits'
import type { PubMessage } from '../../protocol/messages/pub'
import { alice, bob, hub, provider, Story } from '../helpers/story'
import { recordOf } from '../helpers/story-change'
import { aliceHasPub } from '../helpers/story-hub'

type Callback = (error: unknown, value?: unknown) => void
interface Call {
  method: string
  argument: unknown
  done: Callback
}

/** A hub that answers when the test says so. */
function setUp() {
  const story = new Story().withHub()
  const pub = aliceHasPub(story)
  const calls: Call[] = []
  const listen = (method: string) => (argument: unknown, done: Callback) => {
    if (method === 'hubExportClose') done(null)
    calls.push({ method, argument, done })
  }
  const methods = ['hubExportOpen', 'hubExportRead', 'hubExportClose']
  const buttcloud = Object.fromEntries(methods.map((one) => [one, listen(one)]))
  const leaving: (() => void)[] = []
  let peers: { id: string; rpc: unknown }[] = [{ id: hub, rpc: { buttcloud } }]
  const sbot = {
    peers: () => peers,
    onPeer: (then: (peer: object) => void) =>
      then({ id: alice, onClose: (end: () => void) => leaving.push(end) }),
  }
  const clock = { now: () => story.now, after: () => () => undefined }
  const exports = new Exports(sbot as never, { state: story.state } as never, clock, {} as never, () => {})
  return {
    ...{ exports, calls, story, pub },
    of: (method: string) => calls.filter((one) => one.method === method),
    open: (part: string) => exports.open(alice, { name: 'alice', part, resume: null }),
    read: (session: string | null) => exports.read(alice, { session }),
    /** Alice's last connection ends. */
    leaves: () => {
      peers = peers.filter(({ id }) => id !== alice)
      for (const end of leaving) end()
    },
  }
}

const told = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'given',
    (error: Error) => error.message,
  )
const session = (name: string) => ({ session: name })
const count = (all: string[], pattern: RegExp): number => all.filter((one) => pattern.test(one)).length

/** Opens it, and the hub agrees. */
async function opened({ open, of }: ReturnType<typeof setUp>, part: string): Promise<string | null> {
  const work = open(part)
  of('hubExportOpen')
    .at(-1)
    ?.done(null, session(`at the hub: ${part}`))
  return (await work).session
}

test('opened many times at once: one of each part, and no more than an owner may have', async (t) => {
  const world = setUp()
  const same = Array.from({ length: 12 }, () => told(world.open('log')))
  t.equal(world.of('hubExportOpen').length, 1, 'the hub is asked once')
  const others = ['blobs', 'gossip', 'all'].map((part) => told(world.open(part)))
  t.equal(world.of('hubExportOpen').length, EXPORTS_PER_OWNER_MAX)
  for (const [index, { done }] of world.of('hubExportOpen').entries()) done(null, session(`${index}`))
  const all = await Promise.all([...same, ...others])
  t.equal(count(all, /^given$/), EXPORTS_PER_OWNER_MAX)
  t.equal(count(all, /^try-again: this export is being opened already/), 11)
  t.equal(count(all, /^try-again: you have 2 exports under way/), 2)
  t.match(await told(world.open('gossip')), /^try-again: you have 2/, 'and they count when they are open')
})

test('a place is given back: where the hub refuses, and where its owner has gone before it answers', async (t) => {
  const world = setUp()
  for (let turn = 0; turn <= EXPORTS_PER_OWNER_MAX; turn += 1) {
    const work = told(world.open('log'))
    world.of('hubExportOpen').at(-1)?.done(new Error('try-again: enough exports'))
    t.match(await work, /^try-again: enough exports/)
  }
  const works = ['log', 'blobs'].map((part) => told(world.open(part)))
  world.leaves()
  t.match(await told(world.open('gossip')), /^try-again: you have 2/, 'not before the hub has answered')
  for (const { done } of world.of('hubExportOpen').slice(-2)) done(null, session('late'))
  t.equal(count(await Promise.all(works), /^try-again: no such export/), 2)
  t.equal(world.of('hubExportClose').length, 2, 'what nobody reads is closed at the hub')
  t.ok(await opened(world, 'gossip'))
  t.ok(await opened(world, 'log'))
})

test('a thousand reads at once are one read of the hub, and those that were refused end nothing', async (t) => {
  const world = setUp()
  const name = await opened(world, 'log')
  const reads = Array.from({ length: 1_000 }, () => world.read(name))
  t.equal(world.of('hubExportRead').length, 1)
  const piece = Buffer.alloc(EXPORT_CHUNK_BYTES)
  world.of('hubExportRead')[0]?.done(null, piece)
  t.equal(await reads[0], piece)
  const refused = await Promise.all(reads.slice(1).map(told))
  t.equal(count(refused, /^try-again: a read of this export is under way/), 999)
  const next = world.read(name)
  world.of('hubExportRead')[1]?.done(null, { kind: 'end', bytes: 1, sha256: 'x' })
  t.equal(((await next) as { kind: string }).kind, 'end')
  t.match(await told(world.read(name)), /^unknown:/)
})

test('closing and opening anew makes no room for more reads than places', async (t) => {
  const world = setUp()
  const reads: Promise<string>[] = []
  for (let turn = 0; turn < EXPORTS_PER_OWNER_MAX; turn += 1) {
    const name = await opened(world, 'log')
    reads.push(told(world.read(name)))
    await world.exports.close(alice, { session: name })
    t.match(await told(world.read(name)), /^unknown:/, 'closed is closed')
  }
  t.match(await told(world.open('log')), /^try-again: you have 2/)
  for (const { done } of world.of('hubExportRead')) done(null, Buffer.alloc(1))
  await Promise.all(reads)
  t.ok(await opened(world, 'log'), 'when the hub has answered there is room')
})

test('whether it runs or not: opened at its hub, until the date of one that has ended, for who owns it then', async (t) => {
  const cases: [Partial<PubMessage>, string][] = [
    [{}, 'running'],
    [{ desired: 'down' }, 'stopped'],
    [{ suspended: true }, 'suspended'],
    [{ suspended: true, desired: 'down' }, 'stopped'],
    [{ status: 'ended', keepUntil: 1e15 }, 'ended'],
  ]
  for (const [more, here] of cases) {
    const world = setUp()
    const change = (fields: Partial<PubMessage>) => {
      world.story.tells(provider, { ...recordOf(world), ...fields, answers: world.pub })
      world.story.settle()
    }
    change(more)
    for (const part of ['log', 'all', 'secret']) {
      const work = world.open(part)
      world.of('hubExportOpen').at(-1)?.done(null, session(part))
      const opened = await work
      t.equal(opened.here, here, `${here}: ${part}`)
      await world.exports.close(alice, { session: opened.session })
    }
    const reading = await opened(world, 'log')
    change({ owners: [bob] })
    t.match(await told(world.read(reading)), /^unknown: /, 'a former owner reads no more')
    if (here !== 'ended') continue
    change({ owners: [alice] })
    const last = await opened(world, 'log')
    world.story.now = 1e15
    t.match(await told(world.read(last)), /^unknown: /, 'after the date nothing more is read')
    t.match(await told(world.open('log')), /^unknown: /, 'nor begun')
  }
})
