/** Goal: from a terminal, a second owner finds the question that is put to them in the thread of all owners. */
import test from 'tape'
import { type Letter, letterOf, NOTHING_YET, questionOfOthers, withLetter } from '../../cli/letters'
import { paymentLinks } from '../../cli/payment-link'
import type { FeedId, MessageId } from '../../protocol/ids'

const OWNER = `@${'A'.repeat(42)}E=.ed25519` as FeedId
const PROVIDER = `@${'B'.repeat(42)}E=.ed25519` as FeedId
const OTHER = `@${'C'.repeat(42)}E=.ed25519` as FeedId
const id = (letter: string): MessageId => `%${letter.repeat(42)}E=.sha256` as MessageId

const answerPayload = (answers: MessageId, more: object = {}): object => ({
  ...{ v: 1, kind: 'answer', answers, to: OWNER, outcome: 'done', final: true, command: 'list' },
  ...{ pub: null, question: null, confirms: null },
  ...more,
})

function letter(key: MessageId, author: FeedId, claimedAt: number, more: object): Letter {
  const content = { type: 'post', text: 'x', recps: [OWNER, PROVIDER], ...more }
  const made = letterOf(
    { key, author, sequence: claimedAt, claimedAt, content },
    { owner: OWNER, provider: PROVIDER },
  )
  if (made === null) throw new Error('no letter')
  return made
}

test('the question of another owner is found while it is open, unless one is put to the owner in an answer', (t) => {
  const all = [OWNER, PROVIDER, OTHER]
  const question = { kind: 'delete', pub: id('8'), asked: [OWNER], expiresAt: 100 }
  const notice = (key: string, more: object = {}) =>
    letter(id(key), PROVIDER, 10, {
      recps: all,
      buttcloud: {
        ...{ v: 1, kind: 'notice', pub: id('8'), topic: 'question', causes: id('7'), to: null, host: null },
        question: { ...question, ...more },
      },
    })
  const answered = (more: object) =>
    letter(id('9'), PROVIDER, 11, { buttcloud: answerPayload(id('6'), more) })
  const found = (...letters: Letter[]) => questionOfOthers(letters, OWNER, 50)?.key ?? null
  t.equal(found(notice('1')), id('1'))
  t.equal(found(notice('1'), notice('2')), id('2'), 'the newest')
  t.equal(found(notice('1', { asked: [OTHER] })), null, 'not put to this owner')
  t.equal(found(notice('1', { expiresAt: 50 })), null, 'too old')
  t.equal(found(notice('1'), answered({ confirms: id('1') })), null, 'answered with yes')
  t.equal(found(notice('1'), answered({ declines: id('1') })), null, 'answered with no')
  t.equal(found(notice('1'), answered({ outcome: 'asked', question })), null, 'their own comes first')
  const done = { command: 'delete', pub: id('8'), confirms: id('5') }
  t.equal(found(notice('1'), answered(done)), null, 'of a pub that is deleted there is nothing to ask')
  t.end()
})

test('a link to pay by is found where it stands alone on its line, in the answer or in a thread of its own', (t) => {
  const url = 'https://checkout.stripe.example/c/pay/cs_1#fid'
  const request = { key: id('6'), sequence: 1, owner: OWNER }
  const text = `**alice** costs $1 a month. To pay, open this:\n\n${url}\n\nAnybody may pay (see https://a.example).`
  const received = letter(id('1'), PROVIDER, 10, {
    text,
    buttcloud: answerPayload(request.key, { outcome: 'received', final: false, declines: null }),
  })
  const own = letter(id('2'), PROVIDER, 11, {
    text,
    buttcloud: { v: 1, kind: 'bearer', delivers: id('3'), pub: request.key },
  })
  t.deepEqual(paymentLinks([received, null, own]), [url], 'once, and no other address')
  const answered = withLetter(NOTHING_YET, own, request)
  t.deepEqual(answered.bearers, [own], 'delivered for its session, and meant for who asked for the pub')
  const final = letter(id('4'), PROVIDER, 12, {
    buttcloud: answerPayload(request.key, { declines: null }),
  })
  const over = withLetter(withLetter(NOTHING_YET, final, request), own, request)
  t.deepEqual(over.bearers, [], 'what is delivered about the pub later is for other requests')
  t.end()
})
