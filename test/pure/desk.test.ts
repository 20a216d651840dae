/** Goal: the operator sees how much room there is, what went wrong, and who asked for what and what came of it. */
import test from 'tape'
import { auditText, capacityText, incidentsText } from '../../cli/render-desk'
import { secondText } from '../../cli/when'
import { Audit, auditTarget } from '../../plugin/audit'
import { capacityView, fleetIncidents } from '../../plugin/capacity'
import { pubIdOf } from '../../protocol/ids'
import { AUDIT_TEXT_CHARS_MAX } from '../../protocol/limits-desk'
import { buildHub } from '../../protocol/messages/hub'
import { buildIncident } from '../../protocol/messages/incident'
import type { AuditView } from '../../protocol/rpc-desk'
import { alice, bob, feed, hub, oscar, provider, Story } from '../helpers/story'
import { aliceHasPub, hubSays, opDone } from '../helpers/story-hub'

/** Greenwich. */
const second = (at: number): string => secondText(at, 0)
const TERMINAL = 80

const STARTED = 1_000
const GONE = new Map([[hub, 5_000]])

const capacityOf = (story: Story) =>
  capacityView(story.state, story.policy, { connected: story.connected, goneSince: GONE, since: STARTED })

test('capacity: what is offered, taken and left, by hub and by plan', (t) => {
  const story = new Story()
  t.match(capacityText(capacityOf(story)), /No hub has joined yet/)
  story.withHub()
  const before = capacityOf(story).hubs[0]?.room ?? []
  aliceHasPub(story)
  const spare = feed('spare hub')
  story.withHub(spare, 1024 ** 3, 'garage')
  story.tells(provider, buildHub({ hub: spare, status: 'draining', label: 'garage', token: null }))
  story.connected.delete(hub)
  const view = capacityOf(story)
  const [first, second] = view.hubs
  const [plan] = story.policy.plans
  t.equal(first?.pubs, 1)
  t.equal(first?.awaySince, 5_000, 'away since it went')
  t.equal(second?.awaySince, null, 'who is there is not away')
  story.connected.delete(spare)
  t.equal(capacityOf(story).hubs[1]?.awaySince, STARTED, 'who has not come since the start')
  story.connected.add(spare)
  t.equal(first?.promisedDiskBytes, plan?.size.diskBytes)
  t.equal(first?.reservedBytes, plan?.size.reservedBytes)
  t.equal(first?.room[0]?.count, (before[0]?.count ?? 0) - 1, 'one less fits')
  t.ok(
    first?.room.every(({ plan: name, count }) => {
      const size = story.policy.plans.find((one) => one.name === name)?.size
      return count === Math.floor((4 * 1024 ** 3 - (first?.reservedBytes ?? 0)) / (size?.reservedBytes ?? 1))
    }),
    'as placing reckons',
  )
  t.ok(
    second?.room.every(({ count }) => count === 0),
    'who takes no pubs has no room',
  )
  const text = capacityText(view)
  t.match(text, /^HUB +STATE +PUBS/)
  t.match(text, /\nhub-1 +away +1 /)
  t.match(text, /\ngarage +draining +0 /)
  t.match(text, new RegExp(`\\n${plan?.name} .* ${first?.room[0]?.count} +hub-1 \\(`))
  for (const line of text.split('\n').filter((one) => !one.startsWith('Memory')))
    t.ok(line.length <= TERMINAL, line)
  t.end()
})

test('incidents: of all pubs, newest first, as many as are wanted', (t) => {
  const story = new Story().withHub()
  t.deepEqual(fleetIncidents(story.state, 10), [])
  const pub = pubIdOf(aliceHasPub(story))
  const other = story.asks(bob, 'create barn')
  story.settle()
  hubSays(story, other, 'up')
  const at = story.now
  const says = (
    of: typeof pub,
    number: number,
    state: 'begun' | 'over',
    time: number,
    reason: string | null,
  ) =>
    story.tells(hub, buildIncident({ pub: of, number, kind: 'crashing', state, at: time, reason, lines: [] }))
  says(
    pub,
    1,
    'begun',
    at + 1_000,
    'it ended with code 1, and went on about that for quite some time, as they do',
  )
  says(pub, 1, 'over', at + 61_000, null)
  says(pubIdOf(other), 1, 'begun', at + 5_000, null)
  const found = fleetIncidents(story.state, 10)
  t.deepEqual(
    found.map(({ name, overAt }) => [name, overAt]),
    [
      ['barn', null],
      ['alice', at + 61_000],
    ],
  )
  t.equal(fleetIncidents(story.state, 1).length, 1)
  const text = incidentsText(found, TERMINAL, second)
  t.match(text, /barn +hub-1 +crashing +not over/)
  t.match(text, /alice +hub-1 +crashing +1 min/)
  for (const line of text.split('\n')) t.ok(line.length <= TERMINAL, line)
  t.match(incidentsText([], TERMINAL, second), /Nothing has gone wrong/)
  t.end()
})

/** As the provider answers it, of everything told so far. */
function auditOf(story: Story, about: string): AuditView {
  const target = auditTarget(story.state, about)
  if (target === null) throw new Error(`nothing is known of ${about}`)
  const audit = new Audit(story.state, target)
  for (const message of story.log) if (audit.wants(message.author)) audit.take(message)
  const entries = audit.entries()
  const pubs = [...target.pubs].map((pub) => ({
    pub,
    name: story.state.provider.pubs.get(pub)?.record.name ?? '',
  }))
  return { owner: target.owner, pubs, entries, found: entries.length }
}

const said = ({ entries }: AuditView) => entries.map((one) => `${one.role} ${one.kind} ${one.text}`)

test('audit: who asked, what was decided, what happened, each with its key', (t) => {
  const story = new Story().withHub()
  story.asks(bob, 'create barn')
  story.settle()
  const request = story.asks(alice, `[@provider](${provider}) create alice`)
  story.settle()
  hubSays(story, request, 'up')
  opDone(story, request, request)
  story.settle()
  const more = story.asks(alice, 'invite alice 3')
  story.settle()
  opDone(story, more, request, false)
  story.settle()
  story.asks(bob, 'delete alice')
  story.settle()
  const view = auditOf(story, 'alice')
  const words = said(view)
  t.equal(words[0], 'owner asked create alice')
  t.ok(words.some((one) => one.startsWith('provider decided record pub alice live, to be up')))
  t.ok(words.some((one) => one.startsWith('provider ordered order up of alice, revision 1')))
  t.ok(words.includes('hub happened up'))
  t.ok(words.includes('hub happened not done: the pub is hung'))
  t.ok(words.includes('provider answered create: done'))
  t.ok(words.includes('owner asked invite alice 3'))
  t.notOk(
    words.some((one) => one.includes('barn')),
    'nothing of another pub',
  )
  const keys = new Set(story.log.map((one) => one.key))
  t.ok(
    view.entries.every((one) => keys.has(one.key)),
    'by the keys of real messages',
  )
  t.equal(new Set(view.entries.map((one) => one.key)).size, view.found, 'each once')
  const answer = view.entries.find((one) => one.text === 'create: done')
  t.equal(answer?.because, request, 'and what it follows from')
  t.deepEqual(said(auditOf(story, pubIdOf(request))), words, 'by its id, too')
  t.notOk(JSON.stringify(view).includes('seed-of-'), 'no invite')
  t.equal(auditTarget(story.state, 'nowhere'), null)
  t.equal(auditTarget(story.state, oscar)?.pubs.size, 0)
  t.end()
})

test('audit: of somebody, also what was refused', (t) => {
  const story = new Story().withHub()
  const request = aliceHasPub(story)
  story.asks(bob, 'restart alice')
  story.asks(bob, `my address is bob@example.org ${'and so on '.repeat(60)}`)
  story.settle()
  const view = auditOf(story, bob)
  const words = said(view)
  t.equal(words[0], 'owner asked restart alice')
  t.ok(words.some((one) => /^provider answered restart: refused/.test(one)))
  t.notOk(JSON.stringify(view).includes('bob@example.org'), 'no address')
  t.ok(view.entries.every((one) => one.text.length <= AUDIT_TEXT_CHARS_MAX + 1))
  t.deepEqual(view.pubs, [])
  const own = auditOf(story, alice)
  t.deepEqual(own.pubs, [{ pub: pubIdOf(request), name: 'alice' }])
  t.ok(said(own).includes('hub happened up'), 'what happened to their pubs belongs to it')
  t.end()
})

test('audit: as text, with keys whole', (t) => {
  const story = new Story().withHub()
  const request = aliceHasPub(story)
  const view = auditOf(story, 'alice')
  const text = auditText(view, TERMINAL, second)
  t.match(text, new RegExp(`^All ${view.found} messages about alice`))
  t.ok(text.includes(`  owner asked: create alice\n${' '.repeat(21)}${request}\n`), 'the key can be copied')
  t.ok(text.includes(` (of ${request.slice(0, 9)})`), 'and what it follows from')
  for (const line of text.split('\n')) t.ok(line.length <= TERMINAL, line)
  const last = { ...view, entries: view.entries.slice(-1) }
  t.match(auditText(last, TERMINAL, second), new RegExp(`^The last 1 of ${view.found} `))
  t.match(
    auditText({ ...view, entries: [], found: 0 }, TERMINAL, second),
    /Nothing on the feeds is about alice/,
  )
  t.end()
})
