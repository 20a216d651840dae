/** Goal: an operator stops a pub and lets it be again, whatever is paid, and its owners know why; nothing else brings it up. */
import test from 'tape'
import { haltDeed } from '../../plugin/operator-deeds'
import { viewOf } from '../../plugin/query'
import { evolve } from '../../protocol/evolve'
import { pubIdOf } from '../../protocol/ids'
import { buildAnnouncement } from '../../protocol/messages/announcement'
import { buildBlock } from '../../protocol/messages/block'
import { buildHalt } from '../../protocol/messages/halt'
import { initialState } from '../../protocol/state'
import {
  alice,
  bob,
  canonical,
  hub,
  lastText,
  oscar,
  outcomes,
  plainLedger,
  provider,
  Story,
} from '../helpers/story'
import { hubSays } from '../helpers/story-hub'
import {
  aliceOwns,
  asked,
  passes,
  pays,
  recordOf,
  specOf,
  stagesOf,
  told,
  unpaid,
} from '../helpers/story-money'
import { noticesOf, suspends, toldTwice, unsuspends, why } from '../helpers/story-operator'
import { with_ } from '../helpers/story-owners'

const DAY_MS = 24 * 3_600_000

test('suspended with a reason: stopped, kept, its owners told once; nothing they say brings it up', (t) => {
  const one = aliceOwns()
  const effects = suspends(one.story, 'alice', 'it floods\n its neighbours')
  t.deepEqual([recordOf(one).suspended, recordOf(one).desired, specOf(one)?.desired], [true, 'up', 'down'])
  t.equal(recordOf(one).status, 'live', 'nothing ends')
  const [notice, ...more] = noticesOf(effects, 'operator')
  t.deepEqual([notice?.owners, more.length], [[alice], 0])
  t.match(
    notice?.text ?? '',
    /suspended by whoever runs this provider.*Their reason: it floods its neighbours\./,
  )
  t.match(notice?.text ?? '', /`buttcloud export alice all` in a terminal/)
  hubSays(one.story, one.pub as never, 'down')
  t.deepEqual(one.story.settle(), [], 'that was all')
  for (const text of [
    'start',
    'restart',
    'invite',
    'upgrade',
    'rebuild',
    'run alice whoami',
    'web alice on',
  ]) {
    const answers = asked(one, text.includes('alice') ? text : `${text} alice`)
    t.deepEqual(outcomes(answers), ['refused'], text)
    t.match(lastText(answers), /is suspended by whoever runs this provider, so I did nothing.*it floods its/)
    t.doesNotMatch(lastText(answers), /paid|`pay/, 'and no word of money')
  }
  t.deepEqual(outcomes(asked(one, 'export alice log')), ['done'], 'what is theirs goes with them')
  t.match(lastText(asked(one, 'list')), /\*\*alice\*\* is suspended by whoever runs this provider/)
  t.match(lastText(asked(one, 'status alice')), /Suspended by whoever runs this provider: it floods its/)
  t.deepEqual(
    viewOf(one.story.state, one.story.state.provider.pubs.get(one.pub) as never, plainLedger).halted,
    {
      reason: 'it floods its neighbours',
      at: recordedAt(one.story),
    },
  )
  t.end()
})

const recordedAt = ({ state }: Story): number => [...state.provider.operator.halts.values()][0]?.at ?? 0

test('taken back: up again by itself, and said; a restart of the provider between any two steps changes nothing', (t) => {
  const one = aliceOwns()
  suspends(one.story, 'alice')
  hubSays(one.story, one.pub as never, 'down')
  const effects = unsuspends(one.story, 'alice')
  t.deepEqual([recordOf(one).suspended, specOf(one)?.desired], [false, 'up'])
  t.match(
    noticesOf(effects, 'operator')[0]?.text ?? '',
    /has ended the suspension of \*\*alice\*\*\. It is being started/,
  )
  hubSays(one.story, one.pub as never, 'up')
  t.deepEqual(one.story.settle(), [])
  t.match(lastText(asked(one, 'status alice')), /is \*\*up\*\*/)
  t.equal([...one.story.state.provider.changes.keys()].length, 0, 'no request is kept open for it')
  const again = initialState(provider)
  for (const message of one.story.log) evolve(again, message)
  t.equal(canonical(again), canonical(one.story.state), 'read anew it is the same')
  t.end()
})

test('cut off between its steps: each look owes what is missing, and nobody is told twice', (t) => {
  const one = aliceOwns()
  const wish = haltDeed(one.story.state, { pub: 'alice', halted: true, reason: null }, provider)
  if (!wish.ok || wish.say === null) throw new Error('it was refused')
  one.story.tells(provider, wish.say)
  const all = []
  for (;;) {
    // Only the first effect of each look gets done.
    const [first] = one.story.decide().effects
    if (first === undefined) break
    one.story.perform(first)
    all.push(first)
  }
  t.deepEqual(
    all.map((effect) => effect.kind),
    ['record', 'order', 'notice'],
  )
  t.deepEqual(toldTwice(all), [])
  t.match(noticesOf(all, 'operator')[0]?.text ?? '', /They gave no reason\./)
  t.end()
})

test('a start under way when it is suspended fails, and says why', (t) => {
  const one = aliceOwns()
  t.deepEqual(outcomes(asked(one, 'restart alice')), [])
  const effects = suspends(one.story, 'alice', 'enough')
  t.deepEqual(outcomes(effects), ['failed'])
  t.match(lastText(effects), /suspended by whoever runs this provider.*enough/)
  t.end()
})

test('stopped by its owner meanwhile: it stays off when the operator lets it be', (t) => {
  const one = aliceOwns()
  suspends(one.story, 'alice')
  hubSays(one.story, one.pub as never, 'down')
  t.match(
    lastText(asked(one, 'stop alice')),
    /off already, because whoever runs this provider has suspended it/,
  )
  const effects = unsuspends(one.story, 'alice')
  t.match(noticesOf(effects, 'operator')[0]?.text ?? '', /stays off, because one of you stopped it/)
  t.deepEqual([recordOf(one).suspended, specOf(one)?.desired], [false, 'down'])
  t.end()
})

test('money and the operator are two causes: neither undoes the other', (t) => {
  const one = unpaid()
  pays(one.story, one.pub, 'active')
  one.story.settle()
  const held = noticesOf(suspends(one.story, 'alice'), 'operator')[0]?.text ?? ''
  t.match(held, /The subscription for it goes on; `cancel alice` ends it/)
  const paidFor = passes(one, one.since + 60 * DAY_MS)
  t.deepEqual(told(paidFor), [], 'what is paid for is promised no dates')
  t.deepEqual(
    [recordOf(one).suspended, recordOf(one).status],
    [true, 'live'],
    'and stays as the operator wants',
  )
  pays(one.story, one.pub, 'canceled', { at: one.story.now })
  const at = one.story.now
  const unpaidFor = passes(one, at + 4 * DAY_MS)
  t.deepEqual(stagesOf(one, at).slice(-2), ['reminded 1', 'suspended 3'], 'dates go on')
  t.match(told(unpaidFor).at(-1) ?? '', /has suspended it, too, so a payment alone does not bring it up/)
  t.match(lastText(asked(one, 'start alice')), /not paid for, either; `pay alice` alone does not/)
  const lifted = unsuspends(one.story, 'alice')
  t.match(
    noticesOf(lifted, 'operator')[0]?.text ?? '',
    /stays suspended, because it is not paid for: `pay alice`/,
  )
  t.equal(recordOf(one).suspended, true)
  suspends(one.story, 'alice')
  pays(one.story, one.pub, 'active', { subscription: 'sub_2', at: one.story.now })
  const again = one.story.settle()
  t.match(told(again)[0] ?? '', /nothing is owed for it.*stays suspended, though: whoever runs this provider/)
  t.equal(specOf(one)?.desired, 'down')
  unsuspends(one.story, 'alice')
  t.deepEqual([recordOf(one).suspended, specOf(one)?.desired], [false, 'up'])
  t.deepEqual(one.story.settle(), [])
  t.end()
})

test('a plan that follows its payment in the same look: neither record undoes the other', (t) => {
  const one = unpaid()
  pays(one.story, one.pub, 'active')
  one.story.settle()
  pays(one.story, one.pub, 'active', { plan: 'personal' })
  const effects = suspends(one.story, 'alice')
  const records = effects.flatMap((effect) =>
    effect.kind === 'record' && effect.content.type === 'buttcloud/pub'
      ? [`${effect.content.plan} ${effect.content.suspended}`]
      : [],
  )
  t.deepEqual(records, ['personal false', 'personal true'])
  t.end()
})

test('all owners are told, in the thread they have; another reason is told again, the same one is not', (t) => {
  const one = with_(bob)
  const effects = suspends(one.story, 'alice', 'one')
  t.deepEqual(noticesOf(effects, 'operator')[0]?.owners, [alice, bob])
  t.deepEqual(suspends(one.story, 'alice', 'one'), [], 'said twice, done once')
  t.match(noticesOf(suspends(one.story, 'alice', 'two'), 'operator')[0]?.text ?? '', /Their reason: two\./)
  t.equal(recordOf({ story: one.story, pub: pubIdOf(one.pub) }).suspended, true)
  t.end()
})

test('deleted while it is suspended: it ends as any other, and nothing more is said', (t) => {
  const one = aliceOwns()
  suspends(one.story, 'alice')
  asked(one, 'delete alice')
  const question = [...one.story.state.provider.questions.keys()].at(-1)
  if (question === undefined) throw new Error('it asked nothing')
  const root = [...one.story.state.provider.questions.values()].at(-1)?.root
  one.story.asks(alice, 'yes', { root: root as never, branch: question })
  one.story.settle()
  t.equal(recordOf(one).status, 'ended')
  t.match(
    why(haltDeed(one.story.state, { pub: 'alice', halted: false, reason: null }, provider)) ?? '',
    /no live pub/,
  )
  t.deepEqual(one.story.settle(), [])
  t.end()
})

test('said by anybody but the provider’s own feed, in its name, too: nothing comes of it', (t) => {
  const one = aliceOwns()
  const before = canonical(one.story.state)
  const words = [
    buildHalt({ pub: one.pub, halted: true, reason: null, by: provider }),
    buildBlock({ feed: alice, blocked: true, reason: null, by: provider }),
    buildAnnouncement({ text: 'all pubs are mine', by: provider }),
  ]
  for (const author of [alice, bob, oscar, hub]) for (const word of words) one.story.tells(author, word)
  for (const word of words) one.story.tells(provider, word, false)
  t.deepEqual(one.story.settle(), [])
  const { operator } = one.story.state.provider
  t.deepEqual([operator.halts.size, operator.blocks.size, operator.announcements.size], [0, 0, 0])
  t.notEqual(canonical(one.story.state), before, 'it was heard')
  t.end()
})

test('what is refused, in words', (t) => {
  const one = unpaid()
  const wish = (pub: string, halted: boolean, reason: string | null = null) =>
    why(haltDeed(one.story.state, { pub, halted, reason }, provider))
  t.match(wish('nothing', true) ?? '', /no live pub called nothing/)
  t.match(wish('alice', false) ?? '', /alice is not suspended$/)
  t.match(wish('alice', true, 'a\u001b[2Jb') ?? '', /control characters/)
  t.equal(wish(one.pub, true), null, 'an id does, too')
  passes(one, one.since + 14 * DAY_MS)
  t.match(
    wish('alice', false) ?? '',
    /not suspended by you, but because it is not paid for.*admin grant alice/,
  )
  const story = new Story().withHub()
  story.asks(alice, 'create alice')
  story.settle()
  const early = haltDeed(story.state, { pub: 'alice', halted: true, reason: null }, provider)
  t.match(why(early) ?? '', /still being made/)
  t.end()
})
