/** Goal: an inbox holds what no command has shown, links to files stay visible, and what is under way is no burst. */
import test from 'tape'
import { blobLinkOf, blobLinksIn, withWhole } from '../../cli/blob-links'
import { type InboxItem, inboxOf, itemText, sinceOf, timeText } from '../../cli/inbox'
import {
  isCrowded,
  type Letter,
  letterOf,
  NOTHING_YET,
  ownQuestion,
  questionOfOthers,
  withLetter,
} from '../../cli/letters'
import { paint, plainOf } from '../../cli/render'
import { NOTHING_SHOWN, parseShown, withShown } from '../../cli/shown-letters'
import type { FeedId, MessageId } from '../../protocol/ids'
import { REQUESTS_PER_MINUTE_MAX } from '../../protocol/limits'

const OWNER = `@${'A'.repeat(42)}E=.ed25519` as FeedId
const PROVIDER = `@${'B'.repeat(42)}E=.ed25519` as FeedId
const id = (letter: string): MessageId => `%${letter.repeat(42)}E=.sha256` as MessageId
const PUB = id('P')
const TARGET = `&${'B'.repeat(42)}E=.sha256?unbox=${'%2B'.repeat(3)}${'C'.repeat(39)}E=.boxs`
const LINK = `[whoami.json](${TARGET})`
const NOON = Date.parse('2026-11-20T12:00:00Z')

function letter(key: string, author: FeedId, at: number, more: object): Letter {
  const content = { type: 'post', text: 'x', recps: [OWNER, PROVIDER], ...more }
  const raw = { key: id(key), author, sequence: at, claimedAt: NOON + at, content }
  const made = letterOf(raw, { owner: OWNER, provider: PROVIDER })
  if (made === null) throw new Error('no letter')
  return made
}

const answer = (answers: string, more: object = {}): object => ({
  ...{ v: 1, kind: 'answer', answers: id(answers), to: OWNER, outcome: 'done', final: true, command: 'list' },
  ...{ pub: null, question: null, confirms: null, declines: null },
  ...more,
})
const notice = (more: object = {}): object => ({
  ...{
    v: 1,
    kind: 'notice',
    pub: PUB,
    topic: 'incident',
    causes: id('c'),
    question: null,
    to: null,
    host: null,
  },
  ...more,
})
const everything = { last: 20, since: null, all: false }
const keysOf = (items: InboxItem[]): string => items.map(({ key }) => key[1]).join('')

test('an inbox holds what came unasked or unseen, oldest first', (t) => {
  const letters = [
    letter('1', OWNER, 1, { text: '[@provider](x)\n\nrestart alice' }),
    letter('2', PROVIDER, 2, { buttcloud: answer('1', { outcome: 'received', final: false, pub: PUB }) }),
    letter('3', PROVIDER, 3, { text: '**alice** is up', buttcloud: answer('1', { pub: PUB }) }),
    letter('4', OWNER, 4, { text: 'stop alice' }),
    letter('5', PROVIDER, 5, { buttcloud: answer('4', { outcome: 'received', final: false }) }),
    letter('6', PROVIDER, 6, { text: '**alice** was down', buttcloud: notice() }),
    letter('7', PROVIDER, 7, {
      text: LINK,
      buttcloud: { v: 1, kind: 'bearer', delivers: id('1'), pub: PUB },
    }),
    letter('8', PROVIDER, 8, { text: 'a person writes in its name' }),
  ]
  const inbox = (shown: string, more = {}): InboxItem[] =>
    inboxOf(letters, PROVIDER, new Set([...shown].map(id)), { ...everything, ...more })
  t.equal(keysOf(inbox('')), '35678', 'that it was worked on is no news once it is over')
  t.equal(keysOf(inbox('37')), '568', 'what a command has shown is not there')
  t.equal(keysOf(inbox('37', { all: true })), '235678', 'unless all is asked for')
  t.equal(keysOf(inbox('', { last: 2 })), '78', 'the newest')
  t.equal(keysOf(inbox('', { since: NOON + 7 })), '78', 'since then')
  const [first, pending, fallen, bearer, person] = inbox('')
  t.deepEqual([first?.kind, first?.name, first?.asked], ['answer', 'alice', 'restart alice'])
  t.deepEqual([pending?.kind, pending?.asked], ['received', 'stop alice'], 'what is worked on still')
  t.deepEqual([fallen?.kind, fallen?.name, fallen?.request], ['notice', 'alice', null])
  t.deepEqual([bearer?.kind, bearer?.asked, bearer?.links[0]?.target], ['bearer', 'restart alice', TARGET])
  t.deepEqual([person?.kind, person?.pub], ['letter', null])
  const view = { width: 80, paint: paint(false), question: false, when: timeText }
  const text = fallen === undefined ? '' : itemText(fallen, view)
  t.equal(text, '2026-11-20 12:00 UTC · alice\n    alice was down')
  const shown = bearer === undefined ? '' : itemText(bearer, { ...view, question: true })
  t.ok(shown.includes(`whoami.json (buttcloud open\n    '${TARGET}')`), 'a link can be copied')
  t.match(shown, /Answer it with/)
  t.end()
})

test('a name that only the text gives is shown; a time that is none does no harm', (t) => {
  const unknown = [letter('6', PROVIDER, 6, { text: '[@x](y) made **bob-s** an owner', buttcloud: notice() })]
  t.equal(inboxOf(unknown, PROVIDER, new Set(), everything)[0]?.name, 'bob-s')
  t.equal(timeText(Number.MAX_VALUE), 'at no time')
  t.equal(sinceOf('90m', NOON), NOON - 5_400_000)
  t.equal(sinceOf('2 w', NOON), NOON - 14 * 86_400_000)
  t.equal(sinceOf('2026-11-20', 0), Date.parse('2026-11-20T00:00:00Z'))
  t.equal(sinceOf('2026-11-20 06:12 UTC', 0), Date.parse('2026-11-20T06:12:00Z'), 'as the inbox writes it')
  for (const text of ['', 'yesterday', '3', '-1d', '2026-13-40', '999999d'])
    t.equal(sinceOf(text, 0), null, text)
  t.end()
})

test('links to files: found, shown with the way to open them, and put in their place', (t) => {
  const long = `**alice**, \`whoami\`:\n\n\`\`\`\n{"a":1… (shortened)\n\`\`\`\n\nAll of it: ${LINK} (kept 7 days)\n\nMore.`
  const [link] = blobLinksIn(long)
  t.deepEqual([link?.name, link?.key], ['whoami.json', `+++${'C'.repeat(39)}E=`], 'the key as it was')
  t.deepEqual(blobLinksIn(`!${LINK} [x](@y) [x](&z)`), [], 'pictures and other links are none')
  t.equal(blobLinkOf(` ${TARGET} `)?.target, TARGET)
  t.equal(blobLinkOf(LINK)?.name, 'whoami.json')
  for (const text of ['', '&x.sha256', TARGET.slice(0, 60), `${TARGET}x`, `rm ${TARGET}`])
    t.equal(blobLinkOf(text), null, `"${text.slice(0, 20)}" is none`)
  t.ok(plainOf(long).includes(`whoami.json (buttcloud open '${TARGET}')`))
  t.ok(plainOf(`!${LINK}`).startsWith('Picture'), 'a picture is for others')
  if (link === undefined) return t.end()
  const whole = withWhole(long, link, '{"a":"**1**"}')
  t.equal(plainOf(whole), 'alice, whoami:\n\n{"a":"**1**"}\n\nMore.', 'what stands in code stays as it is')
  t.match(withWhole(`All: ${LINK}`, link, 'x'), /All: .*\n\n```\nx\n```$/)
  t.end()
})

test('a combined answer ends the wait of what it covers, and of nothing that is worked on', (t) => {
  const request = { key: id('1'), sequence: 5, owner: OWNER }
  const burst = (upTo: number, author = OWNER) =>
    letter('9', PROVIDER, 9, {
      buttcloud: { v: 1, kind: 'burst', author, upTo, outcome: 'refused', known: true },
    })
  const received = letter('2', PROVIDER, 2, { buttcloud: answer('1', { outcome: 'received', final: false }) })
  t.equal(withLetter(NOTHING_YET, burst(5), request).final?.key, id('9'))
  t.equal(withLetter(NOTHING_YET, burst(4), request).final, null, 'it was not about this one')
  t.equal(withLetter(NOTHING_YET, burst(5, PROVIDER), request).final, null, 'nor somebody else’s')
  const begun = withLetter(NOTHING_YET, received, request)
  t.equal(withLetter(begun, burst(5), request).final, null, 'what is worked on has an answer of its own')
  const minute = (count: number) =>
    Array.from({ length: count }, (_, at) => letter(String.fromCharCode(65 + at), OWNER, at, {}))
  t.notOk(isCrowded(minute(REQUESTS_PER_MINUTE_MAX - 1), request, NOON))
  t.ok(isCrowded(minute(REQUESTS_PER_MINUTE_MAX), request, NOON), 'one more is too much')
  t.notOk(isCrowded(minute(REQUESTS_PER_MINUTE_MAX), request, NOON + 60_100), 'a minute later it is not')
  t.end()
})

test('the question that a yes is meant for: the owner’s own, until it is answered', (t) => {
  const question = { kind: 'delete', pub: PUB, asked: [OWNER], expiresAt: NOON + 1_000 }
  const own = letter('2', PROVIDER, 2, {
    root: id('1'),
    branch: id('1'),
    buttcloud: answer('1', { outcome: 'asked', question }),
  })
  const other = letter('3', PROVIDER, 3, { buttcloud: notice({ topic: 'question', question }) })
  const no = letter('5', PROVIDER, 5, {
    root: id('1'),
    branch: id('4'),
    buttcloud: answer('4', { declines: id('0') }),
  })
  t.equal(ownQuestion([own, other], OWNER, NOON)?.key, id('2'))
  t.equal(questionOfOthers([own, other], OWNER, NOON), null, 'their own comes first')
  t.equal(ownQuestion([own, other], OWNER, NOON + 1_000), null, 'not when its time is over')
  t.equal(ownQuestion([own, no], OWNER, NOON), null, 'a no ends all that its thread was asked before')
  t.equal(ownQuestion([no, { ...own, sequence: 6 }], OWNER, NOON)?.key, id('2'), 'and nothing after it')
  t.end()
})

test('what was shown is remembered, up to a bound', (t) => {
  const some = withShown(withShown(NOTHING_SHOWN, [id('1'), id('2')]), [id('1')])
  t.deepEqual(some.keys, [id('2'), id('1')])
  t.deepEqual(parseShown(JSON.parse(JSON.stringify(some))), some)
  t.deepEqual(parseShown({ v: 1, keys: [3, id('1')] })?.keys, [id('1')])
  for (const value of [null, 3, {}, { v: 2, keys: [] }, { v: 1 }]) t.equal(parseShown(value), null)
  t.end()
})
