/**
 * Goal: the bridge's public pages say what is so, are well-formed, usable without a mouse or eyes, and let nothing of what
 * somebody wrote become HTML.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import test from 'tape'
import { cancelledPage, paidPage } from '../../billing-bridge/pages/after'
import { frontPage } from '../../billing-bridge/pages/front'
import { healthOf } from '../../billing-bridge/pages/health'
import { errorPage, startingPage } from '../../billing-bridge/pages/layout'
import { filled } from '../../billing-bridge/pages/legal'
import { legalPage } from '../../billing-bridge/pages/legal-page'
import { routeOf } from '../../billing-bridge/pages/routes'
import { ageText, sizeText, spanText } from '../../billing-bridge/pages/words'
import { PAGE_STALE_MS, PROVIDER_AWAY_MS } from '../../protocol/limits-http'
import type { Plan } from '../../protocol/plan'
import type { BillingPage } from '../../protocol/rpc-billing'
import { billingPage, INVITE, OPERATOR } from '../helpers/bridge-page'
import { readHtml } from '../helpers/html-check'

const ROOT = join(__dirname, '..', '..', '..')
const text = (name: string) => readFileSync(join(ROOT, 'billing-bridge', 'texts', `${name}.md`), 'utf8')
const TERMS = text('terms')
const PRIVACY = text('privacy')
const PICTURE =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path fill="#fff" d="M0 0h9"/></svg>'
const invite = { code: INVITE, picture: PICTURE }

const all = (page: BillingPage, age = 0): Record<string, string> => ({
  front: frontPage({ page, age }, invite),
  'front without an invite': frontPage({ page, age }, null),
  paid: paidPage(page),
  'paid, nothing known': paidPage(null),
  cancelled: cancelledPage(page),
  terms: legalPage('terms', TERMS, OPERATOR, { page, age }),
  'terms without an operator': legalPage('terms', TERMS, null, { page, age }),
  privacy: legalPage('privacy', PRIVACY, OPERATOR, { page, age }),
  starting: startingPage(),
  error: errorPage(404, 'There is no such page here.', page),
})

test('pages: every one is well-formed, and its links lead somewhere', (t) => {
  for (const age of [0, PAGE_STALE_MS])
    for (const [name, html] of Object.entries(all(billingPage(), age))) {
      const { elements, wrong } = readHtml(html)
      t.deepEqual(wrong, [], `${name}, ${age} ms old`)
      for (const { attributes } of elements) {
        const href = attributes.get('href') ?? '#'
        if (href.startsWith('/')) t.notEqual(routeOf('GET', href).to, 'refused', `${name}: ${href}`)
      }
    }
  t.end()
})

test('pages: a bad page would be noticed', (t) => {
  const good = frontPage({ page: billingPage(), age: 0 }, invite)
  const bad: [string, string][] = [
    ['</li>', ''],
    ['<h2 id="plans">', '<h4 id="plans">'],
    ['<main id="main"', '<main id="plans"'],
    ['alt=""', ''],
    ['href="/terms"', 'href="javascript:x"'],
    ['<section', '<script></script><section'],
    ['aria-labelledby="join"', 'aria-labelledby="nobody"'],
    ['lang="en"', ''],
    ['17', '< 17'],
  ]
  for (const [from, to] of bad)
    t.notDeepEqual(readHtml(good.replace(from, to)).wrong, [], `${from} made ${to || 'nothing'}`)
  t.end()
})

const MARK = '<img src=x onerror=alert(1)>"\'`&{{operator}}[x](javascript:1)'

test('pages: what anybody wrote stays text, in every place', (t) => {
  const plan = billingPage().plans[0] as Plan
  const page = billingPage({
    name: MARK,
    id: MARK as BillingPage['id'],
    plans: [{ ...plan, name: MARK, words: MARK, price: { amount: 1, currency: MARK, interval: 'month' } }],
  })
  const operator = { name: MARK, address: MARK, contact: MARK, law: MARK }
  const pages = {
    ...all(page),
    operator: legalPage('terms', TERMS, operator, { page, age: 0 }),
    file: legalPage('terms', MARK, operator, { page, age: 0 }),
    code: frontPage({ page, age: 0 }, { code: `</textarea>${MARK}`, picture: PICTURE }),
  }
  for (const [name, html] of Object.entries(pages)) {
    t.notOk(/<img src=x/.test(html), `${name} has no tag of theirs`)
    t.deepEqual(readHtml(html).wrong, [], `${name} is well-formed`)
  }
  // Also where the provider answers with something of another shape than it should.
  const odd = frontPage(
    { page: billingPage({ name: { text: '<b>', markup: '<b>' } as never }), age: 0 },
    null,
  )
  t.notOk(odd.includes('<b>'), 'an object is text, too')
  t.end()
})

test('pages: any text at all', (t) => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ maxLength: 200 }),
      (name, words) => {
        const [plan] = billingPage().plans
        const page = billingPage({ name, plans: [{ ...(plan as Plan), words }] })
        for (const html of [
          frontPage({ page, age: 0 }, null),
          legalPage('terms', words, null, { page, age: 0 }),
        ]) {
          // A text of theirs may have its own main title, or none: all else must hold.
          const wrong = readHtml(html).wrong.filter((one) => !/heading of level|<h1>/.test(one))
          if (wrong.length > 0) throw new Error(wrong.join('; '))
        }
      },
    ),
    { numRuns: 300 },
  )
  t.pass('300 texts')
  t.end()
})

test('the first page: plans, prices, the invite, the state of things', (t) => {
  const html = frontPage({ page: billingPage(), age: 0 }, invite)
  for (const word of [
    'Garden Pubs',
    'tiny',
    '$1',
    '$7',
    '50 GB',
    '192 MB',
    'create alice',
    '2 of 2',
    'Open:',
  ])
    t.ok(html.includes(word), word)
  t.ok(html.includes(INVITE), 'the invite, whole')
  t.ok(html.includes('<svg'), 'and drawn')
  t.notOk(/reach the provider/.test(html), 'nothing is old')
  const state = (changed: Partial<BillingPage>) => frontPage({ page: billingPage(changed), age: 0 }, null)
  t.match(state({ accepting: false }), /Full: no room/)
  t.match(state({ hubs: { all: 2, connected: 0 } }), /servers are out of reach/)
  t.match(state({ hubs: { all: 0, connected: 0 } }), /no server yet/)
  t.match(state({ plans: [{ ...(billingPage().plans[0] as Plan), price: null, trialDays: 14 }] }), /free/)
  t.match(state({ name: null }), /<title>Your own Scuttlebutt pub</)
  t.match(
    frontPage({ page: billingPage(), age: 7 * 60_000 }, null),
    /it said 7 minutes ago/,
    'old news are called so',
  )
  t.end()
})

test('terms and privacy: the dates of the policy, and who runs it', (t) => {
  const page = billingPage()
  const terms = legalPage('terms', TERMS, OPERATOR, { page, age: 0 })
  for (const word of ['21 days', '30 days', '7 days', '1 day', '23 hours', 'Alice Gardener', 'New Zealand'])
    t.ok(terms.includes(word), word)
  t.match(terms, /href="mailto:alice@example.org"/)
  t.notOk(/\{\{|not complete|not said/.test(terms), 'nothing is left open')
  const other = billingPage({ dates: { ...page.dates, suspendedMs: 45 * 24 * 3_600_000 } })
  t.match(legalPage('terms', TERMS, OPERATOR, { page: other, age: 0 }), /stays stopped for 45 days/)
  for (const [name, source] of [
    ['terms', TERMS],
    ['privacy', PRIVACY],
  ] as const) {
    const html = legalPage(name, source, null, { page, age: 0 })
    t.match(
      html,
      /not complete.*who runs this service, where they are, how to reach them/s,
      `${name}: said plainly`,
    )
  }
  const slip = filled('Ask {{operatr}} at {{ contact }}', OPERATOR, page)
  t.deepEqual(slip.missing, ['“operatr”, which nothing here stands for'], 'a slip in their own file shows')
  t.match(slip.text, /mailto:alice/)
  t.deepEqual(filled('Nothing to fill {in}', null, page).missing, [])
  t.end()
})

test('health: a provider that restarts is no trouble, one that stays away is', (t) => {
  t.deepEqual(healthOf(null), { ok: true, why: null })
  t.equal(healthOf(PROVIDER_AWAY_MS - 1).ok, true)
  t.deepEqual(healthOf(PROVIDER_AWAY_MS), {
    ok: false,
    why: 'the provider has been out of reach for 2 minutes',
  })
  t.end()
})

test('words: sizes, spans', (t) => {
  t.equal(sizeText(192 * 1024 ** 2), '192 MB')
  t.equal(sizeText(1.5 * 1024 ** 3), '1.5 GB')
  t.deepEqual([86_400_000, 172_800_000, 129_600_000, 90_000].map(spanText), [
    '1 day',
    '2 days',
    '36 hours',
    '1 minute',
  ])
  t.deepEqual([0, 60_000, 7_200_000, 200_000_000].map(ageText), ['a moment', '1 minute', '2 hours', '2 days'])
  t.end()
})
