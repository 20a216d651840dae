/**
 * Goal: a payer reaches their page at Stripe by the link in a mail, for as long as mails are read, and nobody else does.
 * Method: real links, the real HTTP server, the real package against the Stripe stand-in, and a real Chromium, which alone
 * knows what a policy does to the redirect of a form. With BUTTCLOUD_SCREENSHOTS=FOLDER the pictures stay there.
 */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import test, { type Test } from 'tape'
import { PortalLinks, portalKeyIn } from '../../billing-bridge/io/portal-links'
import { portalExpiry } from '../../billing-bridge/portal-token'
import {
  PORTAL_LINK_MS,
  PORTAL_LINK_STEP_MS,
  PORTAL_OPENS_MAX,
  PORTAL_OPENS_MS,
} from '../../protocol/limits-bridge'
import { PORTAL_KEY } from '../helpers/billing-world'
import { ask } from '../helpers/bridge-http'
import { LOOKS, type Look, openWindow, startBrowser } from '../helpers/browser'
import { CONTRAST, FOCUSED, TOO_WIDE } from '../helpers/browser-questions'
import { removeFolder, temporaryFolder, until } from '../helpers/machine'
import { openPortalWorld, type PortalWorld } from '../helpers/portal-world'

function story(title: string, tell: (t: Test, world: PortalWorld) => Promise<void>): void {
  test(title, async (t) => {
    const world = await openPortalWorld()
    try {
      await tell(t, world)
    } finally {
      await world.stop()
    }
    t.end()
  })
}

test('portal links: whole and in time or not at all', (t) => {
  const now = Date.UTC(2030, 0, 1)
  const links = new PortalLinks(PORTAL_KEY, 'https://pubs.example.org')
  const url = links.linkFor('cus_1', now)?.url ?? ''
  t.match(url, /^https:\/\/pubs\.example\.org\/portal\/1-\d+-cus_1-[0-9a-f]{64}$/, 'ends with no punctuation')
  const token = url.split('/').at(-1) ?? ''
  t.deepEqual(links.check(token, now), { state: 'good', customer: 'cus_1' })
  const { expiresAt = 0 } = links.linkFor('cus_1', now) ?? {}
  t.equal(expiresAt, portalExpiry(now))
  t.ok(expiresAt >= now + PORTAL_LINK_MS && expiresAt < now + PORTAL_LINK_MS + PORTAL_LINK_STEP_MS)
  t.equal(links.check(token, expiresAt - 1).state, 'good', 'to its last moment')
  t.equal(links.check(token, expiresAt).state, 'expired')
  t.equal(links.linkFor('cus_1', now + 1)?.url, url, 'the same again, so nothing has to be kept anew')
  const wrong = [...token].map(
    (sign, at) => `${token.slice(0, at)}${sign === '1' ? '2' : '1'}${token.slice(at + 1)}`,
  )
  for (const made of [
    ...wrong,
    '',
    token.slice(1),
    token.slice(0, -1),
    `${token}0`,
    token.toUpperCase(),
    '1-2-3',
    'é',
  ])
    t.equal(links.check(made, now).state, 'wrong', made)
  t.equal(new PortalLinks(Buffer.alloc(32, 8), '').check(token, now).state, 'wrong', 'another bridge’s')
  for (const odd of ['', 'cus_1/../x', 'cus-1', 'a'.repeat(201)]) t.equal(links.linkFor(odd, now), null, odd)
  t.equal(
    new PortalLinks(PORTAL_KEY, null).linkFor('cus_1', now),
    null,
    'without an address there is no link',
  )
  t.end()
})

test('portal links: the key is made once, for its user alone', (t) => {
  const folder = temporaryFolder('portal')
  const path = join(folder, 'bridge', 'portal.json')
  try {
    const key = portalKeyIn(join(folder, 'bridge'))
    t.equal(key.length, 32)
    t.ok(portalKeyIn(join(folder, 'bridge')).equals(key), 'kept')
    if (process.platform !== 'win32') t.equal(statSync(path).mode & 0o777, 0o600)
    writeFileSync(path, '{"key":"c2hvcnQ="}')
    t.throws(
      () => portalKeyIn(join(folder, 'bridge')),
      /holds no key: put a good copy in its place, or remove it/,
    )
  } finally {
    removeFolder(folder)
  }
  t.end()
})

story('portal: to look at it makes nothing; its button leads to a fresh page each time', async (t, world) => {
  const customer = world.payer()
  const url = world.server.url + world.path(customer)
  const before = world.stripe.requests.length
  const seen = await ask(url)
  t.equal(seen.status, 200)
  t.equal(seen.headers['cache-control'], 'no-store')
  t.equal(seen.headers['referrer-policy'], 'no-referrer')
  t.match(
    String(seen.headers['content-security-policy']),
    /default-src 'none'.*form-action 'self' https:\/\/billing\.stripe\.com/,
  )
  t.match(seen.body, /<form method="post"><button/)
  t.equal((await ask(url, { method: 'HEAD' })).status, 200)
  t.equal(world.stripe.requests.length, before, 'Stripe is asked nothing, however often mail programs look')
  const pressed = await ask(`${url}?utm=mail`, { method: 'POST' })
  t.equal(pressed.status, 303)
  t.match(pressed.headers.location ?? '', /\/p\/session\/bps_test/)
  const again = await ask(url, { method: 'POST' })
  t.notEqual(again.headers.location, pressed.headers.location, 'those of Stripe end within minutes')
  t.equal(world.opened(), 2)
  t.equal((await ask(url, { method: 'POST', body: 'a=1' })).status, 400, 'nothing is read')
  t.equal((await ask(url, { method: 'DELETE' })).status, 405)
  for (const { body } of [seen, pressed]) t.doesNotMatch(body, /carol|cus_|alice/, 'no name and no address')
})

story('portal: expired, wrong, often, gone, and Stripe away, each in its words', async (t, world) => {
  const customer = world.payer()
  const good = world.server.url + world.path(customer)
  for (const method of ['GET', 'POST']) {
    const old = await ask(world.server.url + world.path(customer, 2 * PORTAL_LINK_MS), { method })
    t.deepEqual([old.status, /has expired/.test(old.body)], [410, true], method)
    const bad = await ask(`${good.slice(0, -1)}${good.endsWith('0') ? '1' : '0'}`, { method })
    t.deepEqual([bad.status, /is not right/.test(bad.body)], [404, true])
    const none = await ask(`${world.server.url}/portal/`, { method })
    t.equal(none.body, bad.body, 'who guesses learns nothing')
  }
  t.equal(world.opened(), 0)
  world.stripe.fail({ fault: 'broken', on: /billing_portal/ })
  const later = await ask(good, { method: 'POST' })
  t.equal(later.status, 503)
  t.match(later.body, /does not answer just now[\s\S]*<button/)
  t.equal(later.headers['retry-after'], '60')
  for (let press = 1; press < PORTAL_OPENS_MAX; press++)
    t.equal((await ask(good, { method: 'POST' })).status, 303)
  const often = await ask(good, { method: 'POST' })
  t.deepEqual([often.status, often.headers['retry-after']], [429, '3600'])
  t.equal(
    (await ask(world.server.url + world.path(customer, 31 * 86_400_000), { method: 'POST' })).status,
    429,
    'by an older link, too',
  )
  t.equal(
    (await ask(world.server.url + world.path(world.payer()), { method: 'POST' })).status,
    303,
    'nobody else',
  )
  world.aheadMs = PORTAL_OPENS_MS
  t.equal((await ask(good, { method: 'POST' })).status, 303, 'an hour later')
  const gone = await ask(world.server.url + world.path('cus_gone'), { method: 'POST' })
  t.deepEqual([gone.status, /nothing to pay any more/.test(gone.body)], [410, true])
  const said = [...world.lines, ...world.server.lines].join('\n')
  t.match(said, /could not be opened at Stripe/)
  t.doesNotMatch(said, /cus_|portal\/1|p\/session/, 'and of none of them the log knows whose they are')
})

/** Chromium on a link: what it shows, and where the button leads. */
async function press(t: Test, browser: Browser, world: PortalWorld, look: Look): Promise<void> {
  const window = await openWindow(browser, look, world.server.url)
  const { page, complaints } = window
  await page.goto(world.server.url + world.path(world.payer()))
  await page.click('button')
  t.equal(
    await page.textContent('h1'),
    'Cards and receipts',
    `${look.name}: the policy lets the redirect through`,
  )
  t.deepEqual(
    complaints.filter((one) => !one.startsWith('elsewhere:')),
    [],
  )
  await page.goBack()
  for (let tab = 0; tab < 6; tab++) await page.keyboard.press('Tab')
  const focus = (await page.evaluate(FOCUSED)) as { what: string; visible: boolean }
  t.deepEqual(focus, { what: 'button Open my page at Stripe', visible: true }, 'also by the keyboard')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/p\/session\//)
  await window.context.close()
}

story('portal: in Chromium, on a phone and on a desk, by day and by night', async (t, world) => {
  const kept = process.env.BUTTCLOUD_SCREENSHOTS
  const folder = kept ?? temporaryFolder('pictures')
  mkdirSync(folder, { recursive: true })
  const browser = await startBrowser()
  try {
    const paths = {
      good: world.path(world.payer()),
      expired: world.path('cus_1', 2 * PORTAL_LINK_MS),
      wrong: '/portal/x',
    }
    for (const look of LOOKS) {
      const { context, page, complaints } = await openWindow(browser, look, world.server.url)
      for (const [name, path] of Object.entries(paths)) {
        await page.goto(world.server.url + path)
        const file = join(folder, `portal-${name}-${look.name}.png`)
        await page.screenshot({ path: file, fullPage: true })
        t.ok(readFileSync(file).length > 5_000, `${name} ${look.name}`)
        t.deepEqual(await page.evaluate(TOO_WIDE), [])
        t.deepEqual(await page.evaluate(CONTRAST), [])
      }
      t.deepEqual(
        complaints.filter((one) => !/status of 4(04|10)/.test(one)),
        [],
        'the browser has nothing to say',
      )
      await context.close()
    }
    for (const look of LOOKS.slice(0, 1)) await press(t, browser, world, look)
    const [look = LOOKS[0] as Look] = LOOKS.slice(-1)
    const { page, complaints, context } = await openWindow(browser, look, world.server.url)
    // An operator may have an address of their own for these pages, which our policy does not name.
    world.stripe.world.payerPages = world.stripe.world.payerPages.replace('127.0.0.1', 'localhost')
    await page.goto(world.server.url + world.path(world.payer()))
    await page.click('button')
    await page.screenshot({ path: join(folder, `portal-opened-${look.name}.png`), fullPage: true })
    t.deepEqual(await page.evaluate(CONTRAST), [])
    await page.click('main a')
    t.equal(await page.textContent('h1'), 'Cards and receipts', 'one more click')
    // Shown to bite: with a policy that names nobody else the browser stops at our redirect.
    world.stripe.world.payerPages = world.stripe.world.payerPages.replace('localhost', '127.0.0.1')
    await page.route('**/portal/*', async (route) => {
      if (route.request().method() === 'POST') return route.continue()
      const answer = await route.fetch()
      const headers = { ...answer.headers(), 'content-security-policy': "form-action 'self'" }
      await route.fulfill({ response: answer, headers })
    })
    await page.goto(world.server.url + world.path(world.payer()))
    complaints.splice(0)
    await page.click('button', { noWaitAfter: true })
    await until('the refusal', () => complaints.some((one) => one.includes('form-action')), 60_000)
    t.equal(await page.textContent('h1'), 'Card, receipts, cancelling', 'which is how one would notice')
    await context.close()
  } finally {
    await browser.close()
    if (kept === undefined) removeFolder(folder)
  }
})
