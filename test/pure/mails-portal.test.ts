/** Goal: the link by which a card is changed reaches who pays, in every mail about it, and nobody else. */
import test from 'tape'
import type { Mail, MailTo } from '../../plugin/effects'
import { Look } from '../../plugin/look'
import { oweMails } from '../../plugin/mails'
import { pubIdOf } from '../../protocol/ids'
import { buildDues, type DuesMessage } from '../../protocol/messages/dues'
import { alice, hub, plainLedger, provider, Story } from '../helpers/story'
import { aliceHasPub } from '../helpers/story-hub'
import { pays } from '../helpers/story-money'

const DAY_MS = 24 * 3_600_000

test('dues: the payer’s own link stands in the payer’s mail alone, whoever owns the pub', (t) => {
  const own = 'https://pubs.example/portal/1-2-cus_1-ff'
  const mailsAt = (stage: DuesMessage['stage'], reason: DuesMessage['reason'], same: boolean): Mail[] => {
    const story = new Story().withHub(hub, 64 * 1024 ** 3)
    story.addressed = new Set([alice, 'cus_1'])
    const pub = pubIdOf(aliceHasPub(story))
    story.settle()
    pays(story, pub, 'past_due')
    const at = story.now
    const dates = { since: at, suspendAt: at + 21 * DAY_MS, endAt: at + 51 * DAY_MS }
    story.tells(provider, buildDues({ pub, stage, reason, ...dates }))
    const { addressed, now, state, policy, connected, newcomers, strangers, replies } = story
    const has = (to: MailTo) =>
      to.kind !== 'operator' && addressed?.has(to.kind === 'owner' ? to.owner : to.customer) === true
    const portalOf = (customer: string) => (customer === 'cus_1' ? own : null)
    const mail = { taken: new Set<string>(), has, same: () => same, portalOf }
    const look = new Look({
      ...{ state, now, policy, ledger: plainLedger },
      facts: { connected, newcomers, strangers, replies, mail },
    })
    oweMails(look)
    const mails = look.effects.flatMap((one) => (one.kind === 'mail' ? [one.mail] : []))
    return mails.filter(({ key }) => key.startsWith('dues '))
  }
  for (const stage of ['grace', 'reminded', 'suspended', 'last-week', 'last-day'] as const)
    for (const reason of ['past-due', 'unpaid'] as const) {
      const [owners, payers] = mailsAt(stage, reason, false)
      t.deepEqual([owners?.to.kind, payers?.to.kind], ['owner', 'payer'], `${stage} ${reason}`)
      t.notOk(owners?.text.includes('/portal/'), 'whoever owns it does not get it')
      t.ok(payers?.text.includes(`\n\n${own}\n\n`), 'who pays does, on a line of its own')
      const [both, other] = mailsAt(stage, reason, true)
      t.deepEqual(both?.to, { kind: 'payer', customer: 'cus_1' }, 'who is both: to the payer’s address')
      t.ok(both?.text.includes(own))
      t.match(both?.text ?? '', /email off/, 'with the words of an owner')
      t.equal(other, undefined, 'one mail')
    }
  t.ok(mailsAt('grace', 'leaving', false)[1]?.text.includes(own), 'what was cancelled can be renewed')
  t.notOk(mailsAt('suspended', 'leaving', false)[1]?.text.includes(own), 'until it is over')
  t.notOk(mailsAt('ended', 'past-due', false)[1]?.text.includes(own), 'nothing is left to pay')
  t.end()
})
