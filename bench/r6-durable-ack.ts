/**
 * R6, its speed: how soon a delivery is answered that has to be durable at a real provider first, against one that only has
 * to be verified, in turn in the same run. Bridge and provider are processes of their own; Stripe is the stand-in, in this
 * one. The durable ones are disputes: each is four requests to Stripe and a message on the provider's feed.
 */
import { METADATA } from '../billing-bridge/metadata'
import { BillingProcess } from '../test/helpers/billing-process'
import { randomNetworkKey } from '../test/helpers/machine'
import { startProvider } from '../test/helpers/provider'
import { StripeStandIn } from '../test/helpers/stripe-stand-in'
import { median } from './figures'

const COUNT = Number(process.env.COUNT ?? 400)
const AT_ONCE = 20
const TARGET_MS = 1_000

/** Milliseconds of each delivery, so many at one time; and of all together. */
async function deliver(
  bridge: BillingProcess,
  stripe: StripeStandIn,
): Promise<{ times: number[]; ms: number }> {
  const queue = stripe.deliveries()
  const times: number[] = []
  const began = performance.now()
  const work = async () => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      const before = performance.now()
      const status = await bridge.post(one.raw, one.headers['stripe-signature'])
      if (status !== 200) throw new Error(`${one.id} was answered with ${status}: ${bridge.lines()}`)
      times.push(performance.now() - before)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return { times, ms: performance.now() - began }
}

async function main(): Promise<void> {
  const networkKey = randomNetworkKey()
  const provider = await startProvider({ networkKey, home: 'own', nobodyElse: true })
  const stripe = new StripeStandIn()
  const base = await stripe.start()
  const { token } = await provider.admin('adminBridgeToken', {})
  const bridge = new BillingProcess({ stripe, base, token, networkKey })
  try {
    stripe.offer('tiny')
    const subscriptions = Array.from({ length: COUNT }, () =>
      stripe.world.pay(stripe.link('buttcloud_tiny', { [METADATA.provider]: provider.id })),
    )
    stripe.happenings()
    await bridge.start({ delivers: false })
    const rounds = 4
    const durable: number[] = []
    const verified: number[] = []
    let durableMs = 0
    let verifiedMs = 0
    for (let round = 0; round < rounds; round++) {
      const part = subscriptions.filter((_, index) => index % rounds === round)
      for (const { id } of part) stripe.world.dispute(id)
      const told = await deliver(bridge, stripe)
      durable.push(...told.times)
      durableMs += told.ms
      for (const { id } of part) stripe.world.emit('payout.paid', { id, object: 'payout' })
      const seen = await deliver(bridge, stripe)
      verified.push(...seen.times)
      verifiedMs += seen.ms
    }
    const p99 =
      [...durable].sort((one, other) => one - other)[Math.floor(durable.length * 0.99)] ?? Number.NaN
    const rate = (ms: number) => (1_000 * COUNT) / ms
    console.log(`durable: ${median(durable).toFixed(1)} ms median, ${rate(durableMs).toFixed(0)} a second`)
    console.log(
      `verified only: ${median(verified).toFixed(1)} ms median, ${rate(verifiedMs).toFixed(0)} a second`,
    )
    console.log(
      `R6 answer when durable, p99 of ${COUNT}, ${AT_ONCE} at once: ${p99.toFixed(0)} ms (target <= ${TARGET_MS}): ${p99 <= TARGET_MS ? 'met' : 'missed'}`,
    )
  } finally {
    await bridge.stop()
    await stripe.stop()
    await provider.stop()
  }
}

void main()
