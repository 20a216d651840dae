/** Goal: newcomers and hubs can't make the provider fetch more than they may; a commit is what was stored or refused. */
import test from 'tape'
import { Commits } from '../../plugin/io/commits'
import { Inbox } from '../../plugin/io/inbox'
import type { FeedId } from '../../protocol/ids'
import { pubIdOf } from '../../protocol/ids'
import { GUEST_BYTES_MAX, MESSAGE_OVERHEAD_BYTES, NEWCOMER_BYTES_MAX } from '../../protocol/limits'
import { realClock } from '../../sbot/loop'
import type { Incoming, ReadOptions, SignedValue } from '../../sbot/port'
import { alice, feed, hub, key, plainLedger, provider, Story } from '../helpers/story'
import { recordOf } from '../helpers/story-change'
import { aliceHasPub, hubSays, PUB_FEED } from '../helpers/story-hub'

/** An inbox over a node that only notes which feeds are asked for. */
async function openInbox(bytes = 0) {
  const requested = new Map<FeedId, boolean>()
  let options: ReadOptions | null = null
  const sbot = {
    id: provider,
    request: (id: FeedId, wanted: boolean) => requested.set(id, wanted),
    read(given: ReadOptions) {
      options = given
      given.onCaughtUp()
      return { recheck: async () => {}, stop() {} }
    },
  }
  const newcomers = new Map([[alice, { at: 0, bytes, wrote: false }]])
  const tables = { newcomers, settle: (id: FeedId) => newcomers.delete(id) }
  const inbox = new Inbox(
    sbot as never,
    tables as never,
    () => {},
    () => {},
    realClock,
  )
  await inbox.start()
  return { inbox, requested, newcomers, hears: (message: Incoming) => options?.onMessage(message) }
}

const letter = (sequence: number): Incoming => ({
  ...{ key: key(`letter ${sequence}`), author: alice, sequence, claimedAt: 0, receivedAt: 0, private: true },
  content: { type: 'post', text: 'x' },
})

const nothingSealed = { feedOf: () => null, all: () => [] }

test('a newcomer past the cap is not asked for again by a restart or another redemption', async (t) => {
  const { inbox, requested, newcomers, hears } = await openInbox(NEWCOMER_BYTES_MAX - MESSAGE_OVERHEAD_BYTES)
  t.equal(requested.get(alice), true)
  hears(letter(1))
  t.equal(requested.get(alice), false, 'a tiny message counts with what it takes on the disk')
  await inbox.want(alice)
  t.equal(requested.get(alice), false, 'redeeming again changes nothing')
  newcomers.delete(alice)
  await inbox.want(alice)
  t.equal(requested.get(alice), true, 'an owner is asked for')
  const again = await openInbox(NEWCOMER_BYTES_MAX + 1)
  t.equal(again.requested.get(alice), false, 'after a restart')
  t.end()
})

test('who was made an owner by others is asked for, within a bound, and no more when removed', async (t) => {
  const { inbox, requested, newcomers, hears } = await openInbox()
  const story = new Story().withHub()
  const carol = feed('carol')
  const told = { story, pub: aliceHasPub(story) }
  const tells = (owners: FeedId[]) => {
    const from = story.log.length
    story.tells(provider, { ...recordOf(told), owners })
    for (const message of story.log.slice(from)) hears(message)
  }
  for (const message of story.log) hears(message)
  inbox.strangers.set(carol, 1)
  tells([alice, carol])
  t.equal(requested.get(carol), true)
  t.notOk(inbox.strangers.has(carol), 'no stranger any more')
  const text = 'x'.repeat(8_000)
  const much = (sequence: number): Incoming => ({
    ...{ ...letter(sequence), author: carol },
    content: { type: 'post', text },
  })
  let sequence = 0
  while (requested.get(carol) === true && sequence < 20_000) {
    sequence += 1
    hears(much(sequence))
  }
  const bytes = sequence * (MESSAGE_OVERHEAD_BYTES + JSON.stringify(much(1).content).length)
  t.ok(bytes > GUEST_BYTES_MAX && bytes < GUEST_BYTES_MAX + 20_000, `${bytes} bytes, and no more`)
  tells([alice])
  tells([alice, carol])
  t.equal(requested.get(carol), true, 'made one anew: what is here is counted as it is read again')
  tells([alice])
  t.equal(requested.get(carol), false)
  newcomers.set(carol, { at: 0, bytes: 0, wrote: false })
  tells([alice, carol])
  tells([alice])
  t.equal(requested.get(carol), true, 'a newcomer is one still')
  inbox.unwant(carol)
  t.equal(requested.get(carol), false)
  t.end()
})

test('of the feeds that a hub names for one pub only the first is asked for', async (t) => {
  const { requested, hears } = await openInbox()
  const story = new Story().withHub()
  const request = aliceHasPub(story)
  hubSays(story, request, 'up', { feed: feed('somebody else') })
  for (const message of story.log) hears(message)
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(requested.get(PUB_FEED), true)
  t.notOk(requested.has(feed('somebody else')))
  t.end()
})

test('a commit that lost its place to another message is refused, not answered ok', async (t) => {
  const story = new Story().withHub()
  const request = aliceHasPub(story)
  const signed = (signature: string): SignedValue => ({
    ...{ previous: null, sequence: 1, author: PUB_FEED, timestamp: 1, hash: 'sha256', signature },
    content: { type: 'about', about: PUB_FEED, name: 'alice' },
  })
  for (const [arrived, ok] of [
    ['mine', true],
    ['another', false],
  ] as const) {
    let stored: SignedValue | null = null
    const sbot = {
      head: async () => (stored === null ? null : { sequence: 1, key: key('one') }),
      history: async () => (stored === null ? [] : [stored]),
      // Replication was faster: the log takes ours no more.
      async append() {
        stored = signed(arrived)
        throw new Error('fork')
      },
    }
    const inbox = { state: story.state, folded: async () => true, want: async () => {} }
    const commits = new Commits(sbot as never, inbox as never, plainLedger, async () => {}, nothingSealed)
    const said = await commits
      .commit(hub, { pub: pubIdOf(request), epoch: 1, value: signed('mine'), invite: null })
      .then(
        () => 'ok',
        (error: Error) => error.message,
      )
    if (ok) t.equal(said, 'ok', 'the very same message: stored is stored')
    else t.match(said, /^gap:/, 'another one')
  }
  t.end()
})
