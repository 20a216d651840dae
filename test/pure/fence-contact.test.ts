// Whom a hub tells a running pub to follow or block, and invites that are taken back.
import test from 'tape'
import { COMMIT_WAIT_MS } from '../../protocol/limits'
import { Bench, BOB, feed, INVITE, keyOf } from '../helpers/fence-bench'

const contents = (bench: Bench): unknown[] => bench.commits().map(({ value }) => value.content)
const follow = { feed: BOB, following: true, blocking: false }
const block = { feed: BOB, following: false, blocking: true }
const neither = { feed: BOB, following: false, blocking: false }

test('a follow goes through the write-ahead, and the hub is told when it is on the feed', (t) => {
  const bench = new Bench()
  bench.attachAndOpen()
  bench.contact(1, follow)
  t.deepEqual(contents(bench), [{ type: 'contact', contact: BOB, following: true, blocking: false }])
  t.deepEqual(bench.replies, [], 'not before the provider has it')
  bench.answer()
  t.equal(bench.replies[0]?.error, null)
  bench.contact(2, follow)
  t.deepEqual(
    bench.replies[1],
    { do: 'reply', id: 2, error: null, key: null },
    'the same again costs nothing',
  )
  bench.contact(3, block)
  bench.answer()
  bench.contact(4, { ...block, following: true })
  t.equal(bench.replies.at(-1)?.key, null, 'who is blocked is not followed')
  bench.contact(5, neither)
  bench.answer()
  t.deepEqual(contents(bench).slice(1), [
    { type: 'contact', contact: BOB, following: false, blocking: true },
    { type: 'contact', contact: BOB, following: false, blocking: false },
  ])
  bench.contact(6, { ...neither, feed: feed('x') })
  t.equal(bench.replies.at(-1)?.key, null, 'of whom nothing was said nothing is taken back')
  t.equal(bench.log.length, 3)
  t.end()
})

test('shut: it waits, then the hub hears to try again; asked again it is written once', (t) => {
  const bench = new Bench()
  bench.contact(1, follow)
  bench.now = COMMIT_WAIT_MS
  bench.feed({ on: 'tick', now: bench.now })
  t.match(bench.replies[0]?.error ?? '', /^try again: /)
  bench.attachAndOpen()
  t.equal(bench.commits().length, 0, 'nobody remembers it but the hub')
  bench.contact(2, follow)
  bench.contact(3, follow)
  bench.answer()
  t.deepEqual(
    bench.replies.slice(1).map(({ id, error }) => [id, error]),
    [
      [2, null],
      [3, null],
    ],
  )
  t.equal(bench.log.length, 1)
  t.end()
})

test('unsure, and killed: found in what comes back it is never written twice', (t) => {
  const bench = new Bench()
  bench.attachAndOpen()
  bench.contact(1, follow)
  const [commit] = bench.commits()
  if (commit === undefined) throw new Error('nothing was sent')
  bench.answer('try-again')
  bench.restore([commit.value])
  t.deepEqual(bench.replies, [{ do: 'reply', id: 1, error: null, key: keyOf(commit.value) }])
  const after = new Bench()
  after.feed({ on: 'attached', attachment: 1 })
  after.restore([commit.value])
  after.open()
  after.contact(1, follow)
  t.deepEqual(
    after.replies,
    [{ do: 'reply', id: 1, error: null, key: null }],
    'a new run knows it from its feed',
  )
  t.equal(after.commits().length, 0)
  t.end()
})

test('what was changed while it waited: the last word counts, each caller is answered', (t) => {
  const bench = new Bench()
  bench.attachAndOpen()
  bench.contact(1, follow)
  bench.contact(2, block)
  bench.contact(3, follow)
  for (let answers = 0; answers < 3; answers += 1) bench.answer()
  t.deepEqual(
    bench.replies.map(({ id, error }) => [id, error]),
    [
      [1, null],
      [2, null],
      [3, null],
    ],
  )
  t.equal(bench.fence.own.following.get(BOB), true)
  t.equal(bench.fence.own.blocking.size, 0)
  t.end()
})

test('an invite does not make a pub follow whom it blocks', (t) => {
  const bench = new Bench()
  bench.attachAndOpen()
  bench.contact(1, block)
  bench.answer()
  bench.use(2)
  t.match(bench.replies.at(-1)?.error ?? '', /^refused: this pub blocks/)
  t.equal(bench.fence.table?.get(INVITE)?.left, 2, 'and it is not used up by that')
  bench.contact(3, neither)
  bench.answer()
  bench.use(4)
  bench.answer()
  t.equal(bench.fence.own.following.get(BOB), true, 'once it is taken back, it does')
  t.end()
})

test('an invite that is taken back is refused, also to somebody who waits', (t) => {
  const bench = new Bench()
  bench.revoke()
  bench.use(1)
  bench.attachAndOpen()
  bench.answer()
  t.equal(bench.replies[0]?.error, null, 'before the table is known it is the ledger that counts')
  bench.use(2, feed('c'))
  bench.use(3, feed('d'))
  bench.revoke()
  bench.revoke(feed('z') as string as typeof INVITE)
  bench.answer()
  t.equal(
    bench.replies.find(({ id }) => id === 2)?.error,
    null,
    "what was on its way is the provider's to judge",
  )
  t.match(bench.replies.find(({ id }) => id === 3)?.error ?? '', /^invite has expired/)
  bench.use(4, feed('e'))
  t.match(bench.replies.find(({ id }) => id === 4)?.error ?? '', /^invite has expired/)
  t.equal(bench.fence.table?.size, 0)
  t.end()
})
