import test from 'tape'
import { type FannedSource, FanOut } from '../../sbot/fan-out'

/** Reads one item; undefined while none has come. */
function next<T>(source: FannedSource<T>): { item: T | undefined; end: unknown } {
  const found: { item: T | undefined; end: unknown } = { item: undefined, end: null }
  source(null, (end, item) => {
    found.end = end
    found.item = item
  })
  return found
}

function setUp() {
  const seen = { begun: 0, stopped: 0, idle: 0 }
  let tell: (item: number) => void = () => {}
  let end: (how: Error | true) => void = () => {}
  const fan = new FanOut<number>(
    (tells, ends) => {
      seen.begun += 1
      tell = tells
      end = ends
      return () => {
        seen.stopped += 1
      }
    },
    () => {
      seen.idle += 1
    },
  )
  return { fan, seen, tell: (item: number) => tell(item), end: (how: Error | true) => end(how) }
}

test('fifty readers share one beginning, and the last to leave ends it', (t) => {
  const { fan, seen, tell } = setUp()
  let left = 0
  const readers = Array.from({ length: 50 }, () => fan.read(() => left++).source)
  const asked = readers.map((reader) => next(reader))
  tell(1)
  t.ok(asked.every((one) => one.item === 1))
  t.equal(seen.begun, 1)
  for (const reader of readers.slice(1)) reader(true, () => {})
  t.deepEqual([left, fan.readers, seen.stopped], [49, 1, 0])
  readers[0]?.(true, () => {})
  readers[0]?.(true, () => {})
  t.deepEqual([left, fan.readers, seen.stopped, seen.idle], [50, 0, 1, 1], 'each leaves once')
  tell(2)
  const again = fan.read().source
  t.equal(seen.begun, 2, 'it begins anew for the next')
  t.equal(next(again).item, undefined, 'with nothing of before')
  t.end()
})

test('a slow reader gets the latest, a waiting one is answered when the reading is ended', (t) => {
  const { fan, seen, tell, end } = setUp()
  let left = 0
  const slow = fan.read(() => left++).source
  const waiting = fan.read(() => left++).source
  for (let item = 1; item <= 10_000; item += 1) tell(item)
  t.equal(next(slow).item, 10_000)
  next(waiting)
  const asked = next(waiting)
  tell(10_001)
  t.equal(asked.item, 10_001)
  const last = next(waiting)
  const why = new Error('try-again: the hub has gone')
  end(why)
  t.equal(last.end, why)
  t.equal(next(slow).item, 10_001, 'what it has not read yet comes first')
  t.equal(next(slow).end, why)
  t.deepEqual([left, fan.readers, seen.stopped, seen.idle], [2, 0, 1, 1])
  tell(3)
  t.equal(next(slow).end, why, 'an end is the end')
  t.end()
})

test('a reading aborted while it waits is answered once, and so is the abort', (t) => {
  const { fan } = setUp()
  const reader = fan.read().source
  const asked = next(reader)
  let answered = 0
  reader(true, () => answered++)
  t.deepEqual([asked.end, answered], [true, 1])
  t.end()
})

test('one reader is dismissed: it gets nothing any more, the others go on', (t) => {
  const { fan, seen, tell } = setUp()
  let left = 0
  const dismissed = fan.read(() => left++)
  const other = fan.read()
  tell(1)
  const why = new Error('refused: not yours any more')
  dismissed.end(why)
  dismissed.end(new Error('again'))
  t.equal(next(dismissed.source).end, why, 'not even what was waiting for it')
  tell(2)
  t.equal(next(other.source).item, 2)
  t.deepEqual([left, fan.readers, seen.stopped], [1, 1, 0])
  other.end(true)
  t.equal(seen.stopped, 1, 'the last one ends the reading')
  t.equal(next(other.source).end, true)
  t.end()
})
