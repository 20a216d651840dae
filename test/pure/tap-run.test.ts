import tape from 'tape'
import { failuresIn, judge } from '../helpers/tap-run'

const tap = (...lines: string[]) => lines.join('\n')

tape('counting assertions: what holds and what does not', (t) => {
  const good = tap('TAP version 13', '# a', 'ok 1 one', 'ok 2 two', '', '1..2', '# tests 2')
  t.deepEqual(judge(good, null, true), { passed: 2, failed: 0, skipped: [] })
  const bad = tap('ok 1 one', 'not ok 2 two', '  ---', '    ok 3 inside of a diff', '  ...', '1..2')
  t.deepEqual(
    judge(bad, 'x ended with 1', true),
    { passed: 1, failed: 1, skipped: [] },
    'counted once, not twice',
  )
  t.end()
})

tape('counting assertions: a file that says nothing, breaks off or dies is a failure', (t) => {
  t.equal(judge('', null, false).failed, 1, 'no output')
  t.equal(judge(tap('TAP version 13', '1..0'), null, false).failed, 1, 'no assertion')
  t.equal(judge(tap('ok 1 one', '1..3'), null, false).failed, 1, 'fewer than planned')
  t.equal(judge(tap('ok 1 one', '1..1'), 'x ended with 1', false).failed, 1, 'the process failed')
  t.end()
})

tape('counting assertions: what is left out is named, and fails under CI', (t) => {
  const left = tap(
    'ok 1 one',
    'ok 2 two # SKIP no Docker here',
    'not ok 3 three # TODO later',
    '# SKIP whole test',
    '1..3',
  )
  const { passed, failed, skipped } = judge(left, null, false)
  t.deepEqual([passed, failed], [1, 0])
  t.deepEqual(skipped, ['no Docker here', 'later', 'whole test'])
  t.equal(judge(left, null, true).failed, 3)
  t.end()
})

tape('what failed is told again, short', (t) => {
  const many = Array.from({ length: 100 }, (_, index) => `# line ${index}`)
  const output = tap('ok 1 one', 'not ok 2 two', '  ---', '    at: here', '  ...', ...many, 'the end')
  const short = failuresIn(output).split('\n')
  t.deepEqual(short.slice(0, 5), ['not ok 2 two', '  ---', '    at: here', '  ...', '# line 89'])
  t.equal(short.at(-1), 'the end')
  t.end()
})
