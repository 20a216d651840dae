/** Goal: an address is taken by message and said again nowhere; texts of mails are what they should be. */
import fc from 'fast-check'
import test from 'tape'
import { readMailSettings } from '../../plugin/mail-settings'
import { htmlOf, subjectLine } from '../../plugin/mail-text'
import { connectionTrouble } from '../../plugin/mail-trouble'
import { mailWords } from '../../plugin/words-mail'
import { checkEmail, maskEmails } from '../../protocol/email-text'
import type { FeedId } from '../../protocol/ids'
import { EMAIL_REPLIES } from '../../protocol/mail'
import { alice, bob, hub, lastText, outcomes, Story } from '../helpers/story'
import { aliceHasPub } from '../helpers/story-hub'

/** Alice has a pub, and mail goes out here. */
function aliceIsUp(addressed: string[] = [alice]): { story: Story } {
  const story = new Story().withHub(hub, 64 * 1024 ** 3)
  story.addressed = new Set(addressed)
  aliceHasPub(story)
  story.settle()
  return { story }
}

test('an address has nothing in it that nobody sees: no line end, no mark of direction, no joiner', (t) => {
  for (const good of ['alice@example.org', 'älice+pubs@exämple.org', 'mailto:alice@example.org '])
    t.ok(checkEmail(good), good)
  for (const odd of ['\0', '\r\n', '\t', '\x7f', '\u200b', '\u202e', '\u2028', '\ufeff', '\ud800'])
    for (const address of [`al${odd}ice@example.org`, `alice@exam${odd}ple.org`])
      t.equal(checkEmail(address), null, JSON.stringify(address))
  t.end()
})

test('trouble with the mail server says what to look at, and what it does not know it leaves as it is', (t) => {
  for (const [code, words] of [
    ['ECONNREFUSED', /nothing listens at mail\.smtp\.host and port \(ECONNREFUSED\)/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /mail\.smtp\.caFile/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', /mail\.smtp\.secure "starttls"/],
    ['ESOMETHING', /^ESOMETHING$/],
    ['constructor', /^constructor$/],
  ] as const)
    t.match(connectionTrouble(code), words)
  t.end()
})

test('email by message: asked of the local store, and answered without the address', (t) => {
  for (const reply of EMAIL_REPLIES) {
    const { story } = aliceIsUp()
    const request = story.asks(alice, 'email alice.b@example.org')
    const [ask] = story.decide().effects
    t.deepEqual(ask?.kind === 'ask' ? ask.ask : null, {
      ...{ kind: 'email', owner: alice, set: { address: 'alice.b@example.org', code: null } },
    })
    story.replies.set(request, { state: 'done', ask: 'email', value: reply })
    const effects = story.settle()
    t.equal(outcomes(effects).length, 1, reply)
    t.doesNotMatch(lastText(effects), /alice\.b|undefined/, lastText(effects))
  }
  const { story } = aliceIsUp()
  story.asks(alice, 'my code is 123456')
  const [ask] = story.decide().effects
  t.deepEqual(ask?.kind === 'ask' && ask.ask.kind === 'email' ? ask.ask.set : null, {
    address: null,
    code: '123456',
  })
  t.end()
})

test('whatever owners write: an address stands in the ask that takes it and nowhere else', (t) => {
  const WORD = fc.constantFrom(
    ...'email my code is off please use as create status alice send to mail 123456 and plan invite'.split(
      ' ',
    ),
    ...[
      'secret.one@example.org',
      'Secret.Two@Example.org',
      '<secret.one@example.org>',
      'mailto:secret.one@example.org',
      '\n',
    ],
  )
  const BEGIN = fc.constantFrom('email', 'my email is', 'email code', 'please use', 'hello,', '')
  const post = fc
    .tuple(BEGIN, fc.array(WORD, { minLength: 1, maxLength: 3, size: 'max' }))
    .map(([first, words]) => [first, ...words].join(' '))
  const who = fc.constantFrom<FeedId>(alice, bob)
  let asked = 0
  fc.assert(
    fc.property(fc.array(fc.tuple(who, post), { minLength: 1, maxLength: 6, size: 'max' }), (posts) => {
      const { story } = aliceIsUp([alice, bob])
      for (const [author, text] of posts) story.asks(author, text)
      for (let round = 0; round < 6; round += 1)
        for (const effect of story.decide().effects) {
          const { request: _, ...rest } = { request: null, ...effect }
          if (effect.kind === 'ask' && effect.ask.kind === 'email') {
            asked += 1
            story.replies.set(effect.request, { state: 'done', ask: 'email', value: 'code-sent' })
          } else {
            if (/secret\.(?:one|two)/i.test(JSON.stringify(rest))) throw new Error(JSON.stringify(rest))
            story.perform(effect)
          }
        }
    }),
    { numRuns: 900 },
  )
  t.ok(asked > 50, `${asked} addresses and codes were taken`)
  t.end()
})

test('the text of a mail as HTML is the same text', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      const html = htmlOf('x', text)
      const body = html.slice(html.indexOf('<body'))
      const tags = body.match(/<\/?[a-z]+/g) ?? []
      const strange = tags.filter((tag) => !/^<\/?(?:body|p|br|ul|li|a|code|html)$/.test(tag))
      if (strange.length > 0) throw new Error(`${strange}`)
      if (/[\r\n]/.test(subjectLine(text))) throw new Error('a subject of two lines')
    }),
  )
  t.equal(
    maskEmails('550 <alice@example.org>: no, bob.b@x.example!'),
    '550 <a***@example.org>: no, b***@x.example!',
  )
  t.match(htmlOf('x', 'y'), /overflow-wrap:anywhere/, 'a long link stays within the page')
  const code = mailWords.code('Garden', '123456')
  t.doesNotMatch(code.subject, /\d/, 'a code does not stand in a subject, which screens show')
  const portal = mailWords.portal('Garden', ['alice', 'shed'], 'https://billing.example/p/1', null)
  t.match(portal.text, /\n\nhttps:\/\/billing\.example\/p\/1\n\n/)
  t.match(portal.text, /good for a short time only/)
  const lasting = mailWords.portal(null, ['alice'], 'https://pubs.example/portal/1', Date.UTC(2031, 4, 2))
  t.match(lasting.text, /it is good until 2031-05-02\. Every owner of alice can have another one sent to you/)
  t.match(mailWords.receipt(null, 'alice', 'https://pay.example/r').text, /pay ButtCloud for the pub alice/)
  t.end()
})

test('settings: good ones are read, bad ones are told by field, and no password is', (t) => {
  const smtp = { host: 'mail.example', user: 'garden', password: 'sesame' }
  const good = { smtp, from: 'Garden <pubs@pubs.example>', operator: 'op@pubs.example' }
  t.deepEqual(readMailSettings(good), {
    ...{ host: 'mail.example', port: 587, secure: 'starttls', user: 'garden', password: 'sesame' },
    ...{ passwordFile: null, caFile: null, from: { name: 'Garden', address: 'pubs@pubs.example' } },
    ...{ operator: 'op@pubs.example', portal: null },
  })
  t.equal(readMailSettings(undefined), null)
  t.equal(readMailSettings({ smtp: { host: 'm', port: 465 }, from: 'a@b.example' })?.secure, 'implicit')
  t.equal(readMailSettings({ smtp: { host: 'm', secure: 'implicit' }, from: 'a@b.example' })?.port, 465)
  const bad: [unknown, RegExp][] = [
    ['yes', /mail: expected an object, found "yes"/],
    [{ from: 'a@b.example' }, /mail\.smtp: expected an object/],
    [{ ...good, smtp: { ...smtp, port: 70_000 } }, /mail\.smtp\.port: expected .*65535.*found 70000/],
    [{ ...good, smtp: { ...smtp, port: '587' } }, /mail\.smtp\.port/],
    [
      { ...good, smtp: { ...smtp, secure: 'tls' } },
      /mail\.smtp\.secure: expected one of none, starttls, implicit/,
    ],
    [{ ...good, smtp: { ...smtp, secure: 'none' } }, /password would go to mail\.example in the clear/],
    [{ ...good, smtp: { host: 'm', password: 'sesame' } }, /a password and no user/],
    [{ ...good, smtp: { ...smtp, passwordFile: 'x' } }, /both password and passwordFile/],
    [{ ...good, smtp: { ...smtp, password: 7 } }, /mail\.smtp\.password: expected a text/],
    [{ ...good, smtp: { ...smtp, host: 'smtp://m' } }, /mail\.smtp\.host: expected a host name/],
    [{ ...good, smtp: { ...smtp, pasword: 'sesame' } }, /mail\.smtp has no setting "pasword"; it takes host/],
    [{ ...good, from: 'nobody' }, /mail\.from: expected a mail address/],
    [{ ...good, from: 'A <a@b.example>\r\nBcc: c@d.example' }, /mail\.from/],
    [{ ...good, portal: 'http://x' }, /mail\.portal: expected a link that begins with https/],
    [{ ...good, operator: 'me' }, /mail\.operator: expected a mail address/],
    [{ ...good, colour: 'red' }, /mail has no setting "colour"/],
  ]
  for (const [settings, said] of bad)
    try {
      readMailSettings(settings)
      t.fail(`${JSON.stringify(settings)} was taken`)
    } catch (error) {
      t.match((error as Error).message, said)
      t.doesNotMatch((error as Error).message, /sesame/)
    }
  t.end()
})
