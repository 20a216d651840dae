/** Goal: what ends a shared pub needs the yes of another owner than the one who wants it: asked, present, in time, once. */
import test from 'tape'
import type { Effect } from '../../plugin/effects'
import { type FeedId, type MessageId, pubIdOf } from '../../protocol/ids'
import { QUESTION_EXPIRES_MS } from '../../protocol/limits'
import { alice, bob, feed, lastText, oscar, outcomes, provider } from '../helpers/story'
import { recordOf, type Told, told } from '../helpers/story-change'

const carol = feed('carol')

/** A pub of these owners, the first of whom made it. */
function shared(owners: FeedId[] = [alice, bob]): Told {
  const one = told()
  one.story.newcomers.add(carol)
  owned(one, owners)
  one.story.settle()
  return one
}

function owned(one: Told, owners: FeedId[]): void {
  one.story.tells(provider, { ...recordOf(one), owners, answers: one.pub })
}

interface Asked {
  /** The post that asks. */
  question: MessageId
  root: MessageId
  effects: Effect[]
}

/** `delete alice` by alice, from her own thread or one that all read. */
function wantsDelete({ story }: Told, recps = [alice, provider], author: FeedId = alice): Asked {
  story.asks(author, 'delete alice', { recps })
  const effects = story.settle()
  const last = [...story.state.provider.questions.values()].at(-1)
  if (last === undefined) throw new Error('nothing was asked')
  return { question: last.key, root: last.root, effects }
}

const isLive = (one: Told): boolean => recordOf(one).status === 'live'
const all = [alice, bob, provider]
const notices = (effects: Effect[]) => effects.flatMap((one) => (one.kind === 'notice' ? [one] : []))

test('delete of a shared pub: the question goes to all owners, and the final answer says where it is', (t) => {
  const one = shared()
  const { effects } = wantsDelete(one)
  t.deepEqual(outcomes(effects), ['asked'])
  const [notice] = notices(effects)
  t.deepEqual(notice?.owners, [alice, bob])
  t.deepEqual(notice?.payload.question?.asked, [bob], 'it is bob who is asked')
  t.match(notice?.text ?? '', /wants to delete \*\*alice\*\*.*several owners.*`yes`/)
  t.match(lastText(effects), /I have asked .*bob|I have asked/)
  t.ok(lastText(effects).includes(bob))
  t.equal(
    effects.findIndex((two) => two.kind === 'notice') < effects.findIndex((two) => two.kind === 'answer'),
    true,
  )
  t.ok(isLive(one))
  t.end()
})

test('a crash between question and answer: it is asked once, and answered once', (t) => {
  const one = shared()
  const { story } = one
  story.asks(alice, 'delete alice')
  const [notice] = story.decide().effects
  if (notice?.kind !== 'notice') return t.end('no notice')
  story.perform(notice)
  const rest = story.settle()
  t.deepEqual(notices(rest), [])
  t.deepEqual(outcomes(rest), ['asked'])
  t.end()
})

test('a thread that all owners read holds the question itself', (t) => {
  const one = shared()
  const { effects, question, root } = wantsDelete(one, all)
  t.deepEqual(notices(effects), [])
  t.deepEqual(outcomes(effects), ['asked'])
  one.story.asks(bob, 'yes', { root, branch: question, recps: all })
  one.story.settle()
  t.notOk(isLive(one))
  t.end()
})

test('the yes of the other owner does it; that of the one who wants it, or of a stranger, does not', (t) => {
  const one = shared()
  const { story } = one
  const { question, root } = wantsDelete(one)
  const answersTo = (author: FeedId): string => {
    story.asks(author, 'yes', { root, branch: question, recps: all })
    return lastText(story.settle())
  }
  t.match(answersTo(alice), /another one's `yes` that is needed/)
  t.match(answersTo(carol), /no open question/)
  story.asks(oscar, 'yes', { root, branch: question })
  story.settle()
  t.ok(isLive(one))
  answersTo(bob)
  t.notOk(isLive(one))
  t.match(answersTo(bob), /no open question|deleted already/, 'once')
  t.end()
})

test('a yes below what alice said in that thread counts; below what she said in another one it does not', (t) => {
  const one = shared()
  const { story } = one
  const { question, root } = wantsDelete(one)
  const elsewhere = story.asks(alice, 'hm', { branch: question, recps: all })
  story.settle()
  story.asks(bob, 'yes', { root: elsewhere, branch: elsewhere, recps: all })
  t.deepEqual(outcomes(story.settle()), ['refused'], 'a thread that was laid below the question in secret')
  const forged = story.asks(alice, 'lunch?', { root: elsewhere, branch: question, recps: all })
  story.settle()
  story.asks(bob, 'yes', { root: elsewhere, branch: forged, recps: all })
  t.deepEqual(outcomes(story.settle()), ['refused'])
  t.ok(isLive(one))
  const between = story.asks(alice, 'bob, please say yes', { root, branch: question, recps: all })
  story.settle()
  story.asks(bob, 'yes', { root, branch: between, recps: all })
  story.settle()
  t.notOk(isLive(one))
  t.end()
})

test('owners that changed meanwhile: who was asked and owns it still', (t) => {
  const gone = shared([alice, bob, carol])
  const first = wantsDelete(gone)
  owned(gone, [alice, carol])
  gone.story.asks(bob, 'yes', { root: first.root, branch: first.question, recps: all })
  t.match(lastText(gone.story.settle()), /not an owner .* any more/)
  t.ok(isLive(gone))
  gone.story.asks(carol, 'yes', { root: first.root, branch: first.question, recps: [...all, carol] })
  gone.story.settle()
  t.notOk(isLive(gone), 'another one who was asked and is one still')

  const late = shared([alice, bob])
  const second = wantsDelete(late)
  owned(late, [alice, bob, carol])
  late.story.asks(carol, 'yes', { root: second.root, branch: second.question, recps: [...all, carol] })
  t.match(lastText(late.story.settle()), /another one's/, 'who came later was not asked')
  t.ok(isLive(late))
  t.end()
})

test('who asked as the only owner cannot say yes once there is another one', (t) => {
  const one = shared([alice])
  const { question, root } = wantsDelete(one)
  owned(one, [alice, bob])
  one.story.asks(alice, 'yes', { root, branch: question })
  t.match(lastText(one.story.settle()), /several owners by now.*`delete` again/)
  t.ok(isLive(one))
  t.end()
})

test('no: of the one who was asked, and of the one who wants it', (t) => {
  for (const author of [alice, bob]) {
    const one = shared()
    const { question, root } = wantsDelete(one)
    one.story.asks(author, 'no', { root, branch: question, recps: all })
    t.match(lastText(one.story.settle()), /the delete of \*\*alice\*\* is off/)
    one.story.asks(bob, 'yes', { root, branch: question, recps: all })
    t.match(lastText(one.story.settle()), /no open question/)
    t.ok(isLive(one))
  }
  t.end()
})

test('no below a question whose pub is deleted by now does not say that nothing was changed', (t) => {
  const one = shared([alice])
  const first = wantsDelete(one)
  const second = wantsDelete(one)
  one.story.asks(alice, 'yes', { root: second.root, branch: second.question })
  one.story.settle()
  t.notOk(isLive(one))
  one.story.asks(alice, 'no', { root: first.root, branch: first.question })
  t.match(lastText(one.story.settle()), /deleted already/)
  t.end()
})

test('too late is too late; asking again while it is open calls nobody a second time', (t) => {
  const one = shared()
  const { story } = one
  const first = wantsDelete(one)
  const again = wantsDelete(one)
  t.deepEqual(notices(again.effects), [])
  t.equal(again.question, first.question)
  t.deepEqual(outcomes(again.effects), ['asked'])
  const others = wantsDelete(one, [bob, provider], bob)
  t.deepEqual(notices(others.effects)[0]?.payload.question?.asked, [alice], 'bob wants it, so alice is asked')
  story.now += QUESTION_EXPIRES_MS
  story.asks(bob, 'yes', { root: first.root, branch: first.question, recps: all })
  t.match(lastText(story.settle()), /no open question/)
  t.ok(isLive(one))
  t.deepEqual(notices(wantsDelete(one).effects).length, 1, 'a new day, a new question')
  t.equal(story.state.provider.pubs.get(pubIdOf(one.pub))?.record.status, 'live')
  t.end()
})
