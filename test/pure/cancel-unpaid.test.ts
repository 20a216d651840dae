/** Goal: who cancels what is not paid pays nothing more, and nobody is promised a trial that Stripe does not give. */
import test from 'tape'
import type { MessageId } from '../../protocol/ids'
import { factOf } from '../helpers/money'
import { alice, lastText, outcomes, type Story } from '../helpers/story'
import { aliceIsPaid, calls, fact, linkCame, paid, stripeSays } from '../helpers/story-pay'

/** The card of who pays for alice's pub fails. */
function cardFails(story: Story, made: MessageId): void {
  story.now += 1_000
  fact(story, made, { status: 'past_due' })
  story.settle()
}

test('cancel of what is past due ends at once, because Stripe would go on trying the card', (t) => {
  const story = paid()
  const made = aliceIsPaid(story)
  cardFails(story, made)
  const request = story.asks(alice, 'cancel alice')
  const { subscription } = factOf(made)
  t.deepEqual(calls(story.settle()), [
    { id: `cancel-now ${subscription}`, kind: 'cancel-now', subscription, refund: false },
  ])
  story.now += 1_000
  fact(story, made, { status: 'canceled' })
  stripeSays(story, request, { outcome: 'done' })
  const effects = story.settle()
  t.deepEqual(outcomes(effects), ['done'])
  const said = effects.find((one) => one.kind === 'answer')
  t.match(
    said?.kind === 'answer' ? said.text : '',
    /is over: nothing more is charged\. `list` says until when/,
  )
  t.end()
})

test('cancel, and the card fails before its end is told: what is so, and how to end it at once', (t) => {
  const story = paid()
  const made = aliceIsPaid(story)
  const request = story.asks(alice, 'cancel alice')
  story.settle()
  stripeSays(story, request, { outcome: 'done' })
  story.now += 1_000
  fact(story, made, { status: 'past_due', cancelAt: Date.UTC(2030, 1, 1) })
  const effects = story.settle()
  t.deepEqual(outcomes(effects), ['done'])
  const said = effects.find((one) => one.kind === 'answer')
  t.match(said?.kind === 'answer' ? said.text : '', /ends at 2030-02-01.*`cancel alice` once more/)
  t.end()
})

test('cancel on trial: until its trial is over', (t) => {
  const story = paid()
  const made = aliceIsPaid(story)
  story.now += 1_000
  fact(story, made, { status: 'trialing', cancelAt: Date.UTC(2030, 1, 1) })
  story.settle()
  story.asks(alice, 'cancel alice')
  t.match(lastText(story.settle()), /until 2030-02-01 00:00 UTC, when its trial is over/)
  t.end()
})

test('a link says that days are free only where they are: a pub that was paid for has had its trial', (t) => {
  const story = paid()
  const plans = story.policy.plans.map((plan) => ({ ...plan, trialDays: 7 }))
  story.policy = { ...story.policy, plans }
  const first = story.asks(alice, 'create barn')
  story.settle()
  linkCame(story, first)
  t.match(lastText(story.settle()), /the first 7 days free/)
  const other = paid()
  other.policy = { ...other.policy, plans }
  const made = aliceIsPaid(other)
  other.now += 1_000
  fact(other, made, { status: 'canceled' })
  other.settle()
  const again = other.asks(alice, 'pay alice')
  other.settle()
  linkCame(other, again)
  const text = lastText(other.settle())
  t.match(text, /costs \$1 a month/)
  t.doesNotMatch(text, /days free/)
  t.end()
})
