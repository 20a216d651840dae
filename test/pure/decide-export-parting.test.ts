/** Goal: all of a pub that is stopped, suspended or ended goes to its owners until its date, with the word that keeps its feed whole. */
import test from 'tape'
import type { Effect } from '../../plugin/effects'
import { mayExportSecret } from '../../plugin/export-rights'
import { when } from '../../plugin/words'
import { type MessageId, pubIdOf } from '../../protocol/ids'
import type { PubMessage } from '../../protocol/messages/pub'
import { alice, bob, lastText, outcomes, provider } from '../helpers/story'
import { recordOf, stopped, type Told, told } from '../helpers/story-change'

const LINK = `[alice-secret](&${'A'.repeat(43)}=.sha256?unbox=${'B'.repeat(43)}=.boxs)`

const asksIn = (effects: Effect[]) => effects.flatMap((one) => (one.kind === 'ask' ? [one] : []))

/** The hub has handed it over, and it lies there as a blob. */
function stored({ story }: Told, request: MessageId): void {
  story.replies.set(request, { state: 'done', ask: 'export', value: [LINK] })
}

/** The pub with something else in its record. */
function recorded(more: Partial<PubMessage>): Told {
  const one = told()
  one.story.tells(provider, { ...recordOf(one), ...more, answers: one.pub })
  one.story.settle()
  return one
}

test('stopped, suspended, or ended and kept: every part can be had, with the right word before a copy runs', (t) => {
  const date = told().story.now + 1_000_000
  const cases: [string, Told, RegExp][] = [
    ['stopped', stopped(), /stopped, and stays so until somebody sends `start alice`/],
    [
      'suspended',
      recorded({ suspended: true }),
      /paid for\. So before.*send me `stop alice`: then it stays down/,
    ],
    ['suspended and stopped', recorded({ suspended: true, desired: 'down' }), /`start alice`: once a copy/],
    ['ended', recorded({ status: 'ended', keepUntil: date }), /Here it runs no more/],
  ]
  for (const [how, one, meaning] of cases) {
    for (const part of ['log', 'blobs', 'all'] as const) {
      one.story.asks(alice, `export alice ${part}`)
      const effects = one.story.settle()
      t.deepEqual(outcomes(effects), ['done'], `${how}: ${part}`)
      t.ok(lastText(effects).includes(`buttcloud export alice ${part}`))
      if (part === 'all') t.match(lastText(effects), meaning)
    }
    for (const part of ['gossip', 'secret'] as const) {
      const request = one.story.asks(alice, `export alice ${part}`)
      t.equal(asksIn(one.story.settle()).length, 1, `${how}: ${part} is asked of the hub`)
      stored(one, request)
      const effects = one.story.settle()
      t.deepEqual(outcomes(effects), ['done'])
      if (part === 'secret') t.match(lastText(effects), meaning)
    }
  }
  t.end()
})

test('after the date of an ended pub, and for others at any time, there is nothing', (t) => {
  const keepUntil = told().story.now + 1_000_000
  const one = recorded({ status: 'ended', keepUntil })
  one.story.asks(bob, 'export alice all')
  t.deepEqual(outcomes(one.story.settle()), ['refused'], 'who does not own it')
  const listed = (): string => {
    one.story.asks(alice, 'list')
    return lastText(one.story.settle())
  }
  const line = `**alice** has ended; until ${when(keepUntil)} it can be taken away, with \`buttcloud export alice all\``
  t.ok(listed().includes(line), listed())
  one.story.now = keepUntil
  t.match(listed(), /no pub yet/)
  for (const part of ['secret', 'gossip', 'log', 'blobs', 'all']) {
    one.story.asks(alice, `export alice ${part}`)
    const effects = one.story.settle()
    t.deepEqual([outcomes(effects), asksIn(effects)], [['refused'], []], part)
  }
  t.end()
})

test('a shared pub that has ended: a second owner can still say yes, until its date', (t) => {
  const one = recorded({ owners: [alice, bob] })
  const { story } = one
  const keepUntil = story.now + 1_000_000
  story.tells(provider, { ...recordOf(one), status: 'ended', keepUntil, answers: one.pub })
  story.settle()
  story.asks(alice, 'export alice log')
  t.deepEqual(outcomes(story.settle()), ['done'], 'what has no key pair in it needs nobody')
  for (const late of [false, true]) {
    story.asks(alice, 'export alice all')
    t.deepEqual(outcomes(story.settle()), ['asked'])
    const question = [...story.state.provider.questions.values()].at(-1)
    if (late) story.now = keepUntil
    const thread = { root: question?.root as MessageId, branch: question?.key as MessageId }
    story.asks(bob, 'yes', { ...thread, recps: [alice, bob, provider] })
    const effects = story.settle()
    t.deepEqual(outcomes(effects), [late ? 'refused' : 'done'])
    const pub = story.state.provider.pubs.get(pubIdOf(one.pub))
    const may = pub !== undefined && mayExportSecret(story.state, pub, alice, story.now)
    if (late) t.match(lastText(effects), /deleted already/)
    else t.ok(may && lastText(effects).includes(when(keepUntil)), 'until its data goes, not for a day')
  }
  t.end()
})
