/**
 * Goal: the whole story of money, for real: asked for, paid, the card fails, mended, paid twice, suspended, paid, up again,
 * cancelled, over, ended, removed; and a delete. Nobody is charged wrongly or cut off unwarned, nor by one clock.
 * Method: a real provider, a hub on the process engine, the bridge as a process before a Stripe that is not there, a stock
 * owner, a mail server. Five months go by because the test moves the clocks of each.
 */
import test from 'tape'
import { askOnce } from '../../billing-bridge/io/once'
import { when } from '../../plugin/words'
import { ask as visit } from '../helpers/bridge-http'
import { until } from '../helpers/machine'
import { lookForMoney } from '../helpers/money-scan'
import {
  ask,
  buys,
  cardIs,
  clocksAgree,
  closeMoneyStory,
  confirms,
  confirmsAddress,
  DAY_MS,
  days,
  daysUntil,
  ends,
  hasVolume,
  isListening,
  type MoneyStory,
  mailed,
  mailsTo,
  moneyOf,
  noticesIn,
  OWNER,
  openMoneyStory,
  PAYER,
  passAtProvider,
  passAtStripe,
  paysOpen,
  SECOND_PAYER,
  says,
  sessionFor,
  THIRD_PAYER,
  told,
  viewOf,
} from '../helpers/money-story'
import { answersTo } from '../helpers/patchwork'
import { inside } from '../helpers/path-story'
import { call } from '../helpers/stock'
import type { Subscription } from '../helpers/stripe-objects'

/** The link in the payer's mail leads to their page at Stripe; nobody else was mailed it. */
async function mendsByMail(story: MoneyStory): Promise<void> {
  const { t, bridge, smtp } = story
  const mail = await mailed(story, PAYER, /payment for alice failed/)
  const path = /https:\/\/pubs\.example\.org(\/portal\/\S+)/.exec(mail.text)?.[1] ?? ''
  const pressed = await visit(`http://127.0.0.1:${bridge.port}${path}`, { method: 'POST' })
  t.equal(pressed.status, 303, 'the link in the payer’s mail leads to Stripe')
  t.match(pressed.headers.location ?? '', /^https:\/\/billing\.stripe\.com\/p\/session\//)
  const others = smtp.arrived.filter(({ to, text }) => to !== PAYER && text.includes('/portal/'))
  t.deepEqual(others, [], 'and is in nobody else’s mail')
  t.notOk(bridge.lines().includes('/portal/'), 'nor in the bridge’s log')
}

/** A card fails, a second payer takes a link, the first one mends it, and the second pays all the same. */
async function tellPaidTwice(story: MoneyStory, first: Subscription): Promise<void> {
  const { t, stripe } = story
  cardIs(story, first, false)
  await days(story, 30.04)
  const notice = await told(story, 1, /payment for it failed/)
  const dues = (await moneyOf(story, 'alice'))?.dues
  t.ok(notice.includes(when(dues?.suspendAt ?? 0)), 'with the date of the stop')
  t.ok(notice.includes(when(dues?.endAt ?? 0)), 'and of the end')
  const mail = await mailed(story, OWNER, /payment for alice failed/)
  t.ok(mail.text.includes(when(dues?.suspendAt ?? 0)), 'and so has the mail')
  await mendsByMail(story)
  const request = await ask(story, 'pay alice')
  const link = await sessionFor(story, request)
  await ends(story, request, 'done', /Anybody may pay by it/)
  // The void link is taken back late, so that somebody is quicker.
  stripe.fail({ fault: 'down', on: /expire/, count: 1_000 })
  paysOpen(story, first)
  await told(story, 2, /in order again/)
  await mailed(story, OWNER, /all right again/)
  const second = stripe.world.pay(link, { email: SECOND_PAYER })
  await told(story, 3, /a second time.*given back/)
  const back = await mailed(story, SECOND_PAYER, /^Your payment for alice goes back$/)
  t.match(back.text, /paid for already/, 'who paid hears of it')
  stripe.heal()
  t.deepEqual([first.status, second.status, stripe.world.refunds.size], ['active', 'canceled', 1])
}

/** The card fails for good: told, reminded, suspended when both clocks say so; paid, and up again. */
async function tellSuspended(story: MoneyStory, first: Subscription): Promise<Subscription> {
  const { t, world, stripe } = story
  const before = await viewOf(story, 'alice')
  cardIs(story, first, false)
  await days(story, 30)
  await told(story, 4, /payment for it failed/)
  await mailed(story, OWNER, /payment for alice failed/, 2)
  const dues = (await moneyOf(story, 'alice'))?.dues
  await daysUntil(story, (dues?.suspendAt ?? 0) - 2 * DAY_MS)
  await told(story, 5, /A reminder about \*\*alice\*\*/)
  await mailed(story, OWNER, /alice is stopped on/)
  t.equal((await moneyOf(story, 'alice'))?.dues?.suspendAt, dues?.suspendAt, 'the promised date stays')
  await passAtStripe(story, 2 * DAY_MS)
  await until('Stripe’s time to be another', async () => {
    const { clocks } = await world.provider.admin('adminMoney')
    return clocks.known === 1 && clocks.agree === 0
  })
  await says(story, 'list', 'done', /alice/)
  t.equal((await moneyOf(story, 'alice'))?.dues?.stage, 'reminded', 'Stripe’s clock alone stops nothing')
  t.ok(await isListening(before), 'it runs')
  story.aheadMs += 2 * DAY_MS
  await world.provider.setClockAhead(story.aheadMs)
  await says(story, 'list', 'done', /alice/)
  await told(story, 6, /is suspended.*kept until/)
  await mailed(story, OWNER, /alice is stopped until it is paid for/)
  await until('its process to be gone', async () => !(await isListening(before)))
  t.equal((await viewOf(story, 'alice')).suspended, true)
  t.ok(hasVolume(story, before), 'its data is there')
  await says(story, 'start alice', 'refused', /is suspended.*kept until.*`pay alice`/)
  const request = await ask(story, 'pay alice')
  const paidAt = Date.now()
  const next = stripe.world.pay(await sessionFor(story, request), { email: THIRD_PAYER })
  await until('it to be up', async () => (await viewOf(story, 'alice')).phase === 'up', 60_000)
  t.comment(`up again ${Date.now() - paidAt} ms after it was paid`)
  await told(story, 7, /in order again/)
  await mailed(story, OWNER, /all right again/, 2)
  await ends(story, request, 'done', /Anybody may pay by it/)
  t.equal((await viewOf(story, 'alice')).feed, before.feed, 'the same pub')
  t.ok(await isListening(await viewOf(story, 'alice')), 'for everybody')
  await until('the former subscription to be ended', () => first.status === 'canceled')
  t.equal(stripe.world.refunds.size, 1, 'what was used is not given back')
  return next
}

/** Cancelled: it runs to the date that was said, is kept for a month, warned of twice, and ends when both clocks say so. */
async function tellCancelled(story: MoneyStory, subscription: Subscription): Promise<void> {
  const { t, stripe } = story
  const end = (subscription.items.data[0]?.current_period_end ?? 0) * 1_000
  const answer = await says(story, 'cancel alice', 'done', /nothing more is charged/)
  t.ok(answer.text.includes(when(end)), `it runs on until ${when(end)}`)
  const text = await told(story, 8, /was cancelled.*runs on until/)
  t.ok(text.includes(when(end)), 'the same date is told')
  await mailed(story, OWNER, /alice was cancelled/)
  await daysUntil(story, end - 2 * DAY_MS)
  await told(story, 9, /A reminder about/)
  await mailed(story, OWNER, /alice is stopped on/, 2)
  t.ok(await isListening(await viewOf(story, 'alice')), 'it runs to its date')
  await daysUntil(story, end)
  await told(story, 10, /is suspended/)
  await mailed(story, OWNER, /alice is stopped until/, 2)
  const endAt = (await moneyOf(story, 'alice'))?.dues?.endAt ?? 0
  t.equal(stripe.world.subscription(subscription.id).status, 'canceled')
  await until('it to be down', async () => !(await isListening(await viewOf(story, 'alice'))))
  await daysUntil(story, endAt - 7 * DAY_MS)
  await told(story, 11, /still suspended.*buttcloud export alice all.*export alice secret/)
  await mailed(story, OWNER, /alice ends in a week/)
  await daysUntil(story, endAt - DAY_MS)
  await told(story, 12, /last word.*buttcloud export alice all.*export alice secret/)
  await mailed(story, OWNER, /alice ends in a day/)
  await mailed(story, THIRD_PAYER, /alice ends in a day/)
  t.equal(mailsTo(story, PAYER, /alice ends/).length, 0, 'who paid formerly hears nothing more')
  t.equal((await moneyOf(story, 'alice'))?.dues?.endAt, endAt, 'the promised end stays')
  await passAtProvider(story, 1.1 * DAY_MS)
  await until('the end to wait', async () => (await moneyOf(story, 'alice'))?.waits === 'clocks')
  await says(story, 'list', 'done', /alice/)
  t.equal((await viewOf(story, 'alice')).keepUntil, null, 'one clock alone ends nothing')
  await passAtStripe(story, 1.1 * DAY_MS)
  await clocksAgree(story)
  await told(story, 13, /has ended.*stays on its server until/)
  await mailed(story, OWNER, /alice has ended/)
}

/** The data goes when its date has come by the provider's clock and by the hub's. */
async function tellRemoved(story: MoneyStory): Promise<void> {
  const { t, world } = story
  const pub = await viewOf(story, 'alice')
  t.ok(hasVolume(story, pub), 'its data is there')
  await days(story, 7.1)
  await says(story, 'list', 'done', /./)
  t.ok(hasVolume(story, pub), 'also by one clock alone')
  await world.hub.move({ passMs: story.aheadMs })
  // After it has heard the provider again a hub waits for news; the clocks may differ by some minutes.
  for (let minutes = 0; minutes < 8 && hasVolume(story, pub); minutes += 1) {
    await world.hub.move({ passMs: 60_000 })
    await until('its data to be gone', () => !hasVolume(story, pub), 5_000).catch(() => undefined)
  }
  t.notOk(hasVolume(story, pub), 'gone when both clocks say so')
}

async function tellDeleted(story: MoneyStory, subscription: Subscription): Promise<void> {
  const question = await says(story, 'delete barn', 'asked', /yes/)
  await confirms(story, question, /is off and deleted.*subscription/s)
  await until('its subscription to be over', () => subscription.status === 'canceled')
}

/** What is left to be true of all of it. */
async function tellEnd(story: MoneyStory): Promise<void> {
  const { t, world, stripe, bridge, requests } = story
  const finals = await Promise.all(
    requests.map(async (request) => {
      const answers = await answersTo(world.owner, world.provider.id, request)
      return answers.filter((one) => one.content.buttcloud.final).length
    }),
  )
  t.deepEqual(
    finals,
    requests.map(() => 1),
    `${requests.length} requests, one final answer each`,
  )
  t.equal((await noticesIn(story)).length, 13, 'each notice once')
  for (const [subject, count] of MAILS)
    t.equal(mailsTo(story, OWNER, subject).length, count, `${count} mails of ${subject}`)
  const ids = new Set(story.smtp.arrived.map((one) => one.headers.get('message-id')))
  t.equal(ids.size, story.smtp.arrived.length, 'and no mail twice')
  const ledger = [...stripe.world.subscriptions.values()].map((one) => ({
    ...{ subscription: one.id, status: one.status, plan: one.items.data[0]?.price.metadata.buttcloud_plan },
    ...{ periodEnd: (one.items.data[0]?.current_period_end ?? 0) * 1_000 },
    cancelAt: one.cancel_at === null ? null : one.cancel_at * 1_000,
    refunded: one.metadata.buttcloud_refunded === 'yes',
  }))
  const { subscriptions } = await askOnce(bridge.folder, world.networkKey, (port) => port.state(null))
  const believed = subscriptions.map(({ subscription, status, plan, periodEnd, cancelAt, refunded }) => ({
    subscription,
    status,
    plan,
    periodEnd,
    cancelAt,
    refunded,
  }))
  const byId = (a: { subscription: string }, b: { subscription: string }) =>
    a.subscription.localeCompare(b.subscription)
  t.deepEqual(believed.sort(byId), ledger.sort(byId), 'the provider believes what Stripe’s books say')
}

const MAILS: [RegExp, number][] = [
  [/is up$/, 2],
  [/payment for alice failed/, 2],
  [/alice is all right again/, 2],
  [/alice is stopped on/, 2],
  [/alice is stopped until it is paid for/, 2],
  [/alice was cancelled/, 1],
  [/alice ends in a week/, 1],
  [/alice ends in a day/, 1],
  [/alice has ended/, 1],
]

test('money: from a link to the end, by clocks that agree', async (t) => {
  const story = await openMoneyStory(t)
  await inside(t, story.world, async () => {
    await confirmsAddress(story)
    const alice = await buys(story, 'alice')
    await call(story.world.owner.rpc, 'invite.accept', alice.invite)
    await until('the pub to follow', async () => (await viewOf(story, 'alice')).invites.used === 1)
    const barn = await buys(story, 'barn')
    await tellPaidTwice(story, alice.subscription)
    const next = await tellSuspended(story, alice.subscription)
    await tellDeleted(story, barn.subscription)
    // From its end on nobody pays for anything here, and Stripe's time is heard all the same.
    await tellCancelled(story, next)
    await tellRemoved(story)
    await tellEnd(story)
    await lookForMoney(story)
  })
    .catch(async (error) => {
      t.comment(JSON.stringify(await story.world.provider.admin('adminMoney'), null, 1))
      t.comment(story.bridge.lines().slice(-8_000))
      throw error
    })
    .finally(() => closeMoneyStory(story))
  t.end()
})
