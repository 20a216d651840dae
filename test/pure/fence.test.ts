// The fence as a state machine: stories first, then any interleaving of a pub, its hub and its provider.
import { deepEqual, ok } from 'node:assert'
import fc from 'fast-check'
import test from 'tape'
import type { FeedId, InviteKey, MessageId } from '../../protocol/ids'
import { COMMIT_WAIT_MS, FENCE_QUEUE_MAX } from '../../protocol/limits'
import type { RawValue, Reason } from '../../protocol/rpc'
import { step } from '../../pub-image/fence'
import {
  type Fence,
  type FenceEffect,
  type FenceEvent,
  restorable,
  shutFence,
  statusOf,
} from '../../pub-image/fence-state'

const feed = (letter: string) => `@${letter.repeat(42)}A=.ed25519` as FeedId
const PUB = feed('p')
const BOB = feed('b')
const INVITE = feed('i') as string as InviteKey
const NOBODY = { name: '', description: '' }

type Reply = Extract<FenceEffect, { do: 'reply' }>
type Commit = { id: number; value: RawValue; invite: InviteKey | null }

/** A fence with everything around it that has no mind of its own: signing, its log, what it sent and replied. */
class Bench {
  fence: Fence
  log: { key: MessageId; sequence: number; content: unknown; value: RawValue }[] = []
  sent: FenceEffect[] = []
  replies: Reply[] = []
  refused: string | null = null
  appending: RawValue[] = []
  now = 0
  /** Appends end at once unless this is set. */
  slow = false
  unsignable = false
  static signatures = 0

  constructor(wanted = NOBODY, log: Bench['log'] = []) {
    this.log = [...log]
    this.fence = shutFence(PUB, 1, wanted, this.log)
  }

  feed(event: FenceEvent): void {
    for (const effect of step(this.fence, event)) this.perform(effect)
  }

  perform(effect: FenceEffect): void {
    if (effect.do === 'reply') this.replies.push(effect)
    if (effect.do === 'send' || effect.do === 'end') this.sent.push(effect)
    if (effect.do === 'refuse') this.refused = effect.error
    if (effect.do === 'append') {
      this.appending.push(effect.value)
      if (!this.slow) this.appended()
    }
    if (effect.do === 'sign') {
      Bench.signatures += 1
      const { asked, tag, head } = effect
      if (this.unsignable) {
        this.feed({ on: 'unsigned', id: asked.id, message: 'too large' })
        return
      }
      const content =
        asked.use === null
          ? asked.content
          : { type: 'contact', contact: asked.use.member, following: true, tag }
      const value: RawValue = { author: PUB, sequence: head.sequence + 1, previous: head.key, content }
      value.signature = `s${Bench.signatures}`
      this.feed({ on: 'signed', id: asked.id, value, key: keyOf(value), now: this.now })
    }
  }

  store(value: RawValue): void {
    deepEqual([value.sequence, value.previous], [this.log.length + 1, this.log.at(-1)?.key ?? null])
    this.log.push({ key: keyOf(value), sequence: this.log.length + 1, content: value.content, value })
  }

  appended(): void {
    const value = this.appending.shift()
    if (value === undefined) return
    this.store(value)
    this.feed({ on: 'appended', value, key: keyOf(value) })
  }

  restore(values: RawValue[]): void {
    for (const value of values) {
      const what = restorable(this.fence, value)
      if (what.now === 'refuse') throw new Error(what.error)
      if (what.now === 'compare') continue
      this.store(value)
      this.feed({ on: 'restored', value, key: keyOf(value) })
    }
  }

  attachAndOpen(left = 2): void {
    this.feed({ on: 'attached', attachment: 1 })
    this.open(left)
  }

  open(left = 2, head = this.log.length, epoch = 1): void {
    this.refused = null
    const invites = [{ key: INVITE, left, tag: 't' }]
    this.feed({ on: 'open', epoch, head, invites, now: this.now })
  }

  ask(id: number): void {
    this.feed({ on: 'asked', id, content: { type: 'post', id }, now: this.now })
  }

  use(id: number, member: FeedId = BOB, invite: InviteKey = INVITE): void {
    this.feed({ on: 'use', id, invite, member, now: this.now })
  }

  commits(): Commit[] {
    return this.sent.flatMap((effect) =>
      effect.do === 'send' && effect.item.kind === 'commit' ? [effect.item] : [],
    )
  }

  answer(reason: Reason | null = null, commit = this.commits().at(-1)?.id ?? 0): void {
    this.refused = null
    this.feed({ on: 'answer', commit, ok: reason === null, reason, message: reason })
  }

  kinds(): string[] {
    return this.sent.map((effect) => (effect.do === 'send' ? effect.item.kind : effect.do))
  }
}

const keyOf = (value: RawValue): MessageId => `%${value.signature}` as MessageId

test('a write goes to the provider first and is appended after its ok', (t) => {
  const bench = new Bench()
  bench.attachAndOpen()
  bench.ask(1)
  t.deepEqual(bench.kinds(), ['hello', 'commit'])
  t.equal(bench.log.length, 0, 'nothing is appended yet')
  t.equal(bench.replies.length, 0)
  bench.answer()
  t.equal(bench.log.length, 1)
  t.deepEqual(bench.replies, [{ do: 'reply', id: 1, error: null, key: bench.log[0]?.key }])
  t.end()
})

test('writes go one by one, each on top of the one before', (t) => {
  const bench = new Bench()
  bench.attachAndOpen()
  for (const id of [1, 2, 3]) bench.ask(id)
  t.equal(bench.commits().length, 1, 'one on its way at a time')
  for (const _ of [1, 2, 3]) bench.answer()
  t.deepEqual(
    bench.log.map((message) => (message.content as { id: number }).id),
    [1, 2, 3],
  )
  t.end()
})

test('a shut fence keeps its callers, and tells them to try again when it takes too long', (t) => {
  const bench = new Bench()
  bench.ask(1)
  bench.now = COMMIT_WAIT_MS - 1
  bench.feed({ on: 'tick', now: bench.now })
  t.equal(bench.replies.length, 0)
  bench.now = COMMIT_WAIT_MS
  bench.feed({ on: 'tick', now: bench.now })
  t.ok(bench.replies[0]?.error?.startsWith('try again: '))
  t.equal(statusOf(bench.fence).open, false)
  t.end()
})

test('refused: the caller is told to try again, the use is given back, the next one goes on', (t) => {
  const bench = new Bench()
  bench.attachAndOpen(1)
  bench.use(1)
  bench.use(2, feed('c'))
  bench.answer('refused')
  t.ok(bench.replies[0]?.error?.startsWith('try again: '))
  t.equal(bench.commits().length, 2, 'the second gets the use that was given back')
  t.equal(bench.log.length, 0)
  t.end()
})

test('what can not be signed is refused with its reason, and the next one goes on', (t) => {
  const bench = new Bench()
  bench.attachAndOpen(1)
  bench.unsignable = true
  bench.use(1)
  t.equal(bench.replies[0]?.error, 'too large')
  bench.unsignable = false
  bench.use(2)
  t.equal(bench.commits().length, 1, 'the use was given back')
  t.end()
})

test('a stale epoch shuts the fence for good until it is opened with its own epoch', (t) => {
  const bench = new Bench()
  bench.attachAndOpen()
  bench.ask(1)
  bench.ask(2)
  bench.answer('stale-epoch')
  t.ok(bench.replies[0]?.error?.startsWith('try again: '))
  t.equal(bench.commits().length, 1, 'nothing more is signed')
  bench.open(2, 0, 2)
  t.ok(bench.refused?.startsWith('stale-epoch: '))
  t.end()
})

test('unsure and stored: the restored message answers its caller, nothing is signed twice', (t) => {
  const bench = new Bench()
  bench.attachAndOpen()
  bench.ask(1)
  const [commit] = bench.commits()
  bench.answer('try-again')
  t.deepEqual(bench.kinds(), ['hello', 'commit', 'resync'])
  t.equal(bench.replies.length, 0, 'the caller waits')
  bench.restore(commit === undefined ? [] : [commit.value])
  t.deepEqual(bench.replies, [{ do: 'reply', id: 1, error: null, key: bench.log[0]?.key }])
  bench.open()
  t.equal(bench.commits().length, 1)
  t.end()
})

test('unsure and not stored: signed anew after the next open', (t) => {
  const bench = new Bench()
  bench.attachAndOpen()
  bench.ask(1)
  bench.answer('try-again')
  bench.open()
  t.equal(bench.commits().length, 2)
  bench.answer()
  t.equal(bench.replies[0]?.error, null)
  t.equal(bench.log.length, 1)
  t.end()
})

test('the first try is stored after the second was signed: the gap brings it back, one message remains', (t) => {
  const bench = new Bench()
  bench.attachAndOpen()
  bench.ask(1)
  const [first] = bench.commits()
  bench.feed({ on: 'detached', attachment: 1 })
  bench.feed({ on: 'attached', attachment: 2 })
  bench.open()
  t.equal(bench.commits().length, 2)
  bench.answer('gap')
  t.equal(bench.replies.length, 0)
  bench.restore(first === undefined ? [] : [first.value])
  t.equal(bench.replies[0]?.error, null)
  t.equal(bench.log.length, 1)
  t.end()
})

test('an answer that comes too late for its commit is refused', (t) => {
  const bench = new Bench()
  bench.attachAndOpen()
  bench.ask(1)
  bench.feed({ on: 'detached', attachment: 1 })
  bench.answer(null, 1)
  t.ok(bench.refused?.startsWith('unknown: '))
  t.equal(bench.log.length, 0)
  t.end()
})

test('a commit that is never answered counts as unsure', (t) => {
  const bench = new Bench()
  bench.attachAndOpen()
  bench.now = 1_000
  bench.ask(1)
  bench.now = 1_000 + COMMIT_WAIT_MS
  bench.feed({ on: 'tick', now: bench.now })
  t.deepEqual(bench.kinds(), ['hello', 'commit', 'resync'])
  t.equal(bench.replies.length, 1)
  t.end()
})

test('opens only at its own head, its own epoch, attached, and not while appending', (t) => {
  const bench = new Bench()
  bench.open()
  t.ok(bench.refused?.startsWith('refused: '), 'nobody attached')
  bench.feed({ on: 'attached', attachment: 1 })
  bench.open(2, 1)
  t.ok(bench.refused?.startsWith('gap: '))
  bench.open()
  t.equal(bench.refused, null)
  bench.slow = true
  bench.ask(1)
  bench.answer()
  bench.open(2, 0)
  t.ok(bench.refused?.startsWith('try-again: '), 'it is appending')
  bench.feed({ on: 'attached', attachment: 2 })
  t.deepEqual(bench.kinds(), ['hello', 'commit', 'end'], 'hello waits for the end of the append')
  bench.appended()
  t.deepEqual(bench.kinds(), ['hello', 'commit', 'end', 'hello'])
  t.equal(bench.replies[0]?.error, null)
  t.end()
})

test('restore: the next message only, not while open, not of somebody else', (t) => {
  const bench = new Bench()
  const value = (sequence: number, author = PUB): RawValue => ({ author, sequence })
  t.equal(restorable(bench.fence, value(1)).now, 'append')
  t.equal(restorable(bench.fence, value(2)).now, 'refuse')
  t.equal(restorable(bench.fence, value(0)).now, 'refuse')
  t.equal(restorable(bench.fence, value(1, BOB)).now, 'refuse')
  t.equal(restorable(bench.fence, { author: PUB, sequence: 'one' }).now, 'refuse')
  bench.attachAndOpen()
  t.equal(restorable(bench.fence, value(1)).now, 'refuse')
  t.end()
})

test('uses: what is left, who follows already, and what stock clients look for', (t) => {
  const bench = new Bench()
  bench.attachAndOpen(1)
  bench.use(1)
  bench.answer()
  t.equal(bench.replies[0]?.error, null)
  bench.use(2)
  t.equal(bench.replies[1]?.error, 'already following')
  bench.use(3, feed('c'))
  t.ok(bench.replies[2]?.error?.startsWith('invite has expired'))
  bench.use(4, feed('d'), feed('x') as string as InviteKey)
  t.ok(bench.replies[3]?.error?.startsWith('invite has expired'), 'an invite nobody made')
  t.equal(bench.commits().length, 1)
  t.end()
})

test('uses that come before the table is known wait for it, and can not crowd out the rest', (t) => {
  const bench = new Bench()
  bench.use(1)
  for (let id = 2; id <= FENCE_QUEUE_MAX / 2; id += 1) bench.use(id, BOB, feed('z') as string as InviteKey)
  bench.use(900)
  t.ok(bench.replies[0]?.error?.startsWith('try again: '), 'half of the room is taken by unknown invites')
  bench.ask(901)
  bench.attachAndOpen()
  bench.answer()
  t.ok(bench.replies.some((reply) => reply.id === 1 && reply.error === null))
  bench.answer()
  t.ok(bench.replies.some((reply) => reply.id === 901 && reply.error === null))
  t.equal(bench.replies.length, FENCE_QUEUE_MAX / 2 + 2)
  t.end()
})

test('the queue has an end', (t) => {
  const bench = new Bench()
  for (let id = 1; id <= FENCE_QUEUE_MAX; id += 1) bench.ask(id)
  t.equal(bench.replies.length, 0)
  bench.ask(1_000)
  t.ok(bench.replies[0]?.error?.startsWith('try again: '))
  t.end()
})

test('a new invite counts at once; a known one only ever gets fewer uses', (t) => {
  const bench = new Bench()
  bench.attachAndOpen(1)
  const other = feed('o') as string as InviteKey
  bench.feed({ on: 'invite', entry: { key: other, left: 1, tag: 'u' } })
  bench.use(1, BOB, other)
  t.equal(bench.commits()[0]?.invite, other)
  bench.feed({ on: 'invite', entry: { key: other, left: 1, tag: 'u' } })
  t.equal(bench.fence.table?.get(other)?.left, 0, 'the use on its way stays taken')
  bench.feed({ on: 'invite', entry: { key: INVITE, left: 0, tag: 't' } })
  bench.answer()
  bench.use(2, feed('c'))
  t.ok(bench.replies[1]?.error?.startsWith('invite has expired'), 'withdrawn')
  t.end()
})

test('about is published once, after opening, and again only when the feed does not say it', (t) => {
  const wanted = { name: 'alice', description: 'a pub' }
  const bench = new Bench(wanted)
  bench.attachAndOpen()
  t.deepEqual(bench.commits()[0]?.value.content, { type: 'about', about: PUB, ...wanted })
  bench.answer('try-again')
  bench.open()
  bench.answer()
  t.equal(bench.log.length, 1)
  bench.feed({ on: 'attached', attachment: 2 })
  bench.open()
  t.equal(bench.commits().length, 2, 'nothing more to say')
  const renamed = new Bench({ name: 'bob', description: 'a pub' }, bench.log)
  renamed.attachAndOpen()
  t.deepEqual(renamed.commits()[0]?.value.content, { type: 'about', about: PUB, name: 'bob' })
  t.end()
})

// ---- any interleaving ------------------------------------------------------------------------------------------

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

  /** `total`: uses of the one invite. */
  constructor(readonly total: number) {}

  usesCommitted(): number {
    return this.committed.filter((value) => (value.content as { type: string }).type === 'contact').length
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
    this.bench = new Bench(NOBODY, this.bench.log.slice(0, keep))
    this.bench.replies = replies
    this.seen = 0
    this.attached = false
  }
}

type Move =
  | ['ask' | 'attach' | 'detach' | 'slow' | 'appended', number]
  | ['use', number]
  | ['deliver', number, 'ok' | 'unsure' | 'silent']
  | ['open' | 'crash', boolean]
  | ['tick', number]

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constant('ask' as const), fc.nat(3)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('use' as const), fc.nat(6)) },
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

function play(world: World, [kind, first, second]: Move): void {
  const { bench } = world
  if (kind === 'ask') bench.ask(++world.asked)
  if (kind === 'use') bench.use(++world.asked, feed('abcdefg'[first as number] ?? 'a'))
  if (kind === 'deliver') world.deliver(first as number, second ?? 'ok')
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

test('any interleaving: one message per place, one reply per caller, no invite over-used', (t) => {
  let writes = 0
  let uses = 0
  fc.assert(
    fc.property(
      fc.array(move, { maxLength: 60, size: 'max' }),
      fc.integer({ min: 1, max: 3 }),
      (moves, total) => {
        const world = new World(total)
        for (const one of moves) play(world, one)
        settle(world)
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
        const members = world.committed.map((value) => (value.content as { contact?: string }).contact)
        const named = members.filter((member) => member !== undefined)
        ok(new Set(named).size === named.length, 'nobody is followed twice')
        writes += world.committed.length
        uses += named.length
      },
    ),
    { numRuns: 5_000 },
  )
  t.ok(writes > 5_000 && uses > 1_000, `${writes} writes were committed, ${uses} of them uses`)
  t.end()
})
