/** Goal: what the CLI says in a message is read back as what was given on the command line, or is refused there. */
import fc from 'fast-check'
import test from 'tape'
import { Failure } from '../../cli/failure'
import {
  callText,
  emailArgument,
  feedArgument,
  inviteIdArgument,
  noteArgument,
  planArgument,
  planSaid,
  versionArgument,
  words,
} from '../../cli/words'
import { type Command, parseCommand } from '../../protocol/command'
import { INVITE_NOTE_CHARS_MAX, VERSION_CHARS_MAX } from '../../protocol/limits'
import { bob } from '../helpers/story'

const refusal = (work: () => unknown): string => {
  try {
    return `not refused: ${String(work())}`
  } catch (error) {
    return error instanceof Failure && error.code === 2 ? error.message : `thrown: ${String(error)}`
  }
}

test('every verb says a sentence that is its command', (t) => {
  const said: [string, Command][] = [
    [words('invites', 'alice'), { kind: 'invites', name: 'alice' }],
    [words('invites', null), { kind: 'invites', name: null }],
    [words('create', 'alice', 'plan personal'), { kind: 'create', name: 'alice', plan: 'personal' }],
    [words('uninvite', 'alice', inviteIdArgument('#A9')), { kind: 'uninvite', name: 'alice', id: 'A9' }],
    [
      words('upgrade', 'alice', versionArgument(['to', '1.2.3'])),
      { kind: 'upgrade', name: 'alice', version: '1.2.3' },
    ],
    [words('upgrade', 'alice', versionArgument([])), { kind: 'upgrade', name: 'alice', version: null }],
    [words('rebuild', 'alice'), { kind: 'rebuild', name: 'alice' }],
    [words('follow', 'alice', feedArgument(bob)), { kind: 'follow', name: 'alice', feed: bob }],
    [
      words('unblock', 'alice', feedArgument(`[@bob](${bob})`)),
      { kind: 'unblock', name: 'alice', feed: bob },
    ],
    [
      words('owners', 'alice', 'add', feedArgument(bob)),
      { kind: 'owners', name: 'alice', change: { kind: 'add', feed: bob } },
    ],
    [
      words('owners', 'alice', 'remove', feedArgument(bob)),
      { kind: 'owners', name: 'alice', change: { kind: 'remove', feed: bob } },
    ],
    [words('owners', null), { kind: 'owners', name: null, change: null }],
    [words('address', 'alice'), { kind: 'address', name: 'alice' }],
    [words('log', 'alice'), { kind: 'log', name: 'alice' }],
    [words('web', 'alice', 'on'), { kind: 'web', name: 'alice', on: true }],
    [words('web', 'alice', null), { kind: 'web', name: 'alice', on: null }],
    [words('plans'), { kind: 'plans' }],
    [words('plan', 'alice', planArgument('Big')), { kind: 'plan', name: 'alice', plan: 'big' }],
    [words('email', emailArgument('Bob@example.org')), { kind: 'email', address: 'Bob@example.org' }],
    [words('email', emailArgument('OFF')), { kind: 'email', address: null }],
    [callText('alice', 'whoami'), { kind: 'run', name: 'alice', method: 'whoami', args: [] }],
  ]
  for (const [text, command] of said) t.deepEqual(parseCommand(text), command, text)
  // Pubs may be called like commands.
  for (const name of ['log', 'web', 'mail', 'owner', 'update', 'start', 'status', 'plan', 'export', '7'])
    for (const kind of ['invites', 'rebuild', 'address', 'log', 'plan', 'web', 'owners', 'upgrade']) {
      const read = parseCommand(words(kind, name))
      t.ok(read.kind === kind && 'name' in read && read.name === name, `${kind} ${name}`)
    }
  t.end()
})

test('what is no argument is refused before anything is sent', (t) => {
  t.match(
    refusal(() => feedArgument('bob')),
    /no feed id/,
  )
  t.match(
    refusal(() => feedArgument(`${bob} ${bob}`)),
    /no feed id/,
  )
  t.match(
    refusal(() => feedArgument(bob.replace('@', '%').replace('ed25519', 'sha256'))),
    /no feed id/,
  )
  t.match(
    refusal(() => inviteIdArgument('a b')),
    /no invite's id/,
  )
  t.match(
    refusal(() => versionArgument(['the newest one'])),
    /no version/,
  )
  t.match(
    refusal(() => versionArgument(['v'.repeat(VERSION_CHARS_MAX + 1)])),
    /no version/,
  )
  t.equal(versionArgument(['v'.repeat(VERSION_CHARS_MAX)])?.length, VERSION_CHARS_MAX + 3)
  t.match(
    refusal(() => planArgument('a b')),
    /no plan/,
  )
  t.match(
    refusal(() => emailArgument('alice')),
    /no mail address/,
  )
  t.match(
    refusal(() => noteArgument(undefined, ['for', 'bob'])),
    /begins with the word note/,
  )
  t.match(
    refusal(() => noteArgument(' ', [])),
    /nothing in the note/,
  )
  t.match(
    refusal(() => noteArgument('x'.repeat(INVITE_NOTE_CHARS_MAX + 1), [])),
    /101 characters/,
  )
  t.match(
    refusal(() => callText('alice', 'rm -rf')),
    /no method/,
  )
  t.match(
    refusal(() => callText('alice', 'whoami', ['x'.repeat(3000)])),
    /can not be said/,
  )
  t.end()
})

test('a note begins with the word, as in a message; what cannot be run is named', (t) => {
  for (const given of [['note', 'for', 'us'], ['note:', 'for', 'us'], ['Note:for', 'us'], ['note for us']])
    t.equal(noteArgument(undefined, given), ' note: "for us"', given.join('|'))
  t.match(
    refusal(() => noteArgument(undefined, ['notes', 'for', 'us'])),
    /begins with the word note/,
  )
  t.match(
    refusal(() => callText('alice', 'nothing')),
    /"nothing" can't be run\. What can be: buttcloud run alice methods/,
  )
  t.end()
})

test('a note is read back as it was given', (t) => {
  const texts = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(fc.oneof(texts, fc.lorem({ maxCount: 8 })), fc.boolean(), (text, five) => {
      // Markdown links and ids are no part of a note; quotes that can't be put into others end it early.
      if (
        /[[\]"“”„«»`'‘’@%&]/.test(text) ||
        !/[\p{L}\p{N}\p{S}]/u.test(text) ||
        /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u.test(text)
      )
        return true
      const read = parseCommand(`invite alice${five ? ' 5' : ''}${noteArgument(text, [])}`)
      const note = text.replace(/\s+/g, ' ').trim().normalize('NFC')
      return (
        read.kind === 'invite' &&
        read.name === 'alice' &&
        read.uses === (five ? 5 : null) &&
        read.note === note
      )
    }),
    { numRuns: 2000 },
  )
  t.pass('2000 notes')
  t.end()
})

test('arguments of a call are read back as they were given', (t) => {
  const argument = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)),
    fc.constantFrom(
      'please',
      'thanks',
      'on',
      '',
      'two words',
      "it's",
      'a"b',
      '{',
      ']',
      bob,
      'x?',
      '12',
      '-5',
      '“q”',
    ),
  )
  let read = 0
  fc.assert(
    fc.property(fc.array(argument, { maxLength: 4 }), (given) => {
      let text = ''
      try {
        text = callText('alice', 'friends.hops', given)
      } catch (error) {
        return error instanceof Failure && error.code === 2
      }
      const found = parseCommand(text)
      read++
      const meant = (word: string): unknown => {
        try {
          return JSON.parse(word)
        } catch {
          return word
        }
      }
      return (
        found.kind === 'run' &&
        found.args.length === given.length &&
        found.args.every((one, at) => JSON.stringify(meant(one)) === JSON.stringify(meant(given[at] ?? '')))
      )
    }),
    { numRuns: 2000 },
  )
  t.ok(read > 1500, `${read} of 2000 could be said`)
  t.end()
})

test('create NAME PLAN and --plan PLAN say the same, and must not say two', (t) => {
  t.equal(planSaid('personal', null), 'personal')
  t.equal(planSaid(null, 'personal'), 'personal')
  t.equal(planSaid('personal', 'personal'), 'personal')
  t.equal(planSaid(null, null), null)
  t.match(
    refusal(() => planSaid('personal', 'tiny')),
    /^Which plan, personal or tiny\?/,
  )
  t.end()
})
