/** Goal: a wish that nobody has paid for yet, or that finds no room, is taken back by its owner: nothing is made or kept. */
import test from 'tape'
import { factOf } from '../helpers/money'
import { alice, bob, lastText, outcomes } from '../helpers/story'
import { aliceHasLink, fact, kinds, owed, paid } from '../helpers/story-pay'

test('what waits to be paid for is taken back by delete: nothing is made, and nobody can pay any more', (t) => {
  const story = paid()
  const request = aliceHasLink(story)
  for (const text of [
    'status alice',
    'plan alice',
    'stop alice',
    'invite alice',
    'web alice on',
    'log alice',
  ]) {
    story.asks(alice, text)
    t.match(lastText(story.settle()), /\*\*alice\*\* is not made yet: it waits to be paid for, until/, text)
  }
  story.asks(bob, 'delete alice')
  t.match(lastText(story.settle()), /You have no pub called/, "somebody else's is nobody's business")
  story.asks(alice, 'delete alice')
  const effects = story.settle()
  t.deepEqual(outcomes(effects), ['failed', 'done'], 'both requests have their end')
  t.match(lastText(effects), /never made, its name is free again, and nobody can pay/)
  t.deepEqual(owed(story), [`expire ${factOf(request).session}`])
  t.deepEqual(story.settle(), [])
  t.equal(fact(story, request), 'publish', 'somebody was faster')
  t.deepEqual(owed(story), [`cancel-now ${factOf(request).subscription} refund`])
  story.asks(alice, 'delete alice')
  t.match(lastText(story.settle()), /was never made, so there is nothing to delete/)
  story.asks(bob, 'create alice')
  t.equal(kinds(story.settle())[0], 'buttcloud/checkout', 'its name is free')
  t.end()
})

test('taken back and paid in one look, or taken back twice, or a crash between: one end each', (t) => {
  const story = paid()
  const request = aliceHasLink(story)
  story.asks(alice, 'delete alice')
  fact(story, request)
  const effects = story.settle()
  t.equal(kinds(effects).filter((one) => one === 'buttcloud/pub').length, 1, 'it was paid first')
  t.match(lastText(effects), /Delete \*\*alice\*\*\?/, 'so it is asked like for every pub')

  const twice = paid()
  aliceHasLink(twice)
  twice.asks(alice, 'delete alice')
  twice.asks(alice, 'delete alice')
  t.deepEqual(outcomes(twice.settle()), ['failed', 'done', 'done'])

  const crashed = paid()
  aliceHasLink(crashed)
  crashed.asks(alice, 'delete alice')
  const [first] = crashed.decide().effects
  if (first !== undefined) crashed.perform(first)
  t.deepEqual(outcomes(crashed.settle()), ['done'], 'the other one after a crash')
  t.end()
})

test('what is paid and waits for room is taken back, too: the payment goes back at once', (t) => {
  const story = paid()
  const request = aliceHasLink(story)
  story.policy = { ...story.policy, portMax: story.policy.portMin - 1 }
  fact(story, request)
  story.settle()
  story.asks(alice, 'delete alice')
  const effects = story.settle()
  t.deepEqual(outcomes(effects), ['failed', 'done'])
  t.match(lastText(effects), /Its subscription is ended and the payment goes back/)
  t.deepEqual(owed(story), [`cancel-now ${factOf(request).subscription} refund`])
  t.end()
})
