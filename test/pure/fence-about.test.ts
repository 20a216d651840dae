// What a hub tells a running pub to say of itself: one message when it differs, none when it does not.
import test from 'tape'
import { COMMIT_WAIT_MS } from '../../protocol/limits'
import { emptyOwn, evolveOwn } from '../../pub-image/own'
import { Bench, keyOf, PUB } from '../helpers/fence-bench'

const contents = (bench: Bench): unknown[] => bench.commits().map(({ value }) => value.content)

test('what differs goes through the write-ahead, and the hub is told when it is on the feed', (t) => {
  const bench = new Bench()
  bench.attachAndOpen()
  bench.about(1, 'The Shed', 'A quiet place')
  t.deepEqual(contents(bench), [
    { type: 'about', about: PUB, name: 'The Shed', description: 'A quiet place' },
  ])
  t.deepEqual(bench.replies, [], 'not before the provider has it')
  bench.answer()
  t.equal(bench.replies[0]?.error, null)
  bench.about(2, 'The Shed', 'A quiet place')
  t.equal(bench.commits().length, 1, 'the same again costs no message')
  t.deepEqual(bench.replies[1], { do: 'reply', id: 2, error: null, key: null })
  bench.about(3, 'The Barn', 'A quiet place')
  t.deepEqual(contents(bench)[1], { type: 'about', about: PUB, name: 'The Barn' }, 'only what is other')
  t.end()
})

test('told twice while the first is on its way: the last one counts, each caller is answered', (t) => {
  const bench = new Bench()
  bench.attachAndOpen()
  for (const [id, name] of [
    [1, 'one'],
    [2, 'two'],
    [3, 'three'],
  ] as const)
    bench.about(id, name)
  bench.answer()
  t.deepEqual(contents(bench).at(-1), { type: 'about', about: PUB, name: 'three' })
  bench.answer()
  t.deepEqual(
    bench.replies.map(({ id, error }) => [id, error]),
    [
      [1, null],
      [2, null],
      [3, null],
    ],
  )
  t.equal(bench.log.length, 2, 'two was never said')
  t.end()
})

test('shut: remembered, and said once the fence is open; the hub hears to try again meanwhile', (t) => {
  const bench = new Bench()
  bench.about(1, 'The Shed')
  bench.now = COMMIT_WAIT_MS
  bench.feed({ on: 'tick', now: bench.now })
  t.match(bench.replies[0]?.error ?? '', /^try again: /)
  bench.attachAndOpen()
  t.equal(contents(bench).length, 1)
  bench.answer()
  t.equal(bench.fence.own.name, 'The Shed')
  t.end()
})

test('unsure whether it was stored: found in what comes back it is done, and never said twice', (t) => {
  const bench = new Bench()
  bench.attachAndOpen()
  bench.about(1, 'The Shed')
  const [commit] = bench.commits()
  if (commit === undefined) throw new Error('nothing was sent')
  bench.answer('try-again')
  bench.restore([commit.value])
  t.deepEqual(bench.replies, [{ do: 'reply', id: 1, error: null, key: keyOf(commit.value) }])
  bench.open()
  t.equal(bench.commits().length, 1)
  const other = new Bench()
  other.attachAndOpen()
  other.about(1, 'The Shed')
  other.about(2, 'The Barn')
  other.answer('try-again')
  other.open()
  t.deepEqual(
    contents(other).at(-1),
    { type: 'about', about: PUB, name: 'The Barn' },
    'signed anew with the last word',
  )
  other.answer()
  t.deepEqual(other.replies.map(({ id }) => id).sort(), [1, 2])
  t.end()
})

test('an address to be said: a message of its own after the name, once, and again only when it is another', (t) => {
  const first = { host: 'one.example', port: 8101 }
  const bench = new Bench()
  bench.attachAndOpen()
  bench.about(1, 'The Shed', '', first)
  bench.answer()
  t.deepEqual(bench.replies, [], 'half of it is not all of it')
  bench.answer()
  t.deepEqual(contents(bench).at(-1), { type: 'pub', address: { ...first, key: PUB } })
  t.deepEqual(
    bench.replies.map(({ id, error }) => [id, error]),
    [[1, null]],
  )
  bench.about(2, 'The Shed', '', first)
  bench.about(3, 'The Shed')
  t.equal(bench.commits().length, 2, 'said already, or not to be said')
  const again = new Bench({ name: 'The Shed', description: '', address: first }, bench.log)
  again.attachAndOpen()
  t.equal(again.commits().length, 0, 'nor after a new start')
  again.about(4, 'The Shed', '', { ...first, host: 'two.example' })
  t.deepEqual(contents(again), [{ type: 'pub', address: { ...first, host: 'two.example', key: PUB } }])
  t.end()
})

test('an address of somebody else, or odd, in the own feed says nothing of itself', (t) => {
  const own = emptyOwn()
  for (const address of [
    null,
    7,
    'net:x:1~shs:y',
    { host: 'x', port: '1', key: PUB },
    { host: 'x', port: 1, key: 'else' },
  ])
    evolveOwn(own, PUB, { type: 'pub', address })
  t.equal(own.address, null)
  evolveOwn(own, PUB, { type: 'pub', address: { host: 'x', port: 1, key: PUB } })
  t.deepEqual(own.address, { host: 'x', port: 1 })
  t.end()
})
