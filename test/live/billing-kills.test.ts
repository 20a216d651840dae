/**
 * Goal: the bridge may be killed at any step between a request and an invite, and between a wish to cancel and its date: it
 * ends as if nothing had been.
 * Method: a real provider, a real hub on the process engine, an owner on a stock client, the bridge as a process. One pub is
 * paid for undisturbed; for two others the bridge is killed at every request to Stripe: before it is answered, and after.
 */
import { askOnce } from '../../billing-bridge/io/once'
import { BillingProcess } from '../helpers/billing-process'
import { until } from '../helpers/machine'
import { answersTo, finalAnswer, firstPost, inviteIn } from '../helpers/patchwork'
import { onProcesses, type World } from '../helpers/path-story'
import { StripeStandIn } from '../helpers/stripe-stand-in'

type When = 'never' | 'before' | 'after'

interface Ending {
  outcomes: string[]
  stripe: string[]
  believed: string[]
}

/** Kills the bridge at the first request of each kind. */
function killAt(when: When, stripe: StripeStandIn, bridge: BillingProcess): void {
  const seen = new Set<string>()
  const kindOf = (name: string) => name.replace(/\/[a-z]+_[A-Za-z0-9_]+/g, '/:id')
  const strike = (name: string) => {
    const kind = kindOf(name)
    if (seen.has(kind)) return
    seen.add(kind)
    bridge.kill()
  }
  stripe.onRequest = when === 'before' ? strike : () => {}
  stripe.onAnswer = when === 'after' ? (name) => setTimeout(strike, 2, name) : () => {}
}

async function payAndCancel(world: World, stripe: StripeStandIn, bridge: BillingProcess, name: string) {
  const { owner, provider } = world
  const asked = await firstPost(owner, provider.id, `create ${name} plan personal`)
  const link = await until(
    `the link for ${name}`,
    async () => {
      const answers = await answersTo(owner, provider.id, asked)
      return answers.map((post) => /\/c\/pay\/(cs_[A-Za-z0-9_]+)/.exec(post.text)?.[1]).find(Boolean)
    },
    60_000,
  )
  stripe.world.pay(link ?? '', { email: `${name}@example.org` })
  const made = await finalAnswer(owner, provider.id, asked, 90_000)
  const cancel = await firstPost(owner, provider.id, `cancel ${name}`)
  const cancelled = await finalAnswer(owner, provider.id, cancel, 60_000)
  return endingOf(world, stripe, bridge, name, [made, cancelled])
}

async function endingOf(
  world: World,
  stripe: StripeStandIn,
  bridge: BillingProcess,
  name: string,
  answers: { text: string; content: { buttcloud: { outcome: string } } }[],
): Promise<Ending> {
  const sessions = [...stripe.world.sessions.values()].filter((one) =>
    one.asked.description?.endsWith(` ${name}`),
  )
  const ids = sessions.map((one) => one.subscription)
  const state = await askOnce(bridge.folder, world.networkKey, (port) => port.state(null))
  const believed = state.subscriptions.filter((one) => ids.includes(one.subscription))
  return {
    outcomes: answers.map(({ text, content }) => `${content.buttcloud.outcome} ${inviteIn(text) !== null}`),
    stripe: sessions.map((one) => {
      const subscription = stripe.world.subscription(String(one.subscription))
      return `${one.status} ${subscription.status} ${subscription.cancel_at_period_end}`
    }),
    believed: believed.map(
      (one) => `${one.status} ${one.plan} ${one.cancelAt === one.periodEnd} ${one.refunded}`,
    ),
  }
}

onProcesses(
  'billing kills: the bridge dies at every step, and all ends as if it had not',
  async (t, world) => {
    const stripe = new StripeStandIn()
    const base = await stripe.start()
    const { token } = await world.provider.admin('adminBridgeToken', {})
    const bridge = new BillingProcess({ stripe, base, token, networkKey: world.networkKey })
    try {
      for (const plan of ['tiny', 'personal', 'community']) stripe.offer(plan)
      await bridge.start()
      const endings: Record<string, Ending> = {}
      for (const [when, name] of [
        ['never', 'alice'],
        ['before', 'bob'],
        ['after', 'carol'],
      ] as [When, string][]) {
        const before = bridge.kills
        killAt(when, stripe, bridge)
        endings[when] = await payAndCancel(world, stripe, bridge, name)
        killAt('never', stripe, bridge)
        const kills = bridge.kills - before
        t.ok(when === 'never' ? kills === 0 : kills >= 4, `${when}: killed ${kills} times`)
      }
      t.deepEqual(endings.never?.outcomes, ['done true', 'done false'], 'an invite, then the date')
      t.deepEqual(endings.never?.stripe, ['complete active true'], 'one session, one subscription')
      t.deepEqual(endings.never?.believed, ['active personal true false'], 'believed so')
      t.deepEqual(endings.before, endings.never, 'killed before each answer: the same')
      t.deepEqual(endings.after, endings.never, 'killed after each answer: the same')
    } catch (error) {
      t.comment(bridge.lines().slice(-3_000))
      throw error
    } finally {
      await bridge.stop()
      await stripe.stop()
    }
  },
)
