/**
 * Goal: what is owed arrives, whatever the mail server does: dead, slow, refusing, hanging up, back again. A real server
 * at the other end; time is the test's.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FeedId } from '../../protocol/ids'
import {
  MAIL_KEPT_MS,
  MAIL_PAUSE_FIRST_MS,
  MAIL_SERVER_PAUSE_FIRST_MS,
  MAIL_TRIED_MS,
} from '../../protocol/limits-mail'
import { CLOCK_EVEN_MS } from '../../protocol/limits-money'
import { until } from '../helpers/machine'
import { arrived, OPERATOR, type PostWorld, story, toOperator, toOwner } from '../helpers/post-world'
import { alice, bob } from '../helpers/story'

const DAY_MS = 24 * 3_600_000

/** The code in the last mail that came. */
async function codeFor(world: PostWorld, owner: FeedId, address: string): Promise<string> {
  const before = world.smtp.arrived.length
  if ((await world.post.set(owner, { address, code: null })) !== 'code-sent') throw new Error('no code')
  const mails = await arrived(world, before + 1)
  return /`email (\d{6})`/.exec(mails.at(-1)?.text ?? '')?.[1] ?? ''
}

async function confirmed(world: PostWorld, owner: FeedId, address: string): Promise<void> {
  const code = await codeFor(world, owner, address)
  if ((await world.post.set(owner, { address: null, code })) !== 'confirmed') throw new Error('not confirmed')
}

story('a mail as it arrives: its frame, and both parts of it', {}, async (t, world) => {
  await confirmed(world, alice, 'alice@example.org')
  const text = 'Look at https://pubs.example/a?b=1&c=2.\n\n* <b>one</b>\n* Gärten "two"\n\nWrite `email off`.'
  await world.post.send({ ...toOwner('welcome 1'), subject: 'Der Gärtner\r\nBcc: oscar@example.org', text })
  const [code, mail] = await arrived(world, 2)
  const again = new Set([code?.headers.get('message-id'), mail?.headers.get('message-id')])
  t.equal(again.size, 2, 'each has an id of its own')
  t.match(mail?.headers.get('message-id') ?? '', /^<[0-9a-f]{32}@pubs\.example>$/)
  t.equal(mail?.to, 'alice@example.org', 'it goes to one reader alone, whatever a subject says')
  t.equal(mail?.headers.get('subject'), 'Der Gärtner Bcc: oscar@example.org', 'one line, and readable')
  t.match(mail?.headers.get('from') ?? '', /^"?Garden"? <pubs@pubs\.example>$/)
  t.equal(mail?.headers.get('to'), 'alice@example.org')
  t.equal(
    Date.parse(mail?.headers.get('date') ?? ''),
    Date.UTC(2030, 0, 1),
    'when it was owed, not when it was sent',
  )
  t.equal(mail?.headers.get('list-unsubscribe'), `<mailto:${OPERATOR}?subject=unsubscribe>`)
  t.notOk(code?.headers.has('list-unsubscribe'), 'a code is no list')
  t.equal(mail?.headers.get('auto-submitted'), 'auto-generated')
  t.equal(mail?.text, text)
  t.match(
    mail?.html ?? '',
    /<a href="https:\/\/pubs\.example\/a\?b=1&amp;c=2">https:\/\/pubs\.example\/a\?b=1&amp;c=2<\/a>\./,
  )
  t.match(mail?.html ?? '', /<ul><li>&lt;b&gt;one&lt;\/b&gt;<\/li><li>Gärten &quot;two&quot;<\/li><\/ul>/)
  t.match(mail?.html ?? '', /<code>email off<\/code>/)
  t.doesNotMatch(mail?.html ?? '', /<img|<script|<link|src=/, 'nothing is loaded, nothing is counted')
})

story('the mail server is dead, and back again: each arrives once', {}, async (t, world) => {
  await world.smtp.close()
  await world.post.send(toOperator('a'))
  await world.post.send(toOperator('a'))
  await world.post.send(toOperator('b'))
  await until('the trouble to be told', () =>
    /no mail can be sent, trying again in 5 s/.test(world.printed()),
  )
  t.deepEqual([...(world.post.facts().taken ?? [])], ['a', 'b'], 'what waits is not owed again')
  const [waiting] = world.post.view().waiting
  t.equal(waiting?.tries, 0, 'no mail is blamed for it')
  t.match(waiting?.reason ?? '', /ECONNREFUSED/)
  await world.smtp.listen()
  world.clock.pass(MAIL_SERVER_PAUSE_FIRST_MS)
  const mails = await arrived(world, 2)
  t.deepEqual(mails.map((one) => one.headers.get('subject')).sort(), ['About a', 'About b'])
  await until('the queue to be empty', () => world.post.view().waiting.length === 0)
  world.clock.pass(10 * MAIL_SERVER_PAUSE_FIRST_MS)
  await world.post.send(toOperator('c'))
  await arrived(world, 3)
  t.equal(world.smtp.arrived.length, 3, 'none came twice')
})

story('refused for now and refused for good', {}, async (t, world) => {
  await confirmed(world, alice, 'alice@example.org')
  await confirmed(world, bob, 'bob@example.org')
  world.smtp.refuse = (to) =>
    to.startsWith('alice')
      ? { code: 550, text: `5.1.1 <${to}> nobody of that name` }
      : to.startsWith('bob')
        ? { code: 451, text: `4.7.1 <${to}> greylisted` }
        : null
  await world.post.send(toOwner('a', alice))
  await world.post.send(toOwner('b', bob))
  await world.post.send(toOperator('c'))
  await arrived(world, 3)
  await until('both refusals', () => {
    const { failed, waiting } = world.post.view()
    return failed.length === 1 && waiting[0]?.tries === 1
  })
  const { failed, waiting } = world.post.view()
  t.equal(failed[0]?.to, 'a***@example.org')
  t.match(failed[0]?.reason ?? '', /550 .*a\*\*\*@example\.org> nobody/)
  t.ok(world.woken > 0, 'the provider looks again')
  t.equal(world.post.facts().failed?.length, 1)
  t.equal(waiting[0]?.to, 'b***@example.org')
  t.ok(world.post.facts().taken.has('a'), 'what was refused for good is not owed again')
  world.smtp.refuse = () => null
  const tried = world.smtp.tried.length
  world.clock.pass(MAIL_PAUSE_FIRST_MS - 1)
  await world.post.send(toOperator('d'))
  await arrived(world, 4)
  t.notOk(world.smtp.tried.slice(tried).includes('bob@example.org'), 'not before its time')
  world.clock.pass(1)
  await until('the one that was put off', () =>
    world.smtp.arrived.some(({ to }) => to === 'bob@example.org' && world.smtp.arrived.length === 5),
  )
  t.notOk(
    world.smtp.arrived.slice(2).some(({ to }) => to === 'alice@example.org'),
    'and the other one never',
  )
  await until('all to be counted', () => world.noted.sent === 5)
  t.deepEqual(world.noted, { sent: 5, failed: 1, 'put-off': 1 }, 'and a monitor is told')
  t.doesNotMatch(world.printed(), /alice@|bob@/, 'no address in any log')
})

story(
  'the server takes a mail and hangs up before it says so: the copy has the same Message-ID',
  {},
  async (t, world) => {
    let hangUp = true
    const { smtp } = world
    smtp.onTaken = () => {
      if (!hangUp) return
      hangUp = false
      return 'hang-up'
    }
    await world.post.send(toOperator('a'))
    await arrived(world, 1)
    await until('the trouble to be told', () => /no mail can be sent/.test(world.printed()))
    world.clock.pass(MAIL_SERVER_PAUSE_FIRST_MS)
    const mails = await arrived(world, 2)
    const ids = new Set(mails.map(({ headers }) => headers.get('message-id')))
    t.equal(ids.size, 1, 'a reader sees one')
    t.equal(new Set(mails.map(({ headers }) => headers.get('date'))).size, 1)
  },
)

story('a slow server gets each mail once', {}, async (t, world) => {
  world.smtp.thinkMs = 400
  for (const key of ['a', 'b', 'c', 'd']) await world.post.send(toOperator(key))
  t.equal(world.smtp.arrived.length, 0, 'nobody waits for it')
  await until('all to be sent', () => world.post.view().sent === 4)
  t.equal(world.smtp.arrived.length, 4)
})

story('a restart forgets nothing', {}, async (t, world) => {
  await confirmed(world, alice, 'alice@example.org')
  await world.smtp.close()
  for (const key of ['a', 'b']) await world.post.send(toOwner(key))
  await until('the trouble to be told', () => /no mail can be sent/.test(world.printed()))
  world.restart()
  t.deepEqual([...world.post.facts().taken].filter((key) => key.length === 1).sort(), ['a', 'b'])
  t.ok(world.post.facts().has({ kind: 'owner', owner: alice }), 'the address is still known')
  await world.smtp.listen()
  world.restart()
  await arrived(world, 3)
  await until('all to be sent', () => world.post.view().waiting.length === 0)
  world.restart()
  await world.post.send(toOwner('a'))
  t.equal(world.post.view().waiting.length, 0, 'what was sent before is not sent again')
  world.clock.pass(MAIL_KEPT_MS + 1)
  await world.post.send(toOperator('c'))
  await arrived(world, 4)
  await until('old keys to go', () => !world.post.facts().taken.has('a'))
})

story('what nobody takes is given up, and what nobody wants any more is not sent', {}, async (t, world) => {
  await confirmed(world, alice, 'alice@example.org')
  await world.smtp.close()
  await world.post.send(toOperator('old'))
  await world.post.send(toOwner('unwanted'))
  await until('the trouble to be told', () => /no mail can be sent/.test(world.printed()))
  t.equal(await world.post.set(alice, { address: null, code: null }), 'forgotten')
  world.clock.pass(MAIL_TRIED_MS - 1)
  await until('another try', () => (world.printed().match(/no mail can be sent/g) ?? []).length >= 2)
  t.equal(world.post.view().failed.length, 0, 'tried to the last moment')
  world.clock.pass(MAIL_SERVER_PAUSE_FIRST_MS * 4)
  await until('it to be given up', () => world.post.view().failed.length === 1)
  await world.smtp.listen()
  t.equal(world.post.view().waiting.length, 0)
  t.equal(world.smtp.arrived.length, 1, 'nothing came but the code')
  t.deepEqual(world.noted, { sent: 1, dropped: 1, failed: 1 }, 'a monitor is told')
})

story('a clock that is set wrongly and right again loses no mail and holds none up', {}, async (t, world) => {
  const { clock, smtp } = world
  await confirmed(world, alice, 'alice@example.org')
  await world.post.send(toOwner('sent'))
  await arrived(world, 2)
  smtp.refuse = () => ({ code: 451, text: 'later' })
  await world.post.send(toOwner('put off'))
  await until('the first try', () => world.post.view().waiting[0]?.tries === 1)
  world.setClock(30 * DAY_MS)
  clock.pass(MAIL_PAUSE_FIRST_MS)
  await until('another try, a month ahead', () => world.post.view().waiting[0]?.tries === 2)
  t.equal(world.post.view().failed.length, 0, 'not given up, by a clock that is wrong')
  t.ok(world.post.facts().taken.has('sent'), 'nor is what was sent forgotten')
  world.setClock(-30 * DAY_MS)
  smtp.refuse = () => null
  world.restart()
  const mails = await arrived(world, 3)
  t.equal(mails.at(-1)?.headers.get('subject'), 'About put off', 'no appointment of the wrong clock holds it')
  world.setClock(30 * DAY_MS)
  clock.pass(CLOCK_EVEN_MS - 1)
  await world.post.send(toOperator('noticed'))
  await arrived(world, 4)
  clock.pass(CLOCK_EVEN_MS)
  await world.post.send(toOperator('believed'))
  await until('old keys to go', () => !world.post.facts().taken.has('sent'))
})

story('at rest nobody reads to whom or about what', {}, async (t, world) => {
  await confirmed(world, alice, 'alice.secret@example.org')
  await world.smtp.close()
  await world.post.send({ ...toOwner('welcome'), text: 'https://billing.stripe.example/portal' })
  const files = ['mail', 'addresses'].flatMap((name) => {
    const folder = join(world.folder, 'buttcloud', name)
    return readdirSync(folder).map((file) => `${file} ${readFileSync(join(folder, file), 'latin1')}`)
  })
  t.ok(files.length >= 3, `${files.length} files`)
  const all = files.join('\n')
  const plain = ['alice.secret', 'example.org', 'stripe', 'welcome', alice.slice(1, 20), 'About']
  for (const word of plain) {
    t.notOk(all.includes(word), `${word} is not to be read`)
    t.notOk(all.includes(Buffer.from(word).toString('base64').slice(0, -4)), 'nor encoded')
  }
})
