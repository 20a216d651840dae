/** Goal: a volume is read only while its pub shall not run and does not, and its log only as far as it is whole. */
import test from 'tape'
import type { EngineFacts } from '../../hub-daemon/facts'
import { placeOf } from '../../hub-daemon/reading-place'
import { LogRecords } from '../../hub-daemon/resting-log'
import { emptyState } from '../../hub-daemon/state'
import { type PubId, pubIdOf } from '../../protocol/ids'
import { RESTING_RECORD_BYTES_MAX } from '../../protocol/limits-resting'
import { hub, key, provider } from '../helpers/story'

const PUB: PubId = pubIdOf(key('pub'))

function record(text: string, position: number): Buffer {
  const body = Buffer.from(text)
  const bytes = Buffer.alloc(body.length + 12)
  bytes.writeUInt32BE(body.length, 0)
  body.copy(bytes, 4)
  bytes.writeUInt32BE(body.length, body.length + 4)
  bytes.writeUInt32BE(position + bytes.length, body.length + 8)
  return bytes
}

function logOf(texts: string[]): Buffer {
  let all = Buffer.alloc(0)
  for (const text of texts) all = Buffer.concat([all, record(text, all.length)])
  return all
}

const message = (number: number): string =>
  JSON.stringify({
    key: key(`${number}`),
    value: { author: hub, sequence: number, text: '🏡' },
    timestamp: number,
  })

/** The sequences of what is found, and what is left over. */
function found(bytes: Buffer, pieceBytes = bytes.length): [number[], number] {
  const records = new LogRecords()
  const all: number[] = []
  for (let at = 0; at < bytes.length; at += pieceBytes)
    for (const one of records.take(bytes.subarray(at, at + pieceBytes))) all.push(one.value.sequence)
  return [all, records.unreadBytes]
}

test('the log of a file, in pieces of any size', (t) => {
  const log = logOf([1, 2, 3].map(message))
  for (const size of [1, 3, 100, log.length])
    t.deepEqual(found(log, size), [[1, 2, 3], 0], `pieces of ${size}`)
  t.deepEqual(found(Buffer.alloc(0)), [[], 0])
  const deleted = logOf([message(1), '\0'.repeat(40), message(3)])
  t.deepEqual(found(deleted, 10), [[1, 3], 0], 'what was taken out of the log is passed over')
  t.end()
})

test('cut at any byte: whole records before it, the rest is counted', (t) => {
  const log = logOf([1, 2].map(message))
  const first = log.readUInt32BE(0) + 12
  for (let end = 0; end <= log.length; end++) {
    const wanted = end === log.length ? [1, 2] : end >= first ? [1] : []
    const whole = wanted.length === 2 ? log.length : wanted.length * first
    const [all, unread] = found(log.subarray(0, end), 33)
    if (String(all) !== String(wanted) || unread !== end - whole) t.fail(`cut at ${end}: ${all}, ${unread}`)
  }
  t.pass('at every one')
  t.end()
})

test('nonsense in the file ends the log, and is no trouble', (t) => {
  const log = logOf([1, 2].map(message))
  const huge = Buffer.alloc(4)
  huge.writeUInt32BE(RESTING_RECORD_BYTES_MAX + 1)
  const zeros = Buffer.alloc(5_000)
  const odd = [zeros, huge, record('no json', log.length), record('{"key":1}', log.length), record('null', 7)]
  for (const tail of odd)
    for (const size of [5, 9_999]) t.deepEqual(found(Buffer.concat([log, tail]), size), [[1, 2], tail.length])
  const elsewhere = record(message(3), 12)
  t.deepEqual(found(Buffer.concat([log, elsewhere])), [[1, 2], elsewhere.length], 'a record of another place')
  t.end()
})

test('where a pub is read', (t) => {
  const run = { name: 'bc', pub: PUB, epoch: 1, shape: '', exitCode: null, outOfMemory: false, since: null }
  const engine = (more: Partial<EngineFacts>, status?: 'running' | 'exited'): EngineFacts => ({
    ...{ reachable: true, reason: null, unreachableSince: null, volumes: new Map([[PUB, 'bc-1']]) },
    runs: new Map(status === undefined ? [] : [[PUB, { ...run, status }]]),
    ...more,
  })
  const wanted = (desired: 'up' | 'down' | 'none' | null) => {
    const state = emptyState(hub, provider)
    if (desired !== null) state.specs.set(PUB, { sequence: 1, content: { pub: PUB, desired } as never })
    return state
  }
  const place = (
    desired: Parameters<typeof wanted>[0],
    facts: EngineFacts,
    more: { connected?: boolean; taken?: boolean } = {},
  ): string => {
    const around = { state: wanted(desired), engine: facts, connected: false, taken: false, ...more }
    const found = placeOf(PUB, around)
    return found.kind === 'nowhere' ? (/^[a-z-]+/.exec(found.why)?.[0] ?? '') : found.kind
  }
  t.equal(place('up', engine({}, 'running'), { connected: true }), 'server')
  for (const desired of ['down', 'none'] as const) {
    t.equal(place(desired, engine({}, 'exited')), 'volume', desired)
    t.equal(place(desired, engine({})), 'volume', 'its container is gone')
    t.equal(place(desired, engine({}, 'running')), 'try-again', 'it is being stopped')
    t.equal(place(desired, engine({}, 'exited'), { taken: true }), 'try-again', 'a start is under way')
    t.equal(place(desired, engine({ reachable: false })), 'try-again')
    t.equal(place(desired, engine({ volumes: new Map() })), 'unknown', 'its data is gone')
  }
  for (const status of ['running', 'exited'] as const)
    t.equal(place('up', engine({}, status)), 'try-again', 'it shall be up: it may be about to write')
  t.equal(place(null, engine({}, 'exited')), 'try-again', 'its order has not come yet')
  t.end()
})
