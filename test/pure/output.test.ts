/** Goal: what a pub printed reaches its owners without anybody's secrets and addresses, bounded, and each line once. */
import fc from 'fast-check'
import test from 'tape'
import { nothingPrinted } from '../../cli/logs-text'
import type { Engine } from '../../hub-daemon/engines/engine'
import { EngineError } from '../../hub-daemon/engines/engine'
import { PrintedOutput } from '../../hub-daemon/io/output'
import { type PubId, pubIdOf } from '../../protocol/ids'
import { OUTPUT_CHARS_MAX, OUTPUT_LINE_CHARS_MAX, OUTPUT_LINES_MAX } from '../../protocol/limits-log'
import { checkOutput, newLines, outputLines } from '../../protocol/output'
import { alice, key } from '../helpers/story'

const INVITE = `pubs.example.org:8008:${alice}~${'A'.repeat(43)}=`

test('what is printed is shown without secrets, addresses and what a terminal would obey', (t) => {
  const printed = [
    `take this: ${INVITE}`,
    'bob@example.com came from 203.0.113.7:51234 by [2001:db8::7]:8008 and ::ffff:198.51.100.4',
    `{"curve":"ed25519","private":"${'Q'.repeat(86)}==.ed25519"}`,
    '\u001b[31mred\u001b[0m \u001b]0;title\u0007and\u0000 done\tso\r',
    `2030-01-01 12:34:56 ${alice} listens on 127.0.0.1:8008 and 0.0.0.0, version 16.0.1`,
  ].join('\n')
  t.deepEqual(outputLines(`${printed}\n`, 10), [
    'take this: [invite]',
    '[address] came from [address]:51234 by [[address]]:8008 and [address][address]',
    '{"curve":"ed25519","private":"[secret].ed25519"}',
    'red and done\tso',
    `2030-01-01 12:34:56 ${alice} listens on 127.0.0.1:8008 and 0.0.0.0, version 16.0.1`,
  ])
  t.end()
})

test('the last lines, each and all of bounded length', (t) => {
  const many = Array.from({ length: 900 }, (_, at) => `line ${at}`)
  t.deepEqual(outputLines(many.join('\n'), 2), ['line 898', 'line 899'])
  t.equal(outputLines(many.join('\n'), 10_000).length, OUTPUT_LINES_MAX)
  t.deepEqual(outputLines('', 5), [])
  t.deepEqual(outputLines('a\n\nb\n', 5), ['a', '', 'b'], 'an empty line is a line')
  const [cut] = outputLines('word '.repeat(OUTPUT_LINE_CHARS_MAX), 5)
  t.equal(cut?.length, OUTPUT_LINE_CHARS_MAX)
  t.ok(cut?.endsWith('…'))
  const long = outputLines(
    Array.from({ length: 500 }, (_, at) => `${at} ${'word '.repeat(390)}`).join('\n'),
    500,
  )
  t.ok(long.join('').length <= OUTPUT_CHARS_MAX)
  t.match(String(long.at(-1)), /^499 /, 'the newest are kept')
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 4_000 }),
      fc.integer({ min: 1, max: 600 }),
      (text, lines) => {
        const shown = outputLines(text, lines)
        return checkOutput({ running: true, kept: true, lines: shown }, '').ok && shown.length <= lines
      },
    ),
  )
  t.end()
})

test('who follows is shown each line once, over restarts and gaps', (t) => {
  t.deepEqual(newLines(['a', 'b'], ['a', 'b']), [])
  t.deepEqual(newLines(['a', 'b'], ['a', 'b', 'c']), ['c'])
  t.deepEqual(newLines(['a', 'b', 'c'], ['b', 'c', 'd']), ['d'], 'the oldest has gone')
  t.deepEqual(newLines(['a', 'b'], ['x', 'y']), ['x', 'y'], 'started anew')
  t.deepEqual(newLines([], ['a']), ['a'])
  t.deepEqual(newLines(['a', 'b'], []), [])
  const window = 20
  const lines = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(lines, fc.array(fc.integer({ min: 0, max: window }), { maxLength: 8 }), (all, steps) => {
      let [read, before]: [number, string[]] = [0, []]
      const shown: string[] = []
      for (const step of steps) {
        read = Math.min(all.length, read + step)
        const now = all.slice(Math.max(0, read - window), read)
        shown.push(...newLines(before, now))
        before = now
      }
      return JSON.stringify(shown) === JSON.stringify(all.slice(0, read))
    }),
  )
  t.end()
})

test('where there is nothing, it is said why', (t) => {
  const one = { running: true, kept: true, lines: [] as string[] }
  t.equal(nothingPrinted('alice', { ...one, lines: ['a'] }), null)
  t.match(String(nothingPrinted('alice', one)), /alice has printed nothing since it was started\.$/)
  t.match(String(nothingPrinted('alice', { ...one, running: false })), /does not run.*buttcloud log alice/)
  t.match(
    String(nothingPrinted('alice', { ...one, running: false, kept: false })),
    /is kept.*buttcloud log alice/,
  )
  t.end()
})

/** A hub with one pub, and an engine that answers as told. */
function hubWith(logs: () => Promise<string>, status: 'running' | 'exited' = 'running') {
  const pub: PubId = pubIdOf(key('create'))
  const specs = new Map([[pub, { content: { pub, desired: 'up' } }]])
  const observer = { facts: () => ({ engine: { runs: new Map([[pub, { status }]]) } }) }
  const engine = { logs } as unknown as Engine
  const state = { specs, imports: new Map() }
  return { pub, output: new PrintedOutput(engine, observer as never, state as never) }
}

test('a hub tells what the engine has, also of a pub that is stopped, and says what it can not', async (t) => {
  const running = hubWith(async () => `took ${INVITE}\n`)
  const { pub } = running
  t.deepEqual(await running.output.read({ pub, lines: 5 }), {
    ...{ running: true, kept: true, lines: ['took [invite]'] },
  })
  const stopped = hubWith(async () => 'bye\n', 'exited')
  t.deepEqual(await stopped.output.read({ pub, lines: 5 }), { running: false, kept: true, lines: ['bye'] })
  const none = hubWith(() => Promise.reject(new EngineError('missing', 'no such container')), 'exited')
  t.deepEqual(await none.output.read({ pub, lines: 5 }), { running: false, kept: false, lines: [] })
  const said = (asked: Promise<unknown>) => asked.then(JSON.stringify, (error: Error) => error.message)
  const away = hubWith(() => Promise.reject(new EngineError('unreachable', `no answer from ${INVITE}`)))
  t.equal(
    await said(away.output.read({ pub, lines: 5 })),
    "try-again: its output can't be read just now: no answer from [invite]",
  )
  const other = pubIdOf(key('another'))
  t.match(await said(running.output.read({ pub: other, lines: 5 })), /^unknown: that pub is not on this hub/)
  t.end()
})
