/** Goal: who pays gets a receipt, once per invoice, whatever is told how often; and a queue that is full says so. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { PayerNews } from '../../plugin/io/billing'
import { pubIdOf } from '../../protocol/ids'
import { MAIL_CAUSE_MS } from '../../protocol/limits-mail'
import { until } from '../helpers/machine'
import { factOf, paymentOf } from '../helpers/money'
import { arrived, OPERATOR, type PostWorld, story, toOperator } from '../helpers/post-world'
import { provider, Story } from '../helpers/story'
import { aliceHasPub } from '../helpers/story-hub'

const URL = 'https://pay.stripe.example/receipts/1'

/** Alice's pub is paid for by carol since this long ago. */
function paidFor(world: PostWorld, agoMs: number): { told: Story; news: PayerNews } {
  const told = new Story().withHub()
  told.now = world.clock.now() - agoMs
  const request = aliceHasPub(told)
  const fact = factOf(request)
  told.tells(provider, paymentOf(pubIdOf(request), fact))
  const { customer, subscription } = fact
  return {
    told,
    news: { customer, subscription, email: 'carol@example.org', receiptUrl: URL, invoice: 'in_1' },
  }
}

story('a receipt: once per invoice, also after a restart', {}, async (t, world) => {
  const { told, news } = paidFor(world, 0)
  world.post.hear(news, told.state)
  const [mail] = await arrived(world, 1)
  t.equal(mail?.to, 'carol@example.org')
  t.match(mail?.headers.get('subject') ?? '', /^Receipt for alice$/)
  t.ok(mail?.text.includes(`\n\n${URL}\n\n`), 'the link stands alone')
  t.doesNotMatch(mail?.text ?? '', /email off/, 'a payer need not be an owner')
  world.post.hear(news, told.state)
  world.restart()
  world.post.hear(news, told.state)
  world.post.hear({ ...news, receiptUrl: null }, told.state)
  world.post.hear({ ...news, invoice: 'in_2', email: null }, told.state)
  await arrived(world, 2)
  await until('all to be sent', () => world.post.view().waiting.length === 0)
  t.equal(world.smtp.arrived.length, 2, 'one for each invoice')
  t.ok(
    world.post.facts().has({ kind: 'payer', customer: news.customer }),
    'an address that Stripe no longer has stays',
  )
  t.deepEqual(world.post.view().addresses, { owners: 0, payers: 1 })
  t.doesNotMatch(world.printed(), /carol@/)
})

story(
  'a payer’s link: kept sealed, also over a restart, and forgotten when there is none',
  {},
  async (t, world) => {
    const link = 'https://pubs.example/portal/1-2-cus_1-ff'
    const of = () => world.post.facts().portalOf?.('cus_1') ?? null
    t.equal(of(), null)
    world.post.hearPortal('cus_1', link)
    t.equal(of(), link)
    world.restart()
    t.equal(of(), link, 'kept')
    t.deepEqual(world.post.view().addresses, { owners: 0, payers: 0 }, 'a link is no address')
    const folder = join(world.folder, 'buttcloud', 'addresses')
    const [file, ...more] = readdirSync(folder)
    t.deepEqual(more, [])
    t.doesNotMatch(readFileSync(join(folder, file ?? ''), 'utf8'), /portal|cus_1/)
    const { mtimeMs } = statSync(join(folder, file ?? ''))
    world.post.hearPortal('cus_1', link)
    t.equal(statSync(join(folder, file ?? '')).mtimeMs, mtimeMs, 'told every hour, it is written once')
    world.post.hearPortal('cus_1', null)
    world.restart()
    t.equal(of(), null)
    t.doesNotMatch(world.printed(), /portal\/1/)
  },
)

story('mail that begins late sends no old receipts', {}, async (t, world) => {
  const { told, news } = paidFor(world, MAIL_CAUSE_MS)
  world.post.hear(news, told.state)
  world.post.hear({ ...news, invoice: 'in_2' }, told.state)
  await arrived(world, 1)
  await until('all to be sent', () => world.post.view().waiting.length === 0)
  t.equal(world.smtp.arrived.length, 1, 'the first that is new')
})

story('a queue that is full drops what comes, and says so', { waitingMax: 2 }, async (t, world) => {
  await world.smtp.close()
  for (const key of ['a', 'b', 'c']) await world.post.send(toOperator(key))
  const { waiting, failed } = world.post.view()
  t.equal(waiting.length, 2)
  t.match(failed[0]?.reason ?? '', /2 mails wait already/)
  t.match(world.printed(), /a mail could not be delivered/)
  t.ok(world.post.facts().taken.has('c'), 'it is not owed for ever')
  t.equal(
    world.post.facts().failed?.length,
    0,
    'that the operator is not mailed is not mailed to the operator',
  )
  await world.smtp.listen()
  world.restart()
  await arrived(world, 2)
  await until('all to be sent', () => world.post.view().waiting.length === 0)
  await world.post.send(toOperator('d'))
  await arrived(world, 3)
  t.equal(world.smtp.arrived.at(-1)?.to, OPERATOR, 'there is room again')
})
