import test from 'tape'
import { DEFAULT_PLANS } from '../../plugin/plans-default'
import { plansList } from '../../plugin/plans-text'
import type { Plan } from '../../protocol/plan'
import { feed } from '../helpers/story'
import { recordOf } from '../helpers/story-change'
import { apply, type ClusterStory, clusterStory, compared, heldOf, wordsOf } from '../helpers/story-cluster'
import { join } from '../helpers/story-fleet'
import { hubIs, SECOND, twoHubs } from '../helpers/story-move'

const story = (): ClusterStory => clusterStory(twoHubs())
const [tiny, personal, community] = DEFAULT_PLANS as [Plan, Plan, Plan]

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
  one.home = {
    ...one.home,
    config: { kind: 'ours', settings: { dues: { unpaidDays: 5, endsPerDayMax: -1 } } },
  }
  t.match(
    heldOf(one, 'policy:\n  dues:\n    unpaidDays: 8\n').join(),
    /^4 dues.unpaidDays: buttcloud.dues.endsPerDayMax must be a whole number/,
    'nothing is written beside what is no good',
  )
  t.equal(
    apply(one, 'policy:\n  dues:\n    endsPerDayMax: 9\n    unpaidDays: 8\n'),
    2,
    'unless it is mended, too',
  )
  one.home = { ...one.home, config: { kind: 'ours', settings: { moving: { leaseSecond: 60 } } } }
  t.match(
    heldOf(one, 'policy:\n  moving:\n    leaseSeconds: 60\n').join(),
    /moving.leaseSecond is no setting/,
  )
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
