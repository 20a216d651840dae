/** The first page: what this is, what it costs, how to join, how it is doing. */
import type { Plan } from '../../protocol/plan'
import { amountText, priceText } from '../../protocol/price-text'
import type { BillingPage } from '../../protocol/rpc-billing'
import { drawn, html, type Markup } from './html'
import { type Known, layout, nameOf, staleNote } from './layout'
import { sizeText, spanText } from './words'

/** The provider's own invite, and a drawing of it as a QR code (an SVG of our own library). */
export interface Invite {
  code: string
  picture: string
}

const DAY_MS = 24 * 3_600_000

export function frontPage(known: Known, invite: Invite | null): string {
  const { page } = known
  const name = nameOf(page)
  return layout({
    title: page.name === null ? 'Your own Scuttlebutt pub' : `${name}: your own Scuttlebutt pub`,
    description: `Your own always-on Scuttlebutt pub${page.name === null ? '' : ` at ${name}`}, asked for in a private message. ${fromText(page.plans)}`,
    current: 'front',
    name,
    body: html`${staleNote(known)}
<h1>Your own pub, for the asking</h1>
<p class="lead">An always-on home for you and your friends on Scuttlebutt. You ask for it in a private message; a minute later
it is yours.</p>
${stateLine(page)}
${about()}
${plans(page)}
${joining(page, invite)}
${service(page)}`,
  })
}

function fromText(plans: readonly Plan[]): string {
  const [first] = plans
  return first === undefined ? '' : `${first.name}: ${priceText(first.price)}.`
}

/** One line that says whether it is worth going on. */
function stateLine(page: BillingPage): Markup {
  const [open, text] = stateOf(page)
  return html`<p class="state${open ? null : ' half'}">${text}</p>`
}

function stateOf({ accepting, hubs }: BillingPage): [open: boolean, text: string] {
  if (hubs.all === 0) return [false, 'Being set up: there is no server yet']
  if (hubs.connected === 0) return [false, 'No new pubs just now: the servers are out of reach']
  return accepting
    ? [true, 'Open: there is room for new pubs']
    : [false, 'Full: no room for new pubs just now']
}

function about(): Markup {
  return html`<section aria-labelledby="what">
<h2 id="what">What this is</h2>
<p><a href="https://scuttlebutt.nz">Scuttlebutt</a> is a social network without a company in the middle: what you write is kept
on your own computer and on those of your friends. When none of them is on, nothing moves. A <strong>pub</strong> is a friend
who is always on: it keeps what its members say, hands it on, and lets new people in by invites.</p>
<p>Here you get one that is yours alone: its name, its members, its invites, its data. You run it by writing to us, and you can take
it away with you on any day.</p>
</section>`
}

function plans({ plans }: BillingPage): Markup {
  return html`<section aria-labelledby="plans">
<h2 id="plans">Plans and prices</h2>
<ul class="plans">
${plans.map(planCard)}</ul>
${plans.some(({ price }) => price !== null) ? paying() : null}</section>`
}

function paying(): Markup {
  return html`<p class="soft">You are asked to pay when you ask for the pub, by a link to Stripe that anybody may use: a friend can pay
for you. You can change or cancel at any time, by message.</p>
`
}

function planCard({ name, words, price, size, trialDays }: Plan): Markup {
  const money = price === null ? 'free' : amountText(price.amount, price.currency)
  const trial = trialDays === 0 ? null : html`<dt>Trial</dt><dd>${spanText(trialDays * DAY_MS)} free</dd>\n`
  return html`<li>
<h3>${name}</h3>
<p class="price">${money}${price === null ? null : html` <small>a ${price.interval}</small>`}</p>
<p class="words">${words}</p>
<dl>
<dt>Disk</dt><dd>${sizeText(size.diskBytes)}</dd>
<dt>Memory</dt><dd>${sizeText(size.memoryBytes)}</dd>
${trial}</dl>
</li>
`
}

function joining(page: BillingPage, invite: Invite | null): Markup {
  const plan = page.plans[0]?.name ?? 'tiny'
  const other = page.plans[1]?.name
  return html`<section aria-labelledby="join">
<h2 id="join">How to join</h2>
<ol class="steps">
<li><h3>Use our invite in your client</h3>
<p><strong>Join Server</strong> in Patchwork, <strong>Paste invite</strong> in Manyverse; other clients have something of the kind. From then on
you and we can read each other’s private messages. Nobody else is told.</p>
${invite === null ? html`<p class="notice">Ask whoever runs this for the invite: it is not shown here.</p>` : inviteBox(invite)}</li>
<li><h3>Write us a private message</h3>
<p>With a short name that you like. Plain sentences do, too. Without a plan you get <em>${plan}</em>.</p>
<ul class="talk" aria-label="What such a message looks like">
<li class="me"><span class="who">You write</span><code>create alice${other === undefined ? null : ` plan ${other}`}</code></li>
</ul></li>
<li><h3>Get your invite in the same thread</h3>
<p>First the link to pay, where the plan costs something. Once it is paid, your pub is made and its invite comes. Use it like ours; then invite your
friends.</p>
<ul class="talk" aria-label="What the answers look like">
<li><span class="who">We answer</span>Your pub <strong>alice</strong> is made as soon as it is paid: <em>a link to Stripe</em></li>
<li><span class="who">A minute after you paid</span><strong>alice</strong> is up. It’s yours. Here is its invite: <em>a code to copy</em></li>
<li class="me"><span class="who">Whenever you like</span><code>invite alice 5</code></li>
</ul></li>
</ol>
</section>`
}

/**
 * Copied without a script: a click (a long press on a phone) marks the whole block, by `user-select: all`. A keyboard can't
 * reach a block, but browsers mark all of a one-line field that Tab leads to; so there is one, seen only while it has the
 * focus, and read by screen readers in the place of the block.
 */
function inviteBox({ code, picture }: Invite): Markup {
  return html`<div class="invite">
<figure role="img" aria-label="The invite as a QR code">${drawn(picture)}<figcaption>The same, to scan</figcaption></figure>
<div>
<label for="invite">Our invite</label>
<div class="copy"><code class="code" aria-hidden="true">${code}</code>
<input class="keys" id="invite" readonly spellcheck="false" aria-describedby="copying" value="${code}"></div>
<p class="soft" id="copying">Click it, or press it and hold on a phone: all of it is marked. Then copy. On a keyboard: <kbd>Tab</kbd> to it,
<kbd>Ctrl</kbd>+<kbd>C</kbd>.</p>
</div>
</div>`
}

function service({ hubs, pubs, id }: BillingPage): Markup {
  return html`<section aria-labelledby="service">
<h2 id="service">How it is doing</h2>
<dl class="facts">
<div><dt>Pubs</dt><dd>${pubs}</dd></div>
<div><dt>Servers in reach</dt><dd>${hubs.connected} of ${hubs.all}</dd></div>
</dl>
<p>Before you pay, read the <a href="/terms">terms</a>, which say what happens when a pub is not paid, and
<a href="/privacy">what we keep and what nobody can ever delete</a>.</p>
<p class="feed soft">This provider is <code>${id}</code></p>
</section>`
}
