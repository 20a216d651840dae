/** Goal: what is read by forms is read when it is meant, whole and with valid parts. */
import fc from 'fast-check'
import test from 'tape'
import { type Parsed, parseCommand } from '../../protocol/command'
import { COMMANDS } from '../../protocol/command-vocabulary'
import { isFeedId } from '../../protocol/ids'
import {
  COMMAND_CHARS_MAX,
  EMAIL_CHARS_MAX,
  INVITE_NOTE_CHARS_MAX,
  TEXT_CHARS_MAX,
} from '../../protocol/limits'
import { checkName } from '../../protocol/name'
import { bob, feed } from '../helpers/story'

const BOB = `[@bob](${bob})`
const PROVIDER = `[@provider](${feed('the provider')})`
const CLEAR: ReadonlySet<string> = new Set([...COMMANDS, 'name', 'describe', 'yes', 'no'])

const WORD = fc.constantFrom(
  ...COMMANDS,
  ...'update upgarde revoke owner mail website remove delete add make let stop turn switch on off to of for with from as'.split(
    ' ',
  ),
  ..."the my pub alice bob called please could you I want not never do don't if and then tomorrow tonight ? . ! , :".split(
    ' ',
  ),
  ...'secret gossip log blobs all everything key note k3m7 5 v1.2 big free web pages plan whoami friends.hops {} " `'.split(
    ' ',
  ),
  ...[
    BOB,
    PROVIDER,
    bob,
    '@bob',
    '@x.ed25519',
    'bob@example.org',
    'ssb:feed/ed25519/x',
    '\n',
    '\ue000',
    '\ue0000',
  ],
)
const loose = fc.array(WORD, { maxLength: 10 }).map((words) => words.join(' '))
/** Commands as they can be sent. */
const PLAIN = fc.constantFrom(
  ...[
    'invites alice',
    'uninvite alice k3m7',
    'invite alice 5 note "for Bob"',
    'upgrade alice 1.2',
    'rebuild alice',
  ],
  ...[
    'export alice log',
    'export alice secret',
    `follow alice ${BOB}`,
    `unfollow ${BOB}`,
    `block alice ${bob}`,
  ],
  ...[
    `unblock ${BOB}`,
    'run alice whoami',
    'owners alice',
    `owners alice add ${BOB}`,
    'address alice',
    'log alice',
  ],
  ...[
    `owners alice remove ${BOB}`,
    'web alice off',
    'plans',
    'plan alice big',
    'email bob@example.org',
    'email off',
  ],
)
const MAYBE = fc.oneof({ weight: 2, arbitrary: fc.constant('') }, { weight: 1, arbitrary: WORD })
/** Nearly a command: something before it or behind it that may turn it round. */
const shaped = fc.tuple(MAYBE, PLAIN, MAYBE).map((words) => words.join(' '))
const sentences = fc.oneof(loose, shaped)

/** What is wrong with a reading; null where nothing is. */
function fault(read: Parsed): string | null {
  if ('name' in read && read.name !== null && !checkName(read.name).ok) return 'a name that is none'
  if ('feed' in read && !isFeedId(read.feed)) return 'a feed that is none'
  if (read.kind === 'owners' && read.change !== null && !isFeedId(read.change.feed))
    return 'an owner that is none'
  if (
    read.kind === 'invite' &&
    read.note !== null &&
    (read.note === '' || read.note.length > INVITE_NOTE_CHARS_MAX)
  )
    return 'a note that is none'
  if (read.kind === 'email' && read.address !== null && !/^\S+@\S+\.\S+$/.test(read.address))
    return 'an address'
  if (read.kind === 'uninvite' && !/^\S+$/.test(read.id)) return 'an id'
  if (read.kind === 'invalid' && (read.reason.length > 400 || /\n/.test(read.reason)))
    return `a reason: ${read.reason}`
  if (read.kind !== 'unclear') return null
  if (new Set(read.readings).size !== 2) return `two readings, not ${read.readings.join(' | ')}`
  const unclear = read.readings.find((one) => !CLEAR.has(parseCommand(one).kind))
  if (unclear !== undefined) return `${unclear} is not clear itself`
  return read.readings.some((one) => one.includes('example.org')) ? 'an address is said again' : null
}

test('whatever is written with the words of these commands: no throw, valid parts, two clear readings', (t) => {
  const kinds = new Map<string, number>()
  fc.assert(
    fc.property(sentences, (text) => {
      const read = parseCommand(text)
      kinds.set(read.kind, (kinds.get(read.kind) ?? 0) + 1)
      const found = fault(read)
      if (found !== null) throw new Error(found)
    }),
    { numRuns: 8000 },
  )
  for (const kind of ['follow', 'owners', 'export', 'web', 'run', 'email', 'plan', 'invalid', 'unclear'])
    t.ok((kinds.get(kind) ?? 0) > 20, `${kind}: ${kinds.get(kind)} of 8000`)
  t.end()
})

test('whoever is spoken to is not whom it is about', (t) => {
  const GREETING = fc.constantFrom('', 'hi ', 'Dear ', 'hello! ')
  const TO = fc.constantFrom('', PROVIDER, `${PROVIDER},`, `${PROVIDER}\n\n`, `${PROVIDER}:`)
  const ASK = fc.constantFrom('', ' please', ' could you', ' can you please')
  const VERB = fc.constantFrom('follow', 'unfollow', 'block', 'unblock')
  const WHOM = fc.constantFrom(
    BOB,
    bob,
    `[@Bob the Builder](${bob})`,
    `"${bob}"`,
    `<${bob}>`,
    `ssb:feed/ed25519/${bob.slice(1, 44).replace(/\+/g, '-').replace(/\//g, '_')}=`,
  )
  const AFTER = fc.constantFrom('', '.', '!', ' please', ', thanks!', '\n\nthank you')
  fc.assert(
    fc.property(GREETING, TO, ASK, VERB, WHOM, AFTER, (greeting, to, ask, verb, whom, after) => {
      const text = `${greeting}${to}${ask} ${verb} alice ${whom}${after}`
      t.deepEqual(parseCommand(text), { kind: verb, name: 'alice', feed: bob }, text)
    }),
  )
  t.end()
})

test('courtesies around these commands change nothing', (t) => {
  const BEFORE = fc.constantFrom('', 'hi ', 'Hello! ', 'please ', 'Dear provider,\n', 'ok, ')
  const AFTER = fc.constantFrom('', '!', ' please', ', thanks', '\n\nthank you very much!')
  fc.assert(
    fc.property(BEFORE, PLAIN, AFTER, (before, said, after) => {
      t.deepEqual(parseCommand(before + said + after), parseCommand(said), before + said + after)
    }),
    { numRuns: 400 },
  )
  t.end()
})

test('after a "not" only what changes nothing is obeyed; the rest is asked back', (t) => {
  const HARMLESS = /^(?:invites|address|log|plans|owners alice$)/
  fc.assert(
    fc.property(PLAIN, (said) => {
      const read = parseCommand(`I do not know much. ${said}`)
      if (HARMLESS.test(said)) t.deepEqual(read, parseCommand(said), said)
      else t.equal(read.kind, 'unclear', said)
      t.equal(parseCommand(`do not ${said}`).kind, 'unclear', `do not ${said}`)
    }),
    { numRuns: 200 },
  )
  t.end()
})

test('the longest that is taken, and one more', (t) => {
  const noteOf = (chars: number) => parseCommand(`invite alice note ${'n'.repeat(chars)}`).kind
  t.deepEqual([INVITE_NOTE_CHARS_MAX, INVITE_NOTE_CHARS_MAX + 1].map(noteOf), ['invite', 'invalid'])
  const mail = (chars: number) => `${'a'.repeat(60)}@${`${'b'.repeat(40)}.`.repeat(10)}`.slice(0, chars - 4)
  const emailOf = (chars: number) => parseCommand(`email ${mail(chars).replace(/\.$/, 'b')}.org`).kind
  t.deepEqual([EMAIL_CHARS_MAX, EMAIL_CHARS_MAX + 1].map(emailOf), ['email', 'invalid'])
  t.end()
})

test('it takes time linear in the length, whatever the words', (t) => {
  const pieces = [
    '[@',
    `${BOB} `,
    `${bob}`,
    'ssb:feed/ed25519/',
    'run ',
    'run alice ',
    '{',
    '"',
    'follow alice ',
    'owners ',
  ]
  pieces.push(
    'invite note ',
    'invite for:',
    'note ',
    'of ',
    'a ',
    "alice's ",
    'plan is ',
    'web on ',
    '@bob ',
    '\ue000',
    'export. ',
  )
  for (const piece of pieces) {
    for (const chars of [COMMAND_CHARS_MAX, TEXT_CHARS_MAX]) {
      const texts = [
        piece.repeat(Math.floor(chars / piece.length)),
        `${' '.repeat(chars - 60)}${piece} invite alice note x`,
      ]
      for (const text of texts) {
        const began = process.hrtime.bigint()
        parseCommand(text)
        const tookMs = Number(process.hrtime.bigint() - began) / 1e6
        t.ok(tookMs < 500, `${chars} of ${JSON.stringify(piece.slice(0, 20))} took ${tookMs.toFixed(1)} ms`)
      }
    }
  }
  t.end()
})
