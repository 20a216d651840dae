/** Goal: a text for all owners reaches each set of them once, in the thread they have, also when the provider is cut off. */
import test from 'tape'
import { noticeThread } from '../../plugin/look'
import { announceDeed } from '../../plugin/operator-deeds'
import { announceView } from '../../plugin/operator-view'
import { evolve } from '../../protocol/evolve'
import { pubIdOf } from '../../protocol/ids'
import { ANNOUNCED_AT_ONCE_MAX, ANNOUNCEMENTS_PER_DAY_MAX } from '../../protocol/limits-operator'
import { initialState } from '../../protocol/state'
import { alice, bob, canonical, feed, lastText, oscar, outcomes, provider, Story } from '../helpers/story'
import { told } from '../helpers/story-change'
import { aliceHasPub, hubSays } from '../helpers/story-hub'
import { announces, noticesOf, toldTwice, why } from '../helpers/story-operator'
import { does } from '../helpers/story-owners'

const DAY_MS = 24 * 3_600_000

/** alice has two pubs, and one with bob; bob has one of his own. */
function three(): Story {
  const { story } = told()
  aliceHasPub(story, 'barn')
  aliceHasPub(story, 'shared')
  does(story, `owners shared add ${bob}`)
  const den = story.asks(bob, 'create den')
  story.settle()
  hubSays(story, den, 'up')
  story.settle()
  return story
}

test('one message per set of owners, each in the thread that these have', (t) => {
  const story = three()
  const threads = new Map(story.state.provider.threads)
  const deed = announceDeed(story.state, 'Sunday is off.', provider, story.now)
  if (!deed.ok) throw new Error(deed.why)
  const view = announceView(story, deed.say, false)
  t.deepEqual([view.messages, view.people], [3, 2])
  const notices = noticesOf(announces(story, 'Sunday is off.'), 'announcement')
  t.deepEqual(
    notices.map(({ owners }) => owners),
    [[alice], [alice, bob], [bob]],
  )
  for (const { text } of notices)
    t.equal(text, 'To everybody with a pub here, from whoever runs this provider:\n\nSunday is off.')
  t.equal(notices[0]?.text, view.text, 'as it was shown')
  const shared = notices[1]
  if (shared === undefined) throw new Error('they were not told')
  const thread = noticeThread(story.state, [alice, bob, provider], shared.payload)
  t.equal(
    thread?.root,
    threads.get(shared.payload.pub)?.root,
    'alice and bob read it where they are told of their pub',
  )
  t.deepEqual(story.settle(), [], 'nothing more')
  t.end()
})

test('cut off after any message: the rest goes out, and nobody hears it twice', (t) => {
  for (let cut = 0; cut <= 3; cut += 1) {
    const story = three()
    const deed = announceDeed(story.state, 'News', provider, story.now)
    if (!deed.ok) throw new Error(deed.why)
    story.tells(provider, deed.say)
    const before = story.decide().effects.slice(0, cut)
    for (const effect of before) story.perform(effect)
    // Started anew: all it knows is on the feeds.
    const again = initialState(provider)
    for (const message of story.log) evolve(again, message)
    t.equal(canonical(again), canonical(story.state), `cut after ${cut}: read anew it is the same`)
    const all = [...before, ...story.settle()]
    t.equal(noticesOf(all, 'announcement').length, 3)
    t.deepEqual(toldTwice(all), [])
  }
  t.end()
})

test('who comes later is not told of what was before; who has none any more is not, either', (t) => {
  const story = three()
  announces(story, 'Old news')
  does(story, `owners barn add ${bob}`)
  t.deepEqual(noticesOf(story.settle(), 'announcement'), [], 'the same people together are no new set')
  story.newcomers.add(oscar)
  const request = story.asks(oscar, 'create oscar')
  story.settle()
  hubSays(story, request, 'up')
  t.deepEqual(noticesOf(story.settle(), 'announcement'), [])
  story.now += DAY_MS
  const next = noticesOf(announces(story, 'New news'), 'announcement')
  t.deepEqual(next.at(-1)?.owners, [oscar])
  t.end()
})

test('very many are told bit by bit, and who asks meanwhile is answered', (t) => {
  const story = new Story().withHub()
  story.policy = { ...story.policy, requestsPerMinuteMax: 1000 }
  const people = Array.from({ length: ANNOUNCED_AT_ONCE_MAX * 2 + 3 }, (_, index) => feed(`person ${index}`))
  for (const [index, person] of people.entries()) {
    story.newcomers.add(person)
    const request = story.asks(person, `create pub-${index}`)
    story.settle()
    hubSays(story, request, 'up')
  }
  story.settle()
  const deed = announceDeed(story.state, 'News', provider, story.now)
  if (!deed.ok) throw new Error(deed.why)
  story.tells(provider, deed.say)
  story.asks(people[0] as never, 'list')
  const first = story.decide().effects
  t.equal(noticesOf(first, 'announcement').length, ANNOUNCED_AT_ONCE_MAX)
  t.deepEqual(outcomes(first), ['done'])
  t.match(lastText(first), /pub-0/)
  t.equal(noticesOf(story.settle(), 'announcement').length, people.length)
  t.deepEqual(
    [...story.state.provider.operator.announcements.values()].map(({ owed }) => owed.size),
    [0],
  )
  t.end()
})

test('not too often, not twice, not too long, and nothing that moves a cursor', (t) => {
  const story = three()
  const wish = (text: string) => why(announceDeed(story.state, text, provider, story.now))
  t.match(wish('  \n ') ?? '', /no text/)
  t.match(wish('a\u0007b') ?? '', /control characters/)
  t.match(wish('語'.repeat(1_300)) ?? '', /bytes too long/)
  t.equal(wish('two\nlines\tand a tab'), null)
  announces(story, 'one')
  t.match(wish(' one\r\n') ?? '', /exactly this was announced/)
  for (let count = 1; count < ANNOUNCEMENTS_PER_DAY_MAX; count += 1) announces(story, `number ${count}`)
  t.match(wish('one more') ?? '', /3 announcements went out within a day.*the next one from/)
  story.now += DAY_MS
  t.equal(wish('one'), null, 'the next day')
  t.end()
})

test('also those whose pub has ended, while its data is kept', (t) => {
  const { story, pub } = told()
  does(story, 'delete alice')
  const [question] = [...story.state.provider.questions.values()]
  if (question === undefined) throw new Error('it asked nothing')
  story.asks(alice, 'yes', { root: question.root, branch: question.key })
  story.settle()
  const record = story.state.provider.pubs.get(pubIdOf(pub))?.record
  t.equal(record?.status, 'ended')
  t.equal(noticesOf(announces(story, 'News'), 'announcement').length, 1)
  story.now = (record?.keepUntil ?? 0) + 1
  t.equal(noticesOf(announces(story, 'News'), 'announcement').length, 0)
  t.end()
})
