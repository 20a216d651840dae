/** Goal: the operator sees what every pub runs on, what is owed for it, and what waits for them. */
import test from 'tape'
import { retireQuestion } from '../../cli/render-bridges'
import { capsText, grantsText, moneyText } from '../../cli/render-money'
import { DEFAULT_DUES } from '../../plugin/dues-policy'
import { grantTarget, grantViews, moneyView } from '../../plugin/money-view'
import { buildAlert } from '../../protocol/messages/alert'
import { buildPermit } from '../../protocol/messages/permit'
import { alice, provider } from '../helpers/story'
import { aliceOwns, BRIDGE, billing, grants, type Owned, passes, pays } from '../helpers/story-money'

const DAY_MS = 24 * 3_600_000

const viewOf = ({ story }: Owned) => moneyView(story, story.decide().held, story.otherClocks())

test('a pub from free to suspended', (t) => {
  const one = aliceOwns()
  t.match(moneyText(viewOf(one)), /Billing is off.*\n\nPUB[^\n]*\nalice +tiny +billing is off +-/)
  billing(one.story)
  one.story.connected.add(BRIDGE)
  one.story.otherClocksAheadMs = [0]
  passes(one, one.story.now + 15 * DAY_MS)
  pays(one.story, one.pub, 'past_due')
  const [pub] = viewOf(one).pubs
  t.deepEqual([pub?.right, pub?.reason, pub?.suspended, pub?.dues?.stage], [null, 'never', true, 'suspended'])
  t.match(
    moneyText(viewOf(one)),
    /alice +tiny +no: never +suspended +2030-01-15 00:00 +2030-02-14 00:00 +- +sub_1 \(past_due\)/,
  )
  t.match(
    moneyText(viewOf(one)),
    /Another clock agrees.*\nSuspensions: 5 more within this day\.\nEnds: 5 more/,
  )
  pays(one.story, one.pub, 'active', { cancelAt: one.story.now + 3 * DAY_MS })
  t.match(moneyText(viewOf(one)), /paid until 2030-01-19/)
  t.end()
})

test('what waits, and what for', (t) => {
  const one = aliceOwns()
  billing(one.story)
  one.story.connected.add(BRIDGE)
  one.story.otherClocksAheadMs = [0]
  const dues = { ...DEFAULT_DUES, suspensionsPerDayMax: 0 }
  one.story.policy = { ...one.story.policy, dues }
  passes(one, one.story.now + 15 * DAY_MS)
  t.match(moneyText(viewOf(one)), /Suspensions: 0 more.*1 waits for `buttcloud admin permit suspensions 1`/)
  t.match(moneyText(viewOf(one)), /a permit \(suspensions\)/)
  one.story.tells(provider, buildPermit({ what: 'suspensions', count: 3 }))
  t.match(capsText(viewOf(one)), /Suspensions: 3 more within this day\.\n/)
  one.story.otherClocksAheadMs = []
  t.match(capsText(viewOf(one)), /No other clock is known/)
  t.equal(viewOf(one).pubs[0]?.waits, 'clocks')
  one.story.otherClocksAheadMs = [DAY_MS]
  t.match(capsText(viewOf(one)), /None of 1 other clock agrees/)
  t.end()
})

test('gifts: by name, by id, by owner; listed newest first', (t) => {
  const one = aliceOwns()
  const { story, pub } = one
  t.deepEqual(grantTarget(story.state, 'alice'), { kind: 'pub', pub })
  t.deepEqual(grantTarget(story.state, pub), { kind: 'pub', pub })
  t.deepEqual(grantTarget(story.state, alice), { kind: 'owner', owner: alice })
  t.equal(grantTarget(story.state, 'nobody'), null)
  t.match(grantsText(grantViews(story.state)), /Nothing was given yet/)
  grants(story, { kind: 'owner', owner: alice }, story.now + DAY_MS)
  grants(story, { kind: 'pub', pub }, null)
  const text = grantsText(grantViews(story.state))
  t.match(text, /\nalice +you take it back .*\nall pubs of +2030-01-02 /)
  grants(story, { kind: 'pub', pub }, null, false)
  t.match(grantsText(grantViews(story.state)), /\nalice +taken back /)
  t.end()
})

test('calls to Stripe that nobody makes are said, with where the reason stands', (t) => {
  const one = aliceOwns()
  billing(one.story)
  t.notOk(moneyText(viewOf(one)).includes('not made yet'))
  const since = one.story.now
  t.match(
    moneyText(moneyView(one.story, [], [], { count: 2, since })),
    /2 calls to Stripe not made yet, the oldest since 2030-01-01 00:00: .*`buttcloud billing --check`/,
  )
  t.end()
})

test('what is to be looked at in Stripe, newest first', (t) => {
  const one = aliceOwns()
  const { story, pub } = one
  t.notOk(moneyText(viewOf(one)).includes('Stripe'))
  const at = story.now
  story.tells(provider, buildAlert({ kind: 'dispute', reference: 'du_1', event: 'evt_1', pub, at }))
  story.tells(provider, buildAlert({ kind: 'stranger', reference: 'sub_9', event: 'evt_2', pub: null, at }))
  t.match(moneyText(viewOf(one)), /To look at in Stripe:\n\n.*\n.*stranger +sub_9 +-\n.*dispute +du_1 +alice/)
  t.end()
})

test('the last bridge: what is asked before it is retired, and for how many Stripe goes on charging', (t) => {
  const one = aliceOwns()
  billing(one.story)
  t.equal(viewOf(one).charging, 0)
  pays(one.story, one.pub, 'past_due')
  t.equal(viewOf(one).charging, 1, 'Stripe tries the card on')
  const other = { subscription: 'sub_2', session: 'cs_2' }
  pays(one.story, one.pub, 'active', other)
  t.equal(viewOf(one).charging, 2)
  pays(one.story, one.pub, 'active', { ...other, cancelAt: one.story.now + DAY_MS })
  t.equal(viewOf(one).charging, 1, 'what is cancelled is charged no more')
  const bridge = { bridge: alice, label: 'billing', status: 'admitted' as const, connected: true }
  const question = String(retireQuestion([bridge], alice, 2))
  t.match(
    question,
    /^billing is the last billing bridge\..*goes on charging for 2 subscriptions.*Retire it\?$/,
  )
  t.match(String(retireQuestion([bridge], alice, 0)), /No subscription is known/)
  t.equal(retireQuestion([bridge, { ...bridge, bridge: provider }], alice, 2), null, 'another one goes on')
  t.equal(retireQuestion([{ ...bridge, status: 'retired' }], alice, 2), null, 'it is retired')
  t.equal(retireQuestion([bridge], provider, 2), null, 'the provider says that there is none of that id')
  t.end()
})
