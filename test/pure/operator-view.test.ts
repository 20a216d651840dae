/** Goal: the operator sees who has what here and how they stand, in a terminal, and what was said of whom stays to be read. */
import test from 'tape'
import { providerAddress } from '../../cli/provider-address'
import { pubsText } from '../../cli/render'
import { announceText, blocksText, ownersText, suspendText } from '../../cli/render-operator'
import { secondText } from '../../cli/when'
import { Audit, auditTarget } from '../../plugin/audit'
import { fleetPubs } from '../../plugin/capacity'
import { blockViews, ownerViews, suspendView } from '../../plugin/operator-view'
import { pubIdOf } from '../../protocol/ids'
import { buildHalt } from '../../protocol/messages/halt'
import type { OwnerView } from '../../protocol/rpc-operator'
import { alice, bob, oscar, plainLedger, provider, type Story } from '../helpers/story'
import { told } from '../helpers/story-change'
import { aliceHasPub } from '../helpers/story-hub'
import { billing, grants, pays } from '../helpers/story-money'
import { blocks, suspends } from '../helpers/story-operator'
import { does } from '../helpers/story-owners'

const TERMINAL = 80
/** Greenwich. */
const second = (at: number): string => secondText(at, 0)
const HOUR_MS = 3_600_000

const viewsOf = (story: Story): OwnerView[] => ownerViews(story)
const viewOf = (story: Story, owner: string): OwnerView => {
  const view = viewsOf(story).find((one) => one.owner === owner)
  if (view === undefined) throw new Error('not listed')
  return view
}

test('owners: who, how many, which plans, since when, and when they were last heard of', (t) => {
  const { story } = told()
  const start = story.now
  story.now += HOUR_MS
  aliceHasPub(story, 'barn')
  does(story, `owners barn add ${oscar}`)
  story.now += HOUR_MS
  does(story, 'list', bob)
  story.now += HOUR_MS
  t.deepEqual(
    viewsOf(story).map(({ owner }) => owner),
    [alice, bob, oscar],
    'who came first stands first; a guest last',
  )
  const view = viewOf(story, alice)
  t.deepEqual(
    view.pubs.map(({ name, first }) => [name, first]),
    [
      ['alice', true],
      ['barn', true],
    ],
  )
  t.deepEqual(view.quota, { used: 2, max: story.policy.pubsPerOwnerMax })
  t.deepEqual([view.since, view.heardAt], [start, start + HOUR_MS])
  const guest = viewOf(story, oscar)
  t.deepEqual([guest.since, guest.heardAt, guest.quota.used], [null, null, 0], 'the pub counts as alice’s')
  t.deepEqual([guest.pubs.length, guest.pubs[0]?.first], [1, false])
  t.equal(viewOf(story, bob).pubs.length, 0)
  const text = ownersText(viewsOf(story), story.now, second)
  t.match(text, /^PUBS +QUOTA +PLANS +MONEY +SINCE +HEARD OF/)
  t.match(text, /2 +2 of \d+ +2 tiny +2 free +2030-01-01 +2 h ago/)
  t.match(text, /made one by others/)
  t.match(text, new RegExp(`never.*\n {2}${oscar.replace(/[+/.]/g, '\\$&')}`))
  for (const line of text.split('\n')) t.ok(line.length <= TERMINAL, line)
  t.match(ownersText([], 0, second), /Nobody has asked/)
  t.end()
})

test('owners: money, stops and blocks', (t) => {
  const { story, pub } = told()
  const barn = aliceHasPub(story, 'barn')
  const den = aliceHasPub(story, 'den')
  billing(story)
  pays(story, pubIdOf(pub), 'active')
  grants(story, { kind: 'pub', pub: pubIdOf(barn) }, null)
  t.deepEqual(viewOf(story, alice).money, { free: 0, given: 1, paid: 1, owed: 1 })
  suspends(story, 'den', 'spam')
  blocks(story, alice, 'they \u202eknow')
  const view = viewOf(story, alice)
  t.equal(view.pubs.find((one) => one.pub === pubIdOf(den))?.suspended, true)
  t.deepEqual(view.blocked, { reason: 'they \u202eknow', at: story.now })
  const text = ownersText([view], story.now, second)
  t.match(text, /1 paid, 1 given, 1 owed.*blocked\n.*\n {2}blocked: they {2}know/)
  t.match(pubsText(fleetPubs(story, plainLedger), 120), /den .*suspended by the operator/)
  t.match(
    blocksText(blockViews(story.state), second),
    /is blocked since 2030-01-01.*Their pubs alice, barn, den go on/,
  )
  t.equal(blocksText([], second), 'Nobody is blocked.')
  t.end()
})

test('what a stop and an announcement say to the operator', (t) => {
  const { story, pub } = told()
  suspends(story, 'alice', 'spam')
  const fact = story.state.provider.pubs.get(pubIdOf(pub))
  if (fact === undefined) throw new Error('no pub')
  const view = suspendView(story.state, fact)
  t.match(suspendText(view), /alice is suspended.*told: spam\.$/)
  t.match(suspendText({ ...view, paid: true }), /told: spam\. The subscription for it goes on/)
  t.match(suspendText({ ...view, reason: null }), /without a reason \(--reason TEXT gives one\)/)
  t.match(
    suspendText({ ...view, halted: false, unpaid: true }),
    /stays suspended, because it is not paid for/,
  )
  t.match(suspendText({ ...view, halted: false }), /as its owners want it/)
  const before = { text: 'Hello **all**\u001b[2J', messages: 2, people: 1, sent: false }
  t.match(announceText(before, TERMINAL), /go out to 1 person, as 2 private messages.*\n\n {4}Hello all \[2J/)
  t.match(announceText({ ...before, sent: true }, TERMINAL), /stands on the feed, and goes out/)
  t.end()
})

test('audit: who stopped what and why, with the key of the message; and what followed', (t) => {
  const { story, pub: one } = told()
  suspends(story, 'alice', 'spam to bob@example.org')
  blocks(story, alice, 'enough')
  const pub = pubIdOf(one)
  story.tells(provider, buildHalt({ pub, halted: false, reason: null, by: bob }))
  const lines = (about: string): string[] => {
    const target = auditTarget(story.state, about)
    if (target === null) throw new Error('unknown')
    const audit = new Audit(story.state, target)
    for (const message of story.log) if (audit.wants(message.author)) audit.take(message)
    return audit.entries().map((one) => `${one.kind} ${one.text}`)
  }
  const ofPub = lines('alice')
  const at = ofPub.findIndex((line) => /^decided suspended by the operator: spam to \[address\]/.test(line))
  t.ok(at >= 0, ofPub.join('\n'))
  t.match(
    ofPub.slice(at + 1).join('\n'),
    /record pub alice live, to be suspended[\s\S]*order down of alice[\s\S]*told the owners: operator/,
  )
  t.ok(ofPub.includes(`decided no longer suspended by the operator ${bob}`), 'another operator by name')
  t.ok(lines(alice).includes('decided blocked by the operator: enough'))
  t.end()
})

test('where a provider is: as its invites begin, or as programs write it', (t) => {
  const key = provider.slice(1, -'.ed25519'.length)
  const expected = `net:pubs.example.org:8008~shs:${key}`
  for (const good of [
    `pubs.example.org:8008:${provider}`,
    `pubs.example.org:8008:${provider}~${key}`,
    `net:pubs.example.org:8008~shs:${key}`,
  ])
    t.equal(providerAddress(good), expected, good)
  t.equal(providerAddress(`::1:8008:${provider}`), `net:::1:8008~shs:${key}`)
  for (const wrong of [
    'pubs.example.org',
    `pubs:0:${provider}`,
    `pubs:99999:${provider}`,
    `a b:1:${provider}`,
    provider,
    '',
  ])
    t.throws(() => providerAddress(wrong), /--at takes host:port/, wrong)
  t.end()
})
