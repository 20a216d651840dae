/** The conversation's pure parts: letters as rows, what Tab can write, how a line will be read. */
import fc from 'fast-check'
import tape from 'tape'
import { commonStart, completionOf } from '../../cli/tui/complete'
import { markdownRows } from '../../cli/tui/markdown'
import { rowText, rowWidth } from '../../cli/tui/screen'
import { understood } from '../../cli/tui/understood'

const SOMEBODY = `@${'A'.repeat(42)}E=.ed25519`
const known = { pubs: ['alice', 'alps', 'bob'], plans: ['tiny', 'personal'], invites: ['j5x7x3'] }
const options = (text: string): string[] => completionOf(text, known).options

tape('tui markdown: marks become tones, lists hang, codes stay whole', (t) => {
  const text = [
    `[@alice](${SOMEBODY}) **home** is up, at \`127.0.0.1:8008\`.`,
    '',
    '* one thing that is long enough to need two lines',
    '1. first',
    '# Title',
    '> said before',
    '```',
    '  as  it   is',
    '```',
    'https://pay.example.org/c/1',
  ].join('\n')
  const rows = markdownRows(text, 30)
  t.deepEqual(rows.map(rowText), [
    '@alice home is up, at',
    '127.0.0.1:8008.',
    '',
    '• one thing that is long',
    '  enough to need two lines',
    '1. first',
    'Title',
    '│ said before',
    '  as  it   is',
    'https://pay.example.org/c/1',
  ])
  const toneOf = (part: string) => rows.flat().find((span) => span.text.includes(part))?.style.tone
  t.equal(toneOf('home'), 'strong')
  t.equal(toneOf('127.0.0.1'), 'accent')
  t.equal(toneOf('as  it'), 'accent')
  t.equal(toneOf('pay.example'), 'good')
  t.equal(toneOf('Title'), 'strong')
  t.end()
})

tape('tui markdown: an invite that is longer than the line is broken, and nothing of it is lost', (t) => {
  const invite = `pubs.example.org:8008:${SOMEBODY}~${'s'.repeat(43)}=`
  for (const width of [20, 33, 80]) {
    const rows = markdownRows(`Your invite:\n\n${invite}\n\nKeep it.`, width)
    t.ok(
      rows.every((row) => rowWidth(row) <= width),
      `${width} columns`,
    )
    const text = rows.map(rowText).join('')
    t.ok(text.includes(invite), 'put together it is the invite')
  }
  t.end()
})

tape('tui markdown: whatever is written, no row is too wide and nothing controls the terminal', (t) => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.integer({ min: 8, max: 60 }),
      (text, width) => {
        for (const row of markdownRows(text, width)) {
          if (rowWidth(row) > width)
            throw new Error(`${rowWidth(row)} columns: ${JSON.stringify(rowText(row))}`)
          if (/[\p{Cc}\p{Cf}]/u.test(rowText(row))) throw new Error(JSON.stringify(rowText(row)))
        }
      },
    ),
  )
  t.pass('of 100 texts')
  t.end()
})

tape('tui completion: commands, then names, then what a command takes', (t) => {
  t.deepEqual(options('res'), ['restart'])
  t.deepEqual(completionOf('  restart al', known), { from: 10, options: ['alice', 'alps'] })
  t.deepEqual(options('restart alice'), [], 'it is all there')
  t.deepEqual(options('create al'), [], 'a new name is nobody’s to guess')
  t.deepEqual(options('create carol '), ['tiny', 'personal'])
  t.deepEqual(options('web alice '), ['on', 'off'])
  t.deepEqual(options('owners alice a'), ['add'])
  t.deepEqual(options('export alice '), ['gossip', 'log', 'blobs', 'all', 'secret'])
  t.deepEqual(options('uninvite alice j'), ['j5x7x3'])
  t.deepEqual(options('help inv'), ['invite', 'invites'])
  t.ok(options('run alice friends.').includes('friends.isFollowing'))
  t.deepEqual(options('hello there '), [])
  t.ok(options('').includes('create'))
  t.equal(commonStart(['alice', 'alps']), 'al')
  t.equal(commonStart([]), '')
  fc.assert(
    fc.property(fc.string(), (text) => {
      const { from, options: found } = completionOf(text, known)
      return from >= 0 && from <= text.length && Array.isArray(found)
    }),
  )
  t.end()
})

tape(
  'tui understood: the reading is said where it is not what was typed, and doubt before it is sent',
  (t) => {
    const readsOf = (text: string) => {
      const found = understood(text)
      return found.kind === 'clear' ? found.reads : found.kind
    }
    t.equal(readsOf('restart alice'), null)
    t.equal(readsOf('please could you restart alice?'), 'restart alice')
    t.equal(readsOf('invite alice 5 note for bob'), null)
    t.equal(readsOf(`follow alice ${SOMEBODY}`), null)
    t.equal(readsOf('web alice on'), null)
    t.equal(readsOf('   '), 'nothing')
    t.equal(readsOf('thanks!'), 'talk')
    const doubt = understood('lorem ipsum')
    t.ok(doubt.kind === 'doubt' && doubt.readings.length > 0, 'with what could be sent instead')
    const wrong = understood('create -alice-')
    t.match(wrong.kind === 'doubt' ? wrong.words : '', /hyphen/)
    t.deepEqual(understood('email alice@example.org'), {
      ...{ kind: 'direct', reads: 'email alice@example.org' },
      set: { address: 'alice@example.org', code: null },
    })
    t.deepEqual(understood('email 123456').kind, 'direct')
    fc.assert(fc.property(fc.string(), (text) => understood(text).kind.length > 0))
    t.end()
  },
)
