/**
 * Goal: the public pages in a real Chromium, on a phone and on a desk, by day and by night: nothing is refused by their own
 * policy, nothing is wider than the screen, everything can be read, reached and copied without a script or a mouse.
 * With BUTTCLOUD_SCREENSHOTS=FOLDER the pictures stay there.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import test, { type Test } from 'tape'
import type { ServerOptions } from '../../billing-bridge/io/server'
import { startTestServer, type TestServer } from '../helpers/bridge-http'
import { billingPage, INVITE } from '../helpers/bridge-page'
import { LOOKS, type Look, openWindow, startBrowser, type Watched } from '../helpers/browser'
import { CONTRAST, FOCUSED, TOO_WIDE } from '../helpers/browser-questions'
import { removeFolder, temporaryFolder } from '../helpers/machine'

const PATHS = ['/', '/paid', '/cancelled', '/terms', '/privacy']

async function lookAt(
  t: Test,
  window: Watched,
  look: Look,
  server: TestServer,
  folder: string,
): Promise<void> {
  const { page, complaints } = window
  for (const path of PATHS) {
    const answer = await page.goto(server.url + path)
    t.equal(answer?.status(), 200, `${look.name} ${path}`)
    const file = join(folder, `${path.slice(1) || 'front'}-${look.name}.png`)
    await page.screenshot({ path: file, fullPage: true })
    t.ok(readFileSync(file).length > 10_000, 'a picture with something on it')
    t.deepEqual(await page.evaluate(TOO_WIDE), [], 'nothing is wider than the screen')
    t.deepEqual(await page.evaluate(CONTRAST), [], 'every text stands out by 4.5 to 1, large ones by 3 to 1')
    // The pages have no script, so whatever the policy forbids would be a mistake in the policy or the page.
    t.deepEqual(complaints.splice(0), [], 'the browser has nothing to say')
  }
}

/** Through the first page by Tab alone: what has the focus, in its order, each visibly. */
async function walk(t: Test, { page }: Watched, server: TestServer): Promise<void> {
  await page.goto(`${server.url}/`)
  const seen: string[] = []
  for (let press = 0; press < 20; press++) {
    await page.keyboard.press('Tab')
    const { what, visible } = (await page.evaluate(FOCUSED)) as { what: string; visible: boolean }
    if (what === 'body') break
    seen.push(what)
    t.ok(visible, `${what} shows that it has the focus`)
  }
  t.deepEqual(seen, [
    'a To the text',
    'a Garden Pubs',
    'a Pubs and prices',
    'a Terms',
    'a Privacy',
    'a Scuttlebutt',
    'input Our invite',
    'a terms',
    'a what we keep and what nobody can ever delete',
  ])
  await page.goto(`${server.url}/`)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  const after = (await page.evaluate(FOCUSED)) as { what: string }
  t.equal(after.what, 'a Scuttlebutt', 'the first link leads past the navigation')
}

/** Both ways that the page tells of, to the real clipboard. */
async function copy(t: Test, { context, page }: Watched, server: TestServer): Promise<void> {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url })
  const pasted = async (): Promise<unknown> => {
    const text = await page.evaluate('navigator.clipboard.readText()')
    await page.evaluate("navigator.clipboard.writeText('nothing')")
    return text
  }
  await page.goto(`${server.url}/`)
  await page.click('.code')
  await page.keyboard.press('Control+C')
  t.equal(await pasted(), INVITE, 'one click marks all of it')
  await page.goto(`${server.url}/`)
  for (let press = 0; press < 7; press++) await page.keyboard.press('Tab')
  await page.keyboard.press('Control+C')
  t.equal(await pasted(), INVITE, 'and so does the keyboard')
}

async function withBrowser(
  run: (browser: Browser, server: TestServer, folder: string) => Promise<void>,
  changed: Partial<ServerOptions> = {},
): Promise<void> {
  const kept = process.env.BUTTCLOUD_SCREENSHOTS
  const folder = kept ?? temporaryFolder('pictures')
  mkdirSync(folder, { recursive: true })
  const server = await startTestServer(changed)
  try {
    const browser = await startBrowser()
    try {
      await run(browser, server, folder)
    } finally {
      await browser.close()
    }
  } finally {
    await server.stop()
    if (kept === undefined) removeFolder(folder)
  }
}

test('bridge pages: looked at in Chromium', async (t) => {
  await withBrowser(async (browser, server, folder) => {
    for (const look of LOOKS) {
      const window = await openWindow(browser, look, server.url)
      await lookAt(t, window, look, server, folder)
      if (look.name.startsWith('desktop')) await walk(t, window, server)
      await window.context.close()
    }
    const [desk = LOOKS[0] as Look] = LOOKS.filter(({ name }) => name === 'desktop-light')
    const window = await openWindow(browser, desk, server.url)
    await copy(t, window, server)
    t.deepEqual(window.complaints, [])
    // A check that can't fail shows nothing: each is shown to bite.
    const bad =
      '<style>p { color: #999; width: 2000px }</style><p>grey on white, and too wide</p><img src="http://elsewhere.example/x">'
    await window.page.setContent(bad)
    t.ok(
      window.complaints.some((one) => one.includes('Content Security Policy')),
      'on our pages no style of its own comes through',
    )
    await window.page.goto('about:blank')
    await window.page.setContent(bad)
    t.equal(((await window.page.evaluate(CONTRAST)) as string[]).length, 1, 'grey on white is noticed')
    t.ok(((await window.page.evaluate(TOO_WIDE)) as string[]).length > 0, 'so is what is too wide')
    t.ok(
      window.complaints.some((one) => one.startsWith('elsewhere:')),
      'and what is fetched from elsewhere',
    )
    await window.context.close()
  })
  t.end()
})

test('bridge pages: long words, odd names and old news fit, too', async (t) => {
  const word = 'Wollmilchsau'.repeat(16)
  const [plan] = billingPage().plans
  if (plan === undefined) throw new Error('there is no plan')
  const odd = billingPage({
    name: word.slice(0, 60),
    plans: [plan, { ...plan, name: 'a'.repeat(24), words: word, trialDays: 730 }],
    accepting: false,
    pubs: 12_345_678,
  })
  await withBrowser(
    async (browser, server) => {
      for (const look of LOOKS) {
        const window = await openWindow(browser, look, server.url)
        for (const path of PATHS) {
          await window.page.goto(server.url + path)
          t.deepEqual(await window.page.evaluate(TOO_WIDE), [], `${look.name} ${path}`)
          t.deepEqual(await window.page.evaluate(CONTRAST), [])
        }
        t.deepEqual(window.complaints, [])
        await window.context.close()
      }
    },
    { page: async () => odd, operator: null },
  )
  t.end()
})
