import { randomBytes } from 'node:crypto'
import tape from 'tape'
import { createDockerEngine } from '../../hub-daemon/engines/docker'
import type { Run } from '../../hub-daemon/engines/engine'
import type { FeedId } from '../../protocol/ids'
import { engineContract, factOf, refuses, reportOf, SECRET, tinyRun } from '../helpers/engine-contract'
import { until } from '../helpers/machine'
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

engineContract('docker', async () => {
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
})

/** What `docker inspect` says of a container, as far as it is looked at here. */
interface Inspected {
  Config: { User: string; Env: string[]; Labels: Record<string, string> }
  HostConfig: Record<string, unknown>
  Mounts: { Type: string; Name: string; Destination: string; Source: string }[]
  NetworkSettings: {
    Networks: Record<string, unknown>
    Ports: Record<string, { HostIp: string; HostPort: string }[]>
  }
  AppArmorProfile: string
}

/** Section 5 of the CIS Docker benchmark 1.6 as questions to `inspect`; the number is the control's. */
const CONTROLS: [string, string, (info: Inspected, run: Run) => boolean][] = [
  [
    '5.2',
    'no security option is taken off',
    ({ HostConfig }) => !/unconfined/.test(JSON.stringify(HostConfig.SecurityOpt)),
  ],
  [
    '5.4',
    'no capability is added, all are dropped',
    ({ HostConfig }) => (HostConfig.CapAdd ?? null) === null && String(HostConfig.CapDrop) === 'ALL',
  ],
  ['5.5', 'not privileged', ({ HostConfig }) => HostConfig.Privileged === false],
  [
    '5.6',
    'nothing of the host is mounted',
    ({ Mounts, HostConfig }) =>
      Mounts.every(({ Type }) => Type === 'volume') && (HostConfig.Binds ?? null) === null,
  ],
  [
    '5.8',
    'no port below 1024',
    ({ NetworkSettings }) =>
      Object.keys(NetworkSettings.Ports).every((port) => Number.parseInt(port, 10) > 1024),
  ],
  [
    '5.9',
    'only the one port is published',
    ({ NetworkSettings }, run) => String(Object.keys(NetworkSettings.Ports)) === `${run.port}/tcp`,
  ],
  ['5.10', 'not in the network of the host', ({ HostConfig }) => HostConfig.NetworkMode === 'buttcloud'],
  [
    '5.11',
    'memory is limited, swap included',
    ({ HostConfig }, run) =>
      HostConfig.Memory === run.memoryBytes && HostConfig.MemorySwap === run.memoryBytes,
  ],
  ['5.12', 'processor is limited', ({ HostConfig }) => Number(HostConfig.NanoCpus) > 0],
  ['5.13', 'root file system can only be read', ({ HostConfig }) => HostConfig.ReadonlyRootfs === true],
  [
    '5.14',
    'the port is bound to one address',
    ({ NetworkSettings }) =>
      Object.values(NetworkSettings.Ports).every(
        (bound) => bound.length === 1 && bound[0]?.HostIp === '127.0.0.1',
      ),
  ],
  [
    '5.15',
    'Docker never restarts it by itself (ours: no)',
    ({ HostConfig }) => (HostConfig.RestartPolicy as { Name: string }).Name === 'no',
  ],
  ['5.16', 'not in the process space of the host', ({ HostConfig }) => HostConfig.PidMode === ''],
  ['5.17', 'shares no memory with others', ({ HostConfig }) => HostConfig.IpcMode === 'private'],
  ['5.18', 'no device', ({ HostConfig }) => ((HostConfig.Devices ?? []) as unknown[]).length === 0],
  ['5.19', 'open files are limited', ({ HostConfig }) => /"nofile"/.test(JSON.stringify(HostConfig.Ulimits))],
  ['5.20', 'no mount that spreads', ({ Mounts }) => !/shared/.test(JSON.stringify(Mounts))],
  ['5.21', 'not in the name space of the host', ({ HostConfig }) => HostConfig.UTSMode === ''],
  ['5.26', 'gains no privileges', ({ HostConfig }) => String(HostConfig.SecurityOpt) === 'no-new-privileges'],
  ['5.29', 'processes are limited', ({ HostConfig }) => Number(HostConfig.PidsLimit) > 0],
  [
    '5.30',
    'not on the common bridge',
    ({ NetworkSettings }) => String(Object.keys(NetworkSettings.Networks)) === 'buttcloud',
  ],
  ['5.31', 'not in the user space of the host', ({ HostConfig }) => HostConfig.UsernsMode === ''],
  ['5.32', 'no Docker socket', ({ Mounts }) => !/docker\.sock/.test(JSON.stringify(Mounts))],
  ['user', 'not root', ({ Config }) => Config.User === '1000:1000'],
  [
    'logs',
    'output is bounded',
    ({ HostConfig }) => /"max-file":"\d+","max-size":"\d+"/.test(JSON.stringify(HostConfig.LogConfig)),
  ],
  [
    'tmp',
    '/tmp is small and runs nothing',
    ({ HostConfig }) => /noexec,nosuid,.*size=\d+/.test(JSON.stringify(HostConfig.Tmpfs)),
  ],
]

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

  const [plain] = JSON.parse(
    await command('create', TINY_IMAGE).then((id) => command('inspect', id.trim())),
  ) as [Inspected]
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
