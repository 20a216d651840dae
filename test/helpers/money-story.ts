/** A world with everything that money needs, time that a test moves, and what its people do and see there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { Test } from 'tape'
import type { DuesStage } from '../../protocol/messages/dues'
import type { PubView } from '../../protocol/rpc'
import type { MoneyPubView, MoneyView } from '../../protocol/rpc-money'
import { BillingProcess } from './billing-process'
import { until } from './machine'
import {
  answersTo,
  finalAnswer,
  firstPost,
  inviteIn,
  privatePost,
  readFrom,
  type ThreadPost,
} from './patchwork'
import { closeWorld, openWorld, type World } from './path-story'
import { type Arrived, type SmtpPeer, startSmtp } from './smtp-peer'
import type { Subscription } from './stripe-objects'
import { StripeStandIn } from './stripe-stand-in'

export const OWNER = 'alice.greenthumb@example.org'
export const PAYER = 'pete.payer@example.org'
export const SECOND_PAYER = 'sue.second@example.org'
export const THIRD_PAYER = 'tess.third@example.org'
export const DAY_MS = 24 * 3_600_000

export interface MoneyStory {
  t: Test
  world: World
  stripe: StripeStandIn
  bridge: BillingProcess
  smtp: SmtpPeer
  /** Everything that the owner has asked for. */
  requests: string[]
  /** How far the provider's clock is ahead of this machine's. */
  aheadMs: number
}

/** Provider, hub, owner, the bridge, Stripe and a mail server. */
export async function openMoneyStory(t: Test): Promise<MoneyStory> {
  const smtp = await startSmtp()
  const stripe = new StripeStandIn({ afterRetries: 'unpaid' })
  const base = await stripe.start()
  const server = { host: '127.0.0.1', port: smtp.port, secure: 'none' }
  const mail = { smtp: server, from: 'Garden <pubs@pubs.example>', operator: 'op@pubs.example' }
  const world = await openWorld('own', { engine: 'process' }, { mail })
  const { token } = await world.provider.admin('adminBridgeToken', {})
  const bridge = new BillingProcess({ stripe, base, token, networkKey: world.networkKey })
  for (const plan of ['tiny', 'personal', 'community']) stripe.offer(plan)
  await bridge.start()
  return { t, world, stripe, bridge, smtp, requests: [], aheadMs: 0 }
}

export async function closeMoneyStory({ bridge, stripe, smtp, world }: MoneyStory): Promise<void> {
  await bridge.stop()
  await closeWorld(world)
  await Promise.all([stripe.stop(), smtp.close()])
}

/** So much time goes by for Stripe and the bridge. */
export async function passAtStripe({ stripe, bridge }: MoneyStory, milliseconds: number): Promise<void> {
  stripe.advance(milliseconds)
  await bridge.pass(milliseconds)
}

export async function passAtProvider(story: MoneyStory, milliseconds: number): Promise<void> {
  story.aheadMs += milliseconds
  await story.world.provider.pass(milliseconds)
}

/** So many days go by for provider and Stripe; resolves when they have told each other the time. */
export async function days(story: MoneyStory, count: number): Promise<void> {
  await passAtProvider(story, count * DAY_MS)
  await passAtStripe(story, count * DAY_MS)
  await clocksAgree(story)
}

/** The same to a moment just after this one by the provider's clock. */
export function daysUntil(story: MoneyStory, at: number | undefined): Promise<unknown> {
  const leftMs = (at ?? 0) + 5_000 - (Date.now() + story.aheadMs)
  if (leftMs < 0) throw new Error(`it is ${-leftMs} ms later than that already`)
  return days(story, leftMs / DAY_MS)
}

export function clocksAgree({ world }: MoneyStory): Promise<true> {
  return until(
    'Stripe’s clock to be heard of',
    async () => (await world.provider.admin<MoneyView>('adminMoney')).clocks.agree === 1 && true,
    60_000,
  )
}

/** Asks without waiting. */
export async function ask(story: MoneyStory, text: string): Promise<string> {
  const { owner, provider } = story.world
  const request = await firstPost(owner, provider.id, text)
  story.requests.push(request)
  return request
}

/** The final answer to a request, by outcome and words. */
export async function ends(
  story: MoneyStory,
  request: string,
  outcome: string,
  words: RegExp,
): Promise<ThreadPost> {
  const { owner, provider } = story.world
  const answer = await finalAnswer(owner, provider.id, request, 90_000)
  story.t.equal(answer.content.buttcloud.outcome, outcome, answer.text.slice(0, 70).replace(/\s+/g, ' '))
  story.t.match(answer.text, words)
  return answer
}

export async function says(
  story: MoneyStory,
  text: string,
  outcome: string,
  words: RegExp,
): Promise<ThreadPost> {
  return ends(story, await ask(story, text), outcome, words)
}

/** Answers a question in its thread. */
export async function confirms(story: MoneyStory, question: ThreadPost, words: RegExp): Promise<void> {
  const { owner, provider } = story.world
  const thread = { root: question.content.root, branch: question.key }
  const request = await privatePost(owner, [provider.id], 'yes', thread)
  story.requests.push(request)
  await ends(story, request, 'done', words)
}

/** The session of the link in an answer to a request. */
export async function sessionFor({ world }: MoneyStory, request: string): Promise<string> {
  return until(
    'a link to pay by',
    async () => {
      const answers = await answersTo(world.owner, world.provider.id, request)
      return answers.map(({ text }) => /\/c\/pay\/(cs_[A-Za-z0-9_]+)/.exec(text)?.[1]).find(Boolean)
    },
    60_000,
  )
}

/** A pub that is asked for and paid for by its link; gives what is paid by, and its invite. */
export async function buys(
  story: MoneyStory,
  name: string,
): Promise<{ subscription: Subscription; invite: string }> {
  const request = await ask(story, `create ${name} plan personal`)
  const subscription = story.stripe.world.pay(await sessionFor(story, request), { email: PAYER })
  const made = await ends(story, request, 'done', /invite/i)
  return { subscription, invite: inviteIn(made.text) ?? '' }
}

/** Whether the card by which this is paid is good. */
export function cardIs({ stripe }: MoneyStory, { customer }: Subscription, good: boolean): void {
  const found = stripe.world.customers.get(customer)
  if (found === undefined) throw new Error(`Stripe knows no ${customer}`)
  found.good = good
}

/** The payer pays what is open, on Stripe's own page. */
export function paysOpen(story: MoneyStory, subscription: Subscription): void {
  const invoice = story.stripe.world.invoices.get(subscription.latest_invoice ?? '')
  if (invoice === undefined) throw new Error('there is no invoice')
  cardIs(story, subscription, true)
  story.stripe.world.collect(subscription, invoice)
}

export async function moneyOf({ world }: MoneyStory, name: string): Promise<MoneyPubView | undefined> {
  return (await world.provider.admin<MoneyView>('adminMoney')).pubs.find((one) => one.name === name)
}

export async function viewOf({ world }: MoneyStory, name: string): Promise<PubView> {
  const found = (await world.provider.admin<PubView[]>('adminPubs')).find((one) => one.name === name)
  if (found === undefined) throw new Error(`there is no ${name}`)
  return found
}

/** What the provider has told of payments, unasked, in its order. */
export async function noticesIn({ world: { owner, provider } }: MoneyStory): Promise<string[]> {
  const posts = await readFrom(owner, provider.id)
  return posts.filter((one) => one.content.buttcloud?.topic === 'payment').map(({ text }) => text)
}

/** Waits for so many notices in all; the last one fits. */
export async function told(story: MoneyStory, count: number, words: RegExp): Promise<string> {
  const all = await until(
    `notice ${count}, with ${words}`,
    async () => {
      const notices = await noticesIn(story)
      return notices.length >= count && notices
    },
    60_000,
  )
  const text = all[count - 1] ?? ''
  story.t.match(text, words, `told: ${text.slice(0, 60)}`)
  return text
}

export function mailsTo({ smtp }: MoneyStory, address: string, subject: RegExp): Arrived[] {
  return smtp.arrived.filter((one) => one.to === address && subject.test(one.headers.get('subject') ?? ''))
}

/** The mail to somebody with this subject, once there are so many of them. */
export function mailed(story: MoneyStory, address: string, subject: RegExp, count = 1): Promise<Arrived> {
  return until(
    `mail ${count} to ${address}: ${subject}`,
    () => mailsTo(story, address, subject)[count - 1],
    60_000,
  )
}

/** The owner's address is taken and confirmed. */
export async function confirmsAddress(story: MoneyStory): Promise<void> {
  await says(story, `email ${OWNER}`, 'done', /sent a code/)
  const { text } = await mailed(story, OWNER, /code/)
  await says(story, `email ${/`email (\d{6})`/.exec(text)?.[1]}`, 'done', /./)
}

export function stageIs(story: MoneyStory, name: string, stage: DuesStage): Promise<true> {
  return until(
    `${name} to be at ${stage}`,
    async () => (await moneyOf(story, name))?.dues?.stage === stage && true,
    60_000,
  )
}

/** True when somebody takes connections at the pub's address. */
export function isListening({ port }: PubView): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const end = (is: boolean) => {
      socket.destroy()
      resolve(is)
    }
    socket.once('connect', () => end(true)).once('error', () => end(false))
  })
}

/** True while the hub has the volume of this pub, with its key pair in it. */
export function hasVolume({ world }: MoneyStory, { pub }: PubView): boolean {
  const runs = join(world.hub.folder, 'runs')
  return readdirSync(runs).some((name) => {
    const [fact, secret] = [join(runs, name, 'volume.json'), join(runs, name, 'volume', 'secret')]
    return existsSync(secret) && existsSync(fact) && readFileSync(fact, 'utf8').includes(pub)
  })
}
