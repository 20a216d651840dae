/** Goal: a link that nobody should pay by any more is not said again. */
import test from 'tape'
import { type MessageId, pubIdOf } from '../../protocol/ids'
import { buildPub } from '../../protocol/messages/pub'
import { billingOn, bridge, factOf } from '../helpers/money'
import { alice, key, provider, Story } from '../helpers/story'
import { aliceHasPub } from '../helpers/story-hub'
import { calls, fact, linkCame } from '../helpers/story-pay'

test('a link that was paid by, or that is for another plan, is not said again', (t) => {
  const story = new Story().withHub()
  const made = aliceHasPub(story)
  billingOn(story)
  story.connected.add(bridge)
  const pay = (): [MessageId, string[]] => {
    const request = story.asks(alice, 'pay alice')
    return [request, calls(story.settle()).map(({ id }) => id)]
  }
  const [first] = pay()
  linkCame(story, first)
  story.settle()
  fact(story, first)
  fact(story, first, { status: 'canceled', stripeTime: factOf(first).stripeTime + 1 })
  story.settle()
  const [second, asked] = pay()
  t.deepEqual(asked, [`checkout ${second}`], 'the first one was paid by and is over')
  linkCame(story, second)
  story.settle()
  const record = story.state.provider.pubs.get(pubIdOf(made))?.record
  if (record === undefined) throw new Error('no pub')
  story.tells(provider, buildPub({ ...record, plan: 'personal', answers: key('plan') }))
  story.settle()
  const [third, anew] = pay()
  t.deepEqual(anew, [`checkout ${third}`], 'the second one is for another plan')
  t.end()
})
