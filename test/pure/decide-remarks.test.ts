/** Goal: an answer says what its reader could take for true and is not: a server that is away, a command left aside, a feed nobody knows. */
import test from 'tape'
import { leftAside } from '../../protocol/command'
import { helpText } from '../../protocol/help'
import { alice, bob, feed, hub, lastText, outcomes, Story } from '../helpers/story'
import { told } from '../helpers/story-change'
import { aliceHasPub } from '../helpers/story-hub'
import { does } from '../helpers/story-owners'

test('list and status: of a pub whose server is out of reach only the last word is known', (t) => {
  const story = new Story().withHub()
  aliceHasPub(story)
  t.doesNotMatch(lastText(does(story, 'list')), /as far as I know/, 'its server is there')
  story.connected.delete(hub)
  t.match(
    lastText(does(story, 'list')),
    /is up, \S+, as far as I know: its server, hub-1, is out of reach just now$/,
  )
  story.goneSince.set(hub, story.now - 3_600_000)
  t.match(lastText(does(story, 'list')), /out of reach since 2029-12-31 23:00 UTC$/)
  t.match(lastText(does(story, 'status alice')), /^\*\*alice\*\* is \*\*up\*\*, as far as I know\.$/m)
  story.connected.add(hub)
  does(story, 'stop alice')
  t.doesNotMatch(lastText(does(story, 'list')), /as far as I know/)
  t.end()
})

test('several commands in a message: the first is obeyed, and the answer says that the others are not', (t) => {
  const one = told()
  const both = does(one.story, 'list; stop alice')
  t.deepEqual(outcomes(both), ['done'])
  t.match(lastText(both), /Your pubs:[\s\S]*The `stop` after it was left aside/)
  t.doesNotMatch(lastText(does(one.story, 'list')), /left aside/)
  const orders = one.story.asks(alice, 'describe alice as A quiet place\nthanks')
  t.ok(orders !== null)
  t.doesNotMatch(lastText(one.story.settle()), /left aside/)
  t.match(lastText(does(one.story, 'invites alice\nemail alice@example.org')), /The `email` after it/)
  t.doesNotMatch(
    lastText(does(one.story, 'status alice\nemail alice@example.org')),
    /@example/,
    'no address is said again',
  )
  const cases: [string, string | null][] = [
    ['list\nstop alice', 'stop'],
    ['create alice\ncreate bob', 'create'],
    ['stop alice. yes', 'yes'],
    ['list. list', null],
    ['hi\nlist\nThanks, bob', null],
    ['list please. I want to stop alice tomorrow', null],
    ['status alice. It was slow yesterday.', null],
    ['stop alice. no', null],
    ['invite alice note: book club. list', null],
    ['list\n> stop alice', null],
    ['', null],
    [`list\n${'stop alice\n'.repeat(100_000)}`, null],
  ]
  for (const [text, kind] of cases) t.equal(leftAside(text), kind, JSON.stringify(text.slice(0, 50)))
  t.end()
})

test('help about something that is no command says so, with all there is', (t) => {
  const story = new Story().withHub()
  t.match(lastText(does(story, 'help foo')), /^There is no command `foo`\.\n\nYou can send me/)
  for (const text of ['help', 'help me', 'help please', 'help the pub', 'help!'])
    t.equal(lastText(does(story, text)), helpText(null), text)
  t.match(lastText(does(story, 'help invtie')), /^`invite/)
  t.end()
})

test('owners add: of a feed that nobody has heard of it is said', (t) => {
  const one = told()
  const carol = feed('carol')
  t.match(
    lastText(does(one.story, `owners alice add ${carol}`)),
    /never heard of them.*whether that is their id: `@/,
  )
  one.story.newcomers.add(bob)
  t.doesNotMatch(
    lastText(does(one.story, `owners alice add ${bob}`)),
    /never heard/,
    'who has redeemed an invite',
  )
  t.end()
})
