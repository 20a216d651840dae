// Any interleaving of a pub, its hub and its provider, with crashes, lost answers and late ones: the fence never
// makes two messages for one place of its feed, answers every caller once, and never over-uses an invite.
import { deepEqual, ok } from 'node:assert'
import fc from 'fast-check'
import test from 'tape'
import type { MessageId } from '../../protocol/ids'
import { COMMIT_WAIT_MS } from '../../protocol/limits'
import type { RawValue } from '../../protocol/rpc'
import { statusOf } from '../../pub-image/fence-state'
import { contactOwed, emptyOwn, evolveOwn, type WantedContact } from '../../pub-image/own'
import { Bench, type Commit, feed, keyOf, PUB } from '../helpers/fence-bench'

/** A provider that stores, a hub that forgets, and a pub that may lose its disk. Messages between them cross. */
class World {
  bench = new Bench()
  committed: RawValue[] = []
  /** Commits under way to the provider; a broken connection does not call them back. */
  flying: { commit: Commit; attachment: number }[] = []
  attachment = 0
  attached = false
  seen = 0
  asked = 0
  lost = new Set<number>()
  everAppended = new Map<number, string>()
  /** What the pub was last told to call itself; a run that ends forgets it. */
  wanted: string | null = null
  /** What it was last told to say of each person; the hub remembers it. */
  contacts = new Map<string, WantedContact>()

  /** `total`: uses of the one invite. */
  constructor(readonly total: number) {}

  usesCommitted(): number {
    return this.committed.filter((value) => 'tag' in (value.content as object)).length
  }

  collect(): void {
    const commits = this.bench.commits()
    for (const commit of commits.slice(this.seen)) this.flying.push({ commit, attachment: this.attachment })
    this.seen = commits.length
    for (const message of this.bench.log) {
      const before = this.everAppended.get(message.sequence)
      ok(before === undefined || before === message.key, `two messages at ${message.sequence}`)
      this.everAppended.set(message.sequence, message.key)
      ok(
        this.committed[message.sequence - 1]?.signature === message.value.signature,
        'appended, never committed',
      )
    }
  }

  /** The provider checks sequence and previous and nothing else: the fence alone must keep to the uses. */
  deliver(at: number, fate: 'ok' | 'unsure' | 'silent'): void {
    const [flight] = this.flying.splice(at % Math.max(1, this.flying.length), 1)
    if (flight === undefined) return
    const { value, id } = flight.commit
    const fits = value.sequence === this.committed.length + 1 && value.previous === (this.keyLast() ?? null)
    if (fits) this.committed.push(value)
    const here = this.attached && flight.attachment === this.attachment
    if (!here || fate === 'silent') return
    this.bench.answer(fate === 'unsure' ? 'try-again' : fits ? null : 'gap', id)
  }

  keyLast(): MessageId | undefined {
    const last = this.committed.at(-1)
    return last === undefined ? undefined : keyOf(last)
  }

  attach(): void {
    if (this.attached) this.bench.feed({ on: 'detached', attachment: this.attachment })
    this.attachment += 1
    this.attached = true
    this.bench.feed({ on: 'attached', attachment: this.attachment })
  }

  /** The hub asks the provider and brings the pub up to date; `late` answers from before the last commits. */
  open(late: boolean): void {
    if (!this.attached || this.bench.fence.open) return
    const upTo = late ? Math.max(this.bench.log.length, this.committed.length - 1) : this.committed.length
    if (this.bench.fence.pending?.stage === 'appending') return
    this.bench.restore(this.committed.slice(this.bench.log.length, upTo))
    this.bench.open(this.total - this.usesCommitted(), upTo)
  }

  crash(loseDisk: boolean): void {
    for (let id = 1; id <= this.asked; id += 1)
      if (!this.bench.replies.some((reply) => reply.id === id)) this.lost.add(id)
    const { replies } = this.bench
    const keep = loseDisk ? Math.floor(this.bench.log.length / 2) : this.bench.log.length
    this.bench = new Bench(undefined, this.bench.log.slice(0, keep))
    this.bench.replies = replies
    this.wanted = null
    this.seen = 0
    this.attached = false
  }
}

type Move =
  | ['ask' | 'attach' | 'detach' | 'slow' | 'appended', number]
  | ['use' | 'about', number]
  | ['contact', number, 'follow' | 'block' | 'neither']
  | ['deliver', number, 'ok' | 'unsure' | 'silent']
  | ['open' | 'crash', boolean]
  | ['tick', number]

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constant('ask' as const), fc.nat(3)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('use' as const), fc.nat(6)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('about' as const), fc.nat(2)) },
  {
    weight: 2,
    arbitrary: fc.tuple(
      fc.constant('contact' as const),
      fc.nat(3),
      fc.constantFrom('follow' as const, 'block' as const, 'neither' as const),
    ),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(
      fc.constant('deliver' as const),
      fc.nat(5),
      fc.constantFrom('ok' as const, 'ok' as const, 'unsure' as const, 'silent' as const),
    ),
  },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom('attach' as const, 'detach' as const), fc.nat(1)) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('open' as const), fc.boolean()) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom('slow' as const, 'appended' as const), fc.nat(1)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('crash' as const), fc.boolean()) },
  {
    weight: 3,
    arbitrary: fc.tuple(
      fc.constant('tick' as const),
      fc.constantFrom(1, COMMIT_WAIT_MS / 2, COMMIT_WAIT_MS - 1, COMMIT_WAIT_MS),
    ),
  },
)

function tell(world: World, wanted: WantedContact): void {
  world.contacts.set(wanted.feed, wanted)
  world.bench.contact(++world.asked, wanted)
}

function play(world: World, one: Move): void {
  const [kind, first, second] = one
  const { bench } = world
  if (kind === 'contact')
    tell(world, {
      feed: feed('abcd'[first as number] ?? 'a'),
      ...{ following: second === 'follow', blocking: second === 'block' },
    })
  if (kind === 'ask') bench.ask(++world.asked)
  if (kind === 'use') bench.use(++world.asked, feed('abcdefg'[first as number] ?? 'a'))
  if (kind === 'about') {
    world.wanted = `name ${first}`
    bench.about(++world.asked, world.wanted)
  }
  if (one[0] === 'deliver') world.deliver(one[1], one[2])
  if (kind === 'attach') world.attach()
  if (kind === 'detach' && world.attached) {
    world.attached = false
    bench.feed({ on: 'detached', attachment: world.attachment })
  }
  if (kind === 'open') world.open(first as boolean)
  if (kind === 'slow') bench.slow = first === 1
  if (kind === 'appended') bench.appended()
  if (kind === 'crash') world.crash(first as boolean)
  if (kind === 'tick') {
    bench.now += first as number
    bench.feed({ on: 'tick', now: bench.now })
  }
  world.collect()
}

/** Lets everything come to rest: appends end, what is under way arrives, the hub is there and honest. */
function settle(world: World): void {
  world.bench.slow = false
  for (let round = 0; round < 200; round += 1) {
    while (world.bench.appending.length > 0) world.bench.appended()
    world.collect()
    while (world.flying.length > 0) {
      world.deliver(0, 'ok')
      world.collect()
    }
    const behind = world.bench.log.length < world.committed.length
    if (world.bench.fence.open && !behind && statusOf(world.bench.fence).waiting === 0) return
    if (!world.bench.fence.open || behind || world.bench.fence.pending?.stage === 'asking') world.attach()
    world.open(false)
    world.collect()
  }
  throw new Error(`never came to rest: ${JSON.stringify(statusOf(world.bench.fence))}`)
}

/** A hub that was not told it is so says it again, and then it is so. */
function tellAgain(world: World): void {
  for (const contact of world.contacts.values()) tell(world, contact)
  if (world.wanted !== null) world.bench.about(++world.asked, world.wanted)
  world.collect()
  settle(world)
}

/** Every contact message says something new, and in the end the feed says what was told last. Gives how many. */
function checkContacts(world: World): number {
  const own = emptyOwn()
  let said = 0
  for (const { content } of world.committed) {
    const contact = content as { contact?: never; following?: boolean; blocking?: boolean }
    if (contact.contact !== undefined) {
      said += 1
      const wanted = {
        feed: contact.contact,
        ...{ following: contact.following === true, blocking: contact.blocking === true },
      }
      ok(contactOwed(own, wanted) !== null, 'nothing is said twice')
      if ('tag' in contact) ok(!own.blocking.has(contact.contact), 'no invite takes a block back')
    }
    evolveOwn(own, PUB, content)
  }
  for (const wanted of world.contacts.values())
    ok(contactOwed(own, wanted) === null, `the last word on ${wanted.feed} counts`)
  return said
}

test('any interleaving: one message per place, one reply per caller, no invite over-used', (t) => {
  let writes = 0
  let uses = 0
  let contacts = 0
  fc.assert(
    fc.property(
      fc.array(move, { maxLength: 60, size: 'max' }),
      fc.integer({ min: 1, max: 3 }),
      (moves, total) => {
        const world = new World(total)
        for (const one of moves) play(world, one)
        settle(world)
        tellAgain(world)
        deepEqual(
          world.bench.log.map((message) => message.key),
          world.committed.map(keyOf),
          'the pub and its provider hold the same feed',
        )
        ok(
          world.usesCommitted() <= world.total,
          `${world.usesCommitted()} uses of an invite for ${world.total}`,
        )
        for (let id = 1; id <= world.asked; id += 1) {
          const replies = world.bench.replies.filter((reply) => reply.id === id).length
          ok(replies === (world.lost.has(id) ? 0 : 1), `${replies} replies for caller ${id}`)
        }
        if (world.wanted !== null)
          ok(world.bench.fence.own.name === world.wanted, 'it calls itself as it was told last')
        contacts += checkContacts(world)
        writes += world.committed.length
        uses += world.usesCommitted()
      },
    ),
    { numRuns: 5_000 },
  )
  t.ok(writes > 5_000 && uses > 1_000, `${writes} writes were committed, ${uses} of them uses`)
  t.ok(contacts - uses > 1_000, `${contacts - uses} follows and blocks by order`)
  t.end()
})
