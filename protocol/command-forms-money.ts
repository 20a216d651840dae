/** Forms of `pay`, `billing` and `cancel`. */
import { type Form, form, said, told } from './command-form'
import { unclear } from './command-objects'

const pay: Form['read'] = (found) => told(found, { kind: 'pay', name: found.name }, said('pay', found.name))
const howToPay: Form['read'] = ({ name }) => unclear(said('pay', name), 'help pay')
const billing: Form['read'] = ({ name }) => ({ kind: 'billing', name })
/** The subscription and the pub are two things: who speaks of ending the pub is asked which of the two is meant. */
const cancel: Form['read'] = (found) =>
  found.unit.words.some((word) => /^(?:pub|server)$/.test(word))
    ? unclear(said('cancel', found.name), 'help delete')
    : told(found, { kind: 'cancel', name: found.name }, said('cancel', found.name))

const SUBSCRIPTION = '(subscription|subscriptions|plan|payment|payments|billing)'
const BILL = '(bill|bills|invoice|invoices|receipt|receipts|fee)'

export const MONEY: Form[] = [
  form('pay', pay),
  form('pay [for|:] PUB', pay),
  form(`pay [the|my] (bill|invoice|fee|subscription) [of|for] PUB`, pay),
  form('[new] (payment|checkout|pay) link', pay),
  form('[new] (payment|checkout|pay) link (for|of) PUB', pay),
  form('[new] link to pay (for|:) PUB', pay),
  form('renew [the] [subscription] [of|for] PUB', pay),
  form('(how|where) (can|do|could|should) (i|we|one|somebody) pay', howToPay),
  form('(how|where) (can|do|could|should) (i|we|one|somebody) pay for PUB', howToPay),
  form('billing', billing),
  form('billing [page|portal] [of|for|:] PUB', billing),
  form('(customer|payment|billing) (portal|page)', billing),
  form('(customer|payment) (portal|page) (of|for) PUB', billing),
  form(`${BILL} (of|for) PUB`, billing),
  form(`[list|my|the] ${BILL}`, billing),
  form('PUB (billing|bill|bills|invoice|invoices|receipt|receipts)', (found) =>
    /'s /.test(found.unit.words.join(' ')) ? billing(found) : null,
  ),
  form('(change|update|replace|renew) (my|the) [credit] card', billing),
  form('(change|update|replace|renew) (my|the) [credit] card (for|of) PUB', billing),
  form(`manage [my|the] ${SUBSCRIPTION}`, billing),
  form(`manage [my|the] ${SUBSCRIPTION} (for|of) PUB`, billing),
  form('cancel (it|that|this|everything|all)', () => unclear('no', 'help cancel')),
  form(`(cancel|end|stop|terminate|quit) [my|the] ${SUBSCRIPTION}`, cancel),
  form(`(cancel|end|stop|terminate|quit) [my|the] ${SUBSCRIPTION} (of|for|to|:) PUB`, cancel),
  form(`(cancel|end|stop|terminate|quit) PUB ${SUBSCRIPTION}`, (found) =>
    /'s /.test(found.unit.words.join(' ')) ? cancel(found) : null,
  ),
  form('stop paying', cancel),
  form('stop paying for PUB', cancel),
  form('unsubscribe [from] PUB', cancel),
  form('cancel [:] PUB', cancel),
]
