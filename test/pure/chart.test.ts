import test from 'tape'
import { CHART_WIDTH, chartSvg } from '../../plugin/chart'
import { PIECES, type Samples } from '../../protocol/figures'
import { bytesText, durationText, percentText } from '../../protocol/units'

const FROM = Date.UTC(2030, 0, 1, 9)
const { count, everyMs } = PIECES.day
const filled = <T>(value: T): T[] => new Array<T>(count).fill(value)

function samples(fields: Partial<Samples> = {}): Samples {
  return {
    ...{ span: 'day', from: FROM, everyMs, memoryBytes: filled<number | null>(null) },
    ...{ inBytes: filled<number | null>(null), outBytes: filled<number | null>(null) },
    ...{ cpuShare: filled<number | null>(null), peers: filled<number | null>(null), restarts: filled(0) },
    ...fields,
  }
}

const chart = (fields: Partial<Samples>, memoryBytes: number | null = 63 * 2 ** 20, name = 'alice'): string =>
  chartSvg({ name, samples: samples(fields), memoryMaxBytes: 192 * 2 ** 20, memoryBytes })

const times = (text: string, piece: string): number => text.split(piece).length - 1

test('a full day: one line, a limit, hours and midnight in UTC', (t) => {
  const svg = chart({
    memoryBytes: filled<number | null>(60 * 2 ** 20),
    inBytes: filled<number | null>(3_600_000),
    outBytes: filled<number | null>(7_200_000),
  })
  t.match(svg, /now 63 MB, highest 60 MB/)
  t.match(svg, />192 MB</)
  t.match(svg, />limit</)
  for (const hour of ['09:00', '12:00', '21:00', '01-02', '03:00']) t.ok(svg.includes(`>${hour}<`), hour)
  t.match(svg, />824 MB in, 1\.6 GB out</)
  t.equal(times(svg, 'fill="none"'), 1, 'one line')
  t.equal(times(svg, 'not measured'), 0)
  t.equal(times(svg, 'restart'), 0)
  t.equal(
    svg,
    chart({
      memoryBytes: filled<number | null>(60 * 2 ** 20),
      inBytes: filled<number | null>(3_600_000),
      outBytes: filled<number | null>(7_200_000),
    }),
    'the same facts give the same picture',
  )
  t.end()
})

test('gaps break the line and are shaded; restarts are marked and counted', (t) => {
  const memoryBytes = filled<number | null>(60 * 2 ** 20).map((value, at) =>
    at > 50 && at < 80 ? null : value,
  )
  const restarts = filled(0).map((_, at) => (at === 80 ? 2 : 0))
  const svg = chart({ memoryBytes, restarts })
  t.equal(times(svg, 'fill="none"'), 2, 'two lines')
  t.equal(times(svg, 'fill="#f5f6f8"'), 3, 'shaded in both panels, and in the legend')
  t.match(svg, />2 restarts</)
  t.match(svg, />not measured</)
  t.end()
})

test('nothing measured, no memory at all, figures beyond the limit, a name that is no name', (t) => {
  t.match(chart({}, null), /nothing measured yet/)
  t.match(chart({ memoryBytes: filled<number | null>(2 ** 20) }, null), /not running, highest 1\.0 MB/)
  const most = chart({ memoryBytes: filled<number | null>(2 ** 40), inBytes: filled<number | null>(2 ** 50) })
  for (const [, value] of most.matchAll(/ (?:x|y|width|height|x1|y1)="([^"]*)"/g))
    if (!Number.isFinite(Number(value))) t.fail(`${value} is no number`)
  for (const [, x] of most.matchAll(/<rect x="([^"]*)"/g)) if (Number(x) > CHART_WIDTH) t.fail('outside')
  t.doesNotMatch(chart({}, null, '<script>&"'), /<script>/)
  t.end()
})

test('units as people read them', (t) => {
  t.deepEqual(
    [0, 1, 1023, 1024, 10_000, 1024 * 1024 - 1, 63 * 2 ** 20, 1.5 * 2 ** 30, 2 ** 50].map(bytesText),
    ['0 B', '1 B', '1023 B', '1.0 KB', '9.8 KB', '1.0 MB', '63 MB', '1.5 GB', '1024 TB'],
  )
  t.deepEqual([-5, 0, 59_999, 60_000, 3_600_000, 90_000_000, 3 * 86_400_000].map(durationText), [
    '0 s',
    '0 s',
    '59 s',
    '1 min',
    '1 h 0 min',
    '1 day 1 h',
    '3 days 0 h',
  ])
  t.deepEqual([0, 0.004, 0.12, 1.5].map(percentText), ['0.0 %', '0.4 %', '12 %', '150 %'])
  t.end()
})
