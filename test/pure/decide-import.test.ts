/** Goal: `import`, told as stories: nothing without an upload, the feed before the record, and everything only once. */
import test from 'tape'
import type { Brought } from '../../plugin/decide-import'
import type { Effect } from '../../plugin/effects'
import { pubIdOf } from '../../protocol/ids'
import { alice, bob, feed, hub, key, lastText, outcomes, provider, Story } from '../helpers/story'
import { recordOf, told } from '../helpers/story-change'
import { hubSays, opDone, PUB_FEED } from '../helpers/story-hub'

const OLD = feed('the old pub')
const brought = (more: Partial<Brought> = {}): Brought => ({
  ...{ name: 'garden', feed: OLD, upload: 'u1', messages: 42, head: key('head') },
  ...more,
})

function ready(by = alice, more: Partial<Brought> = {}): Story {
  const story = new Story().withHub()
  story.brought.set(by, brought(more))
  return story
}

const asksOf = (effects: Effect[]) => effects.flatMap((one) => (one.kind === 'ask' ? [one.ask] : []))
const recordsOf = (effects: Effect[]) =>
  effects.flatMap((one) =>
    one.kind === 'record' && one.content.type === 'buttcloud/pub' ? [one.content] : [],
  )

test('import: stored first, then a record with the feed that it had, then as a new pub', (t) => {
  const story = ready()
  const request = story.asks(alice, 'import garden')
  const first = story.settle()
  t.deepEqual(asksOf(first), [{ kind: 'import', pub: pubIdOf(request), owner: alice, upload: 'u1' }])
  t.deepEqual([recordsOf(first).length, outcomes(first)], [0, []], 'nothing is said or recorded before that')
  t.deepEqual(story.settle(), [], 'while it waits nothing is owed')
  story.replies.clear()
  t.equal(asksOf(story.settle()).length, 1, 'a provider that starts anew asks again')
  story.replies.set(request, { state: 'done', ask: 'import', value: OLD })
  const then = story.settle()
  t.deepEqual(
    recordsOf(then).map((one) => [one.name, one.feed, one.owners, one.status]),
    [['garden', OLD, [alice], 'live']],
  )
  const specs = then.flatMap((one) =>
    one.kind === 'order' && one.content.type === 'buttcloud/spec' ? [one.content] : [],
  )
  t.deepEqual(
    specs.map((one) => [one.feed, one.hub, one.desired]),
    [[OLD, hub, 'up']],
    'the hub is told which one it is',
  )
  t.deepEqual(outcomes(then), ['received'])
  t.match(lastText(then), /all 42 messages/)
  story.brought.clear()
  t.deepEqual(story.settle(), [], 'the upload is not needed any more')
  hubSays(story, request, 'up', { feed: OLD })
  opDone(story, request, request)
  const last = story.settle()
  t.deepEqual(outcomes(last), ['done'])
  t.match(lastText(last), /new address.*invites that were made elsewhere are void/s)
  t.end()
})

test('import: refusals, each with what to do', (t) => {
  const refused = (story: Story, text = 'import garden', by = alice): string => {
    story.asks(by, text)
    const effects = story.settle()
    t.deepEqual([outcomes(effects), asksOf(effects).length, recordsOf(effects).length], [['refused'], 0, 0])
    return lastText(effects)
  }
  t.match(refused(new Story().withHub()), /`buttcloud import FILE --name garden`/)
  t.match(refused(ready(), 'import garden', bob), /buttcloud import FILE/, 'what alice uploaded is hers')
  t.match(refused(ready(), 'import shed'), /is for a pub called \*\*garden\*\*/)
  t.match(refused(ready(alice, { feed: hub })), /is the feed of a person or a server/)
  t.match(refused(ready(alice, { feed: provider })), /is the feed of a person or a server/)
  t.match(refused(ready(alice, { feed: bob })), /is the feed of a person or a server/, 'a newcomer’s')
  const { story } = told()
  story.brought.set(bob, brought({ feed: PUB_FEED }))
  t.match(refused(story, 'import garden', bob), /is \*\*alice\*\* here already/)
  story.brought.set(bob, brought({ name: 'alice' }))
  t.match(refused(story, 'import alice', bob), /The name \*\*alice\*\* is taken/)
  story.brought.set(alice, brought())
  story.policy = { ...story.policy, pubsPerOwnerMax: 1 }
  t.match(refused(story), /You have 1 of at most 1 pubs/)
  const full = new Story()
  full.brought.set(alice, brought())
  t.match(refused(full), /There is no room/)
  t.end()
})

test('import: what can not be stored makes no pub, and two of one name or one feed make one', (t) => {
  const failing = ready()
  const request = failing.asks(alice, 'import garden')
  failing.settle()
  failing.replies.set(request, { state: 'failed', reason: 'the feed is forked' })
  const effects = failing.settle()
  t.deepEqual([outcomes(effects), recordsOf(effects).length], [['failed'], 0])
  t.match(lastText(effects), /the feed is forked.*`import garden` can be sent again/)

  const twice = ready()
  const first = twice.asks(alice, 'import garden')
  twice.asks(alice, 'import garden')
  t.deepEqual(outcomes(twice.settle()), ['refused'], 'the second finds the name taken')
  twice.replies.set(first, { state: 'done', ask: 'import', value: OLD })
  t.equal(recordsOf(twice.settle()).length, 1)

  const anew = ready()
  const stale = anew.asks(alice, 'import garden')
  anew.settle()
  anew.brought.set(alice, brought({ feed: feed('another pub'), upload: 'u2' }))
  anew.replies.set(stale, { state: 'done', ask: 'import', value: OLD })
  const late = anew.settle()
  t.deepEqual([outcomes(late), recordsOf(late).length], [['failed'], 0])
  t.match(lastText(late), /uploaded anew meanwhile/)
  t.end()
})

test('import: a pub that was deleted here comes back once its run is gone', (t) => {
  const one = told()
  const { story } = one
  story.tells(provider, { ...recordOf(one), status: 'ended', keepUntil: story.now + 1_000 })
  story.brought.set(alice, brought({ name: 'alice', feed: PUB_FEED }))
  story.asks(alice, 'import alice')
  t.match(lastText(story.settle()), /has not taken it away yet/)
  hubSays(story, one.pub, 'removed')
  const request = story.asks(alice, 'import alice')
  t.deepEqual(asksOf(story.settle()), [{ kind: 'import', pub: pubIdOf(request), owner: alice, upload: 'u1' }])
  t.end()
})
