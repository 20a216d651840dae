/** Charts out of characters, with braille and without. */
import tape from 'tape'
import { area, bar, highest, resampled, sparkline } from '../../cli/tui/chart'

tape('tui chart: many values come into few columns by their highest, few are made wider', (t) => {
  t.deepEqual(resampled([1, 9, 2, null, 4, 3], 3), [9, 2, 4])
  t.deepEqual(resampled([1, 2], 4), [1, 1, 2, 2])
  t.deepEqual(resampled([], 2), [null, null])
  t.equal(highest([null, 3, null]), 3)
  t.equal(highest([null]), null)
  t.end()
})

tape('tui chart: a line of blocks', (t) => {
  t.equal(sparkline([0, 1, 4, 8, null, 8], 6, true), '▁▁▄█ █')
  t.equal(sparkline([0, 1, 4, 8, null, 8], 6, false), '__=# #')
  t.equal(sparkline([0, 0], 2, true), '▁▁', 'nothing moved is no gap')
  t.end()
})

tape('tui chart: an area', (t) => {
  t.deepEqual(area([0, 1, 2, 4, 4, 4, 4, 8], { width: 4, height: 2 }, 8, true), ['   ⢸', '⢀⣼⣿⣿'])
  t.deepEqual(area([0, 2, 4, null], { width: 4, height: 2 }, 4, false), ['  # ', ' ## '])
  t.deepEqual(area([0.001], { width: 1, height: 1 }, 8, true), ['⣀'], 'a little is more than nothing')
  t.deepEqual(area([5], { width: 2, height: 1 }, 0, true), ['⣀⣀'], 'without a scale, too')
  t.end()
})

tape('tui chart: a bar is as long as its share', (t) => {
  t.deepEqual(bar(0.5, 4, true), { full: '━━', rest: '──' })
  t.deepEqual(bar(7, 4, false), { full: '####', rest: '' })
  t.end()
})
