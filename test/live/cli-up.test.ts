import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type Test } from 'tape'
import { type Ended, type RunningCli, runCli, startCli } from '../helpers/cli'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'

const UP_MS = 60_000

/** Waits for a text in what it printed; gives up at once when it ends before. */
async function sees(cli: RunningCli, text: string): Promise<void> {
  const seen = await until(
    `"${text}" from the CLI`,
    () =>
      cli.output().stdout.includes(text) || cli.output().stderr.includes(text) || cli.output().code !== null,
    UP_MS,
  )
  const { stdout, stderr } = cli.output()
  if (!seen || !(stdout + stderr).includes(text))
    throw new Error(`it ended without "${text}":\n${stdout}\n${stderr}`)
}

async function interrupt(cli: RunningCli): Promise<Ended> {
  cli.child.kill('SIGINT')
  return cli.ended
}

async function ports(): Promise<string[]> {
  return ['--port', String(await freePort()), '--pub-port', String(await freePort())]
}

const invitesIn = (text: string): string[] => text.match(/\S+:\d+:@\S+\.ed25519~\S+=/g) ?? []

type Verb = (...args: string[]) => ReturnType<typeof runCli>
type Start = (...args: string[]) => RunningCli

/** Every verb against a running `up`, with its exit code. */
async function verbsWork(t: Test, verb: Verb, start: Start): Promise<void> {
  const status = await verb('status', 'home', '--json')
  t.equal(status.code, 0, 'status: done')
  const parsed = JSON.parse(status.stdout)
  t.equal(parsed.outcome, 'done')
  t.equal(parsed.payload.answers, parsed.request, '--json names the request and its answer')
  const created = await verb('create', 'alice')
  t.equal(created.code, 0, `create: done ${created.stderr}`)
  t.equal(invitesIn(created.stdout).length, 1, 'with an invite')
  t.match(created.stderr, /alice/, 'the received sentence went to stderr')
  const again = await verb('create', 'alice')
  t.equal(again.code, 1, 'create of a name that is there: refused')
  t.match(again.stderr, /already have a pub called alice/)
  const invite = await verb('invite', 'alice', '5', '--json')
  t.equal(JSON.parse(invite.stdout).invites.length, 1, 'invite: one code')
  await powerVerbsWork(t, verb, start)
  const missing = await verb('status', 'nobody')
  t.equal(missing.code, 1, 'status of no pub: refused')
  t.match(missing.stderr, /no pub called nobody/)
  t.equal((await verb('delete', 'alice')).code, 1, 'delete without a yes does nothing')
  const list = await verb('list')
  t.match(list.stdout, /home is up.*alice is up/s, 'both are there')
  const deleted = await verb('delete', 'alice', '--yes')
  t.equal(deleted.code, 0, `delete --yes: done ${deleted.stderr}`)
  t.match(
    (await verb('list')).stdout,
    /alice has ended; until .* it can be taken away/,
    'and gone, but for what it held',
  )
  const unclear = await verb('say', 'lorem', 'ipsum')
  t.equal(unclear.code, 1, 'what is not understood is asked back, exit code 1')
  t.match(unclear.stderr, /did not understand/)
  t.match((await verb('admin', 'hubs')).stdout, /hub-1 +admitted +yes +.*process/)
  t.equal((await verb('up')).code, 1, 'a second up on the same folder is refused')
  t.equal(JSON.parse((await verb('admin', 'pubs', '--json')).stdout).length > 0, true)
}

/** What an owner commands of a pub that is there. */
async function powerVerbsWork(t: Test, verb: Verb, start: Start): Promise<void> {
  t.match((await verb('complete', '--', 'restart', 'al')).stdout, /^alice\t/, 'Tab knows the pubs')
  const watch = start('status', '--watch', 'alice')
  const lines = start('status', '--watch', '--json')
  await sees(watch, 'up')
  await sees(lines, '"alice"')
  const stopped = await verb('stop', 'alice')
  await until('the change to be shown', () => /alice +down/.test(watch.output().stdout), 30_000)
  t.equal((await interrupt(watch)).code, 0, 'Ctrl-C ends watching well')
  const { stdout } = await interrupt(lines)
  const pubs = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).pubs)
  t.ok(pubs.length >= 2, 'a line for each change')
  const thread = await verb('thread', '--last', '2')
  t.match(
    thread.stdout,
    /^you · \d{4}-\d\d-\d\d \d\d:\d\d, just now\n {4}stop alice\n\nprovider · .*alice is stopped/s,
  )
  t.equal(stopped.code, 0, `stop: done ${stopped.stderr}`)
  t.match(stopped.stdout, /alice is stopped, after \d+\.\d s/)
  t.match((await verb('list')).stdout, /alice is down \(stopped by you\)/)
  t.equal((await verb('invite', 'alice')).code, 1, 'no invite to a stopped pub')
  const started = await verb('start', 'alice', '--json')
  t.equal(started.code, 0, `start: done ${started.stderr}`)
  t.equal(JSON.parse(started.stdout).payload.command, 'start')
  const again = await verb('restart', 'alice')
  t.match(again.stdout, /alice is up again after \d+\.\d s/)
  const named = await verb('name', 'alice', 'as', 'Alice\'s "Garden"')
  t.match(named.stdout, /alice now calls itself “Alice's "Garden"”/, named.stderr)
  t.match((await verb('describe', 'alice', 'A quiet place, please')).stdout, /“A quiet place, please”/)
  const long = await verb('name', 'alice', 'x'.repeat(61))
  t.equal(long.code, 2, 'a name that is too long never leaves this machine')
  t.match(long.stderr, /61 characters/)
}

test('up: the first run ends with an invite, the verbs work, the second run asks for nothing twice', async (t) => {
  const home = temporaryFolder('cli-up')
  const around = { home, networkKey: randomNetworkKey() }
  const dir = join(home, 'data')
  const start = (...args: string[]) => startCli(around, ['--dir', dir, '--timeout', '40', ...args])
  const verb = (...args: string[]) => start(...args).ended
  const args = ['up', '--dir', dir, ...(await ports())]
  let up = startCli(around, args)
  try {
    await sees(up, 'What to do next')
    const first = up.output().stdout
    t.match(first, /you\n {4}@provider\n\n {4}create home\n/, 'what the owner wrote is shown')
    t.match(first, /provider\n {4}.*home is up at/s, 'and what came back')
    t.equal(invitesIn(first).length, 1, 'with one invite, in one piece')
    t.notOk(first.includes('\u001b'), 'no colours where the output is no terminal')

    await verbsWork(t, verb, start)
    const ended = await interrupt(up)
    t.equal(ended.code, 0, 'Ctrl-C ends it well')
    const off = await runCli(around, ['list', '--dir', dir, '--timeout', '3'])
    t.equal(off.code, 3, 'with everything off, list times out')
    t.match(
      off.stderr,
      /within 3 s \(.*could not connect|has not answered|could not be written/s,
      off.stderr.trim(),
    )

    up = startCli(around, args)
    await sees(up, 'What to do next')
    const second = up.output().stdout
    t.match(second, /Everything is as you left it/)
    t.match(second, /home is up at/)
    const pubs = JSON.parse((await verb('admin', 'pubs', '--json')).stdout) as {
      name: string
      phase: string
    }[]
    t.equal(pubs.filter((pub) => pub.name === 'home').length, 1, 'home was asked for once')
    t.equal((await interrupt(up)).code, 0)
  } finally {
    up.child.kill('SIGKILL')
    await up.ended
    removeFolder(home)
  }
  t.end()
})

test('up: killed in the middle of the first run at any stage, the next one carries on', async (t) => {
  for (const stage of ['The provider runs', 'The hub hub-1', 'You are @']) {
    const home = temporaryFolder('cli-crash')
    const around = { home, networkKey: randomNetworkKey() }
    const dir = join(home, 'data')
    const args = ['up', '--dir', dir, '--json', ...(await ports())]
    let up = startCli(around, args)
    try {
      await sees(up, stage)
      up.child.kill('SIGKILL')
      await up.ended
      const before = JSON.parse(readFileSync(join(dir, 'up.json'), 'utf8'))
      up = startCli(around, args)
      await sees(up, '"outcome":"up"')
      const told = JSON.parse(up.output().stdout)
      t.equal(told.invites.length, 1, `killed after "${stage}": one invite in the end`)
      t.equal(told.pubs.length, 1, 'one pub')
      t.equal(told.pubs[0].status, 'up', 'which is up')
      t.deepEqual(JSON.parse(readFileSync(join(dir, 'up.json'), 'utf8')), before, 'on the ports chosen first')
      t.equal((await interrupt(up)).code, 0)
    } finally {
      up.child.kill('SIGKILL')
      await up.ended
      removeFolder(home)
    }
  }
  t.end()
})

test('up: a folder that can not be written, and bad options, give a sentence', async (t) => {
  const home = temporaryFolder('cli-bad')
  const around = { home, networkKey: randomNetworkKey() }
  try {
    const dir = join(home, '.config')
    const file = join(home, 'file')
    writeFileSync(file, '')
    const nowhere = await runCli(around, ['up', '--dir', join(file, 'data')])
    t.equal(nowhere.code, 1)
    t.match(nowhere.stderr, /file.data can't be written to: .*--dir/)
    const engine = await runCli(around, ['up', '--dir', dir, '--engine', 'magic'])
    t.equal(engine.code, 2)
    t.match(engine.stderr, /process, docker and auto/)
    t.notOk(existsSync(dir), 'nothing was made')
  } finally {
    removeFolder(home)
  }
  t.end()
})

/** Loaded into every program: on SIGUSR2 it fails as on a full disk, in a place where nobody catches it. */
const FULL_DISK_ON_SIGNAL = `process.on('SIGUSR2', () => {
  throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
})
`

test('up: a part that breaks or is killed is named, with its own last sentence, and everything ends', async (t) => {
  const home = temporaryFolder('cli-broken')
  const preload = join(home, 'preload.cjs')
  writeFileSync(preload, FULL_DISK_ON_SIGNAL)
  const environment = { NODE_OPTIONS: `--require ${preload}` }
  const around = { home, networkKey: randomNetworkKey(), environment }
  const dir = join(home, 'data')
  const args = ['up', '--dir', dir, ...(await ports())]
  const pidOf = (part: string) => Number(readFileSync(join(dir, part, 'lock.holder'), 'utf8'))
  mkdirSync(dir)
  writeFileSync(join(dir, 'config.yaml'), 'hub:\n  memory: 1000\n  host: elsewhere.example.org\n')
  let up = startCli(around, args)
  try {
    await sees(up, 'What to do next')
    t.ok(up.output().stdout.includes(` --dir ${dir} invite home 5`), 'the next commands name the folder')
    const hubLog = readFileSync(join(dir, 'logs', 'hub-1.log'), 'utf8')
    t.match(hubLog, /"memoryBytes":1048576000/, 'a setting of the hub reaches the hub that up starts')
    t.notOk(hubLog.includes('elsewhere'), 'where it is reached it is told by up, and that wins')
    process.kill(pidOf('provider'), 'SIGUSR2')
    const full = await up.ended
    t.equal(full.code, 1)
    const sentence = /The provider has ended: its disk is full \(ENOSPC.*\)\. Make room and start it again/
    t.match(full.stderr, /The part provider has ended by itself/)
    t.match(full.stderr, sentence)
    t.match(readFileSync(join(dir, 'logs', 'provider.log'), 'utf8'), sentence, 'its log has the sentence too')

    up = startCli(around, args)
    await sees(up, 'What to do next')
    process.kill(pidOf(join('hub-1', 'node')), 'SIGKILL')
    const killed = await up.ended
    t.equal(killed.code, 1)
    t.match(killed.stderr, /The part hub-1 has ended by itself.*it was ended from outside \(SIGKILL\)/)
    const left = await until('the other parts to end', () => !alive(pidOf('provider')), UP_MS)
    t.ok(left, 'nothing runs on')
  } finally {
    up.child.kill('SIGKILL')
    await up.ended
    removeFolder(home)
  }
  t.end()
})

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('provider: stopped before any hub has joined, and started again, it lets a hub in', async (t) => {
  const home = temporaryFolder('cli-restart')
  const around = { home, networkKey: randomNetworkKey() }
  const port = String(await freePort())
  const args = ['provider', '--host', '127.0.0.1', '--port', port, '--dir', join(home, 'data')]
  const running: RunningCli[] = []
  const start = async (given: string[], text: string) => {
    const cli = startCli(around, given)
    running.push(cli)
    await sees(cli, text)
    return cli
  }
  try {
    t.equal((await interrupt(await start(args, 'runs at'))).code, 0)
    await start(args, 'this identity has never written anything')
    const made = await runCli(around, ['admin', 'hub-token', '--dir', join(home, 'data')])
    const token = made.stdout.trim()
    const hub = await start(['hub', '--engine', 'process', '--join', token, '--dir', home], 'runs pubs with')
    t.match(hub.output().stdout, /The hub hub-1 .* runs pubs with process/)
  } finally {
    for (const cli of running.reverse()) {
      cli.child.kill('SIGKILL')
      await cli.ended
    }
    removeFolder(home)
  }
  t.end()
})
