/**
 * Goal: a card fails, weeks go by, the pub is suspended, somebody pays, and it is up again; for real, on the process engine,
 * with weeks that pass by setting the provider's clock, which alone ends nothing.
 */
import type { Test } from 'tape'
import test from 'tape'
import type { PubView } from '../../protocol/rpc'
import type { BillingFact, BillingFactAnswer } from '../../protocol/rpc-billing'
import type { GrantView, MoneyView } from '../../protocol/rpc-money'
import { startBridge, type TestBridge } from '../helpers/bridge'
import { until } from '../helpers/machine'
import { finalAnswer, firstPost, readFrom } from '../helpers/patchwork'
import { closeWorld, inside, openWorld, type World } from '../helpers/path-story'
import { call, dial } from '../helpers/stock'

const DAY_MS = 24 * 3_600_000

interface Story {
  t: Test
  world: World
  bridge: TestBridge
  checkout: string
  /** How far the world's calendar is ahead of this machine's. */
  aheadMs: number
  connections: any[]
}

/** What Stripe says, at its own time. */
function fact({ checkout, aheadMs }: Story, status: BillingFact['status']): BillingFact {
  return {
    ...{ subscription: 'sub_1', checkout, session: 'cs_1', customer: 'cus_1', status, plan: 'tiny' },
    ...{ periodEnd: Date.UTC(2039, 0, 1), cancelAt: null, refunded: false, live: false, event: null },
    ...{ email: null, portal: null, receiptUrl: null, invoice: null, stripeTime: Date.now() + aheadMs },
  }
}

/** Over a connection of its own: a clock that is set ends those that there are. */
async function says(story: Story, status: BillingFact['status']): Promise<BillingFactAnswer['outcome']> {
  const { world, bridge } = story
  const rpc = await dial(bridge.keys, world.provider.address, world.networkKey, {
    buttcloud: { billingFact: 'async' },
  })
  story.connections.push(rpc)
  return (await call<BillingFactAnswer>(rpc, 'buttcloud.billingFact', fact(story, status))).outcome
}

/** The provider's clock goes on; Stripe's does, too, when it speaks next. A permit of nothing much makes it look. */
async function days(story: Story, count: number): Promise<void> {
  story.aheadMs += count * DAY_MS
  await story.world.provider.setClockAhead(story.aheadMs)
  await story.world.provider.admin<MoneyView>('adminPermit', { what: 'ends', count: 1 })
}

async function noticed(story: Story, words: RegExp): Promise<string> {
  const { owner, provider } = story.world
  let text = ''
  await until(`a notice with ${words}`, async () => {
    const posts = await readFrom(owner, provider.id)
    const found = posts.find((one) => one.content.buttcloud?.topic === 'payment' && words.test(one.text))
    text = found?.text ?? ''
    return found !== undefined
  })
  return text
}

const money = async ({ world }: Story) => (await world.provider.admin<MoneyView>('adminMoney')).pubs[0]
const view = async ({ world }: Story) => (await world.provider.admin<PubView[]>('adminPubs'))[0]

async function asked({ world: { owner, provider } }: Story, text: string): Promise<[string, string]> {
  const answer = await finalAnswer(owner, provider.id, await firstPost(owner, provider.id, text))
  return [answer.content.buttcloud.outcome, answer.text]
}

async function tell(story: Story): Promise<void> {
  const { t, world, bridge } = story
  const { owner, provider } = world
  story.checkout = await firstPost(owner, provider.id, 'create alice')
  const owed = await bridge.until('checkout')
  const session = { session: 'cs_1', url: 'https://pay.example', expiresAt: Date.now() + DAY_MS, live: false }
  await bridge.done(owed.id, { checkout: session })
  await until('the session to be known', async () => (await says(story, 'active')) !== 'unknown')
  await finalAnswer(owner, provider.id, story.checkout, 60_000)

  await says(story, 'past_due')
  t.match(await noticed(story, /payment for it failed/), /runs on until .*`billing alice`/, 'told at once')
  await days(story, 19.5)
  t.notOk(/reminder/i.test((await readFrom(owner, provider.id)).map(({ text }) => text).join()))
  t.equal((await money(story))?.waits, 'clocks', 'Stripe shows another time: nothing moves')
  await says(story, 'past_due')
  await days(story, 0)
  await noticed(story, /A reminder about \*\*alice\*\*/)
  await days(story, 2)
  await says(story, 'past_due')
  await days(story, 0)
  t.match(await noticed(story, /is suspended/), /up again by itself as soon as it is paid/)
  await until('the pub to be down', async () => (await view(story))?.phase === 'down')
  t.equal((await view(story))?.suspended, true)
  const [outcome, text] = await asked(story, 'start alice')
  t.equal(outcome, 'refused')
  t.match(text, /is suspended.*Its data is kept until.*`pay alice`/)

  const paidAt = Date.now()
  await says(story, 'active')
  await until('the pub to be up', async () => (await view(story))?.phase === 'up')
  t.comment(`up again ${Date.now() - paidAt} ms after it was paid`)
  await noticed(story, /in order again/)
  t.deepEqual([(await money(story))?.right, (await money(story))?.dues], ['paid', null])
}

async function tellGrants({ t, world: { provider } }: Story): Promise<void> {
  const give = (wish: object) =>
    provider.admin<GrantView[]>('adminGrant', { target: null, until: null, given: true, ...wish })
  const [given] = await give({ target: 'alice' })
  t.deepEqual([given?.kind, given?.name, given?.given, given?.until], ['pub', 'alice', true, null])
  t.equal((await give({})).length, 1)
  const [over] = await give({ target: 'alice', given: false })
  t.equal(over?.given, false)
  const why = (wish: object) =>
    give(wish).then(
      () => 'done',
      (error: Error) => error.message,
    )
  t.match(await why({ target: 'nobody' }), /neither a pub nor a person called nobody/)
  t.match(await why({ target: 'alice', until: 1 }), /is over, so nothing was given/)
  t.match(await why({ target: 'alice', given: false }), /nothing to take back/)
  t.match(await why({ target: 7 }), /target/)
}

test('a card fails, weeks go by, somebody pays', async (t) => {
  const world = await openWorld('own', { engine: 'process' })
  const bridge = await startBridge(world.provider, world.networkKey)
  const story: Story = { t, world, bridge, checkout: '', aheadMs: 0, connections: [] }
  await inside(t, world, async () => {
    await tell(story)
    await tellGrants(story)
  }).finally(() => {
    bridge.stop()
    for (const rpc of story.connections) rpc.close(true, () => {})
    return closeWorld(world)
  })
  t.end()
})
