import { existsSync } from 'node:fs'
import { join } from 'node:path'
import test from 'tape'
import { COMMANDS } from '../../protocol/command-vocabulary'
import { runCli, startCli } from '../helpers/cli'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { startStock } from '../helpers/stock'

interface World {
  home: string
  around: { home: string; networkKey: string }
  invite: string
  /** Everything that the provider has printed. */
  printed(): string
  stopProvider(): Promise<unknown>
}

/** A provider without any hub, and an invite to it. */
async function provider(): Promise<World> {
  const home = temporaryFolder('cli-owner')
  const around = { home, networkKey: randomNetworkKey() }
  const port = String(await freePort())
  const path = join(home, 'provider')
  const running = startCli(around, ['provider', '--path', path, '--host', '127.0.0.1', '--port', port])
  await until(
    'the provider',
    () => running.output().stdout.includes('runs at') || running.output().code !== null,
  )
  const made = await runCli(around, ['admin', 'invite', '--path', path, '--uses', '5'])
  const stopProvider = () => {
    running.child.kill('SIGTERM')
    return running.ended
  }
  const printed = () => running.output().stdout + running.output().stderr
  return { home, around, invite: made.stdout.trim(), printed, stopProvider }
}

test('used wrongly: exit code 2 and a sentence, nothing is made', async (t) => {
  const home = temporaryFolder('cli-usage')
  const around = { home, networkKey: randomNetworkKey() }
  const wrong: [string[], RegExp][] = [
    [['crate', 'alice'], /unknown command 'crate'.*Did you mean create/s],
    [['upgarde', 'alice'], /unknown command 'upgarde'.*Did you mean upgrade/s],
    [['invite', 'alice', 'note'], /nothing in the note/],
    [['invite', 'alice', '5', 'for', 'bob'], /begins with the word note/],
    [['uninvite', 'alice'], /missing required argument 'id'/],
    [['follow', 'alice', 'bob'], /"bob" is no feed id/],
    [['owners', 'alice', 'drop', 'bob'], /say add or remove/],
    [['owners', 'alice', 'add'], /Say whom, too/],
    [['upgrade', 'alice', 'the', 'newest'], /is no version/],
    [['web', 'alice', 'maybe'], /on or off/],
    [['run', 'alice', 'rm -rf'], /is no method/],
    [['email', 'alice'], /no mail address/],
    [['create'], /missing required argument 'name'/],
    [['create', 'foo/bar'], /`\/` can't be in it.*create foo-bar/],
    [['invite', 'alice', '0'], /from 1 to 100/],
    [['invite', 'alice', 'many'], /from 1 to 100/],
    [['list', '--timeout', 'soon'], /--timeout takes a whole number/],
    [['list', '--nonsense'], /unknown option '--nonsense'/],
    [['list', '--owner', 'other'], /auto, running and own/],
    [['list', '--provider', 'bob'], /feed id/],
    [['join', 'localhost'], /not an invite/],
    [['provider'], /--external/],
    [['hub', '--engine', 'magic'], /docker, swarm, process and auto/],
    [['hub', '--memory', '2GB'], /in megabytes, as a number alone: 2048 for 2 GB, not "2GB"/],
    [['say', ' '], /nothing to say/],
  ]
  try {
    for (const [args, sentence] of wrong) {
      const ended = await runCli(around, args)
      t.equal(ended.code, 2, `${args.join(' ')}: 2`)
      t.match(ended.stderr, sentence)
      t.equal(ended.stdout, '', 'nothing on stdout')
    }
    t.notOk(existsSync(join(home, '.buttcloud')), 'no folder was made')
    const version = await runCli(around, ['--version'])
    t.match(version.stdout, /^\d+\.\d+\.\d+\n$/)
    t.equal(version.code, 0)
    for (const args of [
      ['--help'],
      ['create', '--help'],
      ['admin', 'invite', '--help'],
      ['up', '--help'],
      ['run', '--help'],
      ['owners', '--help'],
    ]) {
      const help = await runCli(around, args)
      t.equal(help.code, 0)
      t.match(help.stdout, /Examples:\n {2}\$ buttcloud /, `${args.join(' ')} has examples`)
    }
  } finally {
    removeFolder(home)
  }
  t.end()
})

test('no provider: a sentence that says what to do', async (t) => {
  const home = temporaryFolder('cli-none')
  const around = { home, networkKey: randomNetworkKey() }
  try {
    const list = await runCli(around, ['list'])
    t.equal(list.code, 1)
    t.match(list.stderr, /No provider has been joined yet.*buttcloud join INVITE/)
    const admin = await runCli(around, ['admin', 'pubs'])
    t.equal(admin.code, 1)
    t.match(admin.stderr, /There is no provider in/)
    const port = await freePort()
    const key = `@${'A'.repeat(42)}E=.ed25519`
    const join = await runCli(around, ['join', `127.0.0.1:${port}:${key}~${'A'.repeat(42)}E=`])
    t.equal(join.code, 3, 'who is not there may be there later')
    t.match(join.stderr, new RegExp(`Could not join 127.0.0.1:${port}: could not connect`))
    const hub = await runCli(around, ['hub', '--engine', 'process'])
    t.equal(hub.code, 1)
    t.match(hub.stderr, /joined no provider yet/)
  } finally {
    removeFolder(home)
  }
  t.end()
})

test('the embedded node, opened for the length of a command', async (t) => {
  const { home, around, invite, printed, stopProvider } = await provider()
  try {
    const bad = await runCli(around, ['join', invite.replace(/~....../, '~AAAAAA')])
    t.equal(bad.code, 1, 'an invite that was never given is refused')
    t.ok(bad.stderr.trim().length > 20, bad.stderr.trim())
    const joined = await runCli(around, ['join', invite, '--json'])
    t.equal(joined.code, 0, `join: done ${joined.stderr}`)
    t.equal(JSON.parse(joined.stdout).outcome, 'done')
    const help = await runCli(around, ['say', 'help', '--verbose'])
    t.equal(help.code, 0, `say help: done ${help.stderr}`)
    t.match(help.stdout, /create NAME/)
    t.match(help.stderr, /Using the embedded node/)
    const create = await runCli(around, ['create', 'alice', '--json'])
    t.equal(create.code, 1, 'no hub, no room: refused')
    t.equal(JSON.parse(create.stdout).outcome, 'refused')
    t.match(create.stderr, /no room/i)
    const plans = await runCli(around, ['plans'])
    t.equal(plans.code, 0, `plans: done ${plans.stderr}`)
    t.match(plans.stdout, /tiny: .*up to 192 MB of memory and 1 GB of disk/)
    const email = await runCli(around, ['email', 'somebody@example.org', '--json', '--verbose'])
    t.equal(email.code, 1, 'no mail is sent here')
    t.match(email.stderr, /sends no mail yet/)
    t.doesNotMatch(email.stdout + email.stderr, /somebody@/, 'the address is said again nowhere')
    t.doesNotMatch(printed(), /somebody@/, 'nor in what the provider prints')
    const follow = await runCli(around, ['follow', 'alice', `@${'A'.repeat(42)}E=.ed25519`, '--json'])
    t.equal(follow.code, 1, 'no pub: refused')
    t.equal(JSON.parse(follow.stdout).payload.command, 'follow')
    const both = await Promise.all([runCli(around, ['list']), runCli(around, ['list'])])
    t.deepEqual(
      both.map((one) => one.code),
      [0, 0],
      `two at once take turns ${both[0]?.stderr} ${both[1]?.stderr}`,
    )
    const sent = await runCli(around, ['list', '--no-wait', '--json'])
    t.equal(sent.code, 0, `--no-wait: done ${sent.stderr}`)
    t.match(JSON.parse(sent.stdout).request, /^%.*sha256$/)
    await stopProvider()
    const off = await runCli(around, ['list', '--timeout', '3', '--json'])
    t.equal(off.code, 3, 'provider off: timed out')
    t.match(off.stderr, /3 s \(.+\)/, off.stderr.trim())
    const patient = await runCli(around, ['list', '--timeout', '8'])
    t.match(
      patient.stderr,
      /^The provider does not answer \(.+\)\. Waiting for it up to 8 s\. .*\n.*within 8 s/,
      'who waits is told for what, and for how long',
    )
    const stats = await runCli(around, ['stats'])
    t.equal(stats.code, 3, 'so do figures')
    t.match(stats.stderr, /^The provider is out of reach: /)
  } finally {
    await stopProvider()
    removeFolder(home)
  }
  t.end()
})

test("the owner's running ssb-server is used, and nobody else writes its feed", async (t) => {
  const { home, around, invite, stopProvider } = await provider()
  const stock = await startStock({ networkKey: around.networkKey, home, unixSocket: true, label: 'owner' })
  try {
    const joined = await runCli(around, ['join', invite, '--verbose'])
    t.equal(joined.code, 0, `join: done ${joined.stderr}`)
    t.match(joined.stderr, /Using the ssb-server that runs.*unix:/)
    t.ok(joined.stderr.includes(stock.id), 'as its own identity')
    const help = await runCli(around, ['say', 'help', '--timeout', '40'])
    t.equal(help.code, 0, `say help: done ${help.stderr}`)
    t.match(help.stdout, /create NAME/)
    const list = await runCli(around, ['list', '--json', '--timeout', '40'])
    t.equal(list.code, 0, `list: done ${list.stderr}`)
    t.notOk(existsSync(join(home, '.buttcloud', 'owner')), 'no node of our own was made')
    const running = await runCli(around, [
      'list',
      '--owner',
      'running',
      '--ssb-path',
      join(home, 'elsewhere'),
    ])
    t.equal(running.code, 1)
    t.match(running.stderr, /No ssb-server answers/)
    await stopProvider()
    const waiting = startCli(around, ['say', 'list', '--verbose', '--timeout', '60'])
    await until('it to be sent', () => waiting.output().stderr.includes('Sent as %'))
    await stock.kill()
    const cut = await waiting.ended
    t.equal(cut.code, 3, 'no answer in time')
    t.match(cut.stderr, /connection to your own node broke off.*is sent and stays valid/)
  } finally {
    await stock.stop()
    await stopProvider()
    removeFolder(home)
  }
  t.end()
})

test('there is a verb for every command of the language, with examples', async (t) => {
  const home = temporaryFolder('cli-verbs')
  const around = { home, networkKey: randomNetworkKey() }
  try {
    const { stdout } = await runCli(around, ['--help'])
    for (const command of [...COMMANDS, 'name', 'describe'])
      t.match(stdout, new RegExp(`^ {2}${command} `, 'm'), `buttcloud ${command}`)
  } finally {
    removeFolder(home)
  }
  t.end()
})
