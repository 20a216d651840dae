import { randomBytes } from 'node:crypto'
import tape from 'tape'
import { createSwarmEngine } from '../../hub-daemon/engines/swarm'
import { generationOf } from '../../hub-daemon/engines/swarm-network'
import type { FeedId } from '../../protocol/ids'
import {
  away,
  type EngineUnderTest,
  engineContract,
  refuses,
  reportOf,
  SECRET,
  tinyRun,
} from '../helpers/engine-contract'
import { volumeContract } from '../helpers/engine-volume'
import { until } from '../helpers/machine'
import { CONTROLS, type Inspected } from './controls'
import { killEngine, startEngine } from './engine'
import { TINY_IMAGE } from './images'
import { ALLOWED_HERE, needSwarm, SWARM_ENGINE } from './swarm'
import { dockerOn } from './world'

const SECRET_LINE = SECRET.split('\n')[1] ?? ''
const UNDER = { listen: '0.0.0.0' }

const newHub = () => `@${randomBytes(32).toString('base64')}.ed25519` as FeedId
const engineOf = (host: string, more: object = {}) =>
  createSwarmEngine({
    ...{
      host,
      hub: newHub(),
      image: TINY_IMAGE,
      bind: '127.0.0.1',
      allowWeaker: ALLOWED_HERE,
      graceMs: 1_000,
    },
    ...more,
  })

const make = async (): Promise<EngineUnderTest> => {
  const docker = await needSwarm()
  const engine = engineOf(docker.host)
  const neighbour = engineOf(docker.host)
  const command = dockerOn(docker.host)
  return {
    engine,
    neighbour,
    ...UNDER,
    killBehindItsBack: async (name) => {
      const id = await command('ps', '-q', '--filter', `label=com.docker.swarm.service.name=${name}`)
      await command('kill', id.trim())
    },
    close: async () => {
      await engine.close()
      await neighbour.close()
    },
  }
}

engineContract('swarm', make)
volumeContract('swarm', make)

/** What a container of a swarm has otherwise: Swarm keeps it, on a network of its own, with ports on every address. */
const OTHERWISE = new Set(['5.10', '5.11', '5.14', '5.15', '5.26', '5.30', 'tmp'])

tape('swarm: a task is hardened, pubs are apart, and the secret is in memory alone', async (t) => {
  const docker = await needSwarm()
  const command = dockerOn(docker.host)
  const engine = engineOf(docker.host)
  const [one, two] = [await tinyRun(UNDER), await tinyRun(UNDER)]
  for (const run of [one, two]) {
    await engine.create(run, SECRET)
    await engine.start(run.name)
  }
  const report = await reportOf(one)
  await reportOf(two)
  const container = async (name: string) =>
    (await command('ps', '-q', '--filter', `label=com.docker.swarm.service.name=${name}`)).trim()
  const id = await container(one.name)
  const text = await command('inspect', id)
  const [info] = JSON.parse(text) as [Inspected]
  const mounts = info.Mounts.filter(({ Destination }) => Destination === '/data')
  const seen = { ...info, Mounts: mounts }
  for (const [control, what, holds] of CONTROLS)
    if (!OTHERWISE.has(control)) t.ok(holds(seen, one), `${control}: ${what}`)
  t.equal(info.HostConfig.Memory, one.memoryBytes, 'memory is limited')
  const { Name: policy } = info.HostConfig.RestartPolicy as { Name: string }
  t.ok(['', 'no'].includes(policy), 'Docker never restarts it by itself')
  const [network = '', ...others] = Object.keys(info.NetworkSettings.Networks)
  t.deepEqual([generationOf(network, 'buttcloud-swarm') > 0, others], [true, []], 'on the network of pubs')
  const inside = await command('exec', id, 'cat', '/proc/mounts')
  t.match(inside, / \/tmp tmpfs rw,nosuid,nodev,noexec,.*size=16384k/, '/tmp is small and runs nothing')
  t.match(inside, / \/data\/secret tmpfs ro,/, 'the secret lies in memory')
  t.deepEqual([report.secret, report.secretMode, report.uid], [SECRET, '600', 1000], 'its user can read it')
  for (const words of [
    ['service', 'inspect', one.name],
    ['secret', 'inspect', one.name],
    ['config', 'inspect', one.name],
    ['inspect', id],
  ])
    t.notOk(
      (await command(...words)).includes(SECRET_LINE),
      `docker ${words.slice(0, 2).join(' ')} does not show it`,
    )

  const address = await command(
    ...['inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'],
    await container(two.name),
  )
  const reach = (host: string, port: number) =>
    // Its own connection would keep node alive for longer than anybody waits.
    `fetch('http://${host}:${port}/', {signal: AbortSignal.timeout(2000)}).then(() => console.log('reached'), () => console.log('not reached')).then(() => process.exit(0))`
  const own = await command('exec', id, 'node', '-e', reach('127.0.0.1', one.port))
  t.equal(own.trim(), 'reached', 'the question itself works')
  const other = await command('exec', id, 'node', '-e', reach(address.trim(), two.port))
  t.equal(other.trim(), 'not reached', 'pubs can not talk to each other')

  const [service] = JSON.parse(await command('service', 'inspect', one.name)) as [
    { Spec: { TaskTemplate: { ContainerSpec: { Image: string } } } },
  ]
  t.match(
    service.Spec.TaskTemplate.ContainerSpec.Image,
    /^sha256:/,
    'an image that was built here is asked of no registry',
  )
  await Promise.all([one, two].map((run) => away(engine, run)))
  for (const what of ['service', 'secret', 'config'])
    t.notOk((await command(what, 'ls')).includes(one.name), `no ${what} is left`)
  await engine.close()
})

tape('swarm: what it can not protect by is refused without the operator’s yes', async (t) => {
  const docker = await needSwarm()
  const run = await tinyRun(UNDER)
  const strict = engineOf(docker.host, { allowWeaker: [] })
  const names = (await strict.weaknesses()).filter(({ needsYes }) => needsYes).map(({ name }) => name)
  t.ok(names.includes('bind'), `this engine lacks ${names.join(', ')}`)
  const said = await refuses(t, strict.create(run, SECRET), 'other', 'a making')
  for (const name of names) t.ok(said.includes(`--allow-weaker ${name}`), `says how to allow ${name}`)
  t.deepEqual(await strict.list(), { runs: [], volumes: [] }, 'nothing was made')
  t.ok(Number(strict.room?.()?.memoryBytes) > 0, 'it offers the memory of its nodes')
  const nowhere = engineOf(docker.host, { constraints: ['node.labels.no-such==label'] })
  await refuses(t, nowhere.create(run, SECRET), 'other', 'no node fulfils its constraint')
  await nowhere.list()
  t.equal(nowhere.room?.()?.memoryBytes, 0, 'and nothing is offered')
  const without = engineOf(docker.host, { image: 'buttcloud/no-such-image:0' })
  await refuses(t, without.create(run, SECRET), 'no-image', 'an image that is not there')
  for (const engine of [strict, nowhere, without]) await engine.close()
})

tape(
  'swarm: an engine that lost its power makes no task on the same network any more, so it gets another',
  async (t) => {
    const docker = await needSwarm()
    const command = dockerOn(docker.host)
    const engine = engineOf(docker.host)
    const [one, two] = [await tinyRun(UNDER), await tinyRun(UNDER)]
    // What a test that was cut off has left on this engine, which is the tests' own.
    for (const id of (await command('service', 'ls', '-q')).split('\n'))
      if (id !== '') await command('service', 'rm', id)
    for (const run of [one, two]) await engine.create(run, SECRET)
    await engine.start(one.name)
    await reportOf(one)
    const networkOf = async (name: string) =>
      (
        await command('service', 'inspect', '-f', '{{(index .Spec.TaskTemplate.Networks 0).Target}}', name)
      ).trim()
    const before = await networkOf(one.name)
    await killEngine(SWARM_ENGINE)
    await startEngine(SWARM_ENGINE, { keep: true })
    const isBack = async () =>
      (await engine.list().catch(() => null))?.runs.some(
        ({ name, status }) => name === one.name && status === 'exited',
      )
    await until('the manager to have seen what is left', isBack, 60_000)
    // What ran when the power went has its port held by what Docker remembers (docs/HUB-HOSTS.md); this one did not.
    await engine.start(two.name)
    t.deepEqual((await reportOf(two)).secret, SECRET, 'it runs')
    t.notEqual(await networkOf(two.name), before, `not on ${before}`)
    await engine.remove(one.name)
    await engine.stop(two.name, 1_000)
    await engine.start(two.name)
    const left = await command('network', 'ls', '-q', '--no-trunc', '--filter', 'driver=bridge')
    t.notOk(left.includes(before), 'the former one goes when nothing is on it any more')
    await Promise.all([one, two].map((run) => away(engine, run)))
    await engine.close()
  },
)
