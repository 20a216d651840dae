/** Goal: who pays hears of what is theirs, and the operator of who has paid and gets nothing yet. */
import test from 'tape'
import { moneyText } from '../../cli/render-money'
import type { Mail } from '../../plugin/effects'
import { moneyView } from '../../plugin/money-view'
import type { PubId } from '../../protocol/ids'
import { MAIL_CAUSE_MS } from '../../protocol/limits-mail'
import { buildCheckout } from '../../protocol/messages/checkout'
import { buildDues, type DuesMessage } from '../../protocol/messages/dues'
import { alice, key, provider, type Story } from '../helpers/story'
import { aliceOwns, type Owned, pays } from '../helpers/story-money'
import { aliceHasLink, fact, paid } from '../helpers/story-pay'

const DAY_MS = 24 * 3_600_000

function owes({ story, pub }: Owned, stage: DuesMessage['stage'], reason: DuesMessage['reason']): void {
  const at = story.now
  const dates = { since: at, suspendAt: at + 21 * DAY_MS, endAt: at + 51 * DAY_MS }
  story.tells(provider, buildDues({ pub, stage, reason, ...dates }))
}

/** The mails about dues that one look owes now, whatever else it decides. */
function duesMails(story: Story): { mail: Mail[] } {
  const from = story.mails.length
  for (const effect of story.decide().effects) if (effect.kind === 'mail') story.perform(effect)
  return { mail: story.mails.slice(from).filter(({ key }) => key.startsWith('dues ')) }
}

test('dues: who comes to pay for a pub is not told that nobody pays for it, nor that all is well again', (t) => {
  const { story, pub } = aliceOwns()
  story.addressed = new Set(['cus_1'])
  owes({ story, pub }, 'grace', 'never')
  story.now += DAY_MS
  pays(story, pub, 'incomplete')
  t.deepEqual(duesMails(story).mail, [], 'whose first payment is not through pays nothing yet')
  pays(story, pub, 'active')
  t.deepEqual(duesMails(story).mail, [])
  const begun = story.state.provider.money.dues.get(pub)?.content
  if (begun !== undefined) story.tells(provider, buildDues({ ...begun, stage: 'clear' }))
  t.deepEqual(duesMails(story).mail, [])
  story.now += DAY_MS
  pays(story, pub, 'past_due')
  owes({ story, pub }, 'grace', 'past-due')
  t.deepEqual(
    duesMails(story).mail.map(({ to, subject }) => [to.kind, subject]),
    [['payer', 'The payment for alice failed']],
    'what is theirs they hear of',
  )
  t.end()
})

test('the operator: somebody has paid for what fits nowhere, once', (t) => {
  const story = paid()
  story.addressed = new Set(['operator'])
  const request = aliceHasLink(story)
  story.policy = { ...story.policy, portMax: story.policy.portMin - 1 }
  fact(story, request)
  story.settle()
  const mails = story.mails.filter(({ key: of }) => of.startsWith('no-room '))
  t.deepEqual(
    mails.map(({ to, subject }) => [to.kind, subject]),
    [['operator', 'ButtCloud: no room for alice, which is paid']],
  )
  t.match(mails[0]?.text ?? '', /on the plan tiny, and no hub has room.* UTC, the subscription is ended/)
  const view = moneyView(story, [], [])
  t.match(moneyText(view), /Paid, and no hub has room.*\n\nPUB[^\n]*\nalice +tiny +20/s)
  const lucky = paid()
  lucky.addressed = new Set(['operator'])
  fact(lucky, aliceHasLink(lucky))
  lucky.settle()
  t.deepEqual(
    lucky.mails.filter(({ key: of }) => of.startsWith('no-room ')),
    [],
    'what is made at once is no trouble',
  )
  t.end()
})

test('refunds: whose payment goes back hears why, once, and nobody else does', (t) => {
  const { story, pub } = aliceOwns()
  story.addressed = new Set(['cus_1', 'cus_2'])
  const about = (): Mail[] => story.mails.filter(({ key: of }) => of.startsWith('refund '))
  story.tells(provider, checkoutOf(pub))
  const checkout = key('checkout')
  pays(story, pub, 'active')
  const second = { subscription: 'sub_2', session: 'cs_2', customer: 'cus_2', checkout }
  story.now += 60_000
  pays(story, pub, 'active', second)
  story.settle()
  t.deepEqual(about(), [], 'not before it is so')
  pays(story, pub, 'canceled', { ...second, refunded: true })
  story.settle()
  t.deepEqual(
    about().map(({ to, subject }) => [to, subject]),
    [[{ kind: 'payer', customer: 'cus_2' }, 'Your payment for alice goes back']],
  )
  t.match(about()[0]?.text ?? '', /alice was paid for already.*\n\n.*goes back the way it came/)
  t.deepEqual(story.settle(), [])
  story.now += 60_000
  pays(story, pub, 'canceled', { refunded: true })
  story.settle()
  t.match(about()[1]?.text ?? '', /came too late, or could not be used/, 'one that was no second')
  pays(story, pub, 'canceled', {
    ...second,
    subscription: 'sub_3',
    session: 'cs_3',
    customer: 'cus_3',
    refunded: true,
  })
  story.settle()
  t.equal(about().length, 2, 'and nobody without an address')
  story.now += MAIL_CAUSE_MS
  story.mails.length = 0
  pays(story, pub, 'canceled', { ...second, plan: null, refunded: true })
  story.settle()
  t.deepEqual(about(), [], 'a later word on what went back is no news, also where the mail is forgotten')
  t.end()
})

const checkoutOf = (pub: PubId) =>
  buildCheckout({ checkout: key('checkout'), pub, name: 'alice', owner: alice, plan: 'tiny', kind: 'pay' })
