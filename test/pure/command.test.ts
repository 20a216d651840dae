import fc from 'fast-check'
import test from 'tape'
import { parseCommand } from '../../protocol/command'
import { COMMANDS } from '../../protocol/command-vocabulary'
import { sentence } from '../../protocol/explain'
import { helpText, shortHelp } from '../../protocol/help'
import { ANSWER_BYTES_MAX, COMMAND_CHARS_MAX, INVITE_USES_MAX, NAME_CHARS_MAX } from '../../protocol/limits'
import { checkName } from '../../protocol/name'
import vectors from '../../protocol/vectors/commands.json'

interface Sample {
  text: string
  repeat?: [string, number]
  end?: string
  expect: Record<string, unknown>
}
const samples = vectors.samples as Sample[]
const textOf = (sample: Sample): string =>
  sample.repeat === undefined
    ? sample.text
    : sample.text + sample.repeat[0].repeat(sample.repeat[1]) + (sample.end ?? '')
const shown = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
const DEFINITE = [
  ...['help', 'create', 'list', 'status', 'invite', 'start', 'stop', 'restart', 'name', 'describe'],
  ...[
    'invites',
    'uninvite',
    'upgrade',
    'rebuild',
    'pay',
    'billing',
    'cancel',
    'export',
    'import',
    'follow',
    'unfollow',
    'block',
    'unblock',
  ],
  ...['run', 'owners', 'address', 'log', 'web', 'domain', 'plans', 'plan', 'email', 'delete', 'yes', 'no'],
]

test('every sample of the vectors reads as it says', (t) => {
  t.ok(samples.length >= 150, `${samples.length} samples`)
  for (const sample of samples) {
    const read = parseCommand(textOf(sample)) as unknown as Record<string, unknown>
    const named = Object.fromEntries(Object.keys(sample.expect).map((field) => [field, read[field]]))
    t.deepEqual(named, sample.expect, shown(sample.text))
  }
  t.end()
})

test('an unclear text is asked back with two readings that can be sent as they are', (t) => {
  for (const sample of samples) {
    const read = parseCommand(textOf(sample))
    if (read.kind !== 'unclear') continue
    t.equal(new Set(read.readings).size, 2, `${shown(sample.text)}: ${read.readings.join(' | ')}`)
    for (const reading of read.readings)
      t.ok(DEFINITE.includes(parseCommand(reading).kind), `${shown(reading)} is itself clear`)
  }
  t.end()
})

test('a refused argument says why in a sentence', (t) => {
  for (const sample of samples) {
    const read = parseCommand(textOf(sample))
    if (read.kind === 'invalid') t.match(read.reason, /^[A-Z`].{10,300}\.$/s, read.reason)
  }
  t.end()
})

const WORDS = fc.constantFrom(
  ...`create list status invite delete remove help yes no not don't do never please could you my pub alice bob 5 for to
  called named and , . ? ! : > " ' \` \n hi thanks delte destroy it all if 🦄 é \u200b [ ] ( ) @ - 0 -1 restart stop start turn off on it rename describe as call up`.split(
    / +/,
  ),
)
const sentences = fc.array(WORDS, { maxLength: 12 }).map((words) => words.join(' '))

test('whatever is written: no throw, a known kind, valid names, two readings', (t) => {
  fc.assert(
    fc.property(fc.oneof(sentences, fc.string({ unit: 'binary', maxLength: 300 }), fc.string()), (text) => {
      const read = parseCommand(text)
      if ('name' in read && read.name !== null && !checkName(read.name).ok) return false
      if (read.kind === 'invite' && read.uses !== null && !(read.uses >= 1 && read.uses <= INVITE_USES_MAX))
        return false
      if (read.kind === 'unclear')
        return (
          read.readings.length === 2 &&
          read.readings.every((one) => DEFINITE.includes(parseCommand(one).kind))
        )
      return [...DEFINITE, 'later', 'invalid', 'empty'].includes(read.kind)
    }),
    { numRuns: 5000 },
  )
  t.pass('5000 texts')
  t.end()
})

test('delete is read only where its word and the exact name stand, and nothing negates it', (t) => {
  let deletes = 0
  const ASKS = fc.constantFrom(
    '',
    'please ',
    'hi! ',
    'can you ',
    'never ',
    'do not ',
    'if ',
    'should I ',
    'later ',
    "don't ",
  )
  const VERB = fc.constantFrom(
    'delete',
    'remove',
    'Delete',
    'delte',
    'deleted',
    'deleting',
    'destroy',
    'delete not',
    'de\u200blete',
  )
  const TAIL = fc.constantFrom('', '!', ' please', ' and bob', ' tomorrow', '?', '\nthanks', '\nno', ' not')
  const around = fc
    .tuple(ASKS, VERB, fc.constantFrom('alice', 'my pub alice', 'alicé', 'it', 'all', 'a/b'), TAIL)
    .map((parts) => `${parts[0]}${parts[1]} ${parts[2]}${parts[3]}`)
  fc.assert(
    fc.property(fc.oneof(sentences, around), (text) => {
      const read = parseCommand(text)
      if (read.kind !== 'delete') return true
      deletes++
      // What is quoted is somebody else's word.
      const own = text.toLowerCase().replace(/^\s*>.*$/gm, '')
      const words = own.split(/[^\p{L}\p{N}'-]+/u)
      const said = words.includes('delete') || words.includes('remove')
      return said && words.includes(read.name) && !words.some((word) => /^(?:not|never|don't|if)$/.test(word))
    }),
    { numRuns: 5000 },
  )
  t.ok(deletes > 20, `${deletes} of 5000 texts did delete`)
  t.end()
})

test('courtesies around a command change nothing', (t) => {
  const BEFORE = fc.constantFrom('', 'hi ', 'Hello! ', 'please ', 'Dear provider,\n', 'ok, ')
  const AFTER = fc.constantFrom('', '.', '!', ' please', ', thanks', '\n\nthank you very much!', ' :)')
  const ASKED = fc.constantFrom(
    'create alice',
    'status alice',
    'invite alice 5',
    'list',
    'delete alice',
    'help create',
    'restart alice',
    'stop alice',
  )
  fc.assert(
    fc.property(BEFORE, ASKED, AFTER, (before, command, after) => {
      t.deepEqual(
        parseCommand(before + command + after),
        parseCommand(command),
        shown(before + command + after),
      )
    }),
  )
  t.end()
})

test('length is bounded, and so is the time it takes', (t) => {
  const padded = (chars: number): string => `create alice${' '.repeat(3)}\n${'x'.repeat(chars - 16)}`
  t.equal(parseCommand(padded(COMMAND_CHARS_MAX)).kind, 'create', 'at the limit')
  t.equal(parseCommand(padded(COMMAND_CHARS_MAX + 1)).kind, 'unclear', 'one above')
  for (const piece of [
    '[',
    '![',
    '"',
    '`',
    "'",
    '(',
    '!',
    '@',
    'delete ',
    'a\n',
    '> ',
    '. ',
    '\u200b',
    'not ',
    '?',
  ]) {
    const text = piece.repeat(Math.floor(8192 / piece.length))
    const began = process.hrtime.bigint()
    parseCommand(text)
    const tookMs = Number(process.hrtime.bigint() - began) / 1e6
    t.ok(tookMs < 500, `8 KiB of ${JSON.stringify(piece)} took ${tookMs.toFixed(1)} ms`)
  }
  t.equal(parseCommand('create '.repeat(200_000)).kind, 'unclear', 'a megabyte is not read')
  t.end()
})

test('names: at the limit, one below, one above, and what is suggested', (t) => {
  t.ok(checkName('a'.repeat(NAME_CHARS_MAX - 1)).ok)
  t.ok(checkName('a'.repeat(NAME_CHARS_MAX)).ok)
  t.notOk(checkName('a'.repeat(NAME_CHARS_MAX + 1)).ok)
  t.deepEqual(checkName('Alice-2'), { ok: true, name: 'alice-2' })
  const suggestions: [string, string | null][] = [
    ['foo/bar', 'foo-bar'],
    ['my cool pub', 'my-cool-pub'],
    ['Müller', 'muller'],
    ['straße', 'strasse'],
    ["alice's", 'alices'],
    ['🦄', null],
    ['-ab-', 'ab'],
    ['', null],
    ['it', null],
  ]
  for (const [written, suggestion] of suggestions) {
    const checked = checkName(written)
    t.equal(
      checked.ok ? 'taken' : checked.suggestion,
      suggestion,
      `${JSON.stringify(written)} → ${suggestion}`,
    )
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (written) => {
      const checked = checkName(written)
      return checked.ok || checked.suggestion === null || checkName(checked.suggestion).ok
    }),
  )
  t.end()
})

test('help fits one answer and every example in it is understood', (t) => {
  for (const about of [null, ...COMMANDS, 'name', 'describe', 'pay', '`\n<b>', 'constructor']) {
    const text = helpText(about)
    const bytes = new TextEncoder().encode(JSON.stringify(text)).length
    t.ok(bytes <= ANSWER_BYTES_MAX, `help ${about} fits, with ${bytes} bytes`)
    for (const [, example] of text.matchAll(/^- `([^`]+)`$/gm)) {
      const read = parseCommand(example ?? '')
      // The code that confirms an address is a reading of its own.
      const kind = read.kind === 'email-code' ? 'email' : read.kind
      t.equal(kind, about, `${example} is that command`)
    }
  }
  t.match(helpText('invite'), /invite alice 5/)
  t.match(helpText('pay'), /link to pay/)
  t.ok(shortHelp().length < 600, 'the short help is short')
  t.match(sentence.unclear(['list', 'help']), /`list` or `help`/)
  t.end()
})

test('help names every command, and tells more about each', (t) => {
  const all = helpText(null)
  for (const command of [...COMMANDS, 'name', 'describe']) {
    t.ok(all.includes(`- \`${command}`), `${command} is listed`)
    t.notEqual(helpText(command), all, `${command} has a help of its own`)
  }
  t.end()
})
