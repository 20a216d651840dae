/** Goal: what another clock showed is carried on by steady time, and forgotten when it is old. */
import test from 'tape'
import { CLOCK_KEPT_MS } from '../../protocol/limits-money'
import { OtherClocks } from '../../sbot/other-clocks'

test('the latest word of each, carried on', (t) => {
  let steady = 100
  const clocks = new OtherClocks(() => steady)
  t.equal(clocks.of('hub'), null)
  clocks.note('hub', 5_000)
  steady += 50
  const shown = () => clocks.all().map(({ shows }) => shows)
  t.deepEqual(clocks.all(), [{ shows: 5_050, ageMs: 50 }])
  clocks.note('hub', 4_000)
  clocks.note('stripe', 9_000)
  t.deepEqual(shown(), [4_000, 9_000], 'a clock may be set back')
  steady += CLOCK_KEPT_MS
  clocks.note('stripe', 9_001)
  steady += 1
  t.deepEqual(shown(), [9_002], 'an old word says nothing')
  t.end()
})

test('a word that was under way for long does not set a clock back', (t) => {
  let steady = 0
  const clocks = new OtherClocks(() => steady)
  clocks.noteLate('stripe', 1_000_000)
  steady = 60_000
  clocks.noteLate('stripe', 1_000_500)
  t.equal(clocks.of('stripe')?.shows, 1_060_000)
  clocks.noteLate('stripe', 1_070_000)
  t.equal(clocks.of('stripe')?.shows, 1_070_000)
  steady += CLOCK_KEPT_MS + 1
  clocks.noteLate('stripe', 5)
  t.equal(clocks.of('stripe')?.shows, 5, 'what is too old counts no more')
  t.end()
})
