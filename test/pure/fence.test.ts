// The fence as a state machine, in stories: one behaviour each.
import test from 'tape'
import type { InviteKey } from '../../protocol/ids'
import { COMMIT_WAIT_MS, FENCE_QUEUE_MAX } from '../../protocol/limits'
import type { RawValue } from '../../protocol/rpc'
import { restorable, statusOf } from '../../pub-image/fence-state'
import { Bench, BOB, feed, INVITE, PUB } from '../helpers/fence-bench'

test('a write goes to the provider first and is appended after its ok', (t) => {
  const bench = new Bench()
  bench.attachAndOpen()
  bench.ask(1)
  t.deepEqual(bench.kinds(), ['hello', 'commit'])
  t.equal(bench.log.length, 0, 'nothing is appended yet')
  t.equal(bench.replies.length, 0)
  bench.answer()
  t.equal(bench.log.length, 1)
  t.deepEqual(bench.replies, [{ do: 'reply', id: 1, error: null, key: bench.log[0]?.key }])
  t.end()
})

test('writes go one by one, each on top of the one before', (t) => {
  const bench = new Bench()
  bench.attachAndOpen()
  for (const id of [1, 2, 3]) bench.ask(id)
  t.equal(bench.commits().length, 1, 'one on its way at a time')
  for (const _ of [1, 2, 3]) bench.answer()
  t.deepEqual(
    bench.log.map((message) => (message.content as { id: number }).id),
    [1, 2, 3],
  )
  t.end()
})

test('a shut fence keeps its callers, and tells them to try again when it takes too long', (t) => {
  const bench = new Bench()
  bench.ask(1)
  bench.now = COMMIT_WAIT_MS - 1
  bench.feed({ on: 'tick', now: bench.now })
  t.equal(bench.replies.length, 0)
  bench.now = COMMIT_WAIT_MS
  bench.feed({ on: 'tick', now: bench.now })
  t.ok(bench.replies[0]?.error?.startsWith('try again: '))
  t.equal(statusOf(bench.fence).open, false)
  t.end()
})

test('refused: the caller is told to try again, the use is given back, the next one goes on', (t) => {
  const bench = new Bench()
  bench.attachAndOpen(1)
  bench.use(1)
  bench.use(2, feed('c'))
  bench.answer('refused')
  t.ok(bench.replies[0]?.error?.startsWith('try again: '))
  t.equal(bench.commits().length, 2, 'the second gets the use that was given back')
  t.equal(bench.log.length, 0)
  t.end()
})

test('what can not be signed is refused with its reason, and the next one goes on', (t) => {
  const bench = new Bench()
  bench.attachAndOpen(1)
  bench.unsignable = true
  bench.use(1)
  t.equal(bench.replies[0]?.error, 'too large')
  bench.unsignable = false
  bench.use(2)
  t.equal(bench.commits().length, 1, 'the use was given back')
  t.end()
})

test('a stale epoch shuts the fence for good until it is opened with its own epoch', (t) => {
  const bench = new Bench()
  bench.attachAndOpen()
  bench.ask(1)
  bench.ask(2)
  bench.answer('stale-epoch')
  t.ok(bench.replies[0]?.error?.startsWith('try again: '))
  t.equal(bench.commits().length, 1, 'nothing more is signed')
  bench.open(2, 0, 2)
  t.ok(bench.refused?.startsWith('stale-epoch: '))
  t.end()
})

test('unsure and stored: the restored message answers its caller, nothing is signed twice', (t) => {
  const bench = new Bench()
  bench.attachAndOpen()
  bench.ask(1)
  const [commit] = bench.commits()
  bench.answer('try-again')
  t.deepEqual(bench.kinds(), ['hello', 'commit', 'resync'])
  t.equal(bench.replies.length, 0, 'the caller waits')
  bench.restore(commit === undefined ? [] : [commit.value])
  t.deepEqual(bench.replies, [{ do: 'reply', id: 1, error: null, key: bench.log[0]?.key }])
  bench.open()
  t.equal(bench.commits().length, 1)
  t.end()
})

test('unsure and not stored: signed anew after the next open', (t) => {
  const bench = new Bench()
  bench.attachAndOpen()
  bench.ask(1)
  bench.answer('try-again')
  bench.open()
  t.equal(bench.commits().length, 2)
  bench.answer()
  t.equal(bench.replies[0]?.error, null)
  t.equal(bench.log.length, 1)
  t.end()
})

test('the first try is stored after the second was signed: the gap brings it back, one message remains', (t) => {
  const bench = new Bench()
  bench.attachAndOpen()
  bench.ask(1)
  const [first] = bench.commits()
  bench.feed({ on: 'detached', attachment: 1 })
  bench.feed({ on: 'attached', attachment: 2 })
  bench.open()
  t.equal(bench.commits().length, 2)
  bench.answer('gap')
  t.equal(bench.replies.length, 0)
  bench.restore(first === undefined ? [] : [first.value])
  t.equal(bench.replies[0]?.error, null)
  t.equal(bench.log.length, 1)
  t.end()
})

test('an answer that comes too late for its commit is refused', (t) => {
  const bench = new Bench()
  bench.attachAndOpen()
  bench.ask(1)
  bench.feed({ on: 'detached', attachment: 1 })
  bench.answer(null, 1)
  t.ok(bench.refused?.startsWith('unknown: '))
  t.equal(bench.log.length, 0)
  t.end()
})

test('a commit that is never answered counts as unsure', (t) => {
  const bench = new Bench()
  bench.attachAndOpen()
  bench.now = 1_000
  bench.ask(1)
  bench.now = 1_000 + COMMIT_WAIT_MS
  bench.feed({ on: 'tick', now: bench.now })
  t.deepEqual(bench.kinds(), ['hello', 'commit', 'resync'])
  t.equal(bench.replies.length, 1)
  t.end()
})

test('opens only at its own head, its own epoch, attached, and not while appending', (t) => {
  const bench = new Bench()
  bench.open()
  t.ok(bench.refused?.startsWith('refused: '), 'nobody attached')
  bench.feed({ on: 'attached', attachment: 1 })
  bench.open(2, 1)
  t.ok(bench.refused?.startsWith('gap: '))
  bench.open()
  t.equal(bench.refused, null)
  bench.slow = true
  bench.ask(1)
  bench.answer()
  bench.open(2, 0)
  t.ok(bench.refused?.startsWith('try-again: '), 'it is appending')
  bench.feed({ on: 'attached', attachment: 2 })
  t.deepEqual(bench.kinds(), ['hello', 'commit', 'end'], 'hello waits for the end of the append')
  bench.appended()
  t.deepEqual(bench.kinds(), ['hello', 'commit', 'end', 'hello'])
  t.equal(bench.replies[0]?.error, null)
  t.end()
})

test('restore: the next message only, not while open, not of somebody else', (t) => {
  const bench = new Bench()
  const value = (sequence: number, author = PUB): RawValue => ({ author, sequence })
  t.equal(restorable(bench.fence, value(1)).now, 'append')
  t.equal(restorable(bench.fence, value(2)).now, 'refuse')
  t.equal(restorable(bench.fence, value(0)).now, 'refuse')
  t.equal(restorable(bench.fence, value(1, BOB)).now, 'refuse')
  t.equal(restorable(bench.fence, { author: PUB, sequence: 'one' }).now, 'refuse')
  bench.attachAndOpen()
  t.equal(restorable(bench.fence, value(1)).now, 'refuse')
  t.end()
})

test('uses: what is left, who follows already, and what stock clients look for', (t) => {
  const bench = new Bench()
  bench.attachAndOpen(1)
  bench.use(1)
  bench.answer()
  t.equal(bench.replies[0]?.error, null)
  bench.use(2)
  t.equal(
    bench.replies[1]?.error,
    null,
    'who is followed already is told that all is well, and nothing is written',
  )
  bench.use(3, feed('c'))
  t.ok(bench.replies[2]?.error?.startsWith('invite has expired'))
  bench.use(4, feed('d'), feed('x') as string as InviteKey)
  t.ok(bench.replies[3]?.error?.startsWith('invite has expired'), 'an invite nobody made')
  t.equal(bench.commits().length, 1)
  t.end()
})

test('uses that come before the table is known wait for it, and can not crowd out the rest', (t) => {
  const bench = new Bench()
  bench.use(1)
  for (let id = 2; id <= FENCE_QUEUE_MAX / 2; id += 1) bench.use(id, BOB, feed('z') as string as InviteKey)
  bench.use(900)
  t.ok(bench.replies[0]?.error?.startsWith('try again: '), 'half of the room is taken by unknown invites')
  bench.ask(901)
  bench.attachAndOpen()
  bench.answer()
  t.ok(bench.replies.some((reply) => reply.id === 1 && reply.error === null))
  bench.answer()
  t.ok(bench.replies.some((reply) => reply.id === 901 && reply.error === null))
  t.equal(bench.replies.length, FENCE_QUEUE_MAX / 2 + 2)
  t.end()
})

test('the queue has an end', (t) => {
  const bench = new Bench()
  for (let id = 1; id <= FENCE_QUEUE_MAX; id += 1) bench.ask(id)
  t.equal(bench.replies.length, 0)
  bench.ask(1_000)
  t.ok(bench.replies[0]?.error?.startsWith('try again: '))
  t.end()
})

test('a new invite counts at once; a known one only ever gets fewer uses', (t) => {
  const bench = new Bench()
  bench.attachAndOpen(1)
  const other = feed('o') as string as InviteKey
  bench.feed({ on: 'invite', entry: { key: other, left: 1, tag: 'u' } })
  bench.use(1, BOB, other)
  t.equal(bench.commits()[0]?.invite, other)
  bench.feed({ on: 'invite', entry: { key: other, left: 1, tag: 'u' } })
  t.equal(bench.fence.table?.get(other)?.left, 0, 'the use on its way stays taken')
  bench.feed({ on: 'invite', entry: { key: INVITE, left: 0, tag: 't' } })
  bench.answer()
  bench.use(2, feed('c'))
  t.ok(bench.replies[1]?.error?.startsWith('invite has expired'), 'withdrawn')
  t.end()
})

test('about is published once, after opening, and again only when the feed does not say it', (t) => {
  const wanted = { name: 'alice', description: 'a pub' }
  const bench = new Bench({ ...wanted, address: null })
  bench.attachAndOpen()
  t.deepEqual(bench.commits()[0]?.value.content, { type: 'about', about: PUB, ...wanted })
  bench.answer('try-again')
  bench.open()
  bench.answer()
  t.equal(bench.log.length, 1)
  bench.feed({ on: 'attached', attachment: 2 })
  bench.open()
  t.equal(bench.commits().length, 2, 'nothing more to say')
  const renamed = new Bench({ name: 'bob', description: 'a pub', address: null }, bench.log)
  renamed.attachAndOpen()
  t.deepEqual(renamed.commits()[0]?.value.content, { type: 'about', about: PUB, name: 'bob' })
  t.end()
})
