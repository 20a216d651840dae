import test from 'tape'
import { DEFAULT_PLANS } from '../../plugin/plans-default'
import { plansList } from '../../plugin/plans-text'
import { CLUSTER_PUB_CHANGES_MAX } from '../../protocol/limits-cluster'
import { buildPub } from '../../protocol/messages/pub'
import type { Plan } from '../../protocol/plan'
import { alice, bob, feed, hub, key, provider } from '../helpers/story'
import { recordOf } from '../helpers/story-change'
import { type ClusterStory, clusterStory, compared, perform } from '../helpers/story-cluster'
import { join } from '../helpers/story-fleet'
import { hubIs, SECOND, twoHubs } from '../helpers/story-move'

const story = (): ClusterStory => clusterStory(twoHubs())
const wordsOf = (one: ClusterStory, text: string): string[] =>
  compared(one, text).changes.map(({ words }) => words)
const heldOf = (one: ClusterStory, text: string): string[] =>
  compared(one, text).held.map(({ name, line, why }) => `${line} ${name}: ${why}`)
const [tiny, personal, community] = DEFAULT_PLANS as [Plan, Plan, Plan]

/** Does all that a file wants and gives how often something was done. */
function apply(one: ClusterStory, text: string): number {
  const { changes } = compared(one, text)
  for (const change of changes) perform(one, change, text)
  return changes.length
}

test('plans: what is new, gone, otherwise and first, each in words', (t) => {
  const one = story()
  const text = `plans:\n${plansList([
    { ...personal, price: null, trialDays: 0 },
    { ...tiny, size: { ...tiny.size, memoryBytes: 256 * 1024 ** 2 } },
    { ...community, name: 'village' },
  ])}`
  const said = wordsOf(one, text)
  t.equal(said.length, 5, said.join(' | '))
  t.match(said[0] ?? '', /^plan personal: price .* → costs nothing/)
  t.equal(said[1], 'plan tiny: memory 192MB → 256MB')
  t.match(said[2] ?? '', /^plan village is offered: .* of memory, .* of disk, /)
  t.equal(said[3], 'plan community is offered no more')
  t.match(said[4] ?? '', /in this order: personal, tiny, village; `create NAME` alone gets personal/)
  t.deepEqual(compared(one, text).notes.length, 1, 'what is there keeps its size')
  apply(one, text)
  t.deepEqual({ ...compared(one, text) }, { changes: [], held: [], notes: [], owed: [] })
  t.match(wordsOf(one, `plans:\n${plansList([tiny])}`).join(), /plan personal is offered no more/)
  const broken = { ...one, home: { ...one.home, plans: null } }
  t.deepEqual(wordsOf(broken, text), ['the file of plans is written anew: what is there now can’t be read'])
  t.end()
})

test('a plan that is taken away is kept by those who have it, and they are counted', (t) => {
  const one = story()
  t.equal(recordOf(one.one).plan, tiny.name)
  t.match(
    wordsOf(one, `plans:\n${plansList([personal, community])}`).join(),
    /plan tiny is offered no more; one pub that has it keeps it/,
  )
  t.end()
})

test('policy: written by its names, at once or from the next start', (t) => {
  const one = story()
  one.home = { ...one.home, config: { kind: 'ours', settings: { portMin: 1, dues: { endsPerDayMax: 9 } } } }
  const text =
    'policy:\n  pubsPerOwnerMax: 7\n  domain: pubs.example.org\n  dues:\n    endsPerDayMax: 9\n    unpaidDays: 8\n  moving:\n    leaseSeconds: 60\n    byItself: off\n'
  const { changes, held } = compared(one, text)
  t.deepEqual(held, [])
  t.deepEqual(
    changes.map(({ words, counts }) => [words, counts]),
    [
      ['pubsPerOwnerMax: 3 → 7', 'now'],
      ['domain: nothing → pubs.example.org', 'next-start'],
      ['dues.unpaidDays: 3 → 8', 'now'],
      ['moving.leaseSeconds: 45 → 60', 'next-start'],
      ['moving.byItself: on → off', 'now'],
    ],
  )
  apply(one, text)
  const { policy } = one.one.story
  t.deepEqual(
    [policy.pubsPerOwnerMax, policy.dues.graceMs.unpaid, policy.dues.endsPerDayMax, policy.moving.byItself],
    [7, 8 * 24 * 3_600_000, 9, false],
  )
  t.deepEqual([policy.moving.leaseMs, policy.domain], [45_000, null], 'not before the next start')
  t.deepEqual(one.home.config.settings, {
    ...{ portMin: 1, pubsPerOwnerMax: 7, domain: 'pubs.example.org' },
    dues: { endsPerDayMax: 9, unpaidDays: 8 },
    moving: { leaseSeconds: 60, byItself: 'off' },
  })
  const again = compared(one, text)
  t.deepEqual([again.changes, again.held], [[], []])
  t.match(again.notes.join(), /something else of domain, moving.leaseSeconds than what is in force/)
  t.end()
})

test('policy: a config that is not ours, can’t be read or would not start is not written', (t) => {
  const one = story()
  const theirs = { ...one, home: { ...one.home, config: { kind: 'theirs' as const, settings: {} } } }
  t.match(
    heldOf(theirs, 'policy:\n  dues:\n    unpaidDays: 8\n').join(),
    /^4 dues.unpaidDays: .* write "dues":\{"unpaidDays":8\} into "buttcloud" there and restart it$/,
  )
  t.deepEqual(wordsOf(theirs, 'policy:\n  dues:\n    unpaidDays: 3\n'), [], 'what is so needs no writing')
  const broken = {
    ...one,
    home: { ...one.home, config: { kind: 'broken' as const, settings: {}, why: 'it is no JSON' } },
  }
  t.match(heldOf(broken, 'policy:\n  pubsPerOwnerMax: 9\n').join(), /^3 pubsPerOwnerMax: it is no JSON$/)
  const dns = {
    server: 'ns.example.org',
    zone: 'example.org',
    key: { name: 'k', algorithm: 'hmac-sha256', secretFile: 'f' },
  }
  one.home = { ...one.home, config: { kind: 'ours', settings: { domain: 'a.example.org', dns } } }
  t.match(heldOf(one, 'policy:\n  domain: example.net\n').join(), /does not lie in dns.zone/)
  t.end()
})

test('hubs: a status is a change, once; who has not joined is no fault', (t) => {
  const one = story()
  const text = 'hubs:\n  second:\n    status: cordoned\n  attic:\n    status: admitted\n'
  const { changes, held, notes } = compared(one, text)
  t.deepEqual(
    changes.map(({ name, words }) => [name, words]),
    [['second', 'second takes no new pubs; it has no pubs']],
  )
  t.deepEqual(held, [])
  t.deepEqual(notes, [
    'Hub attic has not joined. A token for it: buttcloud admin hub-token --label attic',
    'One hub is not in the file and left alone: hub-1.',
  ])
  t.equal(apply(one, text), 1)
  t.equal(apply(one, text), 0)
  t.match(
    wordsOf(one, 'hubs:\n  hub-1:\n    status: draining\n').join(),
    /hub-1 is emptied: one pub on it moves elsewhere/,
  )
  t.match(
    heldOf(one, 'hubs:\n  hub-1:\n    status: retired\n').join(),
    /^4 hub-1: hub-1 still has a pub: alice/,
  )
  t.match(
    heldOf(one, `hubs:\n  second:\n    status: admitted\n  "${SECOND}":\n    status: admitted\n`).join(),
    /twice, by its label and by its id/,
  )
  hubIs(one.one.story, SECOND, 'retired')
  t.match(compared(one, 'hubs:\n  second:\n    status: admitted\n').notes.join(), /second has not joined/)
  t.deepEqual(wordsOf(one, 'hubs:\n  second:\n    status: retired\n'), [])
  t.end()
})

test('two hubs of one label are nobody, until the file has their ids', (t) => {
  const one = story()
  join(one.one.story, feed('third hub'), 'second')
  t.match(heldOf(one, 'hubs:\n  second:\n    status: draining\n').join(), /several hubs are called second/)
  t.equal(wordsOf(one, `hubs:\n  "${SECOND}":\n    status: draining\n`).length, 1)
  t.end()
})

test('pubs: a move is a change, judged by what the hubs will be', (t) => {
  const one = story()
  t.deepEqual(wordsOf(one, 'pubs:\n  alice:\n    hub: hub-1\n'), [])
  t.deepEqual(wordsOf(one, 'pubs:\n  alice:\n    hub: second\n'), ['alice moves from hub-1 to second'])
  hubIs(one.one.story, SECOND, 'cordoned')
  t.match(heldOf(one, 'pubs:\n  alice:\n    hub: second\n').join(), /^4 alice: .*second is cordoned/)
  const both = 'hubs:\n  second:\n    status: admitted\npubs:\n  alice:\n    hub: second\n'
  t.deepEqual(wordsOf(one, both), ['second takes pubs (it is cordoned)', 'alice moves from hub-1 to second'])
  apply(one, both)
  t.equal(recordOf(one.one).hub, SECOND)
  t.deepEqual(compared(one, both).changes, [], 'on its way is where it shall be')
  t.match(heldOf(one, 'pubs:\n  alice:\n    hub: nowhere\n').join(), /^4 alice: no hub is called "nowhere"/)
  t.end()
})

test('pubs: a region is any hub that is there', (t) => {
  const one = story()
  t.match(
    heldOf(one, 'pubs:\n  alice:\n    region: eu\n').join(),
    /^4 alice: no hub that takes pubs is in eu$/,
  )
  const third = feed('third hub')
  join(one.one.story, third, 'third', { memoryBytes: 4 * 1024 ** 3, labels: ['region=eu'] })
  one.one.leases.heard.add(third)
  const text = 'pubs:\n  alice:\n    region: eu\n'
  t.deepEqual(wordsOf(one, text), ['alice moves from hub-1 to third, which is in eu'])
  t.equal(apply(one, text), 1)
  t.deepEqual(compared(one, text).changes, [])
  t.end()
})

test('pubs: plan, pages and owners are one change; who is not there is said with what to do', (t) => {
  const one = story()
  const text = `pubs:\n  alice:\n    plan: personal\n    web: on\n    owners: ["${bob}"]\n  shed:\n    plan: tiny\n`
  t.deepEqual(wordsOf(one, text), [
    `alice: plan tiny → personal, web pages on, ${bob} becomes an owner, ${alice} is an owner no more`,
  ])
  t.match(
    heldOf(one, text).join('\n'),
    /^7 shed: there is no live pub of that name; to make it, say whose it shall be: owners$/,
  )
  t.match(heldOf(one, 'pubs:\n  alice:\n    plan: huge\n').join(), /^3 alice: there is no plan huge/)
  const seed = `plans:\n${plansList([{ ...tiny, name: 'seed' }])}pubs:\n  alice:\n    plan: seed\n`
  t.ok(wordsOf(one, seed).includes('alice: plan tiny → seed'), 'a plan of the same file is there')
  apply(one, text)
  t.deepEqual(compared(one, text).changes, [])
  t.deepEqual(compared(one, 'pubs: {}\n').notes, ['One pub is not in the file and left alone: alice.'])
  t.deepEqual(compared(one, 'policy:\n').notes, [], 'of what the file does not speak of nothing is said')
  t.end()
})

test('pubs: one that is not there is made for its owners, where there is room, once', (t) => {
  const one = story()
  const text = `pubs:\n  shed:\n    owners: ["${bob}", "${alice}"]\n    plan: personal\n    hub: second\n    web: on\n  barn:\n    owners: ["${bob}"]\n`
  const { changes, held, notes } = compared(one, text)
  t.deepEqual(
    changes.map(({ words }) => words),
    [
      `shed is made on second with plan personal, as a gift, for ${bob}, ${alice}`,
      `barn is made on hub-1 with plan tiny, as a gift, for ${bob}`,
    ],
  )
  t.deepEqual(held, [])
  t.match(notes.join(' '), /has asked for nothing here yet: .*admin invite/)
  t.equal(apply(one, text), 2)
  const again = compared(one, text)
  t.deepEqual([again.changes, again.held], [[], []], 'while it is being made, too')
  t.match(
    heldOf(one, `pubs:\n  hut:\n    owners: ["${bob}"]\n    plan: huge\n`).join(),
    /there is no plan huge/,
  )
  t.match(heldOf(one, `pubs:\n  hut:\n    owners: ["${hub}"]\n`).join(), /own programs/)
  t.match(heldOf(one, `pubs:\n  hut:\n    owners: ["${bob}"]\n    region: eu\n`).join(), /not in eu/)
  one.one.story.offers(0)
  one.one.story.offers(0, SECOND)
  t.match(heldOf(one, `pubs:\n  hut:\n    owners: ["${bob}"]\n`).join(), /no room for that: .*full/)
  t.end()
})

test('pubs: those of one file share the room that there is', (t) => {
  const one = story()
  one.one.story.offers(0)
  one.one.story.offers(tiny.size.reservedBytes, SECOND)
  const text = ['hut', 'barn'].map((name) => `  ${name}:\n    owners: ["${bob}"]\n`).join('')
  const { changes, held } = compared(one, `pubs:\n${text}`)
  t.deepEqual([changes.map(({ name }) => name), held.map(({ name }) => name)], [['hut'], ['barn']])
  t.end()
})

test('pubs: one ends only where the file has it no more and its name was said besides', (t) => {
  const one = story()
  t.deepEqual(wordsOf(one, 'pubs: {}\n'), [])
  const { changes, notes } = compared(one, 'pubs: {}\n', ['alice', 'alice'])
  t.deepEqual(
    changes.map(({ words }) => words),
    [`alice ends: it goes off, its data is kept for 7 days 0 h and then removed; ${alice} is told`],
  )
  t.deepEqual(notes, [])
  const why = (text: string, name: string) =>
    compared(one, text, [name]).held.map(({ line, why }) => `${line} ${why}`)
  t.deepEqual(why('pubs:\n  alice:\n', 'alice'), ['0 it is in the file; take it out there first'])
  t.deepEqual(why('hubs:\n', 'alice'), ['0 the file says nothing of pubs, so none can be missing from it'])
  t.deepEqual(why('pubs: {}\n', 'shed'), ['0 there is no live pub of that name'])
  for (const change of changes) perform(one, change, '')
  const { status, keepUntil } = recordOf(one.one)
  t.deepEqual([status, keepUntil], ['ended', one.one.story.now + 7 * 24 * 3_600_000])
  t.deepEqual(compared(one, 'pubs: {}\n').changes, [])
  t.end()
})

test('what stands in no section is never touched, and more moves than may be wait', (t) => {
  const one = story()
  const count = CLUSTER_PUB_CHANGES_MAX + 2
  const record = recordOf(one.one)
  const size = { memoryBytes: 1024, reservedBytes: 1024, diskBytes: 1024 }
  for (let at = 0; at < count; at += 1) {
    const pub = key(`request ${at}`) as string as typeof record.pub
    one.one.story.tells(
      provider,
      buildPub({ ...record, pub, name: `p${at}`, port: 9000 - at, size, answers: key(`request ${at}`) }),
    )
  }
  // Being made, none of them moves; that is said of each, and costs no room.
  const text = `pubs:\n${[...Array(count).keys()].map((at) => `  p${at}:\n    hub: second\n`).join('')}`
  t.equal(compared(one, text).held.length, count)
  t.end()
})
