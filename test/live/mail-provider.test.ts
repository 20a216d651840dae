/**
 * Goal: an owner's address gets to the provider by message, by muxrpc and by the command line, is confirmed by a code that
 * really arrives, and is told again by nobody; what waits to be sent outlives a kill.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pull from 'pull-stream'
import ssbKeys from 'ssb-keys'
import test from 'tape'
import { type CliSurroundings, runCli, startCli } from '../helpers/cli'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { finalAnswer, firstPost, privatePost } from '../helpers/patchwork'
import { type Home, startProvider, type TestProvider } from '../helpers/provider'
import { type SmtpPeer, startSmtp } from '../helpers/smtp-peer'
import { call, dial, type StockPeer, startStock } from '../helpers/stock'

const ADDRESS = 'alice.greenthumb@example.org'
const MANIFEST = {
  buttcloud: { emailSet: 'async', emailState: 'async', adminMail: 'async', adminMailTest: 'async' },
}

const mailTo = (smtp: SmtpPeer) => ({
  mail: {
    smtp: { host: '127.0.0.1', port: smtp.port, secure: 'none' },
    from: 'Garden <pubs@pubs.example>',
    operator: 'op@pubs.example',
  },
})

/** The code in the mail that came as this one, counted from 1. */
async function codeIn(smtp: SmtpPeer, count: number): Promise<string> {
  const mail = await until(`mail ${count}`, () => smtp.arrived[count - 1])
  return /`email (\d{6})`/.exec(mail.text)?.[1] ?? ''
}

/** All that the provider has published, opened with alice's key. */
async function readBy(alice: StockPeer, provider: TestProvider): Promise<string> {
  const raw = await new Promise<any[]>((resolve, reject) =>
    pull(
      alice.rpc.createUserStream({ id: provider.id, keys: true, values: true }),
      pull.collect((error: unknown, all: any[]) => (error ? reject(error) : resolve(all))),
    ),
  )
  return raw.map(({ value }) => JSON.stringify(ssbKeys.unbox(value.content, alice.keys) ?? '')).join('\n')
}

/** Bad arguments of an owner, and everything of a stranger. */
async function refusals(t: test.Test, owner: any, stranger: any): Promise<void> {
  for (const bad of [
    { address: 7 },
    { address: 'nobody' },
    { address: 'x'.repeat(9_999) },
    { code: {} },
    'x',
    7,
    [],
  ]) {
    const said = await call(owner, 'buttcloud.emailSet', bad).then(
      () => 'taken',
      (error) => error.message,
    )
    t.match(said, /^bad-argument: /, `${JSON.stringify(bad).slice(0, 30)}: ${said}`)
  }
  for (const method of ['emailSet', 'emailState', 'adminMail', 'adminMailTest']) {
    const said = await call(stranger, `buttcloud.${method}`, { address: 'oscar@example.org' }).then(
      () => 'taken',
      (error) => error.message,
    )
    t.match(said, /^refused: |list of allowed methods/, `${method} to a stranger: ${said}`)
  }
}

for (const home of ['own', 'stock'] as Home[])
  test(`${home}: an address by message and by muxrpc, and who may`, async (t) => {
    const networkKey = randomNetworkKey()
    const smtp = await startSmtp()
    const provider = await startProvider({ networkKey, home, settings: mailTo(smtp) })
    const alice = await startStock({ networkKey, label: 'alice' })
    const as = (keys: any) => dial(keys, provider.address, networkKey, MANIFEST)
    const oscar = await as(ssbKeys.generate())
    try {
      const { invite } = await provider.admin('adminInvite', { uses: 10 })
      await call(alice.rpc, 'invite.accept', invite)
      const request = await firstPost(alice, provider.id, `Please use ${ADDRESS} as my email`)
      const sent = await finalAnswer(alice, provider.id, request)
      t.equal(sent.content.buttcloud.outcome, 'done', sent.text)
      t.match(sent.text, /sent a code.*stays on your feed, encrypted/s)
      const code = await codeIn(smtp, 1)
      t.equal(smtp.arrived[0]?.to, ADDRESS)
      const thread = { root: request, branch: sent.key }
      const done = await finalAnswer(
        alice,
        provider.id,
        await privatePost(alice, [provider.id], `my code is ${code}`, thread),
      )
      t.equal(done.content.buttcloud.outcome, 'done', done.text)

      const rpc = await as(alice.keys)
      const state = () => call(rpc, 'buttcloud.emailState')
      t.deepEqual(await state(), { state: 'confirmed', codeWaits: false })
      const again = await call(rpc, 'buttcloud.emailSet', { address: 'other.greenthumb@example.org' })
      t.deepEqual(again, { outcome: 'code-sent', state: 'confirmed', codeWaits: true })
      const wrong = await call(rpc, 'buttcloud.emailSet', { code: '000000' === code ? '000001' : '000000' })
      t.equal(wrong.outcome, 'wrong-code')
      const right = await call(rpc, 'buttcloud.emailSet', { code: await codeIn(smtp, 2) })
      t.equal(right.outcome, 'confirmed')
      await refusals(t, rpc, oscar)
      t.equal((await call(rpc, 'buttcloud.emailSet', {})).outcome, 'forgotten')
      t.deepEqual(await state(), { state: 'none', codeWaits: false })
      t.equal(smtp.arrived.length, 2, 'a stranger made nobody write')
      rpc.close(true, () => {})
      const told = await readBy(alice, provider)
      t.ok(told.length > 500, `${told.length} characters on its feed`)
      t.doesNotMatch(told, /greenthumb/, 'no address on its feed')
      t.doesNotMatch(provider.output(), /greenthumb/, 'nor in what it prints')
      t.notOk(provider.output().includes(code), 'nor the code')
    } finally {
      oscar.close(true, () => {})
      await alice.stop()
      await provider.stop()
      await smtp.close()
    }
    t.end()
  })

interface CliWorld {
  around: CliSurroundings
  path: string
  port: string
  smtp: SmtpPeer
  provider: ReturnType<typeof startCli> | null
  printed: string
}

async function startCliProvider(world: CliWorld): Promise<void> {
  const { around, path, port } = world
  const running = startCli(around, [
    'provider',
    '--path',
    path,
    '--host',
    '127.0.0.1',
    '--port',
    port,
    '--nobody-else',
  ])
  world.provider = running
  await until(
    'the provider',
    () => running.output().stdout.includes('runs at') || running.output().code !== null,
  )
}

async function endCliProvider(world: CliWorld, signal: NodeJS.Signals): Promise<void> {
  const running = world.provider
  if (running === null) return
  running.child.kill(signal)
  await running.ended
  world.printed += running.output().stdout + running.output().stderr
  world.provider = null
}

async function openCliWorld(): Promise<CliWorld> {
  const home = temporaryFolder('cli-mail')
  const path = join(home, 'provider')
  const smtp = await startSmtp()
  const around = { home, networkKey: randomNetworkKey() }
  const world: CliWorld = { around, path, port: String(await freePort()), smtp, provider: null, printed: '' }
  await startCliProvider(world)
  await endCliProvider(world, 'SIGTERM')
  writeFileSync(join(path, 'config.json'), JSON.stringify(mailTo(smtp)))
  await startCliProvider(world)
  return world
}

test('the command line: an address, a code, the state; the operator looks at the queue; a kill in between', async (t) => {
  const world = await openCliWorld()
  const { around, path, smtp } = world
  const cli = (...args: string[]) => runCli(around, args)
  const admin = (...args: string[]) => cli('admin', ...args, '--path', path)
  try {
    const made = await admin('invite')
    t.equal((await cli('join', made.stdout.trim())).code, 0)
    const early = await cli('email', ADDRESS)
    t.equal(early.code, 1)
    t.match(early.stderr, /create a pub first/, 'whoever has said nothing here is no owner')
    t.equal((await cli('say', 'list')).code, 0)
    t.match((await cli('email')).stdout, /has no address of yours/)
    const sent = await cli('email', ADDRESS, '--verbose')
    t.equal(sent.code, 0, sent.stderr)
    const first = await codeIn(smtp, 1)
    t.match((await cli('email')).stdout, /not confirmed yet/)
    const wrong = await cli('email', '--code', first === '111111' ? '222222' : '111111')
    t.equal(wrong.code, 1)
    t.match(wrong.stderr, /not the code/)
    t.equal((await cli('email', '--code', 'soon')).code, 2)
    t.equal((await cli('email', ADDRESS, '--code', first)).code, 2)
    const right = await cli('email', '--code', first, '--json')
    t.equal(right.code, 0)
    t.deepEqual(JSON.parse(right.stdout), { outcome: 'confirmed', state: 'confirmed', codeWaits: false })

    const test1 = await admin('mail', 'test')
    t.equal(test1.code, 0, test1.stderr)
    t.match(test1.stdout, /< 220 .*> EHLO.*taken it/s)
    t.equal(smtp.arrived.at(-1)?.to, 'op@pubs.example')
    await smtp.close()
    const test2 = await admin('mail', 'test', 'somebody@example.org')
    t.equal(test2.code, 1)
    t.match(test2.stdout, /to s\*\*\*@example\.org was not taken: .*ECONNREFUSED/)
    const waits = await cli('email', 'second.greenthumb@example.org')
    t.equal(waits.code, 0, 'the mail server need not be there')
    const queue = await admin('mail')
    t.match(queue.stdout, /1 owners.*Waiting: 1\..*s\*\*\*@example\.org {2}Your code/s)
    await endCliProvider(world, 'SIGKILL')
    await smtp.listen()
    const before = smtp.arrived.length
    await startCliProvider(world)
    const second = await codeIn(smtp, before + 1)
    t.equal(smtp.arrived.at(-1)?.to, 'second.greenthumb@example.org', 'what waited is sent after a kill -9')
    t.equal((await cli('email', '--code', second)).code, 0, 'and its code is still good')
    t.match((await cli('email', 'off')).stdout, /deleted your address/)
    const after = JSON.parse((await admin('mail', '--json')).stdout)
    t.deepEqual([after.on, after.waiting.length, after.addresses.owners], [true, 0, 0])
    for (const { stdout, stderr } of [sent, right, test1, test2, waits, queue])
      t.doesNotMatch(stdout + stderr, /greenthumb|somebody@|op@pubs/, 'no address is shown in full')
  } finally {
    await endCliProvider(world, 'SIGTERM')
    await smtp.close()
    removeFolder(around.home)
  }
  t.doesNotMatch(world.printed, /greenthumb|somebody@|op@pubs/, 'the provider prints no address')
  t.end()
})

test('settings that are wrong end the start with a sentence', async (t) => {
  const home = temporaryFolder('cli-mail')
  const around = { home, networkKey: randomNetworkKey() }
  const path = join(home, 'provider')
  const start = async (mail: object) => {
    writeFileSync(join(path, 'config.json'), JSON.stringify({ mail }))
    return runCli(around, [
      'provider',
      '--path',
      path,
      '--host',
      '127.0.0.1',
      '--port',
      String(await freePort()),
    ])
  }
  mkdirSync(path)
  const typo = await start({ smtp: { host: 'mail.example', prot: 25 }, from: 'a@b.example' })
  t.equal(typo.code, 1)
  t.match(typo.stderr, /mail\.smtp has no setting "prot"/)
  const file = await start({
    smtp: { host: 'mail.example', user: 'a', passwordFile: 'gone' },
    from: 'a@b.example',
  })
  t.match(file.stderr, /gone \(mail\.smtp\.passwordFile\) can't be read/)
  const none = await start({ smtp: { host: 'mail.example', user: 'a' }, from: 'a@b.example' })
  t.match(none.stderr, /no password.*BUTTCLOUD_SMTP_PASSWORD/)
  removeFolder(home)
  t.end()
})
