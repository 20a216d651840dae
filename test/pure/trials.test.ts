/** Goal: one trial per owner, whatever is deleted and made anew; and the call and the words of its link agree. */
import test from 'tape'
import type { MessageId } from '../../protocol/ids'
import type { OwedCall } from '../../protocol/rpc-billing'
import { alice, bob, lastText, type Story } from '../helpers/story'
import { aliceHasLink, aliceIsPaid, calls, fact, linkCame, paid, URL_OF_LINK } from '../helpers/story-pay'

/** Every plan has a week for nothing. */
function withTrials(): Story {
  const story = paid()
  story.policy = { ...story.policy, plans: story.policy.plans.map((plan) => ({ ...plan, trialDays: 7 })) }
  return story
}

/** What is asked of Stripe for it, and what is said with the link. */
function asked(
  story: Story,
  owner: typeof alice,
  text: string,
): { used: unknown; text: string; call: OwedCall; request: MessageId } {
  const request = story.asks(owner, text)
  const [call] = calls(story.settle())
  if (call?.kind !== 'checkout') throw new Error('no checkout is owed')
  linkCame(story, request)
  return { used: call.trialUsed, text: lastText(story.settle()), call, request }
}

/** alice's pub, which she pays for, is over. */
function isOver(story: Story, made: MessageId): void {
  story.now += 1_000
  story.asks(alice, 'delete alice')
  story.settle()
  fact(story, made, { status: 'canceled' })
  story.settle()
}

const NONE = { live: false, test: false }

test('who had a trial, deletes the pub and creates another one, pays for that from the first day', (t) => {
  const story = withTrials()
  isOver(story, aliceIsPaid(story))
  const again = asked(story, alice, 'create shed')
  t.deepEqual(again.used, { live: true, test: false })
  t.match(again.text, /costs \$1 a month/)
  t.doesNotMatch(again.text, /days free/)
  const bobs = asked(story, bob, 'create barn')
  t.deepEqual(bobs.used, NONE, 'bob has had none')
  t.match(bobs.text, /the first 7 days free/)
  t.end()
})

test('what is paid between two calls for one link changes neither the call nor its words', (t) => {
  const story = withTrials()
  const before = story.asks(alice, 'create shed')
  const [first] = calls(story.settle())
  aliceIsPaid(story)
  story.replies.delete(before)
  t.deepEqual(
    calls(story.settle()),
    [first],
    'equal for Stripe, which refuses another one under the same key',
  )
  linkCame(story, before)
  t.match(lastText(story.settle()), /the first 7 days free/)
  t.end()
})

test('test money uses up no trial of real money', (t) => {
  const story = withTrials()
  const request = story.asks(alice, 'create alice')
  story.settle()
  linkCame(story, request, request, URL_OF_LINK, false)
  story.settle()
  t.equal(fact(story, request, { live: false }), 'publish')
  story.settle()
  const again = asked(story, alice, 'create shed')
  t.deepEqual(again.used, { live: false, test: true })
  t.match(again.text, /the first 7 days free/, 'its link is one of real money')
  t.end()
})

test('what was paid and never made has been no trial', (t) => {
  const story = withTrials()
  const request = aliceHasLink(story)
  story.offers(0)
  t.equal(fact(story, request), 'publish')
  story.settle()
  story.asks(alice, 'delete alice')
  t.match(lastText(story.settle()), /taken back: it was never made/)
  story.offers(4 * 1024 ** 3)
  t.deepEqual(asked(story, alice, 'create shed').used, NONE)
  t.end()
})
