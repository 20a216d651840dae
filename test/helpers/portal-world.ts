/** The page of payers' links, in front of the Stripe stand-in. */

import { createPortal } from '../../billing-bridge/io/portal'
import { PortalLinks } from '../../billing-bridge/io/portal-links'
import { openStripe } from '../../billing-bridge/io/stripe'
import { createLog } from '../../sbot/log'
import { PORTAL_KEY } from './billing-world'
import { startTestServer, type TestServer } from './bridge-http'
import { StripeStandIn, TEST_KEY } from './stripe-stand-in'

export interface PortalWorld {
  stripe: StripeStandIn
  server: TestServer
  lines: string[]
  /** How far the bridge's clock is ahead. */
  aheadMs: number
  /** The path of a payer's link, made so long ago. */
  path(customer: string, agoMs?: number): string
  /** Somebody who pays; gives their id. */
  payer(email?: string): string
  /** Pages that were made at Stripe. */
  opened(): number
  stop(): Promise<void>
}

export async function openPortalWorld(): Promise<PortalWorld> {
  const stripe = new StripeStandIn()
  const base = await stripe.start()
  stripe.world.payerPages = base
  stripe.offer('tiny')
  const lines: string[] = []
  const door = openStripe({ key: TEST_KEY, base })
  const links = new PortalLinks(PORTAL_KEY, '')
  const now = () => Date.now() + world.aheadMs
  const portal = createPortal({
    ...{ door, links, returnUrl: 'https://pubs.example.org/', stripeBase: base, now },
    log: createLog('billing', {}, (line) => void lines.push(line)),
  })
  const server = await startTestServer({ portal })
  const world: PortalWorld = {
    ...{ stripe, server, lines, aheadMs: 0 },
    path: (customer, agoMs = 0) => links.linkFor(customer, now() - agoMs)?.url ?? '',
    payer: (email = 'carol@example.org') =>
      stripe.world.pay(stripe.link('buttcloud_tiny', {}), { email }).customer,
    opened: () => stripe.requests.filter((one) => one === 'POST /v1/billing_portal/sessions').length,
    async stop() {
      await server.stop()
      door.close()
      await stripe.stop()
    },
  }
  return world
}
