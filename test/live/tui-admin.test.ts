/**
 * The operator's dashboard in a real terminal, over everything that `up` starts: the hub, a pub with its story and its
 * owner, an invite that is made only when it was confirmed, what an owner asks for while somebody looks, and an outage.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type Test } from 'tape'
import { type RunningCli, runCli, startCli } from '../helpers/cli'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { bareEnvironment } from '../helpers/stock'
import { startTmux, type Tmux } from '../helpers/tmux'

const STARTS_MS = 120_000
/** Looks are taken every few seconds, and seldomer where the machine is slow. */
const LOOKED_MS = 120_000

interface World {
  home: string
  networkKey: string
  up: RunningCli
  tmux: Tmux
}

const binary = join(__dirname, '..', '..', 'cli', 'main.js')

async function openWorld(): Promise<World> {
  const home = temporaryFolder('tui-admin')
  const networkKey = randomNetworkKey()
  const ports = ['--port', String(await freePort()), '--pub-port', String(await freePort())]
  const up = startCli({ home, networkKey }, ['up', ...ports])
  await until(
    'everything is up, with a pub',
    () => {
      const { stdout, stderr, code } = up.output()
      if (code !== null) throw new Error(`up has ended:\n${stdout}\n${stderr}`)
      return stdout.includes('What to do next')
    },
    STARTS_MS,
  )
  const environment = {
    ...bareEnvironment(home),
    ...{ BUTTCLOUD_CAPS_SHS: networkKey, LANG: 'C.UTF-8', TERM: 'xterm-256color' },
  }
  const tmux = await startTmux({ label: 'tui-admin', width: 120, height: 36, folder: home, environment })
  return { home, networkKey, up, tmux }
}

/** How many of the provider's own invites have ever been made. */
const invitesMade = ({ home }: World): number => {
  const file = join(home, '.buttcloud', 'provider', 'buttcloud', 'invites.json')
  return Object.keys(JSON.parse(readFileSync(file, 'utf8'))).length
}

async function looking(t: Test, { tmux }: World): Promise<void> {
  await tmux.sees(/shell>/)
  await tmux.type(`node --no-deprecation ${binary} admin tui`)
  await tmux.keys('Enter')
  const fleet = await tmux.sees(/hub-1 +connected[\s\S]*lately[\s\S]*home +was asked for by @/, STARTS_MS)
  t.match(fleet, /1 hub +up 1/)
  t.match(fleet, /[━─]{10,} +\d+ MB of [\d.]+ [MG]B +1 process/, 'its memory, reserved of offered')
  await tmux.keys('2', 'Enter')
  await tmux.sees(/pub +› +home[\s\S]*the story, newest first/, LOOKED_MS)
  await tmux.keys('End')
  const asked = await tmux.sees(/▸[^\n]*owner asked[\s\S]*message +%/)
  t.match(asked, /create home/, 'its story begins with the request, which is named by its key')
  await tmux.keys('Home', 'Enter')
  t.match(await tmux.sees(/owner +› +@[\s\S]*the story, newest first/, LOOKED_MS), /1 pub/)
  await tmux.keys('Escape')
  await tmux.sees(/pub +› +home/)
  await tmux.keys('Escape')
  await tmux.sees(/phase +plan +owner/)
}

async function invited(t: Test, world: World): Promise<void> {
  const { tmux } = world
  const before = invitesMade(world)
  await tmux.keys('1')
  await tmux.sees(/hub-1 +connected/)
  await tmux.keys('a', 'Enter')
  await tmux.sees(/This is done at the provider/)
  await tmux.keys('Enter', 'n')
  await tmux.keys('a', 'Enter')
  await tmux.sees(/y does it, n leaves it/)
  t.equal(invitesMade(world), before, 'nothing was made yet')
  await tmux.keys('y')
  await tmux.sees(/It is shown this once/)
  t.equal(invitesMade(world), before + 1, 'and one by a y')
  await tmux.keys('Escape')
  // A key right after Escape would be read as one with it.
  await tmux.sees(/enter open/)
}

async function happening(t: Test, { home, networkKey, tmux }: World): Promise<void> {
  await tmux.keys('3')
  await tmux.sees(/home +was asked for by/)
  const stopped = await runCli({ home, networkKey }, ['stop', 'home'])
  t.equal(stopped.code, 0, stopped.stderr)
  const seen = await tmux.sees(/home +is down/, LOOKED_MS)
  t.match(seen, /home +shall stop/, 'what its owner asked for, and what came of it')
  await tmux.resize(80, 24)
  await tmux.sees(/home +shall stop[\s\S]*q quit/)
}

async function outage(t: Test, { up, tmux }: World): Promise<void> {
  up.child.kill('SIGINT')
  await up.ended
  await tmux.keys('1')
  const away = await tmux.sees(/out of reach/, LOOKED_MS)
  t.match(away, /hub-1/, 'what was known stays')
  await tmux.keys('q')
  await tmux.sees(/^shell> node/m)
  await until(
    'the terminal is given back',
    async () => (await tmux.fact('#{alternate_on}')) === '0',
    STARTS_MS,
  )
}

test('admin tui: the fleet as it is, what happens in it, and nothing done unasked', async (t) => {
  const world = await openWorld()
  try {
    await looking(t, world)
    await invited(t, world)
    await happening(t, world)
    await outage(t, world)
    const piped = await runCli(world, ['admin', 'tui'])
    t.equal(piped.code, 2)
    t.match(piped.stderr, /buttcloud admin tui needs a terminal/)
  } catch (error) {
    t.comment(world.up.output().stderr.slice(-2_000))
    throw error
  } finally {
    await world.tmux.stop()
    world.up.child.kill('SIGINT')
    await world.up.ended
    removeFolder(world.home)
  }
  t.end()
})
