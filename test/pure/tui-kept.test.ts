/** What the terminal UI keeps between two sessions, and what it believes of what it is told. */
import fc from 'fast-check'
import tape from 'tape'
import { checkPlansAnswer, checkPubViews } from '../../cli/tui/foreign'
import { isKept, parseHistory, withTyped } from '../../cli/tui/history'
import type { Facts, PubFacts } from '../../cli/tui/model'
import { planFactsOf } from '../../cli/tui/plan-facts'
import { isFor, parseRemembered, rememberedOf } from '../../cli/tui/remembered'
import { LETTERS_MAX, newestLetters } from '../../cli/tui/thread-limit'
import type { FeedId, MessageId, PubId } from '../../protocol/ids'
import type { PubView } from '../../protocol/rpc'

const ALICE = `@${'A'.repeat(42)}E=.ed25519` as FeedId
const PROVIDER = `@${'P'.repeat(42)}E=.ed25519` as FeedId
const PUB = `%${'a'.repeat(42)}E=.sha256` as PubId
const NOW = 1_763_712_000_000

const view: PubView = {
  ...{ pub: PUB, name: 'alice', owners: [ALICE], plan: 'tiny', status: 'up', phase: 'up', reason: null },
  ...{
    desired: 'up',
    suspended: false,
    halted: null,
    dues: null,
    title: null,
    description: null,
    feed: ALICE,
  },
  ...{
    address: 'pubs.example.org:8008',
    port: 8008,
    version: '1',
    web: null,
    domain: null,
    createdAt: NOW,
    keepUntil: null,
  },
  ...{ invites: { issued: 1, used: 0 }, lastIncident: null },
}
const pub: PubFacts = { view: { value: view, at: NOW }, figures: null, live: [], samples: {}, invites: null }
const facts: Facts = {
  ...{ owner: ALICE, pubsAt: NOW, plans: { value: [{ name: 'tiny', words: 'small' }], at: NOW } },
  provider: { id: PROVIDER, name: 'provider', address: 'net:pubs.example.org:8008~shs:x' },
  pubs: { [PUB]: pub },
}
const afterDisk = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

tape('tui kept: the facts come back as they were written, with their times', (t) => {
  const measured = {
    ...{ at: NOW, measuredSince: NOW, running: true, startedAt: NOW, restarts: 0, cpuMs: 1, inBytes: 1 },
    ...{ outBytes: 2, cpuShare: 0.1, memoryBytes: 5, memoryMaxBytes: 9, diskBytes: null, diskMaxBytes: 9 },
    ...{ logBytes: null, feeds: 1, peers: 1 },
  }
  const live = { ...measured, inBytesPerSecond: 3, outBytesPerSecond: null }
  const full: Facts = {
    ...facts,
    pubs: {
      [PUB]: {
        ...pub,
        figures: { value: live, at: NOW - 5 },
        live: [live],
        invites: { value: [], at: NOW - 7 },
      },
    },
  }
  const read = parseRemembered(afterDisk(rememberedOf(full)))
  t.deepEqual(read, { ...full, pubs: { [PUB]: { ...full.pubs[PUB], live: [] } } }, 'but for the live stream')
  const plain = { ...full, pubs: { [PUB]: { ...pub, figures: { value: measured, at: NOW } } } }
  t.deepEqual(parseRemembered(afterDisk(rememberedOf(plain))), plain, 'figures without speeds stay such')
  t.deepEqual(
    parseRemembered(afterDisk(rememberedOf({ ...facts, owner: null, provider: null, pubs: {} })))?.pubs,
    {},
  )
  t.equal(isFor(facts, { provider: PROVIDER }), true)
  t.equal(isFor(facts, { provider: null }), true)
  t.equal(
    isFor(facts, { provider: ALICE }),
    false,
    'what was known of another provider is not shown for this one',
  )
  t.end()
})

tape('tui kept: a file of another version, or a spoiled one, is no file', (t) => {
  t.equal(parseRemembered({ ...rememberedOf(facts), v: 2 }), null)
  t.equal(parseRemembered(null), null)
  t.equal(parseRemembered({ v: 1 }), null)
  const sideways = { ...pub, view: { value: { ...view, status: 'sideways' }, at: NOW } }
  const spoiled = { v: 1, facts: { ...facts, pubs: { [PUB]: sideways, '%other': pub, [`${PUB}x`]: pub } } }
  t.deepEqual(parseRemembered(spoiled)?.pubs, {}, 'a pub that makes no sense is left out, the rest is read')
  const half = { ...pub, samples: { hour: { value: 3 }, day: null }, figures: 'many' }
  const odd = { v: 1, facts: { ...facts, pubs: { [PUB]: half } } }
  t.deepEqual(parseRemembered(odd)?.pubs[PUB], pub, 'so are figures that make none')
  t.end()
})

tape('tui kept: nothing on disk makes reading it throw', (t) => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (any, inner) => {
      parseRemembered(any)
      parseRemembered({ v: 1, facts: inner })
      parseRemembered({ v: 1, facts: { ...facts, pubs: inner } })
      parseRemembered({ v: 1, facts: { ...facts, pubs: { [PUB]: inner } } })
      parseHistory(inner)
    }),
  )
  t.pass('whatever it is')
  t.end()
})

tape('tui foreign: views of a later provider are read, those that make no sense are left out', (t) => {
  const later = { ...view, colour: 'green', dues: { stage: 'next-thing' }, lastIncident: { kind: 'quake' } }
  const read = checkPubViews([later, { ...view, status: 3 }, null, 'x'], 'watch')
  t.deepEqual(read, { ok: true, value: [view] }, 'what is new in it is left out')
  t.equal(checkPubViews({}, 'watch').ok, false)
  t.end()
})

tape('tui plans: what one costs is said first, and nothing costs where nobody is billed', (t) => {
  const size = { memoryBytes: 192 * 1024 ** 2, reservedBytes: 1, diskBytes: 1024 ** 3 }
  const paid = {
    ...{ name: 'personal', words: 'for friends', size, trialDays: 14, perOwnerMax: null, region: null },
    price: { amount: 700, currency: 'usd', interval: 'month' as const },
  }
  const free = { ...paid, name: 'tiny', price: null }
  t.deepEqual(planFactsOf({ plans: [free, paid], billing: true }), [
    { name: 'tiny', words: 'costs nothing: for friends (192 MB memory, 1.0 GB disk)' },
    {
      name: 'personal',
      words: '$7 a month, the first 14 days free: for friends (192 MB memory, 1.0 GB disk)',
    },
  ])
  t.match(planFactsOf({ plans: [paid], billing: false })[0]?.words ?? '', /^costs nothing: /)
  t.equal(checkPlansAnswer({ plans: [{ name: 'x' }], billing: true }, '').ok, false)
  t.end()
})

tape('tui history: lines come once, the newest last, and nothing that is secret', (t) => {
  const lines = ['list', 'restart alice', 'list'].reduce(withTyped, [] as readonly string[])
  t.deepEqual(lines, ['restart alice', 'list'])
  const seed = `${'s'.repeat(43)}=`
  for (const secret of [
    'email alice@example.org',
    'please use alice@example.org for mail',
    'email 123456',
    '123456',
    `pubs.example.org:8008:${ALICE}~${seed}`,
    'open [x](&x.sha256?unbox=abc)',
    '',
    'x'.repeat(3_000),
  ])
    t.equal(isKept(secret), false, secret.slice(0, 40))
  for (const line of ['invite alice 5', `follow alice ${ALICE}`, 'describe alice as A quiet place, 2026'])
    t.equal(isKept(line), true, line)
  t.equal(withTyped(lines, 'email alice@example.org'), lines, 'the list is the same one')
  t.deepEqual(parseHistory({ v: 1, lines: ['list', 3, 'email 123456'] }), ['list'])
  t.equal(parseHistory({ v: 2, lines: [] }), null)
  const many = Array.from({ length: 500 }, (_, at) => `status pub${at}`).reduce(
    withTyped,
    [] as readonly string[],
  )
  t.equal(many.length, 200)
  t.equal(many.at(-1), 'status pub499')
  t.end()
})

tape('tui thread: of many thousand letters the newest are held, whichever feed they came from first', (t) => {
  const letter = (author: FeedId, sequence: number) => ({
    ...{ key: `%${author}${sequence}` as MessageId, author, sequence, claimedAt: NOW + sequence },
    ...{ text: '', root: null, branch: [], recps: [], payload: null },
  })
  const own = Array.from({ length: 4_000 }, (_, at) => letter(ALICE, at))
  const theirs = Array.from({ length: 4_000 }, (_, at) => letter(PROVIDER, at))
  const kept = newestLetters([...newestLetters(own), ...theirs])
  t.equal(kept.length, LETTERS_MAX)
  t.equal(kept.filter(({ author }) => author === ALICE).length, LETTERS_MAX / 2)
  t.equal(kept.at(-1)?.sequence, 3_999)
  t.end()
})
