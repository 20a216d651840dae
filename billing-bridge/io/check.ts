/** Looks whether everything that charging money needs is there, and says what to do where it is not. */
import { EVENT_TYPES } from '../events'
import { mismatchOf, testLeftovers } from '../modes'
import { readKeys, readStripe } from './config'
import { askOnce, memberIn } from './once'
import { openStripe } from './stripe'
import { planSync } from './sync'

export interface Finding {
  what: string
  ok: boolean
  /** One sentence. */
  words: string
}

/** Never rejects: what fails is a finding. Changes nothing. */
export async function checkBilling(
  directory: string,
  networkKey: string,
  environment: Record<string, string | undefined>,
): Promise<Finding[]> {
  const findings: Finding[] = []
  const events = EVENT_TYPES.join(', ')
  const look = async (what: string, find: () => Promise<string> | string): Promise<boolean> => {
    try {
      findings.push({ what, ok: true, words: await find() })
      return true
    } catch (error) {
      findings.push({ what, ok: false, words: error instanceof Error ? error.message : String(error) })
      return false
    }
  }
  const hasKey = await look('key', () => {
    const { door } = opened(directory, environment)
    door.close()
    return door.live ? 'a live key: real money' : 'a test key: nobody pays'
  })
  await look('webhook', () => {
    const { webhookSecrets } = readKeys(directory, environment)
    if (webhookSecrets.length === 0)
      throw new Error(
        `there is no webhook secret: make an endpoint in Stripe for ${events}, and set STRIPE_WEBHOOK_SECRET`,
      )
    const secrets = webhookSecrets.length === 1 ? 'one secret' : 'two secrets, for the time of a change'
    return `${secrets}; the endpoint in Stripe has to send ${events}`
  })
  const joined = await look('member', () => `of ${memberIn(directory).provider}`)
  const reached =
    joined &&
    (await look('provider', async () => {
      const { plans } = await askOnce(directory, networkKey, (port) => port.state(null))
      return `answers, with ${plans.length} plan${plans.length === 1 ? '' : 's'}`
    }))
  if (!hasKey) return findings
  const { door } = opened(directory, environment)
  if (reached)
    await look('mode', async () => {
      const state = await askOnce(directory, networkKey, (port) => port.state(null))
      const mismatch = mismatchOf(state, door.live)
      if (mismatch !== null) throw new Error(mismatch)
      const { length } = testLeftovers(state, door.live)
      return length === 0
        ? 'the key fits what was paid here'
        : `${length} subscription${length === 1 ? '' : 's'} of test mode: over as soon as the bridge runs with this key, with notices and dates for their owners`
    })
  const reachable = await look('stripe', async () => {
    await door.client.products.list({ limit: 1 })
    return 'answers'
  })
  if (reached && reachable)
    await look('prices', async () => {
      const { plans } = await askOnce(directory, networkKey, (port) => port.state(null))
      const { length } = await planSync(door, plans)
      if (length > 0)
        throw new Error('Stripe does not have the present plans: run "buttcloud admin billing sync"')
      return 'as the plans say'
    })
  door.close()
  return findings
}

function opened(directory: string, environment: Record<string, string | undefined>) {
  const { stripeKey, stripeBase } = readStripe(directory, environment)
  return { door: openStripe({ key: stripeKey, base: stripeBase }) }
}
