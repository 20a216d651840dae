import test from 'tape'
import type { Effect } from '../../plugin/effects'
import { viewOf } from '../../plugin/query'
import type { FeedId, MessageId } from '../../protocol/ids'
import { pubIdOf } from '../../protocol/ids'
import {
  ANSWER_BYTES_MAX,
  INCIDENT_GATHER_MS,
  INCIDENT_LINE_CHARS_MAX,
  INCIDENT_LINES_MAX,
  INCIDENT_NOTICES_PER_DAY_MAX,
  INCIDENT_NOTICES_RARE_MS,
  INCIDENTS_KEPT_MAX,
  INCIDENTS_LISTED_MAX,
  NEWS_WAIT_MS,
} from '../../protocol/limits'
import { buildIncident, INCIDENT_KINDS, type IncidentMessage } from '../../protocol/messages/incident'
import { alice, bob, feed, hub, lastText, plainLedger, provider, Story } from '../helpers/story'
import { aliceHasPub } from '../helpers/story-hub'

const MINUTE_MS = 60_000
const otherHub = feed('other hub')

interface Told {
  story: Story
  pub: MessageId
  number: number
}

function aliceIsUp(): Told {
  const story = new Story().withHub()
  return { story, pub: aliceHasPub(story), number: 0 }
}

type Fields = Partial<Omit<IncidentMessage, 'type' | 'v'>>

function says(told: Told, fields: Fields, author: FeedId = hub): MessageId {
  const { story, pub } = told
  return story.tells(
    author,
    buildIncident({
      ...{ pub: pubIdOf(pub), number: 1, kind: 'down', state: 'begun' },
      ...{ at: story.now, reason: null, lines: [], ...fields },
    }),
  )
}

/** Settles once everything that belongs together has come. */
function later(story: Story): Effect[] {
  story.now += INCIDENT_GATHER_MS
  return story.settle()
}

function notices(effects: Effect[]): Extract<Effect, { kind: 'notice' }>[] {
  return effects.filter((one): one is Extract<Effect, { kind: 'notice' }> => one.kind === 'notice')
}

test('the owners are told once when it begins, and once when it is over', (t) => {
  const told = aliceIsUp()
  const { story } = told
  const key = says(told, { reason: 'it is being started again' })
  t.same(story.settle(), [], 'not before what belongs to it has come')
  t.ok((story.decide().wakeAt ?? 0) <= story.now + INCIDENT_GATHER_MS, 'but soon')
  const [begun, ...none] = notices(later(story))
  t.same(none, [])
  t.match(
    begun?.text ?? '',
    /\*\*alice\*\* has been down since 2030-01-01 00:00 UTC \(it is being started again\)/,
  )
  t.same(begun?.payload, {
    ...{ v: 1, kind: 'notice', pub: pubIdOf(told.pub), topic: 'incident', causes: key, host: null },
    ...{ question: null, to: null },
  })
  t.same(begun?.owners, [alice])
  t.same(story.settle(), [])
  story.now += 10 * MINUTE_MS
  says(told, { state: 'over' })
  const [over, ...more] = notices(later(story))
  t.same(more, [])
  t.match(over?.text ?? '', /is up again and well. It was down for 10 min 3 s/)
  t.same(story.settle(), [])
  t.end()
})

test('what is over when it is heard of comes in one notice', (t) => {
  const told = aliceIsUp()
  const { story } = told
  const at = story.now
  story.now += 3 * 60 * MINUTE_MS
  says(told, { at, reason: 'the disk is away' })
  says(told, { state: 'over', at: at + 5 * MINUTE_MS })
  says(told, { number: 2, kind: 'healed', state: 'over', reason: 'it ran but did not answer' })
  const [notice, ...more] = notices(later(story))
  t.same(more, [])
  t.match(notice?.text ?? '', /was down for 5 min 0 s, from .* \(the disk is away\). It is over/)
  t.match(notice?.text ?? '', /is well again \(it ran but did not answer\)/)
  t.same(story.settle(), [])
  t.end()
})

test('only the hub of the record counts, for a pub that lives', (t) => {
  const told = aliceIsUp()
  const { story } = told
  story.withHub(otherHub, 0, 'hub-2')
  says(told, {}, otherHub)
  says(told, {}, bob)
  says(told, {}, alice)
  says(told, { pub: pubIdOf(says(told, {}, bob)) })
  t.same(later(story), [])
  const question = story.asks(alice, 'delete alice')
  story.settle()
  const asked = [...story.state.provider.questions.keys()][0] as MessageId
  story.asks(alice, 'yes', { root: question, branch: asked })
  story.settle()
  says(told, {})
  t.same(notices(later(story)), [], 'of a deleted pub nobody is told anything')
  t.end()
})

test('out of memory names the plan, a crash loop its last lines, a full disk what stops', (t) => {
  const told = aliceIsUp()
  const { story } = told
  const textOf = (fields: Fields): string => {
    told.number += 1
    story.now += 24 * 60 * MINUTE_MS
    says(told, { number: told.number, ...fields })
    return notices(later(story))[0]?.text ?? ''
  }
  t.match(textOf({ kind: 'out-of-memory' }), /memory of 192 MB .* bigger plan helps for good/)
  t.match(
    textOf({ kind: 'crashing', reason: 'it keeps crashing', lines: ['Error: *no* luck'] }),
    /restart alice.*\n\n {4}Error: \*no\* luck$/s,
  )
  t.match(textOf({ kind: 'disk-warning' }), /80 % of its disk of 1024 MB/)
  t.match(textOf({ kind: 'disk-full' }), /no more pictures and other files for now. Messages go on/)
  for (const kind of INCIDENT_KINDS) t.ok(textOf({ kind, state: 'over' }).includes('**alice**'), kind)
  t.end()
})

test('a pub in great trouble does not bury its owner: after some notices a day, few that tell all', (t) => {
  const told = aliceIsUp()
  const { story } = told
  let count = 0
  const from = story.now
  for (let number = 1; number <= 200; number += 1) {
    says(told, { number })
    count += notices(later(story)).length
    story.now += MINUTE_MS
    says(told, { number, state: 'over' })
    const effects = notices(later(story))
    count += effects.length
    t.ok(effects.length <= 1, `${number}`)
    story.now += MINUTE_MS
  }
  const rare = Math.ceil((story.now - from) / INCIDENT_NOTICES_RARE_MS)
  t.ok(count <= INCIDENT_NOTICES_PER_DAY_MAX + rare, `${count} notices`)
  story.now += INCIDENT_NOTICES_RARE_MS
  const last = notices(story.settle())
  t.equal(last.length, 1, 'what was held back comes')
  t.match(last[0]?.text ?? '', /^There were \d+ earlier incidents of \*\*alice\*\*; `log alice` lists them/)
  t.same(story.settle(), [])
  t.end()
})

test('a provider that starts anew tells nothing twice, and first hears what came meanwhile', (t) => {
  const told = aliceIsUp()
  const { story } = told
  says(told, {})
  later(story)
  says(told, { state: 'over' })
  story.now += MINUTE_MS
  story.startedAt = story.now
  t.same(story.settle(), [])
  story.now += NEWS_WAIT_MS
  t.equal(notices(story.settle()).length, 1)
  t.same(story.settle(), [])
  t.end()
})

test('a hub that says the same end twice is told of once', (t) => {
  const told = aliceIsUp()
  says(told, {})
  t.equal(notices(later(told.story)).length, 1)
  says(told, { reason: 'once more' })
  t.same(later(told.story), [])
  t.end()
})

test('the longest notice fits a message', (t) => {
  const told = aliceIsUp()
  const { story } = told
  const lines = Array.from({ length: INCIDENT_LINES_MAX }, () => '"'.repeat(INCIDENT_LINE_CHARS_MAX))
  for (let number = 1; number <= 30; number += 1)
    says(told, { number, kind: 'crashing', reason: 'é'.repeat(300), lines })
  const [notice] = notices(later(story))
  t.ok(Buffer.byteLength(JSON.stringify(notice?.text)) <= ANSWER_BYTES_MAX + 40)
  t.end()
})

test('`log` lists the last incidents to owners, the latest first; the view shows the last', (t) => {
  const told = aliceIsUp()
  const { story, pub } = told
  const view = () => {
    const fact = story.state.provider.pubs.get(pubIdOf(pub))
    if (fact === undefined) throw new Error('no pub')
    return viewOf(story.state, fact, plainLedger).lastIncident
  }
  const log = (who = alice): string => {
    story.asks(who, 'log alice')
    return lastText(later(story))
  }
  t.equal(log(), 'Nothing has gone wrong with **alice**, as far as its server has told me.')
  t.equal(view(), null)
  t.match(log(bob), /You have no pub called/)
  for (let number = 1; number <= INCIDENTS_KEPT_MAX; number += 1) {
    says(told, { number, reason: `reason ${number}` })
    story.now += MINUTE_MS
    says(told, { number, state: 'over' })
    story.now += 30 * MINUTE_MS
  }
  says(told, { number: 500, kind: 'out-of-memory', reason: 'it ran out' })
  story.now += 24 * 60 * MINUTE_MS
  story.settle()
  const lines = log().split('\n')
  t.equal(lines[0], `The last ${INCIDENTS_LISTED_MAX} incidents of **alice**, the latest first:`)
  t.equal(lines.length, INCIDENTS_LISTED_MAX + 2)
  t.match(lines[2] ?? '', /UTC: out of memory, not over yet \(it ran out\)$/)
  t.match(lines[3] ?? '', /^\* 2030-.* UTC to .* UTC: down, for 60.0 s \(reason 80\)$/)
  t.same([view()?.kind, view()?.overAt, view()?.reason], ['out-of-memory', null, 'it ran out'])
  t.equal(provider, story.state.provider.id)
  t.end()
})

test('a clock that was days ahead and is set right holds no notice back', (t) => {
  const told = aliceIsUp()
  const { story } = told
  const right = story.now
  story.now += 9 * 24 * 60 * MINUTE_MS
  story.startedAt = story.now
  says(told, {})
  story.now = right + MINUTE_MS
  t.deepEqual(
    story.settle().map((effect) => effect.kind),
    ['notice'],
  )
  t.end()
})
