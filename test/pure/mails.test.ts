/** Goal: every mail that is owed, once, to whom it is for. */
import test from 'tape'
import { decide } from '../../plugin/decide'
import type { Effect, Mail, MailTo } from '../../plugin/effects'
import { Look } from '../../plugin/look'
import { oweMails } from '../../plugin/mails'
import { when } from '../../plugin/words'
import type { MessageId } from '../../protocol/ids'
import { pubIdOf } from '../../protocol/ids'
import {
  HUB_SILENT_AGAIN_MS,
  HUB_SILENT_MAIL_MS,
  INCIDENT_MAIL_MS,
  INCIDENT_MAILS_PER_DAY_MAX,
  MAIL_CAUSE_MS,
  MAIL_SUBJECT_CHARS_MAX,
} from '../../protocol/limits-mail'
import { buildAlert } from '../../protocol/messages/alert'
import { buildDues, DUES_REASONS, DUES_STAGES, type DuesMessage } from '../../protocol/messages/dues'
import { buildIncident, type IncidentMessage } from '../../protocol/messages/incident'
import { alice, bob, hub, key, plainLedger, provider, Story } from '../helpers/story'
import { recordOf } from '../helpers/story-change'
import { aliceHasPub } from '../helpers/story-hub'
import { billing, pays } from '../helpers/story-money'

const DAY_MS = 24 * 3_600_000
const MINUTE_MS = 60_000

interface Told {
  story: Story
  pub: MessageId
}

/** Alice has a pub; who of these has an address. */
function aliceIsUp(addressed: string[] = [alice]): Told {
  const story = new Story().withHub(hub, 64 * 1024 ** 3)
  story.addressed = new Set(addressed)
  const pub = aliceHasPub(story)
  story.settle()
  return { story, pub }
}

/** All that was mailed but the welcome. */
const others = (story: Story): Mail[] => story.mails.filter(({ key }) => !key.startsWith('welcome '))

const mailsOf = (effects: Effect[]): Mail[] =>
  effects.flatMap((one) => (one.kind === 'mail' ? [one.mail] : []))

function says({ story, pub }: Told, fields: Partial<Omit<IncidentMessage, 'type' | 'v'>>): void {
  story.tells(
    hub,
    buildIncident({
      ...{ pub: pubIdOf(pub), number: 1, kind: 'down', state: 'begun', at: story.now },
      ...{ reason: null, lines: [], ...fields },
    }),
  )
}

function owes(
  { story, pub }: Told,
  stage: DuesMessage['stage'],
  reason: DuesMessage['reason'] = 'past-due',
): void {
  const at = story.now
  const dates = { since: at, suspendAt: at + 21 * DAY_MS, endAt: at + 51 * DAY_MS }
  story.tells(provider, buildDues({ pub: pubIdOf(pub), stage, reason, ...dates }))
}

test('welcome: once it is up, with the hint where the invite is and not the invite', (t) => {
  const story = new Story().withHub()
  story.addressed = new Set([alice])
  const request = aliceHasPub(story)
  t.deepEqual(
    story.mails.map(({ key, to }) => [key, to]),
    [[`welcome ${request} ${alice}`, { kind: 'owner', owner: alice }]],
  )
  const [mail] = story.mails
  t.match(mail?.text ?? '', /alice is up, at pubs\.example:\d+/)
  t.match(mail?.text ?? '', /invite is in the private thread/)
  t.doesNotMatch(JSON.stringify(mail), /seed-of|shs|~/, 'no invite')
  t.match(mail?.text ?? '', /`email off`/)
  story.now += DAY_MS
  t.equal(mailsOf(story.settle()).length, 0, 'once')
  t.end()
})

test('welcome: to who confirms an address within a week, and not later', (t) => {
  for (const [waitMs, mails] of [
    [MAIL_CAUSE_MS - 1, 1],
    [MAIL_CAUSE_MS, 0],
  ] as const) {
    const { story } = aliceIsUp([])
    t.equal(story.mails.length, 0, 'nobody has an address')
    story.now += waitMs
    story.addressed = new Set([alice, bob])
    t.equal(mailsOf(story.settle()).length, mails)
  }
  const none = aliceIsUp()
  none.story.addressed = null
  none.story.connected.clear()
  owes(none, 'grace')
  none.story.now += DAY_MS
  t.equal(mailsOf(none.story.settle()).length, 0, 'a provider that sends no mail owes none')
  t.end()
})

test('dues: every stage to the owners and to who pays, each once', (t) => {
  for (const stage of DUES_STAGES)
    for (const reason of DUES_REASONS) {
      const told = aliceIsUp([alice, 'cus_1'])
      const { story } = told
      pays(story, pubIdOf(told.pub), 'past_due')
      if (stage === 'clear') owes(told, 'grace', reason)
      const keepUntil = story.now + 3 * DAY_MS
      if (stage === 'ended')
        story.tells(provider, { ...recordOf(told), status: 'ended', keepUntil, answers: told.pub })
      const before = story.mails.length
      owes(told, stage, reason)
      const { mail } = duesMails(story, before)
      t.deepEqual(mail.map(({ to }) => to.kind).sort(), ['owner', 'payer'], `${stage} ${reason}`)
      for (const { subject, text } of mail) {
        t.ok(subject.includes('alice') && subject.length <= MAIL_SUBJECT_CHARS_MAX, subject)
        t.notOk(/undefined|null|NaN|\[object/.test(text), text)
      }
      const toOwner = mail.find(({ to }) => to.kind === 'owner')?.text ?? ''
      if (stage !== 'grace' && stage !== 'clear')
        t.match(toOwner, /with you before .*`buttcloud export alice all`/)
      if (stage === 'ended') t.ok(toOwner.includes(`kept until ${when(keepUntil)}`), 'and until when')
      t.equal(duesMails(story, story.mails.length).mail.length, 0, 'and not again')
    }
  t.end()
})

/** What this stage alone makes owed, whatever else the provider decides. */
function duesMails(story: Story, from: number): { mail: Mail[] } {
  const { effects } = story.decide()
  for (const effect of effects) if (effect.kind === 'mail') story.perform(effect)
  return { mail: story.mails.slice(from).filter(({ key }) => key.startsWith('dues ')) }
}

test('dues: dates stand in the mail; a payer learns no command of the owner; an old stage is not mailed', (t) => {
  const told = aliceIsUp([alice, 'cus_1'])
  const { story } = told
  billing(story)
  pays(story, pubIdOf(told.pub), 'past_due')
  owes(told, 'grace')
  const { mail } = duesMails(story, 0)
  const text = mail.find(({ to }) => to.kind === 'owner')?.text ?? ''
  t.match(text, /until 2030-01-22 00:00 UTC/)
  t.match(text, /kept until 2030-02-21/)
  t.match(text, /`billing alice`/)
  const payer = mail.find(({ to }) => to.kind === 'payer')?.text ?? ''
  t.match(payer, /ask the owner of alice/)
  t.doesNotMatch(payer, /email off/)
  const late = aliceIsUp([alice])
  owes(late, 'grace')
  late.story.now += MAIL_CAUSE_MS
  t.equal(duesMails(late.story, 0).mail.length, 0)
  t.end()
})

test('incidents: mailed after ten minutes, and when they are over; short ones never', (t) => {
  const told = aliceIsUp()
  const { story } = told
  says(told, {})
  const due = story.now + INCIDENT_MAIL_MS
  story.now += MINUTE_MS
  t.equal(mailsOf(story.settle()).length, 0)
  t.equal(story.decide().wakeAt, due, 'it looks again then')
  story.now -= MINUTE_MS
  story.now += INCIDENT_MAIL_MS - 1
  t.equal(mailsOf(story.settle()).length, 0, 'a moment before')
  story.now += 1
  const [begun] = mailsOf(story.settle())
  t.match(begun?.subject ?? '', /^alice is down$/)
  story.now += 5 * MINUTE_MS
  says(told, { state: 'over' })
  const [over] = mailsOf(story.settle())
  t.match(over?.text ?? '', /alice was down, from 2030-01-01 00:00 UTC to 2030-01-01 00:15 UTC/)
  says(told, { number: 2 })
  story.now += INCIDENT_MAIL_MS - 1
  says(told, { number: 2, state: 'over' })
  story.now += DAY_MS
  t.equal(mailsOf(story.settle()).length, 0, 'what was over before is told by message alone')
  t.end()
})

test('incidents: a few a day, the thread has them all', (t) => {
  const told = aliceIsUp()
  const { story } = told
  for (let number = 1; number <= INCIDENT_MAILS_PER_DAY_MAX + 2; number += 1) {
    says(told, { number })
    story.now += 20 * MINUTE_MS
    story.settle()
    says(told, { number, state: 'over' })
    story.settle()
  }
  t.equal(others(story).length, 2 * INCIDENT_MAILS_PER_DAY_MAX)
  story.now += DAY_MS
  says(told, { number: 99 })
  story.now += 20 * MINUTE_MS
  t.equal(mailsOf(story.settle()).length, 1, 'the next day there is room again')
  t.end()
})

test('the operator: a silent hub once a day, alerts once, room that runs out', (t) => {
  const { story } = aliceIsUp()
  story.startedAt = story.now
  story.connected.delete(hub)
  story.goneSince.set(hub, story.now)
  story.now += HUB_SILENT_MAIL_MS - 1
  t.equal(mailsOf(story.settle()).length, 0)
  story.now += 1
  const [silent] = mailsOf(story.settle())
  t.deepEqual(silent?.to, { kind: 'operator' })
  t.match(silent?.text ?? '', /hub-1 has not been connected since 2030-01-01 00:00 UTC. It has 1 pub\./)
  story.now += HUB_SILENT_AGAIN_MS
  t.equal(mailsOf(story.settle()).length, 1, 'once a day while it lasts')
  const alert = { reference: 'du_1', event: 'evt_1', pub: null, at: story.now }
  for (const kind of ['dispute', 'refund', 'sweep', 'stranger', 'refused'] as const) {
    story.tells(provider, buildAlert({ ...alert, kind, event: `evt_${kind}` }))
    const [mail] = mailsOf(story.settle())
    t.match(mail?.text ?? '', /In Stripe: du_1/, kind)
  }
  t.equal(mailsOf(story.settle()).length, 0)
  const small = new Story().withHub(hub, 250 * 1024 ** 2)
  small.addressed = new Set()
  const [low] = mailsOf(small.settle())
  t.match(low?.text ?? '', /No hub has room for a pub of the plan community/)
  t.equal(mailsOf(small.settle()).length, 0)
  const empty = new Story()
  empty.addressed = new Set()
  t.equal(mailsOf(empty.settle()).length, 0, 'a provider without hubs knows')
  t.end()
})

test('who owns it and pays has one mail about dues; the page for payers stands in it', (t) => {
  const told = aliceIsUp([alice, 'cus_1'])
  const { story } = told
  pays(story, pubIdOf(told.pub), 'past_due')
  owes(told, 'grace')
  const portal = 'https://billing.stripe.example/p/login/1'
  const decided = (same: boolean): Mail[] => {
    const { addressed, now, state, policy, connected, newcomers, strangers, replies } = story
    const has = (to: MailTo) =>
      to.kind !== 'operator' && addressed?.has(to.kind === 'owner' ? to.owner : to.customer) === true
    const mail = { taken: new Set<string>(), has, same: () => same, portal }
    const facts = { connected, newcomers, strangers, replies, mail }
    return mailsOf(decide({ state, now, policy, facts, ledger: plainLedger }).effects).filter(({ key }) =>
      key.startsWith('dues '),
    )
  }
  t.deepEqual(
    decided(true).map(({ to }) => to.kind),
    ['owner'],
  )
  t.deepEqual(
    decided(false).map(({ to }) => to.kind),
    ['owner', 'payer'],
  )
  for (const { text } of decided(false)) t.ok(text.includes(portal), text)
  t.end()
})

test('the operator: so much to suspend that it was stopped, and mail that did not arrive', (t) => {
  const story = new Story().withHub(hub, 64 * 1024 ** 3)
  story.addressed = new Set()
  const look = new Look({
    ...{ state: story.state, now: story.now, policy: story.policy, ledger: plainLedger },
    facts: {
      ...{
        connected: story.connected,
        newcomers: story.newcomers,
        strangers: story.strangers,
        replies: story.replies,
      },
      mail: {
        ...{ taken: new Set<string>(), has: () => true },
        failed: [{ at: story.now - 1, to: 'a***@example.org', reason: '550 nobody of that name' }],
      },
    },
  })
  for (const name of ['one', 'two']) look.held.push({ pub: pubIdOf(key(name)), why: 'suspensions' })
  oweMails(look)
  const texts = mailsOf(look.effects).map(({ text }) => text)
  t.ok(
    texts.some((text) => /^2 pubs that are not paid for should be suspended by now/.test(text)),
    texts.join('\n'),
  )
  t.ok(
    texts.some((text) =>
      /could not be delivered lately. The last was to a\*\*\*@example.org: 550/.test(text),
    ),
  )
  t.equal(texts.length, 2)
  t.end()
})
