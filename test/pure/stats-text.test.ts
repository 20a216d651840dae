import test from 'tape'
import { statsHeading, statsLine } from '../../cli/stats-text'
import { secondText } from '../../cli/when'
import type { LiveFigures } from '../../protocol/figures'

/** Two hours east of Greenwich. */
const second = (at: number): string => secondText(at, 120)

test('live figures are a table whose columns stand below each other', (t) => {
  const live: LiveFigures = {
    ...{ at: Date.UTC(2030, 0, 1, 12, 30, 5), measuredSince: 0, running: true, startedAt: 0, restarts: 0 },
    ...{ cpuMs: 1, cpuShare: 0.013, memoryBytes: 63 * 2 ** 20, memoryMaxBytes: 192 * 2 ** 20 },
    ...{ diskBytes: 12 * 2 ** 20, diskMaxBytes: 2 ** 30, logBytes: 1, feeds: 1, peers: 3 },
    ...{ inBytes: 1.2 * 2 ** 30, outBytes: 2 ** 20, inBytesPerSecond: 512, outBytesPerSecond: 2048 },
  }
  const heading = statsHeading()
  const line = statsLine(live, second)
  t.equal(line.length, heading.length)
  t.match(line, /^14:30:05 +1\.3 % +63 MB of 192 MB +12 MB of 1\.0 GB +512 B +2\.0 KB +1\.2 GB +1\.0 MB +3$/)
  const unknown = { memoryBytes: null, cpuShare: null, peers: null, inBytesPerSecond: null }
  const off = statsLine({ ...live, running: false, ...unknown }, second)
  t.match(off, /- of 192 MB.* - {2}not running$/)
  t.end()
})
