/**
 * Goal: paying by a link, for real: a stock client asks, a bridge with a key of its own says what Stripe would, and the
 * pub runs; its key opens nothing else, and no link is in any log.
 */
import ssbKeys from 'ssb-keys'
import type { Test } from 'tape'
import test from 'tape'
import { CLOCKS_AGREE_MS } from '../../protocol/limits-money'
import type { BridgeView, PubView } from '../../protocol/rpc'
import type { BillingFact, BillingPage, BillingState } from '../../protocol/rpc-billing'
import { joinAs, startBridge, type TestBridge } from '../helpers/bridge'
import { until } from '../helpers/machine'
import { answersTo, finalAnswer, firstPost, inviteIn } from '../helpers/patchwork'
import { closeWorld, openWorld, type World } from '../helpers/path-story'
import { call, dial } from '../helpers/stock'

const LINK = 'https://checkout.stripe.example/c/pay/cs_live_SECRETLINK#fid'

/** Answers a checkout's call, with a link that is good until then. */
async function giveLink(bridge: TestBridge, name: string, goodMs: number): Promise<string> {
  const owed = await bridge.until('checkout', (one) => one.name === name)
  const session = `cs_${owed.checkout.slice(1, 12)}`
  const checkout = { session, url: LINK, expiresAt: Date.now() + goodMs, live: false }
  await bridge.done(owed.id, { checkout })
  return owed.checkout
}

function factOf(checkout: string, more: Partial<BillingFact> = {}): BillingFact {
  const short = checkout.slice(1, 12)
  return {
    ...{ subscription: `sub_${short}`, checkout, session: `cs_${short}`, customer: 'cus_carol' },
    ...{ status: 'active', plan: 'tiny', periodEnd: Date.UTC(2039, 0, 1), cancelAt: null },
    ...{
      refunded: false,
      live: false,
      event: 'evt_1',
      email: null,
      portal: null,
      receiptUrl: null,
      invoice: null,
    },
    stripeTime: Date.now(),
    ...more,
  }
}

/** The *received* of a request, which has the link. */
async function received(world: World, request: string): Promise<string> {
  let text = ''
  await until('the link to be said', async () => {
    const [first] = await answersTo(world.owner, world.provider.id, request)
    text = first?.text ?? ''
    return text !== ''
  })
  return text
}

async function tell(t: Test, world: World, bridge: TestBridge): Promise<void> {
  const { owner, provider } = world
  const request = await firstPost(owner, provider.id, 'create alice')
  const lapsed = await firstPost(owner, provider.id, 'create barn')
  await giveLink(bridge, 'alice', 3_600_000)
  await giveLink(bridge, 'barn', 2_000 - CLOCKS_AGREE_MS)
  t.ok((await received(world, request)).includes(LINK), 'the link is in the answer')
  t.equal(await bridge.fact(factOf(request, { session: 'cs_forged' })), 'unknown', 'a forged fact')
  t.deepEqual(await provider.admin<PubView[]>('adminPubs'), [], 'nothing is made before it is paid')
  t.equal(await bridge.fact(factOf(request)), 'published')
  t.equal(await bridge.fact(factOf(request)), 'known')
  const made = await finalAnswer(owner, provider.id, request, 60_000)
  t.equal(made.content.buttcloud.outcome, 'done')
  t.ok(inviteIn(made.text) !== null, 'paid: the invite')
  const over = await finalAnswer(owner, provider.id, lapsed, 60_000)
  t.equal(over.content.buttcloud.outcome, 'failed')
  t.match(over.text, /Nobody paid for \*\*barn\*\* in time/)
  t.equal(await bridge.fact(factOf(lapsed)), 'published', 'somebody pays too late')
  const back = await bridge.until('cancel-now')
  t.deepEqual([back.subscription, back.refund], [factOf(lapsed).subscription, true])
  await bridge.fact(factOf(lapsed, { status: 'canceled', refunded: true }))
  await until('nothing to be owed', () => bridge.owed().length === 0)

  await bridge.fact(factOf(request, { status: 'past_due' }))
  const pay = await firstPost(owner, provider.id, 'pay alice')
  await giveLink(bridge, 'alice', 3_600_000)
  t.ok((await finalAnswer(owner, provider.id, pay)).text.includes(LINK), 'a second link is an answer')
  await bridge.fact(factOf(pay, { customer: 'cus_dave' }))
  const former = await bridge.until('cancel-now')
  t.deepEqual([former.subscription, former.refund], [factOf(request).subscription, false])
  await bridge.fact(factOf(request))
  const second = await bridge.until('cancel-now', (one) => one.refund)
  t.equal(second.subscription, factOf(request).subscription, 'paid twice: it goes back')
  await bridge.fact(factOf(request, { status: 'canceled', refunded: true }))

  const cancel = await firstPost(owner, provider.id, 'cancel alice')
  const later = await bridge.until('cancel-later')
  t.equal(later.subscription, factOf(pay).subscription)
  await bridge.fact(factOf(pay, { customer: 'cus_dave', cancelAt: Date.UTC(2040, 0, 1) }))
  await bridge.done(later.id)
  t.match((await finalAnswer(owner, provider.id, cancel)).text, /runs on until 2040-01-01/)
}

/** What its key opens, and what it does not; and that others' keys open none of it. */
async function tellRights(t: Test, world: World, bridge: TestBridge): Promise<void> {
  const { owner, provider, networkKey } = world
  for (const method of [
    'pubs',
    'invites',
    'adminPubs',
    'adminBridgeToken',
    'exportOpen',
    'emailState',
    'commit',
  ])
    t.notEqual(
      await refusalOf(bridge.rpc, `buttcloud.${method}`, {}),
      null,
      `a bridge may not call ${method}`,
    )
  t.notEqual(await refusalOf(bridge.rpc, 'createHistoryStream', {}), null, 'nor read feeds')
  const asOwner = await dial(owner.keys, provider.address, networkKey, {
    buttcloud: {
      billingState: 'async',
      billingFact: 'async',
      billingDone: 'async',
      billingAlert: 'async',
      billingPage: 'async',
    },
  })
  for (const method of ['billingState', 'billingFact', 'billingDone', 'billingAlert', 'billingPage'])
    t.match(
      String(await refusalOf(asOwner, `buttcloud.${method}`, factOf('%x'))),
      /only a billing bridge/,
      method,
    )
  asOwner.close(true, () => {})
  const { token: hubToken } = await provider.admin<{ token: string }>('adminHubToken', {})
  const { token } = await provider.admin<{ token: string }>('adminBridgeToken', {})
  const keys = ssbKeys.generate()
  t.match(await refused(joinAs(networkKey, hubToken, keys)), /token/, 'a hub token admits no bridge')
  t.match(await refused(joinAs(networkKey, token, keys, 'hub')), /bridge/, 'nor a bridge token a hub')
  t.match(await refused(joinAs(networkKey, token, owner.keys)), /somebody else/, 'nor an owner as a bridge')
  const page = await call<BillingPage>(bridge.rpc, 'buttcloud.billingPage')
  t.deepEqual([page.accepting, page.hubs.all, page.pubs], [true, 1, 1])
  const state = await call<BillingState>(bridge.rpc, 'buttcloud.billingState')
  t.equal(state.subscriptions.length, 3)
  const alert = { kind: 'dispute', reference: 'du_1', event: 'evt_9', pub: null, at: Date.now() }
  t.equal((await call(bridge.rpc, 'buttcloud.billingAlert', alert)).outcome, 'published')
  t.equal((await call(bridge.rpc, 'buttcloud.billingAlert', alert)).outcome, 'known', 'once per event')
  const retired = await provider.admin<BridgeView>('adminBridgeRetire', { bridge: bridge.keys.id })
  t.equal(retired.status, 'retired')
  await until('the list to end', () => bridge.ended() !== null)
  t.match(bridge.ended() ?? '', /only a billing bridge/)
  t.match(String(await refusalOf(bridge.rpc, 'buttcloud.billingState')), /only a billing bridge/)
}

/** The sentence of a refused call; null where it was answered. */
async function refusalOf(rpc: any, method: string, ...args: unknown[]): Promise<string | null> {
  return call(rpc, method, ...args).then(
    () => null,
    (error: Error) => error.message,
  )
}

const refused = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'it was let in',
    (error: Error) => error.message,
  )

test('a link, a payment, a pub; too late, twice, cancelled; and what a bridge may do', async (t) => {
  const world = await openWorld('own', { engine: 'process' })
  const bridge = await startBridge(world.provider, world.networkKey)
  try {
    await tell(t, world, bridge)
    await tellRights(t, world, bridge)
    t.notOk(/SECRETLINK|cus_carol/.test(world.provider.output()), 'no log has a link')
  } catch (error) {
    t.comment(world.provider.output().slice(-4_000))
    throw error
  } finally {
    bridge.stop()
    await closeWorld(world)
  }
  t.end()
})
