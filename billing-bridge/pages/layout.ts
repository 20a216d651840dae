/** What all pages have around them. */
import type { Millis } from '../../protocol/ids'
import { PAGE_STALE_MS } from '../../protocol/limits-http'
import type { BillingPage } from '../../protocol/rpc-billing'
import { html, type Markup } from './html'
import type { PageName } from './routes'
import { ageText } from './words'

/** What the provider last said, and how long ago that is. */
export interface Known {
  page: BillingPage
  age: Millis
}

export interface Sheet {
  title: string
  /** For search machines and previews; null where a page is for nobody to find. */
  description: string | null
  /** Which page it is; null for errors. */
  current: PageName | null
  /** What the provider calls itself. */
  name: string
  body: Markup
}

export const nameOf = (page: BillingPage | null): string => page?.name ?? 'Scuttlebutt pubs'

const LINKS: [PageName, string, string][] = [
  ['front', '/', 'Pubs and prices'],
  ['terms', '/terms', 'Terms'],
  ['privacy', '/privacy', 'Privacy'],
]

/** The whole document. */
export function layout({ title, description, current, name, body }: Sheet): string {
  const links = LINKS.map(
    ([page, path, text]) =>
      html`<li><a href="${path}"${page === current ? html` aria-current="page"` : null}>${text}</a></li>`,
  )
  const found =
    description === null
      ? html`<meta name="robots" content="noindex">`
      : html`<meta name="description" content="${description}">`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${found}
<title>${title}</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<a class="skip" href="#main">To the text</a>
<header>
<a class="home" href="/"><img src="/icon.svg" alt="" width="27" height="27">${name}</a>
<nav aria-label="Pages"><ul>${links}</ul></nav>
</header>
<main id="main" tabindex="-1">
${body}
</main>
<footer>
<p>Run with ButtCloud, which is free software. These pages have no scripts, no cookies, and load nothing from elsewhere.</p>
</footer>
</body>
</html>
`.text
}

/** Said on every page that shows what may be no longer so. */
export function staleNote({ age }: Known): Markup | null {
  if (age < PAGE_STALE_MS) return null
  return html`<p class="notice warn" role="status"><strong>We can’t reach the provider just now.</strong> What you see here is
what it said ${ageText(age)} ago. Nothing is lost: pubs go on running, and a private message that you write is answered as soon
as it is back.</p>`
}

/** While nothing is known yet: right after a start. */
export function startingPage(): string {
  return layout({
    title: 'Starting',
    description: null,
    current: null,
    name: nameOf(null),
    body: html`<h1>We are just starting</h1>
<p class="lead">This takes a few seconds. Please load the page again in a moment.</p>
<p>If you have just paid: the payment is safe with Stripe, and what it is for is done as soon as we are there.</p>`,
  })
}

/** A refusal, in the same clothes. */
export function errorPage(status: number, why: string, page: BillingPage | null): string {
  return layout({
    title: `${status}: ${why}`,
    description: null,
    current: null,
    name: nameOf(page),
    body: html`<h1>${why}</h1>
<p class="soft">Error ${status}</p>
<p><a href="/">To the first page</a></p>`,
  })
}
