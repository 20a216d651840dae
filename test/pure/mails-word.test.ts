/** Goal: who gave an address is mailed once what the operator has said of their pub and to everybody, and nobody else is. */
import test from 'tape'
import type { Effect, Mail } from '../../plugin/effects'
import { MAIL_CAUSE_MS, MAIL_SUBJECT_CHARS_MAX } from '../../protocol/limits-mail'
import { alice, bob, Story } from '../helpers/story'
import { aliceHasPub } from '../helpers/story-hub'
import { announces, suspends, unsuspends } from '../helpers/story-operator'

const DAY_MS = 24 * 3_600_000

/** Alice has a pub that is up; these have an address. */
function aliceIsUp(addressed: string[]): Story {
  const story = new Story().withHub()
  story.addressed = new Set(addressed)
  aliceHasPub(story)
  story.settle()
  return story
}

const mailsOf = (effects: Effect[]): Mail[] =>
  effects.flatMap((one) => (one.kind === 'mail' && !one.mail.key.startsWith('welcome ') ? [one.mail] : []))

test('a stop is mailed to the owners once, with its reason, and so is its end', (t) => {
  const story = aliceIsUp([alice, bob])
  const [mail, ...more] = mailsOf(suspends(story, 'alice', 'it floods its neighbours'))
  t.deepEqual([mail?.to, more.length], [{ kind: 'owner', owner: alice }, 0], 'to Alice alone')
  t.match(mail?.text ?? '', /alice is suspended by whoever runs this provider/)
  t.match(mail?.text ?? '', /Their reason: it floods its neighbours\./)
  t.doesNotMatch(mail?.text ?? '', /\*\*/, 'as plain text')
  t.ok((mail?.subject.length ?? 0) <= MAIL_SUBJECT_CHARS_MAX, mail?.subject)
  t.deepEqual(mailsOf(story.settle()), [], 'once')
  const [end, ...none] = mailsOf(unsuspends(story, 'alice'))
  t.match(end?.text ?? '', /has ended the suspension of alice\..*It is being started\./)
  t.match(end?.subject ?? '', /no longer suspended/)
  t.equal(none.length, 0)
  t.end()
})

test('a stop is not mailed to who confirms an address a week later', (t) => {
  for (const [waitMs, count] of [
    [MAIL_CAUSE_MS - DAY_MS, 1],
    [MAIL_CAUSE_MS + DAY_MS, 0],
  ] as const) {
    const story = aliceIsUp([])
    t.deepEqual(mailsOf(suspends(story, 'alice')), [], 'nobody has an address')
    story.now += waitMs
    story.addressed = new Set([alice])
    t.equal(mailsOf(story.settle()).length, count)
  }
  t.end()
})

test('an announcement is mailed once to every owner with an address, and to nobody else', (t) => {
  const story = aliceIsUp([alice, bob])
  const [mail, ...more] = mailsOf(announces(story, 'On Sunday all pubs are away for an hour.'))
  t.deepEqual([mail?.to, more.length], [{ kind: 'owner', owner: alice }, 0], 'Bob owns nothing')
  t.match(
    mail?.text ?? '',
    /^Whoever runs \S+ says:\n\nOn Sunday all pubs are away for an hour\.\n\nYou get this/,
  )
  t.deepEqual(mailsOf(story.settle()), [], 'once')
  story.now += DAY_MS / 2
  t.deepEqual(mailsOf(story.settle()), [], 'and not again later')
  t.end()
})
