/**
 * The terminal UI as somebody uses it, in a real terminal, against a real provider and hub: from the first run to a pub
 * that is up, through an outage of the provider, and out again, with the terminal as it was.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type Test } from 'tape'
import { joinHub, type TestHub } from '../helpers/hub'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { startProvider, type TestProvider } from '../helpers/provider'
import { bareEnvironment } from '../helpers/stock'
import { startTmux, type Tmux } from '../helpers/tmux'

interface World {
  tmux: Tmux
  provider: TestProvider
  hub: TestHub
  dir: string
  /** Starts the provider again, as after a crash. */
  revive(): Promise<void>
}

const PROMPT_MS = 60_000
/** Loaded into the program: on SIGUSR2 it fails where nobody catches it. */
const FAILS_ON_SIGNAL = `process.on('SIGUSR2', () => {
  throw new Error('made to fail')
})
`

const binary = join(__dirname, '..', '..', 'cli', 'main.js')

async function openWorld(): Promise<World> {
  const networkKey = randomNetworkKey()
  const dir = temporaryFolder('tui')
  const portMin = await freePort()
  const options = {
    ...{ networkKey, home: 'own' as const, folder: temporaryFolder('tui-provider'), port: await freePort() },
    settings: { portMin, portMax: Math.min(65_535, portMin + 50) },
  }
  const provider = await startProvider({ ...options, nobodyElse: true })
  const hub = await joinHub(provider, { networkKey, engine: 'process' })
  const preload = join(dir, 'preload.cjs')
  writeFileSync(preload, FAILS_ON_SIGNAL)
  const environment = {
    ...bareEnvironment(dir),
    ...{ BUTTCLOUD_CAPS_SHS: networkKey, LANG: 'C.UTF-8', TERM: 'xterm-256color' },
    NODE_OPTIONS: `--require ${preload}`,
  }
  const tmux = await startTmux({ ...{ label: 'tui', width: 100, height: 34 }, folder: dir, environment })
  const world: World = {
    ...{ tmux, provider, hub, dir },
    async revive() {
      world.provider = await startProvider(options)
    },
  }
  return world
}

async function closeWorld({ tmux, provider, hub, dir }: World): Promise<void> {
  await tmux.stop()
  await hub.stop()
  await provider.stop()
  for (const folder of [dir, provider.folder]) removeFolder(folder)
}

const start = async ({ tmux, dir }: World): Promise<void> => {
  await tmux.type(`node --no-deprecation ${binary} tui --dir ${join(dir, 'data')} --owner own`)
  await tmux.keys('Enter')
}

async function firstRun(t: Test, world: World): Promise<void> {
  const { tmux, provider } = world
  await tmux.sees(/shell>/)
  await start(world)
  await tmux.sees(/Welcome\./)
  const { invite } = await provider.admin('adminInvite', { uses: 1 })
  await tmux.type(invite)
  await tmux.keys('Enter')
  const plans = await tmux.sees(/Its name[\s\S]*costs nothing/)
  t.match(plans, /› tiny/, 'the plans of the provider, the first one chosen')
  await tmux.type('garden')
  await tmux.sees(/sends: create garden tiny/)
  await tmux.keys('Enter')
  const done = await tmux.sees(/The invite to your pub/)
  t.match(done, /[▀▄█]{10}/, 'with a picture for a phone')
  await tmux.keys('Escape')
}

async function commands(t: Test, { tmux }: World): Promise<void> {
  t.match(await tmux.sees(/garden +#?up/), /connected/)
  await tmux.keys('Enter', 'r')
  await tmux.sees(/restart garden/)
  await tmux.keys('Enter')
  await tmux.sees(/garden\W+is up again after/)
  await tmux.keys('Escape', 'Escape')
  await tmux.resize(80, 24)
  t.match(await tmux.sees(/garden +#?up/), /quit/, 'on a small window, too')
}

async function outage(t: Test, world: World): Promise<void> {
  const { tmux } = world
  await world.provider.kill()
  const away = await tmux.sees(/out of reach/)
  t.match(away, /garden +#?up/, 'what was known stays')
  await tmux.keys('c')
  await tmux.sees(/what you write waits on your feed/)
  await tmux.type('please stop garden')
  await tmux.sees(/reads as: stop garden/)
  await tmux.keys('Enter')
  await tmux.sees(/waits for the provider\s+please stop garden/)
  await world.revive()
  await tmux.sees(/connected/)
  await tmux.sees(/garden is stopped/)
  await tmux.keys('Escape')
  await tmux.sees(/garden +#?down/)
}

/** The shell is there, and what is typed into it is shown. */
async function restored(t: Test, { tmux }: World, how: string): Promise<void> {
  await tmux.sees(/^shell> node/m)
  // The shell may have written its prompt before the screen was given back.
  const isPrompt = async (): Promise<boolean> => {
    if (/shell>\s*$/.test(await tmux.screen())) return true
    await tmux.keys('Enter')
    return false
  }
  await until('the prompt of the shell', isPrompt, PROMPT_MS)
  await tmux.keys('C-l')
  await tmux.type('stty -a | tr " " "\\n" | grep -c -x -e echo\\; -e echo -e icanon')
  await tmux.keys('Enter')
  const seen = await tmux.sees(/\n2\n/)
  t.match(seen, /stty -a/, `${how}: what is typed is shown, and the terminal is as it was`)
}

async function leaving(t: Test, world: World): Promise<void> {
  const { tmux, dir } = world
  await tmux.keys('q')
  await restored(t, world, 'q')
  await world.provider.kill()
  await tmux.keys('C-l')
  await start(world)
  const offline = await tmux.sees(/out of reach/)
  t.match(offline, /garden +#?down/, 'the next session shows what was known, without anybody')
  const pid = (): number => Number(readFileSync(join(dir, 'data', 'owner', 'lock.holder'), 'utf8'))
  process.kill(pid(), 'SIGUSR2')
  await tmux.sees(/expect: made to fail/)
  await restored(t, world, 'an error of its own')
  await tmux.keys('C-l')
  await start(world)
  await tmux.sees(/out of reach/)
  process.kill(pid(), 'SIGKILL')
  await restored(t, world, 'kill -9')
}

test('tui: from an empty folder to a pub, through an outage, and out again', async (t) => {
  const world = await openWorld()
  try {
    await firstRun(t, world)
    await commands(t, world)
    await outage(t, world)
    await leaving(t, world)
  } catch (error) {
    t.comment(world.provider.output().slice(-2_000))
    t.comment(world.hub.lines().slice(-2_000))
    throw error
  } finally {
    await closeWorld(world)
  }
  t.end()
})
