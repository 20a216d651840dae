/** Debian's Chromium, driven by playwright-core: a real browser for the pages. */
import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { needPackages } from './debian'

const PROGRAM = process.env.BUTTCLOUD_CHROMIUM ?? '/usr/bin/chromium'
const PACKAGES = ['chromium', 'fonts-dejavu-core']

/**
 * Starts it. Under CI (or with BUTTCLOUD_TEST_INSTALL=1), as root, it is installed first where it is missing; else the error
 * says what to install. Nothing is skipped.
 */
export async function startBrowser(): Promise<Browser> {
  if (!existsSync(PROGRAM))
    await needPackages('the pages are looked at in Chromium, or in what BUTTCLOUD_CHROMIUM names', PACKAGES)
  return chromium.launch({
    executablePath: PROGRAM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
      '--no-first-run',
    ],
  })
}

export interface Look {
  name: string
  width: number
  height: number
  dark: boolean
}

export const LOOKS: Look[] = [
  { name: 'phone-light', width: 375, height: 740, dark: false },
  { name: 'phone-dark', width: 375, height: 740, dark: true },
  { name: 'desktop-light', width: 1280, height: 900, dark: false },
  { name: 'desktop-dark', width: 1280, height: 900, dark: true },
]

export interface Watched {
  context: BrowserContext
  page: Page
  /** What the browser complained of: errors, policies that were broken, requests that failed or left the server. */
  complaints: string[]
}

/** A window of its own, which notes all that goes wrong in it. Scripts are off, as on the pages. */
export async function openWindow(browser: Browser, look: Look, origin: string): Promise<Watched> {
  const { width, height, dark } = look
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    deviceScaleFactor: width < 500 ? 2 : 1,
    hasTouch: width < 500,
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (line) => complaints.push(`console: ${line.text()}`))
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? 'no reason given'
    // What a page had still to fetch is dropped when it is left for the next one.
    if (reason !== 'net::ERR_ABORTED') complaints.push(`failed: ${request.url()} (${reason})`)
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(origin)) complaints.push(`elsewhere: ${request.url()}`)
  })
  return { context, page, complaints }
}
