import { randomBytes } from 'node:crypto'
import tape from 'tape'
import { createDockerEngine } from '../../hub-daemon/engines/docker'
import type { FeedId } from '../../protocol/ids'
import {
  type EngineUnderTest,
  engineContract,
  factOf,
  refuses,
  reportOf,
  SECRET,
  tinyRun,
} from '../helpers/engine-contract'
import { volumeContract } from '../helpers/engine-volume'
import { until } from '../helpers/machine'
import { CONTROLS, type Inspected } from './controls'
import { engineForTests, killEngine, startEngine, stopEngine } from './engine'
import { needTinyImage, TINY_IMAGE } from './images'
import { runProgram } from './machine'

const UNDER = { listen: '0.0.0.0' }
const SECRET_LINE = SECRET.split('\n')[1] ?? ''

const newHub = () => `@${randomBytes(32).toString('base64')}.ed25519` as FeedId
const engineOf = (host: string, more: { image?: string; network?: string } = {}) =>
  createDockerEngine({ host, hub: newHub(), image: TINY_IMAGE, bind: '127.0.0.1', ...more })
const dockerOn =
  (host: string) =>
  (...args: string[]) =>
    runProgram('docker', args, { environment: { DOCKER_HOST: host } })

const make = async (): Promise<EngineUnderTest> => {
  const docker = await engineForTests()
  await needTinyImage(docker.host)
  const engine = engineOf(docker.host)
  const neighbour = engineOf(docker.host)
  return {
    engine,
    neighbour,
    ...UNDER,
    killBehindItsBack: async (name) => {
      await dockerOn(docker.host)('kill', name)
    },
    close: async () => {
      await engine.close()
      await neighbour.close()
      await docker.stop()
    },
  }
}

engineContract('docker', make)
volumeContract('docker', make)

tape('docker: a container is hardened, and the secret is nowhere but in its volume', async (t) => {
  const docker = await engineForTests()
  await needTinyImage(docker.host)
  const command = dockerOn(docker.host)
  const engine = engineOf(docker.host)
  const run = await tinyRun(UNDER)
  await engine.create(run, SECRET)
  await engine.start(run.name)
  const report = await reportOf(run)
  const text = await command('inspect', run.name)
  const [info] = JSON.parse(text) as [Inspected]
  for (const [control, what, holds] of CONTROLS) t.ok(holds(info, run), `${control}: ${what}`)
  t.equal(report.uid, 1000, 'it runs as the user it was given')

  const unhardened = (await command('create', TINY_IMAGE)).trim()
  const [plain] = JSON.parse(await command('inspect', unhardened)) as [Inspected]
  await command('rm', '-v', unhardened)
  const passed = CONTROLS.filter(([, , holds]) => holds(plain, run)).length
  t.ok(
    passed < CONTROLS.length - 8,
    `the same questions find fault with a plain container (${passed} of ${CONTROLS.length} hold)`,
  )

  t.equal(report.secret, SECRET, 'the pub has its secret')
  t.notOk(text.includes(SECRET_LINE), 'inspect does not show it')
  t.notOk(info.Config.Env.join().includes(SECRET_LINE), 'nor does the environment')
  t.notOk((await command('logs', run.name)).includes(SECRET_LINE), 'nor the output')
  t.notOk((await command('history', '--no-trunc', TINY_IMAGE)).includes(SECRET_LINE), 'nor the image')
  t.notOk((await command('diff', run.name)).includes('secret'), 'nor the layer of the container')
  const [network] = JSON.parse(await command('network', 'inspect', 'buttcloud')) as [
    { Options: Record<string, string> },
  ]
  t.equal(network.Options['com.docker.network.bridge.enable_icc'], 'false', 'pubs can not talk to each other')
  await engine.remove(run.name)
  await engine.purge(run.name)
  await engine.close()
  await docker.stop()
})

/** What does not apply where nothing runs: ports, network, output and a folder for it. */
const OF_RUNS = ['5.9', '5.10', '5.11', '5.30', 'logs', 'tmp']

tape(
  'docker: a volume is read through a container that never runs, and that a dead hub leaves for the next',
  async (t) => {
    const docker = await engineForTests()
    await needTinyImage(docker.host)
    const command = dockerOn(docker.host)
    const hub = newHub()
    const sameHub = () => createDockerEngine({ host: docker.host, hub, image: TINY_IMAGE, bind: '127.0.0.1' })
    const engine = sameHub()
    const run = await tinyRun(UNDER)
    await engine.create(run, SECRET)
    const readers = async () => {
      const names = await command('ps', '-a', '--format', '{{.Names}}', '--filter', `volume=${run.name}`)
      return names.split('\n').filter((name) => name.includes('-reader-'))
    }
    await engine.openVolume(run.name)
    const [reader = ''] = await readers()
    const [info] = JSON.parse(await command('inspect', reader)) as [Inspected & { State: { Status: string } }]
    t.equal(info.State.Status, 'created', 'it has never run')
    for (const [control, what, holds] of CONTROLS)
      if (!OF_RUNS.includes(control)) t.ok(holds(info, run), `${control}: ${what}`)
    t.equal(info.HostConfig.NetworkMode, 'none', 'it has no network')
    t.equal((info.Mounts[0] as unknown as { RW: boolean }).RW, false, 'and can write nothing')
    t.ok(Number(info.HostConfig.Memory) < 32 * 1024 * 1024)
    await engine.list()
    t.deepEqual(await readers(), [reader], 'a look leaves it alone while it is in use')

    const next = sameHub()
    await next.list()
    t.deepEqual(await readers(), [], 'what a hub left that died goes with the first look of the next one')
    await engine.openVolume(run.name)
    await engine.close()
    t.deepEqual(await readers(), [], 'one that ends in order takes it away itself')
    const another = sameHub()
    await another.openVolume(run.name)
    await next.remove(run.name)
    await next.purge(run.name)
    t.deepEqual(
      [await readers(), (await next.list()).volumes],
      [[], []],
      'the volume goes at its date all the same',
    )
    await another.close()
    await next.close()
    await docker.stop()
  },
)

tape('docker: two pubs on one network can not reach each other', async (t) => {
  const docker = await engineForTests()
  await needTinyImage(docker.host)
  const command = dockerOn(docker.host)
  const engine = engineOf(docker.host)
  const [one, two] = [await tinyRun(UNDER), await tinyRun(UNDER)]
  for (const run of [one, two]) {
    await engine.create(run, SECRET)
    await engine.start(run.name)
    await reportOf(run)
  }
  const address = await command(
    'inspect',
    '-f',
    '{{.NetworkSettings.Networks.buttcloud.IPAddress}}',
    two.name,
  )
  const reach = (host: string, port: number) =>
    `fetch('http://${host}:${port}/', {signal: AbortSignal.timeout(2000)}).then(() => console.log('reached'), () => console.log('not reached'))`
  const own = await command('exec', one.name, 'node', '-e', reach('127.0.0.1', one.port))
  t.equal(own.trim(), 'reached', 'the question itself works')
  const other = await command('exec', one.name, 'node', '-e', reach(address.trim(), two.port))
  t.equal(other.trim(), 'not reached')
  for (const run of [one, two]) {
    await engine.remove(run.name)
    await engine.purge(run.name)
  }
  await engine.close()
  await docker.stop()
})

tape('docker: an image that is not there, a network that is not as it must be', async (t) => {
  const docker = await engineForTests()
  const command = dockerOn(docker.host)
  const run = await tinyRun(UNDER)
  const without = engineOf(docker.host, { image: 'buttcloud/no-such-image:0' })
  const said = await refuses(t, without.create(run, SECRET), 'no-image', 'an image that is not there')
  t.match(said, /npm run image/, 'and what to do')
  t.deepEqual((await without.list()).runs, [], 'no half container is left')
  await without.purge(run.name)
  await command('network', 'create', 'loose-network')
  const loose = engineOf(docker.host, { network: 'loose-network' })
  await refuses(t, loose.create(run, SECRET), 'other', 'a network in which pubs could talk')
  await command('network', 'rm', 'loose-network')
  await docker.stop()
})

tape('docker: a container that did not get its secret is taken away again', async (t) => {
  const docker = await engineForTests()
  await needTinyImage(docker.host)
  const run = await tinyRun(UNDER)
  // In this image `/data/secret` is a folder, so that no file of the name can be put there.
  const image = 'buttcloud/tiny-pub:broken'
  const command = dockerOn(docker.host)
  const made = (await command('create', TINY_IMAGE)).trim()
  await command('commit', '-c', 'VOLUME /data/secret', made, image)
  await command('rm', made)
  const broken = engineOf(docker.host, { image })
  await refuses(t, broken.create(run, SECRET), 'other', 'a secret that can not be put in')
  t.deepEqual((await broken.list()).runs, [], 'half a container would make itself a new identity')
  await broken.purge(run.name)
  await docker.stop()
})

tape('docker: a making that was cut off before the secret is no run, and is made anew', async (t) => {
  const docker = await engineForTests()
  await needTinyImage(docker.host)
  const command = dockerOn(docker.host)
  const hub = newHub()
  const engine = createDockerEngine({ host: docker.host, hub, image: TINY_IMAGE, bind: '127.0.0.1' })
  const run = await tinyRun(UNDER)
  const labels = [`org.buttcloud.hub=${hub}`, `org.buttcloud.pub=${run.pub}`].flatMap((one) => [
    '--label',
    one,
  ])
  const cutOff = async () => {
    await command('volume', 'create', ...labels, run.name)
    await command('create', '--name', `${run.name}-part`, ...labels, '-v', `${run.name}:/data`, TINY_IMAGE)
  }
  await cutOff()
  t.deepEqual((await engine.list()).runs, [], 'it is not listed, so nobody starts it')
  await engine.create(run, SECRET)
  await engine.start(run.name)
  t.equal((await reportOf(run)).secret, SECRET, 'the one that is started has its secret')
  t.equal(
    (await command('ps', '-aq', '--filter', `name=${run.name}-part`)).trim(),
    '',
    'nothing is left of the first',
  )
  await engine.remove(run.name)
  await engine.purge(run.name)
  await cutOff()
  await engine.purge(run.name)
  t.deepEqual((await engine.list()).volumes, [], 'what was cut off does not keep the volume')
  t.equal((await command('ps', '-aq', '--filter', `name=${run.name}`)).trim(), '', 'and goes with it')
  await engine.close()
  await docker.stop()
})

tape('docker: the engine goes away in the middle and comes back', async (t) => {
  const docker = await startEngine(2)
  await needTinyImage(docker.host)
  const engine = engineOf(docker.host)
  const run = await tinyRun(UNDER)
  await engine.create(run, SECRET)
  await engine.start(run.name)
  await reportOf(run)
  let woken = 0
  const stop = engine.watch(() => woken++)
  for (const how of ['stopped', 'killed'] as const) {
    const before = woken
    if (how === 'stopped') await stopEngine(2)
    else await killEngine(2)
    const said = await refuses(t, engine.list(), 'unreachable', `the engine was ${how}`)
    t.ok(said.includes(docker.socketPath), 'the sentence names the socket')
    await refuses(t, engine.start(run.name), 'unreachable', 'starting')
    await refuses(t, engine.create(run, SECRET), 'unreachable', 'creating')
    await startEngine(2, { keep: true })
    await engine.ping()
    await until('the wake of a watch that found its engine again', () => woken > before)
    t.equal((await factOf(engine, run.name))?.status, 'exited', 'it is back: the pub is there, and down')
    await engine.start(run.name)
    t.ok((await reportOf(run)).boots > 1, 'and goes on with its data')
  }
  await engine.remove(run.name)
  await engine.purge(run.name)
  await engine.close()
  stop()
  await stopEngine(2)
})
