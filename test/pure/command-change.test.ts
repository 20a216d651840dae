/** Goal: what stops a pub, or changes what it says of itself, is read when it is meant and not otherwise. */
import fc from 'fast-check'
import test from 'tape'
import { checkAbout, quoted } from '../../protocol/about-text'
import { parseCommand } from '../../protocol/command'

test('stop is read only of a whole sentence about a pub, and nothing negates it', (t) => {
  const BEFORE = fc.constantFrom('', 'please ', 'can you ', 'never ', "don't ", 'do not ', 'should I ', 'if ')
  const VERB = fc.constantFrom(
    'stop',
    'Stop',
    'stp',
    'halt',
    'turn off',
    'shut down',
    'stopped',
    'stopping',
    'post',
  )
  const OBJECT = fc.constantFrom(
    'alice',
    'my pub',
    'my pub alice',
    'sending me messages',
    'writing to me',
    'it',
    '',
  )
  const AFTER = fc.constantFrom(
    '',
    '!',
    ' please',
    ' for a while',
    ' tomorrow',
    ' and bob',
    '?',
    '\nno, do not',
    ' not',
  )
  let stops = 0
  fc.assert(
    fc.property(BEFORE, VERB, OBJECT, AFTER, (...parts) => {
      const text = `${parts[0]}${parts[1]} ${parts[2]}${parts[3]}`
      const read = parseCommand(text)
      if (read.kind !== 'stop') return true
      stops++
      const doubt = /never|n't|\bnot\b|should|if |tomorrow|and bob|\?$|stopped|stopping|post|sending|writing/i
      return !doubt.test(text) || /^can you .*\?$/s.test(text)
    }),
    { numRuns: 5000 },
  )
  t.ok(stops > 100, `${stops} of 5000 texts did stop`)
  t.end()
})

test('what a pub shall say of itself is kept as it is written, and read back from the reading that is offered', (t) => {
  const safe = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 })
  fc.assert(
    fc.property(safe, fc.constantFrom('name' as const, 'describe' as const), (text, kind) => {
      const checked = checkAbout(kind, text)
      if (!checked.ok) return true
      if (/[\]["“”„«»`'‘’@%&]/.test(checked.text)) return true
      const read = parseCommand(`${kind} alice as ${quoted(checked.text)}`)
      if (read.kind === 'unclear' && kind === 'name') return /\?$/.test(checked.text)
      return read.kind === kind && read.name === 'alice' && read.text === checked.text.normalize('NFC')
    }),
    { numRuns: 5000 },
  )
  t.pass('5000 texts')
  t.end()
})
