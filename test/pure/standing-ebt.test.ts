/** Goal: replication is begun again where it ended, once at a time, ever more rarely, and nowhere else. */
import '../../sbot/sound-own-ebt'
import { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import tape from 'tape'
import { EBT_AGAIN_AFTER_MS, EBT_AGAIN_CEILING_MS, EBT_HELD_MS } from '../../protocol/limits-replicating'
import { keepReplicating } from '../../sbot/standing-ebt'
import { type HandClock, handClock } from '../helpers/hand-clock'

type End = true | Error | null
type Callback = (end: End, data?: unknown) => void
type Source = (abort: End, callback: Callback) => void

/** One end of a stream, as a node has it: what it says is pushed, what it hears is kept. */
class FakeStream {
  readonly heard: unknown[] = []
  ended: End = null
  private readonly said: unknown[] = []
  private waiting: Callback | null = null

  say(data: unknown): void {
    this.said.push(data)
    this.serve()
  }

  end(end: End = true): void {
    this.ended = this.ended ?? end
    this.serve()
  }

  source: Source = (abort, callback) => {
    if (abort) {
      this.end(abort)
      return callback(abort)
    }
    this.waiting = callback
    this.serve()
  }

  sink = (read: Source): void => {
    const next = (): void =>
      read(this.ended, (end, data) => {
        if (end) return this.end(end)
        this.heard.push(data)
        next()
      })
    next()
  }

  private serve(): void {
    const callback = this.waiting
    if (callback === null || (this.said.length === 0 && this.ended === null)) return
    this.waiting = null
    if (this.ended !== null) callback(this.ended)
    else callback(null, this.said.shift())
  }
}

type Duplex = Pick<FakeStream, 'source' | 'sink'>
type Replicate = (this: { id: string }, ...args: unknown[]) => Duplex
type Hook = (this: { id: string }, inner: Replicate, args: unknown[]) => Duplex

interface Fake {
  clock: HandClock
  told: string[]
  /** Streams of the node itself, one for each time that it was asked for one. */
  local: FakeStream[]
  /** A peer that has connected, with the streams that it was asked for. */
  peer(id?: string): { remote: FakeStream[]; close(): void }
  /** The peer asks for a stream, as who dials does; the stream as that peer sees it ends with `end`. */
  asked(id?: string): { end(): void }
}

function fakeNode(self = '@m'): Fake {
  const clock = handClock(1_000)
  const told: string[] = []
  const local: FakeStream[] = []
  const streamIn = (list: FakeStream[]): FakeStream => {
    const stream = new FakeStream()
    list.push(stream)
    return stream
  }
  let replicate: Replicate = () => streamIn(local)
  const hooked = function (this: { id: string }, ...args: unknown[]): Duplex {
    return replicate.apply(this, args)
  }
  const hook = (one: Hook): void => {
    const inner = replicate
    replicate = function (...args) {
      return one.call(this, inner, args)
    }
  }
  const ebt = { replicate: Object.assign(hooked, { hook }) }
  const ssb = Object.assign(new EventEmitter(), { id: self, ebt })
  keepReplicating(ssb, { clock, told: (sentence) => told.push(sentence) })
  return {
    ...{ clock, told, local },
    peer(id = '@z') {
      const remote: FakeStream[] = []
      const rpc = Object.assign(new EventEmitter(), { id, ebt: { replicate: () => streamIn(remote) } })
      ssb.emit('rpc:connect', rpc, false)
      return { remote, close: () => rpc.emit('closed') }
    },
    asked(id = '@z') {
      const given = ebt.replicate.call({ id }, { version: 3 })
      const theirs = new FakeStream()
      theirs.sink(given.source)
      given.sink(theirs.source)
      return { end: () => theirs.end(new Error('reconnected to peer')) }
    },
  }
}

tape('a stream that ended while the connection stands is begun again, after a moment', (t) => {
  const node = fakeNode()
  const { remote } = node.peer()
  node.asked().end()
  node.clock.pass(EBT_AGAIN_AFTER_MS - 1)
  t.equal(remote.length, 0, 'not at once: the peer may be about to do it')
  node.clock.pass(1)
  t.equal(remote.length, 1, 'then we ask the peer')
  t.equal(node.told.length, 1, 'and say so')
  node.clock.pass(EBT_AGAIN_CEILING_MS)
  t.equal(remote.length, 1, 'a stream that goes on is left alone')
  t.end()
})

tape('our greeting waits until the peer has spoken', (t) => {
  const node = fakeNode()
  const { remote } = node.peer()
  node.asked().end()
  node.clock.pass(EBT_AGAIN_AFTER_MS)
  const ours = node.local[1] as FakeStream
  const theirs = remote[0] as FakeStream
  ours.say({ '@m': 1 })
  t.deepEqual(theirs.heard, [], 'it may not know our clock yet')
  theirs.say({ '@z': 2 })
  t.deepEqual(ours.heard, [{ '@z': 2 }])
  t.deepEqual(theirs.heard, [{ '@m': 1 }])
  ours.say({ '@m': 2 })
  t.deepEqual(theirs.heard, [{ '@m': 1 }, { '@m': 2 }], 'and from then on nothing waits')
  t.end()
})

tape('one that ends before it has spoken ends ours too', (t) => {
  const node = fakeNode()
  const { remote } = node.peer()
  node.asked().end()
  node.clock.pass(EBT_AGAIN_AFTER_MS)
  ;(remote[0] as FakeStream).end(new Error('no such method'))
  t.ok((node.local[1] as FakeStream).ended, 'nothing is left over')
  t.end()
})

tape('nothing is begun where another stream goes on, or nobody is connected', (t) => {
  const node = fakeNode()
  const first = node.peer()
  const one = node.asked()
  const second = node.peer()
  node.asked()
  one.end()
  node.clock.pass(EBT_AGAIN_CEILING_MS)
  t.equal(first.remote.length + second.remote.length, 0, 'the newer stream took over')

  const other = fakeNode()
  const gone = other.peer()
  other.asked().end()
  gone.close()
  other.clock.pass(EBT_AGAIN_CEILING_MS)
  t.equal(gone.remote.length, 0, 'who hung up is left alone')

  const silent = fakeNode()
  const caller = silent.peer()
  silent.clock.pass(EBT_AGAIN_CEILING_MS)
  t.equal(caller.remote.length, 0, 'and so is who never replicated: a program that only asks something')
  t.end()
})

/** The moments, in milliseconds after the first end, at which a peer that ends every stream at once is asked again. */
function askedAt(node: Fake, forMs: number): number[] {
  const { remote } = node.peer()
  node.asked().end()
  const moments: number[] = []
  for (let passed = 0; passed < forMs; passed += 500) {
    node.clock.pass(500)
    if (remote.every((stream) => stream.ended !== null)) continue
    moments.push(passed + 500)
    remote.at(-1)?.end()
  }
  return moments
}

tape('a peer that will not replicate is asked ever more rarely, and told of once', (t) => {
  const node = fakeNode()
  const moments = askedAt(node, 3 * 3_600_000)
  t.deepEqual(moments.slice(0, 4), [1_000, 3_000, 7_000, 15_000])
  const pauses = moments.slice(1).map((moment, n) => moment - (moments[n] ?? 0))
  t.equal(Math.max(...pauses), EBT_AGAIN_CEILING_MS, 'but never given up')
  t.equal(node.told.length, 1)
  t.end()
})

tape('of two nodes that both look after it, one has the first turn', (t) => {
  t.deepEqual(askedAt(fakeNode('@m'), 10_000).slice(0, 1), [1_000])
  const other = fakeNode('@zz')
  t.deepEqual(askedAt(other, 10_000).slice(0, 1), [3_000])
  t.end()
})

tape('a new connection, or a stream that lasted, makes the pause short again', (t) => {
  const node = fakeNode()
  askedAt(node, 60_000)
  const { remote } = node.peer()
  node.clock.pass(EBT_AGAIN_AFTER_MS)
  t.equal(remote.length, 1, 'nobody waits on a new connection for what old ones did')
  node.clock.pass(EBT_HELD_MS)
  remote[0]?.end()
  node.clock.pass(EBT_AGAIN_AFTER_MS)
  t.equal(remote.length, 2)
  t.end()
})

tape('of several connections each has its turn', (t) => {
  const node = fakeNode()
  const older = node.peer()
  const newer = node.peer()
  node.asked().end()
  node.clock.pass(EBT_AGAIN_AFTER_MS)
  t.deepEqual([older.remote.length, newer.remote.length], [0, 1], 'the newest first')
  newer.remote[0]?.end()
  node.clock.pass(2 * EBT_AGAIN_AFTER_MS)
  t.deepEqual([older.remote.length, newer.remote.length], [1, 1], 'it may be dead and not know it')
  t.end()
})

tape('a stream of ssb-ebt that is told of its end twice leaves the one after it alone', (t) => {
  const makeEbt = createRequire(require.resolve('ssb-ebt'))('epidemic-broadcast-trees')
  const ebt = makeEbt({ id: '@m', getClock: () => undefined, setClock: () => undefined })
  const first = ebt.createStream('@z', 3, false)
  const second = ebt.createStream('@z', 3, false)
  first.abort(new Error('reconnected to peer'))
  t.equal(ebt.streams['@z'], second)
  t.ok(ebt.state.peers['@z'], 'what is known of the peer is the second stream’s')
  second.end()
  t.notOk(ebt.state.peers['@z'], 'which ends as ever')
  t.end()
})
