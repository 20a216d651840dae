/**
 * Where Stripe sends people afterwards. These pages know nothing of who comes: the address can be opened by anybody, and who
 * pays need not be who asked. So they promise nothing but what is true for all.
 */
import { CHECKOUT_EXPIRES_MS } from '../../protocol/limits-money'
import type { BillingPage } from '../../protocol/rpc-billing'
import { html } from './html'
import { layout, nameOf } from './layout'
import { spanText } from './words'

export function paidPage(page: BillingPage | null): string {
  return layout({
    title: 'Thank you',
    description: null,
    current: 'paid',
    name: nameOf(page),
    body: html`<h1>Thank you</h1>
<p class="lead">You can close this page. What happens now happens in Scuttlebutt.</p>
<h2>What happens next</h2>
<ol class="steps">
<li><h3>Stripe tells us</h3><p>Mostly within seconds, with some ways of paying after days. You need not wait here.</p></li>
<li><h3>The pub is made, or goes on</h3><p>A new one takes about a minute. One that was stopped is up again with all it had.</p></li>
<li><h3>Its owner gets a private message</h3><p>In the thread in which the pub was asked for: the invite, or that all is well. Open
your client and let it connect to us.</p></li>
</ol>
<p class="notice"><strong>Paid for somebody else?</strong> Then the message goes to them, and you get Stripe’s receipt by mail. What you paid for
can be cancelled by its owners; write to us when something is wrong.</p>
<h2>Nothing came?</h2>
<p>Write <code>status</code> and the name of the pub to us in a private message. If a payment got lost on the way to us, we notice by ourselves
within an hour. If it was paid for twice, the second payment goes back.</p>`,
  })
}

export function cancelledPage(page: BillingPage | null): string {
  return layout({
    title: 'Not paid',
    description: null,
    current: 'cancelled',
    name: nameOf(page),
    body: html`<h1>Nothing was paid</h1>
<p class="lead">You left before the end, so no money moved, and nothing was ordered.</p>
<ul>
<li>The link in the private message is good for ${spanText(CHECKOUT_EXPIRES_MS)} at most, as the message says: open it again to
go on.</li>
<li>When it has expired, write <code>pay</code> and the name of the pub in the same thread: there is a new one.</li>
<li>Another plan? Write <code>plans</code> to see them all.</li>
<li>Changed your mind? You need do nothing.</li>
</ul>
<p><a href="/">Plans and prices</a></p>`,
  })
}
