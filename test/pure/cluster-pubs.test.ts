// Goal: what a cluster file says of pubs is done to them once, and what can't be is said with its line.
import test from 'tape'
import { DEFAULT_PLANS } from '../../plugin/plans-default'
import { plansList } from '../../plugin/plans-text'
import { CLUSTER_PUB_CHANGES_MAX } from '../../protocol/limits-cluster'
import { buildPub } from '../../protocol/messages/pub'
import type { Plan } from '../../protocol/plan'
import { alice, bob, feed, hub, key, provider } from '../helpers/story'
import { recordOf } from '../helpers/story-change'
import {
  apply,
  type ClusterStory,
  clusterStory,
  compared,
  heldOf,
  perform,
  wordsOf,
} from '../helpers/story-cluster'
import { join } from '../helpers/story-fleet'
import { hubIs, SECOND, twoHubs } from '../helpers/story-move'

const story = (): ClusterStory => clusterStory(twoHubs())
const [tiny] = DEFAULT_PLANS as [Plan]

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
      `shed is made on second with plan personal and web pages, as a gift, for ${bob}, ${alice}`,
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
  const shorter = compared(one, 'policy:\n  retentionMs: 3600000\npubs: {}\n', ['alice']).changes
  t.match(shorter[1]?.words ?? '', /kept for 1 h 0 min/, 'by the policy that is in force when it ends')
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
