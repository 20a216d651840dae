import tape from 'tape'
import type { Letter } from '../../cli/letters'
import { ownPubsText, paint } from '../../cli/render'
import { threadItemText, threadOf } from '../../cli/thread'
import { whenText } from '../../cli/when'
import type { FeedId, MessageId } from '../../protocol/ids'
import type { PubView } from '../../protocol/rpc'

const ALICE = '@alice' as FeedId
const PROVIDER = '@provider' as FeedId
const NOON = Date.UTC(2026, 10, 21, 12)

const letter = (key: string, author: FeedId, more: Partial<Letter> = {}): Letter => ({
  ...{ key: key as MessageId, author, sequence: 1, claimedAt: NOON, text: key, root: null, branch: [] },
  ...{ recps: [], payload: null },
  ...more,
})

tape('thread: both sides in order, with who wrote and what became of it', (t) => {
  const letters = [
    letter('%3', '@bob' as FeedId, { claimedAt: NOON + 2 }),
    letter('%2', PROVIDER, {
      claimedAt: NOON + 1,
      text: '**no**\u001b[31m',
      payload: {
        ...{ v: 1, kind: 'answer', answers: '%1' as MessageId, to: ALICE, outcome: 'refused', final: true },
        ...{ command: null, pub: null, question: null, confirms: null, declines: null },
      },
    }),
    letter('%1', ALICE, { text: 'create alice' }),
  ]
  const between = { owner: ALICE, provider: PROVIDER }
  const items = threadOf(letters, between, { last: 10, since: null })
  t.deepEqual(
    items.map(({ key, who, outcome }) => [key, who, outcome]),
    [
      ['%1', 'you', null],
      ['%2', 'provider', 'refused'],
      ['%3', 'owner', null],
    ],
  )
  t.deepEqual(
    threadOf(letters, between, { last: 1, since: null }).map(({ key }) => key),
    ['%3'],
    'the newest',
  )
  t.equal(threadOf(letters, between, { last: 9, since: NOON + 1 }).length, 2)
  const [, answer] = items
  const text =
    answer === undefined ? '' : threadItemText(answer, { width: 60, paint: paint(false), when: () => 'now' })
  t.equal(text, 'provider · now · refused\n    no [31m', 'and no control characters of anybody')
  t.end()
})

tape('times are the clock of whoever reads, and how long ago', (t) => {
  t.equal(whenText(NOON, NOON + 3 * 60_000, 60), '2026-11-21 13:00, 3 min ago')
  t.equal(whenText(NOON, NOON, -330), '2026-11-21 06:30, just now')
  t.equal(whenText(NOON + 3_600_000, NOON, 0), '2026-11-21 13:00', 'what lies ahead has no age')
  t.equal(whenText(Number.NaN, NOON, 0), 'at no time')
  t.end()
})

tape("status --watch: an owner's table keeps to the terminal", (t) => {
  const pub = { name: 'alice', status: 'up', plan: 'tiny', address: 'pubs.example.org:8100', phase: 'up' }
  const more = { invites: { used: 1, issued: 2 }, desired: 'up', suspended: false, reason: 'x'.repeat(200) }
  const pubs = [{ ...pub, ...more } as unknown as PubView, { ...pub, phase: 'ended' } as unknown as PubView]
  const text = ownPubsText(pubs, { width: 60, paint: paint(false) })
  t.deepEqual(
    text.split('\n').map((line) => line.length <= 60),
    [true, true],
    'cut, and without what has ended',
  )
  t.match(text, /alice {2}up +tiny +pubs.example.org:8100 +1\/2/)
  t.match(ownPubsText([], { width: 60, paint: paint(false) }), /You have no pub/)
  t.end()
})
