import fc from 'fast-check'
import test from 'tape'
import { figuresOf, liveOf, type Reading, samplesOf, take } from '../../hub-daemon/meter'
import type { Head, Point } from '../../hub-daemon/ring'
import { checkFigures, checkLiveFigures, checkSamples, PIECES } from '../../protocol/figures'
import { COARSE_EVERY_MS } from '../../protocol/limits'

const NOW = 1_763_712_000_000
const MINUTE = 60_000
const BOUNDS = { memoryMaxBytes: 192 * 2 ** 20, diskMaxBytes: 2 ** 30 }

const told = (fields: Partial<Reading> = {}): Reading => ({
  ...{ byPub: true, startedAt: NOW, cpuMs: 100, memoryBytes: 50 * 2 ** 20, inBytes: 1_000, outBytes: 2_000 },
  ...{ diskBytes: 2 ** 20, logBytes: 4_096, feeds: 3, peers: 1 },
  ...fields,
})

/** What is known after these readings, one a minute. */
function after(...readings: Reading[]): Head {
  let head: Head | null = null
  for (const [minute, reading] of readings.entries()) head = take(head, reading, NOW + minute * MINUTE).head
  if (head === null) throw new Error('no readings')
  return head
}

test('bandwidth since creation: the sums of all runs, whoever tells them', (t) => {
  const first = after(told(), told({ inBytes: 5_000, cpuMs: 300 }))
  t.deepEqual([first.last.inBytes, first.last.cpuMs, first.last.restarts], [5_000, 300, 0])
  const again = told({ startedAt: NOW + 100, inBytes: 700, outBytes: 1, cpuMs: 50 })
  const second = after(told(), told({ inBytes: 5_000, cpuMs: 300 }), again)
  t.deepEqual([second.last.inBytes, second.last.outBytes], [5_700, 2_001], 'another run begins at nothing')
  t.deepEqual([second.last.cpuMs, second.last.restarts], [350, 1])
  const byEngine = told({ byPub: false, startedAt: NOW - 3_000, inBytes: null, outBytes: null, cpuMs: 400 })
  const mixed = after(told({ cpuMs: 300 }), byEngine, told({ cpuMs: 500, inBytes: 9_000 }))
  t.deepEqual(
    [mixed.last.cpuMs, mixed.last.inBytes, mixed.last.restarts],
    [500, 9_000, 0],
    'the engine speaks of the same run; what it can not count stays as it was',
  )
  const engineOnly = after(told(), told({ byPub: false, startedAt: NOW + 60_000, cpuMs: 10 }))
  t.equal(engineOnly.last.restarts, 1, 'another run, seen by the engine alone')
  t.end()
})

test('sums never fall, whatever is told in whatever order', (t) => {
  const reading = fc.record({
    startedAt: fc.constantFrom(NOW, NOW + 1, NOW + 20_000, NOW + 3_600_000),
    byPub: fc.boolean(),
    cpuMs: fc.nat(10_000),
    inBytes: fc.option(fc.nat(1_000_000)),
    outBytes: fc.option(fc.nat(1_000_000)),
  })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(reading, fc.integer({ min: -100_000, max: 100_000 })), { minLength: 1 }),
      (all) => {
        let head: Head | null = null
        let at = NOW
        for (const [fields, passed] of all) {
          at += passed
          const before: Point | null = head?.last ?? null
          head = take(head, told(fields), at).head
          const { last } = head
          if (before === null) continue
          if (last.inBytes < before.inBytes || last.outBytes < before.outBytes) return false
          if (last.cpuMs < before.cpuMs || last.restarts < before.restarts) return false
        }
        return true
      },
    ),
  )
  t.pass('not even when the clock is put back')
  t.end()
})

test('points: one a minute, the last one replaced by a nearer one; a coarse one each quarter, with the peak', (t) => {
  let head: Head | null = null
  const fine: number[] = []
  const coarse: Point[] = []
  for (let minute = 0; minute < 31; minute += 1) {
    const memoryBytes = minute === 7 ? 90 * 2 ** 20 : 50 * 2 ** 20
    const taken = take(head, told({ memoryBytes }), NOW + minute * MINUTE)
    head = taken.head
    fine.push(taken.fineCount)
    if (taken.coarse !== null) coarse.push(taken.coarse.point)
  }
  t.deepEqual(
    fine,
    Array.from({ length: 31 }, (_, at) => at),
  )
  t.deepEqual(
    coarse.map((one) => [one.at - NOW, one.memoryBytes / 2 ** 20]),
    [
      [0, 50],
      [COARSE_EVERY_MS, 90],
      [2 * COARSE_EVERY_MS, 50],
    ],
  )
  const soon = take(head, told({ inBytes: 1_500 }), NOW + 30 * MINUTE + 5_000)
  t.equal(soon.fineCount, 30, 'a new connection brings a reading at once: no further point')
  t.equal(soon.head.fine, 31)
  t.end()
})

test('the present figures, before and after the first reading, running and not', (t) => {
  const none = figuresOf(null, null, false, BOUNDS)
  t.deepEqual([none.at, none.memoryBytes, none.inBytes], [null, null, 0])
  t.ok(checkFigures(none, 'figures').ok)
  const before = after(told())
  const head = take(before, told({ cpuMs: 3_100, inBytes: 61_000 }), NOW + MINUTE).head
  const now = figuresOf(head, before.last, true, BOUNDS)
  t.equal(now.cpuShare, 0.05)
  t.equal(now.startedAt, NOW)
  t.ok(checkFigures(now, 'figures').ok)
  const down = figuresOf(head, before.last, false, BOUNDS)
  t.deepEqual([down.memoryBytes, down.startedAt, down.diskBytes], [null, null, 2 ** 20], 'its data stays')
  const live = liveOf(head, before.last, BOUNDS)
  t.deepEqual([live.inBytesPerSecond, live.outBytesPerSecond], [1_000, 0])
  t.ok(checkLiveFigures(live, 'live').ok)
  t.equal(liveOf(head, null, BOUNDS).inBytesPerSecond, null, 'the first of a stream knows of none before')
  t.notOk(checkFigures({ ...now, inBytes: -1 }, 'figures').ok)
  t.end()
})

test('pieces of a chart: gaps stay gaps, and what moved in one is in no piece', (t) => {
  const points: Point[] = []
  let head: Head | null = null
  const end = Math.ceil(NOW / 360_000) * 360_000
  for (let minute = 120; minute >= 0; minute -= 1) {
    if (minute < 90 && minute > 60) continue
    const inBytes = (120 - minute) * 600
    head = take(head, told({ inBytes, cpuMs: (120 - minute) * 600 }), end - minute * MINUTE - 1).head
    points.push(head.last)
  }
  const day = samplesOf(points, 'day', end)
  t.equal(day.memoryBytes.length, PIECES.day.count)
  t.equal(day.from + PIECES.day.count * PIECES.day.everyMs, end)
  t.deepEqual(day.inBytes.slice(-5), [3_600, 3_600, 3_600, 3_600, 3_600])
  t.ok(Math.abs(Number(day.cpuShare.at(-1)) - 0.01) < 1e-9)
  t.equal(day.memoryBytes.at(-12), null, 'the gap')
  t.deepEqual(
    [day.memoryBytes.at(-11), day.inBytes.at(-11)],
    [50 * 2 ** 20, null],
    'when it moved nobody knows',
  )
  t.equal(day.inBytes.at(-10), 3_600)
  t.equal(day.memoryBytes[0], null, 'before its life')
  t.ok(checkSamples(day, 'samples').ok)
  const hour = samplesOf(points, 'hour', end)
  t.deepEqual([hour.memoryBytes.length, hour.inBytes.at(-1)], [60, 600])
  t.ok(checkSamples(samplesOf([], 'month', NOW), 'samples').ok, 'nothing at all is fine')
  const another = take(head, told({ startedAt: end + 1 }), end).head.last
  t.equal(
    samplesOf([...points, another], 'hour', end + MINUTE).restarts.reduce((a, b) => a + b),
    1,
  )
  t.end()
})
