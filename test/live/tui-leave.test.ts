/** However the terminal UI ends but by kill -9, the terminal is given back: by a signal, by a crash, and where none is there. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type Test } from 'tape'
import { runCli } from '../helpers/cli'
import { randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { bareEnvironment } from '../helpers/stock'
import { startTmux, type Tmux } from '../helpers/tmux'

const binary = join(__dirname, '..', '..', 'cli', 'main.js')
const MODES = '#{alternate_on}#{mouse_any_flag}#{cursor_flag}#{wrap_flag}'
const STARTS_MS = 120_000

/** Starts it, ends it with a signal, and looks at what it leaves behind. */
async function ended(
  t: Test,
  tmux: Tmux,
  folder: string,
  how: { signal: NodeJS.Signals; code: number },
): Promise<void> {
  const { signal, code } = how
  const pid = join(folder, `${signal}.pid`)
  await tmux.type(
    `bash -c 'echo $$ > ${pid}; exec node --require ${join(folder, 'crash.js')} ${binary} tui'; echo "en"ded $?`,
  )
  await tmux.keys('Enter')
  await tmux.sees(/buttcloud {2}[\s\S]*(welcome|connecting)/, STARTS_MS)
  await until('the first picture is whole', async () => (await tmux.fact(MODES)).startsWith('11'), STARTS_MS)
  t.ok(existsSync(pid))
  process.kill(Number(readFileSync(pid, 'utf8')), signal)
  const seen = await tmux.sees(/ended \d+/, STARTS_MS)
  t.match(seen, new RegExp(`ended ${code}\\b`), `${signal}: its exit code says so`)
  t.equal(await tmux.fact(MODES), '0011', `${signal}: no other screen, no mouse, a cursor, and lines wrap`)
  if (signal === 'SIGUSR2') t.match(seen.replaceAll('\n', ''), /planted trouble/, 'a crash says what it was')
  await tmux.keys('C-l')
}

test('tui: the terminal is given back', async (t) => {
  const folder = temporaryFolder('tui-leave')
  writeFileSync(
    join(folder, 'crash.js'),
    "process.on('SIGUSR2', () => setImmediate(() => { throw new Error('planted trouble') }))\n",
  )
  const networkKey = randomNetworkKey()
  const environment = {
    ...bareEnvironment(folder),
    ...{ BUTTCLOUD_CAPS_SHS: networkKey, LANG: 'C.UTF-8', TERM: 'xterm-256color' },
  }
  const tmux = await startTmux({ label: 'leave', width: 100, height: 30, folder, environment })
  try {
    await tmux.sees(/shell>/)
    for (const how of [
      { signal: 'SIGTERM' as const, code: 143 },
      { signal: 'SIGHUP' as const, code: 129 },
      { signal: 'SIGUSR2' as const, code: 1 },
    ])
      await ended(t, tmux, folder, how)
    const piped = await runCli({ home: folder, networkKey }, ['tui'])
    t.equal(piped.code, 2)
    t.match(piped.stderr, /needs a terminal/)
    t.equal(piped.stdout, '', 'and draws nothing')
  } finally {
    await tmux.stop()
    removeFolder(folder)
  }
  t.end()
})
