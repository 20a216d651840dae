/** Goal: a pub has one to six owners, only they change that, and everybody it concerns is told. */
import test from 'tape'
import type { Effect } from '../../plugin/effects'
import { pubIdOf } from '../../protocol/ids'
import { OWNERS_MAX } from '../../protocol/limits'
import { alice, bob, feed, hub, lastText, oscar, outcomes, plainLedger, provider } from '../helpers/story'
import { recordOf, specOf, told } from '../helpers/story-change'
import { aliceHasPub, opDone, PUB_FEED } from '../helpers/story-hub'
import { does, names, notices, ownersOf, with_ } from '../helpers/story-owners'

const carol = feed('carol')

test('owners add: the record, the order, a new thread with all, then the answer', (t) => {
  const one = told()
  const effects = does(one.story, `owners alice add ${bob}`)
  t.deepEqual(
    effects.map((two) => ('content' in two ? two.content.type : two.kind)),
    ['buttcloud/pub', 'buttcloud/spec', 'notice', 'answer'],
  )
  t.deepEqual(ownersOf(one), [alice, bob])
  t.deepEqual(specOf(one).owners, [alice, bob])
  const [notice] = notices(effects)
  t.deepEqual(notice?.owners, [alice, bob])
  t.equal(notice?.payload.topic, 'owners')
  t.match(notice?.text ?? '', /made .* an owner of \*\*alice\*\*\. The owners of \*\*alice\*\* are/)
  t.deepEqual(outcomes(effects), ['done'])
  t.match(lastText(effects), /is an owner of \*\*alice\*\* now.*new private thread.*know me/)
  t.match(lastText(does(one.story, 'owners alice')), /The owners of \*\*alice\*\* are .* and .*counts as/)
  t.deepEqual(names(one, bob), ['alice'], 'bob sees it')
  t.match(lastText(does(one.story, 'list', bob)), /alice/)
  t.equal(recordOf(one).epoch, 1)
  t.end()
})

test('owners: each builds on the one before it, in one look too, and other orders do not undo it', (t) => {
  const one = told()
  one.story.asks(alice, `owners alice add ${bob}`)
  one.story.asks(alice, `owners alice add ${carol}`)
  one.story.asks(alice, 'stop alice')
  one.story.settle()
  t.deepEqual(ownersOf(one), [alice, bob, carol])
  t.deepEqual([...specOf(one).owners].sort(), [alice, bob, carol].sort())
  t.equal(specOf(one).desired, 'down')
  t.end()
})

test('owners: the order in which the record names them orders nothing', (t) => {
  const one = with_(bob)
  one.story.tells(provider, { ...recordOf(one), owners: [bob, alice] })
  t.deepEqual(one.story.settle(), [])
  t.end()
})

test('owners remove: the others get a new thread, the one who goes is told alone, and sees nothing more', (t) => {
  const one = with_(bob, carol)
  const { story } = one
  const before = story.state.provider.threads.get(pubIdOf(one.pub))
  const effects = does(story, `owners alice remove ${bob}`)
  const [rest, gone] = notices(effects)
  t.deepEqual(rest?.owners, [alice, carol])
  t.deepEqual(gone?.owners, [bob])
  t.equal(gone?.payload.to, bob)
  t.match(gone?.text ?? '', /has removed you from the owners/)
  t.deepEqual(outcomes(effects), ['done'])
  const thread = story.state.provider.threads.get(pubIdOf(one.pub))
  t.notEqual(thread?.root, before?.root, 'a new thread')
  t.deepEqual(thread?.recps, [alice, carol, provider])
  t.deepEqual(names(one, bob), [])
  for (const text of [
    'status alice',
    'invites alice',
    'owners alice',
    `owners alice add ${oscar}`,
    'delete alice',
  ])
    t.match(lastText(does(story, text, bob)), /You have no pub called \*\*alice\*\*/, text)
  t.deepEqual(ownersOf(one), [alice, carol])
  t.end()
})

test('owners remove: oneself; the last one stays', (t) => {
  const one = with_(bob)
  const effects = does(one.story, `owners alice remove ${alice}`)
  t.match(lastText(effects), /You are no owner of \*\*alice\*\* any more\. The only owner/)
  t.deepEqual(ownersOf(one), [bob])
  t.deepEqual(
    notices(effects).map(({ owners }) => owners),
    [[bob]],
  )
  const last = does(one.story, `owners alice remove ${bob}`, bob)
  t.deepEqual(outcomes(last), ['refused'])
  t.match(lastText(last), /needs one/)
  t.end()
})

test('owners: what is so already, who can be none, and too many', (t) => {
  const one = with_(bob)
  const { story } = one
  t.match(lastText(does(story, `owners alice add ${alice}`)), /is an owner of \*\*alice\*\* already/)
  t.match(lastText(does(story, `owners alice remove ${carol}`)), /is no owner of \*\*alice\*\* anyway/)
  for (const program of [provider, hub, PUB_FEED])
    t.match(lastText(does(story, `owners alice add ${program}`)), /one of my own programs/)
  story.now += 60_000
  for (let count = 2; count < OWNERS_MAX; count += 1)
    does(story, `owners alice add ${feed(`owner ${count}`)}`)
  t.equal(ownersOf(one).length, OWNERS_MAX)
  t.match(lastText(does(story, `owners alice add ${carol}`)), /6 owners, which is as many/)
  t.equal(ownersOf(one).length, OWNERS_MAX)
  t.end()
})

test('owners: of nobody else’s pub, and not while it is being made', (t) => {
  const one = told()
  t.match(lastText(does(one.story, `owners alice add ${bob}`, bob)), /You have no pub called/)
  one.story.strangers.set(oscar, 1)
  does(one.story, `owners alice add ${oscar}`, oscar)
  t.deepEqual(ownersOf(one), [alice])
  does(one.story, 'create shed')
  t.match(lastText(does(one.story, `owners shed add ${bob}`)), /still being made/)
  t.end()
})

test('a crash after any step: the same debts, each paid once', (t) => {
  for (let steps = 0; steps < 6; steps += 1) {
    const one = with_(bob, carol)
    const { story } = one
    story.asks(alice, `owners alice remove ${bob}`)
    const done: Effect[] = []
    for (let step = 0; step < steps; step += 1) {
      const [next] = story.decide().effects
      if (next === undefined) break
      story.perform(next)
      done.push(next)
    }
    done.push(...story.settle())
    t.deepEqual(
      done.map(({ kind }) => kind).sort(),
      ['answer', 'notice', 'notice', 'order', 'record'],
      `${steps}`,
    )
  }
  t.end()
})

test('an owner who never wrote is heard, becomes a customer with the first command, and a stranger when removed', (t) => {
  const one = with_(carol)
  const { story } = one
  const effects = does(story, 'status alice', carol)
  t.ok(effects.some((two) => two.kind === 'record' && two.content.type === 'buttcloud/owner'))
  t.deepEqual(outcomes(effects), ['done'])
  const dave = feed('dave')
  does(story, `owners alice add ${dave}`)
  does(story, `owners alice remove ${dave}`)
  t.deepEqual(outcomes(does(story, 'status alice', dave)), ['burst'], 'I do not know you')
  t.end()
})

test('an invite is for who is an owner when it is there', (t) => {
  const one = with_(bob)
  const { story } = one
  const all = [alice, bob, provider]
  const late = story.asks(alice, 'invite alice', { recps: all })
  const bobs = story.asks(bob, 'invite alice')
  story.settle()
  const first = does(story, `owners alice remove ${bob}`)
  opDone(story, late, one.pub)
  opDone(story, bobs, one.pub)
  const effects = [...first, ...story.settle()]
  const bearers = effects.flatMap((two) => (two.kind === 'bearer' ? [two] : []))
  t.deepEqual(
    bearers.map(({ recps }) => recps),
    [[alice, provider]],
    'in a thread that bob does not read',
  )
  const seeds = [late, bobs].map((request) => plainLedger.invite(request).seed)
  const answers = effects.flatMap((two) => (two.kind === 'answer' ? [two] : []))
  t.ok(answers.every(({ text }) => !seeds.some((seed) => text.includes(seed))))
  t.match(answers.find(({ request }) => request.author === bob)?.text ?? '', /not an owner .* void/)
  t.end()
})

test('an invite that is ready in the look that removes an owner waits for it', (t) => {
  const one = with_(bob, carol)
  const { story } = one
  const hers = story.asks(alice, 'invite alice')
  const carols = story.asks(carol, 'invite alice', { recps: [alice, bob, carol, provider] })
  story.settle()
  story.asks(alice, `owners alice remove ${bob}`)
  opDone(story, hers, one.pub)
  opDone(story, carols, one.pub)
  const bearers = story.settle().flatMap((two) => (two.kind === 'bearer' ? [two] : []))
  t.deepEqual(
    bearers.map(({ recps }) => recps),
    [[alice, carol, provider]],
  )
  t.end()
})

test('a notice goes to the owners of the moment: a question after a change opens no old thread', (t) => {
  const one = with_(bob)
  aliceHasPub(one.story, 'shed')
  does(one.story, `owners alice add ${carol}`)
  const root = one.story.state.provider.threads.get(pubIdOf(one.pub))?.root
  const [question] = notices(does(one.story, 'delete alice'))
  t.deepEqual(question?.owners, [alice, bob, carol])
  t.deepEqual(question?.payload.question?.asked, [bob, carol])
  t.equal(one.story.state.provider.threads.get(pubIdOf(one.pub))?.root, root, 'the thread of these three')
  t.end()
})

test('made an owner again: a thread of its own, and a new question in it', (t) => {
  const one = with_(bob)
  const { story } = one
  const root = () => story.state.provider.threads.get(pubIdOf(one.pub))?.root
  const first = root()
  t.equal(notices(does(story, 'delete alice')).length, 1)
  t.equal(root(), first, 'the question stands in their thread')
  does(story, `owners alice remove ${bob}`)
  does(story, `owners alice add ${bob}`)
  t.notEqual(root(), first)
  t.equal(notices(does(story, 'delete alice')).length, 1, 'what was asked in the old one is asked again')
  t.end()
})
