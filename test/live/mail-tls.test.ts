/** Goal: passwords and mails go over TLS that somebody vouches for, or not at all; and what went wrong is told without them. */
import { until } from '../helpers/machine'
import { arrived, type PostWorldOptions, story, toOperator } from '../helpers/post-world'
import { TEST_CERTIFICATE, TEST_KEY } from '../helpers/test-certificate'

const TLS = { disabledCommands: [], key: TEST_KEY, cert: TEST_CERTIFICATE, authOptional: false }
const takes: PostWorldOptions['server'] = {
  ...TLS,
  onAuth: ({ username, password }, _session, then) =>
    username === 'garden' && password === 'sesame opens'
      ? then(null, { user: 'garden' })
      : then(new Error('no')),
}
const LOGIN = { secure: 'starttls', user: 'garden', password: 'sesame opens', caFile: 'ca.pem' }

story('STARTTLS and a password', { server: takes, smtp: LOGIN }, async (t, world) => {
  await world.post.send(toOperator('a'))
  const [mail] = await arrived(world, 1)
  t.ok(mail?.secure, 'over TLS')
  t.equal(mail?.user, 'garden')
  const { ok, dialogue, to } = await world.post.test(null)
  t.ok(ok)
  t.equal(to, 'o***@pubs.example')
  t.ok(dialogue.some((line) => /STARTTLS/.test(line)))
  t.ok(
    dialogue.some((line) => /^> AUTH PLAIN/.test(line)),
    dialogue.join('\n'),
  )
  const secret = Buffer.from('\0garden\0sesame opens').toString('base64')
  for (const word of ['sesame', secret, Buffer.from('sesame opens').toString('base64')])
    t.notOk(
      dialogue.join('\n').includes(word) || world.printed().includes(word),
      'the password is shown nowhere',
    )
})

story(
  'TLS from the start',
  { server: { ...takes, secure: true }, smtp: { ...LOGIN, secure: 'implicit' } },
  async (t, world) => {
    await world.post.send(toOperator('a'))
    t.ok((await arrived(world, 1))[0]?.secure)
  },
)

story(
  'a server whose certificate nobody vouches for gets nothing',
  { server: takes, smtp: { ...LOGIN, caFile: null } },
  async (t, world) => {
    const { ok, reason } = await world.post.test(null)
    t.notOk(ok)
    t.match(reason ?? '', /TLS|certificate/i)
    t.equal(world.smtp.arrived.length, 0)
  },
)

story(
  'a server without STARTTLS gets neither password nor mail',
  { server: { authOptional: false }, smtp: LOGIN },
  async (t, world) => {
    await world.post.send(toOperator('a'))
    await until('the trouble to be told', () => /no mail can be sent/.test(world.printed()))
    t.match(world.post.view().waiting[0]?.reason ?? '', /no TLS with the mail server/)
    t.equal(world.smtp.arrived.length, 0)
  },
)

story(
  'a wrong password loses no mail',
  { server: takes, smtp: { ...LOGIN, password: 'sesame shuts' } },
  async (t, world) => {
    await world.post.send(toOperator('a'))
    await until('the trouble to be told', () => /does not take user and password/.test(world.printed()))
    t.equal(world.post.view().waiting.length, 1)
    t.equal(world.post.view().failed.length, 0)
    t.doesNotMatch(world.printed(), /sesame/)
  },
)
