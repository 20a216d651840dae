/** Goal: a program's log is one line of JSON per fact, and lines for people on a terminal; levels leave out what is less. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import test from 'tape'
import { runCli, startCli } from '../helpers/cli'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { bareEnvironment, endChild, watchOver } from '../helpers/stock'

const LONG_MS = 60_000

async function args(home: string, ...more: string[]): Promise<string[]> {
  const port = String(await freePort())
  return ['provider', '--dir', home, '--host', '127.0.0.1', '--port', port, '--metrics-port', '0', ...more]
}

test('logs: JSON where nobody looks, with level, time and program', async (t) => {
  const home = temporaryFolder('logs')
  const around = { home, networkKey: randomNetworkKey() }
  const cli = startCli(around, await args(home))
  try {
    await until('it to write', () => cli.output().stderr.includes('The node may write'), LONG_MS)
    const lines = cli.output().stderr.trim().split('\n')
    const facts = lines.map((line) => JSON.parse(line))
    t.ok(facts.length >= 4, `${facts.length} facts`)
    for (const fact of facts) {
      t.equal(fact.level, 'info')
      t.equal(fact.program, 'provider')
      t.ok(Math.abs(Date.parse(fact.time) - Date.now()) < 5 * LONG_MS, fact.time)
      t.ok(typeof fact.msg === 'string' && fact.msg !== '', fact.msg)
    }
    t.ok(facts.some((fact) => fact.msg === 'provider ready' && fact.id.startsWith('@')))
  } finally {
    await endChild(cli.child, 10_000)
  }
  const quiet = startCli(around, await args(home, '--log-level', 'error'))
  try {
    await until('it to run', () => quiet.output().stdout.includes('runs at'), LONG_MS)
    t.equal(quiet.output().stderr, '', 'nothing of it is an error')
  } finally {
    await endChild(quiet.child, 10_000)
  }
  const wrong = await runCli(around, await args(home, '--log-level', 'loud'))
  t.equal(wrong.code, 2)
  t.match(wrong.stderr, /--log-level is one of debug, info, warn, error, not "loud"/)
  removeFolder(home)
  t.end()
})

/** What a terminal shows of the program: `script` gives it one. */
async function onTerminal(
  home: string,
  environment: Record<string, string>,
  more: string[],
): Promise<string> {
  const binary = join(__dirname, '..', '..', 'cli', 'main.js')
  const words = [process.execPath, '--no-deprecation', binary, ...(await args(home, ...more))]
  const child = spawn('script', ['-qefc', words.map((word) => `'${word}'`).join(' '), '/dev/null'], {
    env: { ...bareEnvironment(home), BUTTCLOUD_CAPS_SHS: randomNetworkKey(), TERM: 'xterm', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  watchOver(child)
  let shown = ''
  child.stdout.on('data', (data) => {
    shown += data
  })
  try {
    await until('it to write', () => shown.includes('The node may write'), LONG_MS)
  } finally {
    await endChild(child, 10_000)
  }
  return shown
}

test('logs: lines for people on a terminal', async (t) => {
  const home = temporaryFolder('logs-terminal')
  try {
    const shown = await onTerminal(home, {}, [])
    t.match(shown, /\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] .*INFO.*: .*provider ready/, 'time, level, sentence')
    t.ok(shown.includes('\u001b['), 'in colours')
    t.notOk(shown.includes('{"level"'), 'and no JSON')
    const plain = await onTerminal(home, { NO_COLOR: '1' }, [])
    t.match(plain, /INFO.*provider ready/)
    t.notOk(plain.includes('\u001b['), 'NO_COLOR is kept to')
    t.match(
      await onTerminal(home, {}, ['--json']),
      /^\{"level":"info".*"msg":"provider ready"/m,
      '--json is JSON',
    )
  } finally {
    removeFolder(home)
  }
  t.end()
})
