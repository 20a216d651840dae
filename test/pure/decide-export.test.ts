/** Goal: a pub's key pair and peers go to its owners alone, once, and of a shared pub only after another one's yes. */
import test from 'tape'
import type { Effect } from '../../plugin/effects'
import { mayExportSecret } from '../../plugin/export-rights'
import { exportFileName, exportWords } from '../../plugin/words-export'
import { type FeedId, type MessageId, pubIdOf } from '../../protocol/ids'
import {
  ANSWER_BYTES_MAX,
  EXPORT_HUB_WAIT_MS,
  EXPORT_LINKS_MAX,
  QUESTION_EXPIRES_MS,
} from '../../protocol/limits'
import { alice, bob, feed, hub, lastText, oscar, outcomes, provider } from '../helpers/story'
import { recordOf, type Told, told } from '../helpers/story-change'

const LINK = `[alice-secret](&${'A'.repeat(43)}=.sha256?unbox=${'B'.repeat(43)}=.boxs)`
const carol = feed('carol')

const asksIn = (effects: Effect[]) => effects.flatMap((one) => (one.kind === 'ask' ? [one] : []))
const bearersIn = (effects: Effect[]) => effects.flatMap((one) => (one.kind === 'bearer' ? [one] : []))

/** The hub has handed it over, and it lies there as a blob. */
function stored({ story }: Told, request: MessageId): void {
  story.replies.set(request, { state: 'done', ask: 'export', value: [LINK] })
}

function shared(owners: FeedId[] = [alice, bob]): Told {
  const one = told()
  one.story.newcomers.add(carol)
  one.story.tells(provider, { ...recordOf(one), owners, answers: one.pub })
  one.story.settle()
  return one
}

test('secret: asked of the hub once, and said in the thread that only the owner reads', (t) => {
  const one = told()
  const request = one.story.asks(alice, 'export alice secret')
  const first = one.story.settle()
  t.deepEqual(outcomes(first), [], 'nothing is said before it is there')
  t.deepEqual(asksIn(first), [
    {
      kind: 'ask',
      request,
      hub,
      ask: { kind: 'export', pub: pubIdOf(one.pub), part: 'secret', readers: [alice] },
    },
  ])
  t.deepEqual(one.story.settle(), [], 'and it is asked for once')
  stored(one, request)
  const effects = one.story.settle()
  t.deepEqual(outcomes(effects), ['done'])
  t.ok(lastText(effects).includes(LINK))
  t.match(lastText(effects), /fork its feed.*`stop alice`/)
  t.deepEqual(one.story.settle(), [])
  t.end()
})

test('where others read along the link comes in a thread of its own first, and never twice', (t) => {
  const one = told()
  const { story } = one
  const request = story.asks(alice, 'export alice gossip', { recps: [alice, provider, oscar] })
  story.settle()
  stored(one, request)
  const [bearer, ...more] = story.decide().effects
  t.deepEqual(more, [], 'the answer waits until the link stands on the feed')
  if (bearer?.kind !== 'bearer') return t.end('no bearer')
  t.deepEqual(bearer.recps, [alice, provider])
  story.perform(bearer)
  // A crash: what was asked of the hub is forgotten.
  story.replies.clear()
  const effects = story.settle()
  t.deepEqual(asksIn(effects), [], 'it is not asked for again')
  t.deepEqual(bearersIn(effects), [], 'nor said again')
  t.deepEqual(outcomes(effects), ['done'])
  t.notOk(lastText(effects).includes('unbox'), 'the answer itself holds no link')
  t.end()
})

test('a crash before it was said: asked again, one final answer', (t) => {
  const one = told()
  const request = one.story.asks(alice, 'export alice secret')
  one.story.settle()
  one.story.replies.clear()
  t.equal(asksIn(one.story.settle()).length, 1)
  stored(one, request)
  t.deepEqual(outcomes(one.story.settle()), ['done'])
  t.end()
})

test('a hub that is away for a moment is waited for, and then asked all the same', (t) => {
  for (const comesBack of [true, false]) {
    const { story } = told()
    story.connected.clear()
    story.asks(alice, 'export alice secret')
    t.deepEqual(story.settle(), [], 'nothing is said yet')
    t.equal(story.decide().wakeAt, story.now + EXPORT_HUB_WAIT_MS)
    if (comesBack) story.connected.add(hub)
    else story.now += EXPORT_HUB_WAIT_MS
    t.equal(asksIn(story.settle()).length, 1, comesBack ? 'it is back' : 'the time is over')
  }
  t.end()
})

test('refusals and failures have one answer each, and say what to do', (t) => {
  const one = told()
  const { story } = one
  const said = (author: FeedId, text: string): [string[], string] => {
    story.asks(author, text)
    const effects = story.settle()
    return [outcomes(effects), lastText(effects)]
  }
  t.deepEqual(said(bob, 'export alice secret')[0], ['refused'], 'to others it is not there')
  t.deepEqual(said(alice, 'export boat secret')[0], ['refused'])
  for (const part of ['log', 'blobs', 'all']) {
    const [outcome, text] = said(alice, `export alice ${part}`)
    t.deepEqual(outcome, ['done'])
    t.ok(text.includes(`buttcloud export alice ${part}`), 'the line to type')
  }
  const request = story.asks(alice, 'export alice secret')
  story.settle()
  story.replies.set(request, { state: 'failed', reason: 'its server is out of reach' })
  const failed = story.settle()
  t.deepEqual(outcomes(failed), ['failed'])
  t.match(lastText(failed), /its server is out of reach. Nothing was handed out/)
  for (const value of [null, [], 'x', [1], [LINK, LINK, LINK, LINK, LINK]]) {
    const odd = story.asks(alice, 'export alice secret')
    story.settle()
    story.replies.set(odd, { state: 'done', ask: 'export', value })
    t.deepEqual(outcomes(story.settle()), ['failed'], `nonsense ${JSON.stringify(value)?.slice(0, 20)}`)
  }
  t.end()
})

test('a shared pub: the key pair needs the yes of another owner, and then goes to all of them', (t) => {
  const one = shared()
  const { story } = one
  const before = asksIn(story.settle())
  story.asks(alice, 'export alice secret')
  const asked = story.settle()
  t.deepEqual(outcomes(asked), ['asked'])
  t.deepEqual([before, asksIn(asked)], [[], []], 'nothing is fetched yet')
  const question = [...story.state.provider.questions.values()].at(-1)
  t.deepEqual([question?.kind, question?.asked], ['export-secret', [bob]])
  const thread = { root: question?.root as MessageId, branch: question?.key as MessageId }
  story.asks(alice, 'yes', { ...thread, recps: [alice, bob, provider] })
  t.deepEqual(outcomes(story.settle()), ['refused'], "alice's own yes does not count")
  const yes = story.asks(bob, 'yes', { ...thread, recps: [alice, bob, provider] })
  const [ask] = asksIn(story.settle())
  t.deepEqual([ask?.request, ask?.ask.kind === 'export' && ask.ask.readers], [yes, [alice, bob]])
  story.replies.set(yes, { state: 'failed', reason: 'its server is out of reach' })
  t.deepEqual(outcomes(story.settle()), ['failed'])
  const again = story.asks(bob, 'yes', { ...thread, recps: [alice, bob, provider] })
  story.settle()
  stored(one, again)
  const done = story.settle()
  t.deepEqual(outcomes(done), ['done'], 'a yes whose deed failed may be said again')
  t.ok(lastText(done).includes(LINK))
  t.end()
})

test('a yes from a thread that does not reach all owners: they get it in one that does', (t) => {
  const one = shared()
  const { story } = one
  story.asks(alice, 'export alice secret')
  story.settle()
  const question = [...story.state.provider.questions.values()].at(-1)
  const thread = { root: question?.root as MessageId, branch: question?.key as MessageId }
  const yes = story.asks(bob, 'yes', { ...thread, recps: [bob, provider] })
  story.settle()
  stored(one, yes)
  const effects = story.settle()
  t.deepEqual(
    bearersIn(effects).map(({ recps }) => recps),
    [[alice, bob, provider]],
  )
  t.deepEqual(outcomes(effects), ['done'])
  t.notOk(lastText(effects).includes('unbox'))
  t.end()
})

test('a yes whose link is said is done, though the question ran out or the pub went before the answer', (t) => {
  for (const meanwhile of ['expired', 'ended']) {
    const one = shared()
    const { story } = one
    story.asks(alice, 'export alice secret')
    story.settle()
    const question = [...story.state.provider.questions.values()].at(-1)
    const thread = { root: question?.root as MessageId, branch: question?.key as MessageId }
    const yes = story.asks(bob, 'yes', { ...thread, recps: [bob, provider] })
    story.settle()
    stored(one, yes)
    const [bearer] = story.decide().effects
    if (bearer?.kind !== 'bearer') return t.end('no bearer')
    story.perform(bearer)
    if (meanwhile === 'expired') story.now += QUESTION_EXPIRES_MS
    else story.tells(provider, { ...recordOf(one), status: 'ended', keepUntil: story.now + 1 })
    const effects = story.settle()
    t.deepEqual(outcomes(effects), ['done'], meanwhile)
    t.deepEqual(bearersIn(effects), [], 'it is not said again')
    t.ok(story.state.provider.confirmed.has(question?.key as MessageId), 'and the question is used up')
  }
  t.end()
})

test('everything of a shared pub: the yes lets who asked fetch it, for a day, and nobody else', (t) => {
  const one = shared([alice, bob, carol])
  const { story } = one
  const may = (owner: FeedId): boolean => {
    const pub = story.state.provider.pubs.get(pubIdOf(one.pub))
    return pub !== undefined && mayExportSecret(story.state, pub, owner, story.now)
  }
  t.notOk(may(alice))
  story.asks(alice, 'export alice all')
  story.settle()
  t.notOk(may(alice), 'asking is not enough')
  const question = [...story.state.provider.questions.values()].at(-1)
  t.equal(question?.kind, 'export-all')
  const thread = { root: question?.root as MessageId, branch: question?.key as MessageId }
  story.asks(bob, 'yes', { ...thread, recps: [alice, bob, carol, provider] })
  const effects = story.settle()
  t.deepEqual([outcomes(effects), asksIn(effects)], [['done'], []], 'nothing is sent about')
  t.match(lastText(effects), /`buttcloud export alice all`/)
  t.deepEqual([alice, bob, carol, oscar].map(may), [true, false, false, false])
  story.now += QUESTION_EXPIRES_MS
  t.notOk(may(alice), 'not for ever')
  t.end()
})

test('a no gives no right, nor does being asked about deleting it', (t) => {
  for (const [text, reply] of [
    ['export alice all', 'no'],
    ['delete alice', 'yes'],
  ] as const) {
    const one = shared()
    const { story } = one
    story.asks(alice, text)
    story.settle()
    const question = [...story.state.provider.questions.values()].at(-1)
    const thread = { root: question?.root as MessageId, branch: question?.key as MessageId }
    story.asks(bob, reply, { ...thread, recps: [alice, bob, provider] })
    story.settle()
    const pub = story.state.provider.pubs.get(pubIdOf(one.pub))
    t.notOk(pub !== undefined && mayExportSecret(story.state, pub, alice, story.now), `${text}: ${reply}`)
  }
  t.end()
})

test('the longest answer fits a message', (t) => {
  const links = Array.from({ length: EXPORT_LINKS_MAX }, (_, index) =>
    LINK.replace('alice-secret', exportFileName('x'.repeat(32), 'gossip', index, EXPORT_LINKS_MAX)),
  )
  for (const part of ['secret', 'gossip'] as const)
    t.ok(
      Buffer.byteLength(JSON.stringify(exportWords.file('x'.repeat(32), part, links, 'suspended'))) <
        ANSWER_BYTES_MAX,
      part,
    )
  t.end()
})
