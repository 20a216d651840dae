/**
 * The page of a payer's link. Anybody may have come by it, so it says nothing of whose it is: no name, no address, no pub.
 * It has a button and not a redirect, because mail programs open links to look at them.
 */
import { html, type Markup } from './html'
import { layout } from './layout'

export type PortalState = 'good' | 'expired' | 'wrong' | 'often' | 'gone' | 'later'

interface Said {
  status: number
  title: string
  body: Markup
  /** True where the button is (still) of use. */
  button: boolean
}

const newLink = html`<p>To have a new one, write <code>billing</code> and the name of the pub to us in a private message, or ask its owner to do so:
the link is mailed to whoever pays.</p>`

const PAGES: Record<PortalState, Said> = {
  good: {
    status: 200,
    title: 'Card, receipts, cancelling',
    body: html`<p class="lead">Stripe takes our payments. On your page there you can change the card, pay what is open, see your receipts, and
cancel.</p>`,
    button: true,
  },
  expired: {
    status: 410,
    title: 'This link has expired',
    body: html`<p class="lead">Such links end after some months, so that an old mailbox opens nothing.</p>
${newLink}`,
    button: false,
  },
  wrong: {
    status: 404,
    title: 'This link is not right',
    body: html`<p class="lead">Perhaps a part of it is missing, or it was made for a time before. Take it whole, from the newest mail that you have
of us.</p>
${newLink}`,
    button: false,
  },
  often: {
    status: 429,
    title: 'That was often',
    body: html`<p class="lead">Your page at Stripe was opened many times within the last hour. Nothing is wrong: please try again in an hour.</p>`,
    button: false,
  },
  gone: {
    status: 410,
    title: 'There is nothing to pay any more',
    body: html`<p class="lead">Stripe does not know this payer any more.</p>
<p>To pay for a pub (again), ask its owner for a link: <code>pay</code> and its name, in a private message to us, makes one.</p>`,
    button: false,
  },
  later: {
    status: 503,
    title: 'Stripe does not answer just now',
    body: html`<p class="lead">Your page could not be opened. Nothing was changed; please try again in a minute.</p>`,
    button: true,
  },
}

// Without an address of its own a form goes where the page came from.
const button = html`<form method="post"><button type="submit">Open my page at Stripe</button></form>
<p class="notice">The link that led you here is for you alone: whoever has it comes to your page without a password. Pass it on to nobody.</p>`

/** The page and its status. `name`: what the provider calls itself. */
export function portalPage(state: PortalState, name: string): { status: number; body: string } {
  const { status, title, body, button: has } = PAGES[state]
  const sheet = { title, description: null, current: null, name }
  return {
    status,
    body: layout({ ...sheet, body: html`<h1>${title}</h1>\n${body}\n${has ? button : null}` }),
  }
}

/** Where the browser may not be sent on by itself: an address of the operator's own at Stripe. */
export function portalOpenedPage(url: string, name: string): string {
  return layout({
    ...{ title: 'Your page is open', description: null, current: null, name },
    body: html`<h1>Your page is open</h1>
<p class="lead"><a href="${url}" rel="noreferrer">Go on to your page at Stripe</a></p>
<p>It is good for a few minutes only; the link in your mail opens another one.</p>`,
  })
}
