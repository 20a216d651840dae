import test from 'tape'
import { addressOf, inviteCodesIn, parseInviteCode } from '../../cli/invite-code'
import { lastWordsOf } from '../../cli/io/last-words'
import { letterContent } from '../../cli/letter-content'
import {
  type Answered,
  inOrder,
  type Letter,
  letterOf,
  NOTHING_YET,
  newestThread,
  withLetter,
} from '../../cli/letters'
import { parseBook, providersOf, withProvider } from '../../cli/owner-book'
import { conversationText, harmless, indented, paint, plainOf, table, wrap } from '../../cli/render'
import { nextSteps, parseUpRecord, prefixFor, pubLines } from '../../cli/up-plan'
import { parseCommand } from '../../protocol/command'
import type { FeedId, MessageId, PubId } from '../../protocol/ids'
import { bytesText } from '../../protocol/units'

const OWNER = `@${'A'.repeat(42)}E=.ed25519` as FeedId
const PROVIDER = `@${'B'.repeat(42)}E=.ed25519` as FeedId
const OTHER = `@${'C'.repeat(42)}E=.ed25519` as FeedId
const id = (letter: string): MessageId => `%${letter.repeat(42)}E=.sha256` as MessageId
const SEED = `${'D'.repeat(42)}E=`
const INVITE = `pubs.example.org:8100:${PROVIDER}~${SEED}`

const between = { owner: OWNER, provider: PROVIDER }
const answerPayload = (answers: MessageId, more: object = {}): object => ({
  ...{ v: 1, kind: 'answer', answers, to: OWNER, outcome: 'done', final: true, command: 'list' },
  ...{ pub: null, question: null, confirms: null },
  ...more,
})

function letter(key: MessageId, author: FeedId, claimedAt: number, content: object): Letter {
  const made = letterOf(
    {
      key,
      author,
      sequence: claimedAt,
      claimedAt,
      content: { type: 'post', text: 'x', recps: [OWNER, PROVIDER], ...content },
    },
    between,
  )
  if (made === null) throw new Error('no letter')
  return made
}

test('a letter is a post between the two; a payload counts only from the provider', (t) => {
  const raw = { key: id('1'), author: OWNER, sequence: 1, claimedAt: 1 }
  const post = { type: 'post', text: 'hi', recps: [OWNER, PROVIDER] }
  t.equal(letterOf({ ...raw, content: post }, between)?.text, 'hi')
  t.equal(letterOf({ ...raw, content: { ...post, recps: [OWNER] } }, between), null, 'not to the provider')
  t.equal(letterOf({ ...raw, author: OTHER, content: post }, between), null, 'by somebody else')
  t.equal(letterOf({ ...raw, content: { type: 'vote' } }, between), null, 'no post')
  t.equal(letterOf({ ...raw, content: null }, between), null, 'nothing')
  const forged = { ...post, buttcloud: answerPayload(id('1')) }
  t.equal(
    letterOf({ ...raw, content: forged }, between)?.payload,
    null,
    "the owner's own payload says nothing",
  )
  t.equal(letterOf({ ...raw, author: PROVIDER, content: forged }, between)?.payload?.kind, 'answer')
  t.end()
})

test('what answers a request: received once, final once, bearer, burst; others not', (t) => {
  const request = { key: id('1'), sequence: 5, owner: OWNER }
  const from = (key: string, payload: object) => letter(id(key), PROVIDER, 10, { buttcloud: payload })
  const received = from('2', answerPayload(id('1'), { final: false, outcome: 'received' }))
  const final = from('3', answerPayload(id('1')))
  const other = from('4', answerPayload(id('9')))
  const bearer = from('5', { v: 1, kind: 'bearer', delivers: id('1'), pub: id('1') })
  const burst = { v: 1, kind: 'burst', author: OWNER, upTo: 5, outcome: 'refused', known: true }
  const all = [other, received, bearer, final].reduce<Answered>(
    (seen, one) => withLetter(seen, one, request),
    NOTHING_YET,
  )
  t.equal(all.received, received)
  t.equal(all.final, final)
  t.deepEqual(all.bearers, [bearer])
  t.equal(
    withLetter(all, from('6', answerPayload(id('1'))), request).final,
    final,
    'a second final changes nothing',
  )
  t.equal(withLetter(NOTHING_YET, other, request), NOTHING_YET, "another request's answer is none")
  t.ok(withLetter(NOTHING_YET, from('7', burst), request).final, 'a combined answer covers it')
  t.notOk(withLetter(NOTHING_YET, from('8', { ...burst, upTo: 4 }), request).final, 'unless it ends before')
  t.notOk(
    withLetter(NOTHING_YET, from('8', { ...burst, author: OTHER }), request).final,
    'or is for somebody else',
  )
  t.end()
})

test('order follows the branches, not two clocks', (t) => {
  const asked = letter(id('1'), OWNER, 1000, {})
  const answered = letter(id('2'), PROVIDER, 500, { root: id('1'), branch: id('1') })
  const later = letter(id('3'), OWNER, 2000, { root: id('1'), branch: id('2') })
  t.deepEqual(
    inOrder([later, answered, asked]).map((one) => one.key),
    [id('1'), id('2'), id('3')],
  )
  const loop = [
    letter(id('4'), OWNER, 1, { branch: id('5') }),
    letter(id('5'), OWNER, 2, { branch: id('4') }),
  ]
  t.equal(inOrder(loop).length, 2, 'a loop of branches is shown too')
  t.deepEqual(newestThread([asked, answered]), { root: id('1'), branch: id('2') })
  const three = letter(id('6'), OWNER, 9, { recps: [OWNER, PROVIDER, OTHER] })
  t.equal(newestThread([three]), null, 'a thread with a third person is not gone on with')
  t.end()
})

test('what is sent reads as what was meant', (t) => {
  const opening = letterContent({ provider: PROVIDER, text: 'create alice', thread: null }, OWNER)
  const content = opening.content as { text: string; recps: string[]; root?: string }
  t.deepEqual(parseCommand(content.text), { kind: 'create', name: 'alice', plan: null })
  t.deepEqual(content.recps, [OWNER, PROVIDER], 'own id first')
  t.equal(content.root, undefined)
  const thread = { root: id('1'), branch: id('2') }
  const reply = letterContent({ provider: PROVIDER, text: 'yes', thread }, OWNER).content
  t.deepEqual(reply, { ...reply, text: 'yes', root: id('1'), branch: id('2') })
  t.end()
})

test('invite codes', (t) => {
  const code = parseInviteCode(` "${INVITE}" `)
  t.deepEqual(code, { host: 'pubs.example.org', port: 8100, key: PROVIDER, seed: SEED })
  if (code !== null) {
    t.equal(addressOf(code), `net:pubs.example.org:8100~shs:${'B'.repeat(42)}E=`)
    t.deepEqual(parseInviteCode(`${addressOf(code)}:${SEED}`), code, 'as a multiserver address')
  }
  t.equal(parseInviteCode(`::1:8008:${PROVIDER}~${SEED}`)?.host, '::1')
  for (const bad of [
    '',
    'x',
    INVITE.slice(0, -1),
    INVITE.replace(':8100', ':0'),
    INVITE.replace(':8100', ':70000'),
    `a b:1:${PROVIDER}~${SEED}`,
  ])
    t.equal(parseInviteCode(bad), null, JSON.stringify(bad))
  t.deepEqual(inviteCodesIn(`For you:\n\n\`${INVITE}\`\n\nhave fun`), [INVITE])
  t.end()
})

test('text on a terminal: nothing foreign controls it, invites stay in one piece', (t) => {
  t.equal(harmless('a\u001b[31mb\u0007\r\nc\u202ed'), 'a [31mb \nc d')
  t.equal(plainOf('**alice** is `up`, see [@bob](@x)'), 'alice is up, see @bob')
  t.equal(plainOf('is up\n![home, a day](&x)'), 'is up\nPicture, for clients that show some: home, a day')
  t.equal(plainOf('alice, whoami:\n\n```\n{}\n```'), 'alice, whoami:\n\n{}\n', 'no fence around code')
  t.deepEqual(wrap('one two three', 7), ['one two', 'three'])
  t.deepEqual(wrap(`to ${INVITE} go`, 20), ['to', INVITE, 'go'])
  t.equal(indented('a\n\nb', 40), '    a\n\n    b')
  const view = { owner: OWNER, names: { owner: 'you', provider: 'provider' }, width: 60, paint: paint(false) }
  const asked = letter(id('1'), OWNER, 1, { text: `[@provider](${PROVIDER})\n\ncreate home` })
  const answered = letter(id('2'), PROVIDER, 2, { text: `**home** is up.\n\n\`${INVITE}\``, branch: id('1') })
  t.equal(
    conversationText([answered, asked], view),
    `you\n    @provider\n\n    create home\n\nprovider\n    home is up.\n\n    ${INVITE}`,
  )
  t.match(conversationText([asked], { ...view, paint: paint(true) }), /^.\[1myou.\[22m\n/, 'with colours')
  t.end()
})

test('tables and figures', (t) => {
  t.equal(table(['A', 'B'], [['long', 'x\ny']]), 'A     B\nlong  x y')
  t.deepEqual([0, 1023, 1024, 48 * 1024 * 1024, 15 * 1024 ** 3].map(bytesText), [
    '0 B',
    '1023 B',
    '1.0 KB',
    '48 MB',
    '15 GB',
  ])
  const pub = {
    ...{
      pub: id('1') as string as PubId,
      name: 'home',
      owners: [OWNER],
      plan: 'tiny',
      status: 'up' as const,
      phase: 'up' as const,
    },
    ...{
      desired: 'up' as const,
      suspended: false,
      dues: null,
      title: null,
      description: null,
      version: null,
    },
    ...{
      reason: null,
      feed: null,
      address: '127.0.0.1:8100',
      port: 8100,
      web: null,
      createdAt: 0,
      keepUntil: null,
    },
    invites: { issued: 1, used: 0 },
    lastIncident: null,
  }
  t.equal(pubLines([pub, { ...pub, name: 'old', phase: 'ended' }]), 'home is up at 127.0.0.1:8100')
  t.equal(
    pubLines([{ ...pub, status: 'down', reason: 'out of memory' }]),
    'home is down at 127.0.0.1:8100 (out of memory)',
  )
  t.end()
})

test('what is remembered: own entries only, one per provider, nonsense refused', (t) => {
  const one = { owner: OWNER, id: PROVIDER, address: 'net:a:1~shs:x' }
  const book = withProvider(withProvider({ v: 1, providers: [] }, one), { ...one, address: 'net:b:2~shs:x' })
  t.equal(book.providers.length, 1)
  t.equal(providersOf(book, OWNER)[0]?.address, 'net:b:2~shs:x')
  t.deepEqual(providersOf(book, OTHER), [])
  t.deepEqual(parseBook({ v: 1, providers: [one, null, { id: 'x' }] })?.providers, [one])
  t.equal(parseBook({ v: 2, providers: [] }), null)
  t.equal(parseBook('x'), null)
  t.deepEqual(parseUpRecord({ v: 1, port: 1, portMin: 2, portMax: 3 }), {
    v: 1,
    port: 1,
    portMin: 2,
    portMax: 3,
  })
  for (const bad of [
    null,
    {},
    { v: 1, port: 0, portMin: 2, portMax: 3 },
    { v: 1, port: 1, portMin: 4, portMax: 3 },
  ])
    t.equal(parseUpRecord(bad), null)
  t.end()
})

test('what to do next fits a terminal, and every command in it is one that works', (t) => {
  for (const width of [60, 80, 110])
    for (const prefix of [
      'buttcloud',
      'npm run buttcloud --',
      prefixFor('buttcloud', '/tmp/a b', '/home/x'),
    ]) {
      const view = {
        paint: paint(false),
        prefix,
        dir: '/home/x',
        thisMachineOnly: true,
        invited: true,
        width,
      }
      t.notOk(nextSteps({ ...view, invited: false }).includes('invite above'), 'no invite, no word of one')
      const lines = nextSteps(view).split('\n')
      t.ok(
        lines.every((line) => line.length <= width),
        `${width} ${prefix}: ${Math.max(...lines.map((line) => line.length))}`,
      )
      for (const line of lines.filter((one) => one.includes(`${prefix} `))) {
        const command = line.slice(line.indexOf(prefix) + prefix.length).split('   ')[0] ?? ''
        // Of the terminal's own, and no sentence to the provider.
        if (!/^ (?:admin|tui)\b/.test(command))
          t.match(parseCommand(command.trim()).kind, /^(?:invite|create|status)$/, command)
      }
    }
  t.equal(prefixFor('buttcloud', '/a', '/a'), 'buttcloud')
  t.equal(prefixFor('buttcloud', '/b', '/a'), 'buttcloud --dir /b')
  t.equal(prefixFor('buttcloud', "/it's", '/a'), "buttcloud --dir '/it'\\''s'")
  t.end()
})

test('last words: a full disk is named as such, however deep it is wrapped', (t) => {
  const full = Object.assign(new Error('write failed'), { code: 'ENOSPC' })
  for (const error of [
    full,
    new Error('could not write x', { cause: full }),
    new Error('IO error: No space left on device'),
  ])
    t.match(
      lastWordsOf('The hub', error),
      /^The hub has ended: its disk is full .*Make room.*nothing .* lost/,
    )
  const told = new Error('The disk that holds /x is full, so this program ends. Make room.', { cause: full })
  t.equal(
    lastWordsOf('The hub', told),
    `The hub has ended. ${told.message}`,
    'what was said well is not said twice',
  )
  t.match(lastWordsOf('The hub', new TypeError('x is undefined\n  at y')), /expect: x is undefined\. Start/)
  t.match(lastWordsOf('The hub', 'odd'), /odd/)
  const round = new Error('round')
  round.cause = round
  t.match(lastWordsOf('The hub', round), /round/, 'a cause that leads back to itself')
  t.end()
})
