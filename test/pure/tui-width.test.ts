/** Text that others wrote takes exactly the columns that it is measured with, and never more than a line. */
import fc from 'fast-check'
import tape from 'tape'
import { ageText, oldAge } from '../../cli/tui/age'
import { EMPTY_LINE } from '../../cli/tui/model'
import { NEW_CONVERSATION } from '../../cli/tui/model-conversation'
import { FIRST_WELCOME } from '../../cli/tui/model-welcome'
import { hitAt, rowWidth, type Screen, screenText } from '../../cli/tui/screen'
import { asciiOf, clean, cut, taken, widthOf } from '../../cli/tui/width'

tape('tui width: what is wide, what is narrow, what takes no room', (t) => {
  t.equal(widthOf('alice'), 5)
  t.equal(widthOf('Ålice'), 5)
  t.equal(widthOf('e\u0301'), 1, 'an accent of its own')
  t.equal(widthOf('日本語'), 6)
  t.equal(widthOf('한국'), 4)
  t.equal(widthOf('🌱 ok'), 5)
  t.equal(widthOf('▁▂▃⣿│'), 5, 'what charts are drawn with')
  t.end()
})

tape('tui width: what terminals disagree about does not get there', (t) => {
  t.equal(clean('👨\u200d👩\u200d👧'), '👨 👩 👧', 'a family falls apart')
  t.equal(clean('🇳🇿'), 'NZ', 'a flag is its letters')
  t.equal(clean('👍🏽'), '👍', 'one skin tone for all')
  t.equal(clean('\u001b[31mred\u0007\u202eback\u2066'), ' [31mred  back ')
  t.equal(clean('two\nlines\tand'), 'two lines and')
  t.ok(clean(`z${'\u0301\u0316\u0323'.repeat(40)}`).length < 8, 'marks do not climb')
  t.end()
})

tape('tui width: whatever comes, one harmless line comes out, and cutting keeps to its columns', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), fc.nat(40), (text, width) => {
      const line = clean(text)
      const isHarmless = !/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/u.test(line)
      const fits = widthOf(cut(line, width)) <= width && widthOf(taken(line, width)) <= width
      const plain = asciiOf(line)
      return isHarmless && fits && /^[\x20-\x7e]*$/.test(plain) && widthOf(plain) === widthOf(line)
    }),
    { numRuns: 200 },
  )
  t.equal(cut('conversation', 6), 'conve…')
  t.equal(cut('日本語', 4), '日…', 'half a character is none')
  t.equal(asciiOf('Café “日” ½…'), 'Cafe "??" ?.')
  t.end()
})

tape('tui age: said once it is old', (t) => {
  const now = 10 * 86_400_000
  t.equal(ageText(now - 3 * 60_000, now), '3 min ago')
  t.equal(ageText(now + 5_000, now), 'just now')
  t.equal(ageText(now - 26 * 3_600_000, now), '26 h ago')
  t.equal(ageText(0, now), '10 days ago')
  t.equal(oldAge(now - 60_000, now), null)
  t.equal(oldAge(now - 180_000, now), '3 min ago')
  t.end()
})

tape('tui screen: rows as text, and what a click hits', (t) => {
  const style = { tone: 'plain' } as const
  const screen: Screen = {
    ...{ width: 8, height: 2, cursor: null },
    rows: [
      [
        { text: 'ab', style },
        { text: '日 ', style },
      ],
      [{ text: 'quit    ', style }],
    ],
    targets: [
      { x: 0, y: 0, width: 8, height: 2, hit: { kind: 'select', index: 0 } },
      { x: 0, y: 1, width: 4, height: 1, hit: { kind: 'key', name: 'q' } },
    ],
  }
  t.equal(screenText(screen), 'ab日\nquit')
  t.deepEqual(screen.rows.map(rowWidth), [5, 8])
  t.deepEqual(hitAt(screen, 2, 1), { kind: 'key', name: 'q' })
  t.deepEqual(hitAt(screen, 5, 1), { kind: 'select', index: 0 })
  t.equal(hitAt(screen, 9, 0), null)
  const first = FIRST_WELCOME
  t.deepEqual([first.input, NEW_CONVERSATION.input], [EMPTY_LINE, EMPTY_LINE], 'lines begin empty')
  t.end()
})
