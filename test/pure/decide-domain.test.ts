/** Goal: an owner's domain is what a pub is reached by while it leads there, and never a moment on anybody's mere word. */
import test from 'tape'
import { amended } from '../../plugin/amend'
import { decide } from '../../plugin/decide'
import { wantedNames } from '../../plugin/dns-plan'
import { addressOf, viewOf, webAddressOf } from '../../plugin/query'
import { pubIdOf } from '../../protocol/ids'
import { OWN_PENDING_MS } from '../../protocol/limits-dns'
import { buildCapacity } from '../../protocol/messages/capacity'
import { alice, feed, hub, plainLedger, provider, Story } from '../helpers/story'
import { ask, recordOf, specOf } from '../helpers/story-change'
import {
  DEAD,
  fact,
  HOST,
  LEADS,
  look,
  NAME,
  NOT,
  own,
  pass,
  proven,
  says,
  told,
  upBy,
} from '../helpers/story-domain'
import { hubSays } from '../helpers/story-hub'
import { noticesOf } from '../helpers/story-operator'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

test('asked for: nothing changes, and the answer says what to enter', (t) => {
  const one = told()
  const before = specOf(one)
  const text = says(one, `domain alice ${NAME}`)
  t.deepEqual(own(one), { name: NAME, since: one.story.now, proven: false })
  t.ok(text.includes(`* type \`CNAME\`, name \`${NAME}\`, value (or target) \`${HOST}\``), text)
  t.ok(text.includes(`* type \`TXT\`, name \`_buttcloud.${NAME}\`, value \`pub=${HOST}\``))
  t.equal(specOf(one), before, 'no order')
  t.equal(addressOf(one.story.state, fact(one)), `${HOST}:${recordOf(one).port}`)
  look(one.story, NOT)
  t.match(
    says(one, 'domain alice'),
    /When I last looked: `social\.example\.net` leads to 198\.51\.100\.1, and/,
  )
  t.match(says(one, 'status alice'), /Domain: `social\.example\.net` does not lead here yet/)
  t.match(says(one, `domain alice ${NAME}`), /enter this one/, 'the same again')
  t.deepEqual(one.story.settle(), [])
  t.end()
})

test('proven: order, address, invites and pages follow; owners are told once, the records of name servers stay', (t) => {
  const one = told()
  const { story } = one
  const names = wantedNames(story.state)
  ask(one, `domain alice ${NAME}`)
  t.deepEqual(noticesOf(look(story, LEADS), 'moved'), [], 'told when it is up by it')
  t.equal(own(one)?.proven, true)
  t.equal(specOf(one).host, NAME)
  const [notice, ...more] = upBy(one, NAME)
  t.deepEqual([notice?.owners, more], [[alice], []])
  const { port } = recordOf(one)
  t.ok(notice?.text.includes(`is now \`${NAME}:${port}\`; before it was \`${HOST}:${port}\``), notice?.text)
  t.ok(notice?.text.includes(`* for one person: \`${NAME}:${port}:`), 'with its invite')
  t.deepEqual(upBy(one, NAME), [], 'once')
  t.equal(viewOf(story.state, fact(one), plainLedger).address, `${NAME}:${port}`)
  t.deepEqual(wantedNames(story.state), names, 'the name for life leads where it led')
  t.match(says(one, 'domain alice'), /is reached by `social\.example\.net`, and by `alice\.pubs/)
  t.match(says(one, 'domain alice other.example.net'), /can have one such domain/)
  t.deepEqual(pass(story, LEADS, 20 * DAY_MS, HOUR_MS), [], 'and so it stays')
  t.end()
})

test('pages: their names are in the order, by HTTPS where the hub can', (t) => {
  const one = told()
  const { story } = one
  ask(one, 'web alice on')
  t.deepEqual(specOf(one).web?.names, [HOST])
  t.equal(webAddressOf(story.state, fact(one)), `http://${HOST}:${recordOf(one).webPort}/`)
  ask(one, `domain alice ${NAME}`)
  look(story, LEADS)
  t.deepEqual(specOf(one).web?.names, [NAME, HOST])
  const offer = {
    memoryBytes: 4e9,
    diskBytes: 1e12,
    engine: 'process',
    host: 'pubs.example',
    version: '1',
  } as const
  story.tells(hub, buildCapacity({ ...offer, https: 'yes' }))
  t.equal(webAddressOf(story.state, fact(one)), `https://${NAME}/`)
  story.tells(hub, buildCapacity(offer))
  t.equal(webAddressOf(story.state, fact(one)), `http://${NAME}:${recordOf(one).webPort}/`)
  t.end()
})

test('never proven: after three days it is given up, said once with what was found', (t) => {
  const one = told()
  const { story } = one
  ask(one, `domain alice ${NAME}`)
  t.deepEqual(pass(story, NOT, OWN_PENDING_MS - HOUR_MS), [])
  const effects = pass(story, NOT, 2 * HOUR_MS)
  const [notice, ...more] = noticesOf(effects, 'domain')
  t.deepEqual([notice?.owners, more, own(one)], [[alice], [], null])
  t.match(notice?.text ?? '', /so I stopped looking: `social\.example\.net` leads to 198\.51\.100\.1/)
  t.deepEqual(noticesOf(effects, 'moved'), [])
  t.deepEqual(pass(story, NOT, DAY_MS), [])
  t.match(says(one, `domain alice ${NAME}`), /enter this one/, 'anew')
  t.deepEqual(pass(story, NOT, DAY_MS), [], 'with three days anew')
  t.deepEqual(noticesOf(pass(story, DEAD, 3 * DAY_MS), 'domain').length, 1, 'told of that, too')
  t.end()
})

test('a clock that jumps gives nothing up in a moment', (t) => {
  const one = told()
  const { story } = one
  ask(one, `domain alice ${NAME}`)
  look(story, NOT)
  story.now += 30 * DAY_MS
  t.deepEqual(look(story, NOT), [], 'ahead')
  story.now -= 60 * DAY_MS
  t.deepEqual(look(story, NOT), [], 'back')
  t.ok(pass(story, NOT, 2 * DAY_MS).length > 0, 'and nobody waits for ever')
  const two = proven()
  two.story.now += DAY_MS
  look(two.story, NOT)
  two.story.now += 400 * DAY_MS
  t.deepEqual(look(two.story, NOT), [])
  t.equal(own(two)?.proven, true)
  t.end()
})

test('led elsewhere: told after a day, dropped after a week; what does not answer counts for nothing', (t) => {
  const one = proven()
  const { story } = one
  t.deepEqual(pass(story, DEAD, 30 * DAY_MS, HOUR_MS), [], 'no answer for a month')
  pass(story, LEADS, 2 * DAY_MS, HOUR_MS)
  t.deepEqual(pass(story, NOT, DAY_MS, HOUR_MS), [])
  const [notice, ...more] = noticesOf(pass(story, NOT, 2 * HOUR_MS, HOUR_MS), 'domain')
  t.deepEqual([notice?.owners, more], [[alice], []])
  t.match(notice?.text ?? '', /leads to 198\.51\.100\.1.* its record is type `CNAME`/)
  t.match(says(one, 'domain alice'), /When I last looked, that was not so/)
  t.deepEqual(pass(story, LEADS, DAY_MS, HOUR_MS), [], 'mended')
  t.equal(noticesOf(pass(story, NOT, 2 * DAY_MS, HOUR_MS), 'domain').length, 1, 'another time is told anew')
  t.deepEqual(pass(story, NOT, 4 * DAY_MS, HOUR_MS), [])
  pass(story, NOT, 2 * DAY_MS, HOUR_MS)
  t.equal(own(one), null)
  t.equal(specOf(one).host, HOST)
  const [moved] = upBy(one, HOST)
  t.match(moved?.text ?? '', /is now `alice\.pubs\.example\.org:\d+`; before it was `social/)
  t.end()
})

test('off: back to the name for life, with the invites; what was only asked for is forgotten', (t) => {
  const one = proven()
  t.match(says(one, 'domain alice off'), /reached by `alice\.pubs\.example\.org` alone/)
  t.equal(own(one), null)
  t.equal(upBy(one, HOST).length, 1)
  t.match(says(one, 'domain alice off'), /has no domain of yours/)
  t.match(says(one, 'domain alice'), /says what to do for one/)
  ask(one, `domain alice ${NAME}`)
  ask(one, 'domain alice off')
  t.deepEqual(look(one.story, LEADS), [])
  t.equal(own(one), null)
  t.end()
})

test('a crash between any two steps: the same end, and nobody is told twice', (t) => {
  const one = told()
  const { story } = one
  const asked = story.asks(alice, `domain alice ${NAME}`)
  const [record] = story.decide().effects
  if (record?.kind !== 'record') throw new Error('the record comes first')
  story.perform(record)
  story.now += 1_000
  const answers = story.settle().filter((one) => one.kind === 'answer' && one.request.key === asked)
  t.deepEqual(answers.length, 1)
  t.equal(own(one)?.since, story.now - 1_000, 'asked for once')
  pass(story, DEAD, OWN_PENDING_MS - HOUR_MS)
  story.now += 2 * HOUR_MS
  const known = story.ownLooks.get(pubIdOf(one.pub))
  if (known === undefined) throw new Error('no look')
  story.ownLooks.set(pubIdOf(one.pub), { ...known, at: story.now })
  const [notice, end] = story.decide().effects
  t.deepEqual([notice?.kind, end?.kind], ['notice', 'record'])
  if (notice !== undefined) story.perform(notice)
  const rest = story.settle()
  t.deepEqual([noticesOf(rest, 'domain'), own(one)], [[], null], 'told, then cut off')
  t.end()
})

test('it stays with its pub: moved, renamed by its operator, changed, replayed', (t) => {
  const one = proven()
  const { story } = one
  const second = feed('second hub')
  story.withHub(second, 4e9, 'second')
  const kept = own(one)
  story.tells(provider, {
    ...{ ...recordOf(one), hub: second, epoch: 2 },
    moved: { from: hub, why: 'asked', by: null },
  })
  story.settle()
  t.deepEqual([own(one), specOf(one).host], [kept, NAME])
  const [notice] = upBy(one, NAME)
  t.match(notice?.text ?? '', /on another server now.*Its address is what it was/)
  ask(one, 'name alice as The Shed')
  hubSays(story, one.pub, 'up', { host: NAME })
  story.settle()
  const amendment = amended(story, fact(one), { plan: null, web: true, owners: null }, provider)
  if (!amendment.ok || amendment.record === null) throw new Error(JSON.stringify(amendment))
  story.tells(provider, amendment.record)
  story.settle()
  t.deepEqual([own(one), specOf(one).web?.names], [kept, [NAME, HOST]], 'by a cluster file, too')
  ask(one, 'stop alice')
  t.deepEqual(own(one), kept)
  const fresh = new Story()
  for (const { author, content } of story.log) fresh.tells(author, content as object)
  fresh.policy = story.policy
  const { now } = story
  const world = { now, policy: story.policy, ledger: plainLedger }
  const facts = {
    connected: new Set([hub]),
    newcomers: new Set<typeof alice>(),
    strangers: new Map(),
    replies: new Map(),
  }
  t.deepEqual(
    decide({ ...world, state: fresh.state, facts }).effects,
    decide({ ...world, state: story.state, facts }).effects,
  )
  t.end()
})
