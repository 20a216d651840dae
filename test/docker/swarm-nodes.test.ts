/**
 * Goal: a swarm of two machines is one hub. A pub lives on the node that its volume lies on, and all that a manager can know and
 * do from afar it does; where volumes can be had everywhere, a pub of a node that is drained goes on at the other.
 */
import { randomBytes } from 'node:crypto'
import tape from 'tape'
import { createSwarmEngine, type SwarmEngine } from '../../hub-daemon/engines/swarm'
import type { FeedId } from '../../protocol/ids'
import { factOf, refuses, SECRET, tinyRun } from '../helpers/engine-contract'
import { until } from '../helpers/machine'
import type { TinyReport } from '../helpers/tiny-pub'
import { TINY_IMAGE } from './images'
import { ALLOWED_HERE, type SwarmOfTwo, swarmOfTwo } from './swarm'
import { dockerOn } from './world'

const engineOf = (host: string, more: object): SwarmEngine =>
  createSwarmEngine({
    hub: `@${randomBytes(32).toString('base64')}.ed25519` as FeedId,
    ...{ host, image: TINY_IMAGE, bind: '127.0.0.1', allowWeaker: ALLOWED_HERE, graceMs: 1_000, ...more },
  })

const reportAt = (host: string, port: number): Promise<TinyReport> =>
  until(
    `the tiny pub at ${host}:${port}`,
    async () =>
      (await (
        await fetch(`http://${host}:${port}/`, { signal: AbortSignal.timeout(2_000) })
      ).json()) as TinyReport,
    60_000,
  )

tape('swarm of two nodes: a pub on the other one, and one whose node is drained', async (t) => {
  const two = await swarmOfTwo()
  try {
    await livesAfar(t, two)
    await isDrained(t, two)
  } finally {
    await two.close()
  }
})

async function livesAfar(t: tape.Test, { manager, worker, workerAddress }: SwarmOfTwo): Promise<void> {
  const far = dockerOn(worker.host)
  const engine = engineOf(manager.host, { constraints: ['node.role==worker'] })
  const run = await tinyRun({ listen: '0.0.0.0' })
  await engine.create(run, SECRET)
  const said = await refuses(t, engine.start(run.name), 'other', 'a node without the settings of the network')
  const [, todo = ''] = /run `docker ([^`]+)` there/.exec(said) ?? []
  await far(...todo.split(' '))
  await engine.start(run.name)
  const fact = await factOf(engine, run.name)
  t.deepEqual([fact?.status, fact?.dial], ['running', workerAddress], 'the hub is told where to reach it')
  const report = await reportAt(workerAddress, run.port)
  t.deepEqual([report.secret, report.uid], [SECRET, 1000], 'it has its secret there')
  t.match(await engine.logs(run.name, 5), /the tiny pub listens/, 'its output is read from afar')
  await refuses(t, engine.stats(run.name), 'other', 'figures')
  await refuses(t, engine.openVolume(run.name), 'other', 'reading its volume')

  await far(
    'kill',
    (await far('ps', '-q', '--filter', `label=com.docker.swarm.service.name=${run.name}`)).trim(),
  )
  await until(
    'its end to be known',
    async () => (await factOf(engine, run.name))?.status === 'exited',
    60_000,
  )
  t.equal((await factOf(engine, run.name))?.exitCode, 137, 'with its exit code')
  await engine.start(run.name)
  t.equal((await reportAt(workerAddress, run.port)).boots, 2, 'on the same volume')
  await engine.remove(run.name)
  t.equal((await engine.list()).volumes.length, 1, 'its volume stays')
  await engine.purge(run.name)
  t.deepEqual(await engine.list(), { runs: [], volumes: [] })
  const left = await far(
    'run',
    '--rm',
    '--network',
    'none',
    '-v',
    `${run.name}:/data`,
    TINY_IMAGE,
    'ls',
    '-A',
    '/data',
  )
  t.equal(left.trim(), '', 'and nothing of it is left on the other node')
  await engine.close()
}

/** Docker's own driver stands for one whose volumes are everywhere; what is in them is not looked at. */
async function isDrained(t: tape.Test, { manager, workerAddress }: SwarmOfTwo): Promise<void> {
  const near = dockerOn(manager.host)
  const engine = engineOf(manager.host, { volumeDriver: 'local' })
  const run = await tinyRun({ listen: '0.0.0.0' })
  await engine.create(run, SECRET)
  await engine.start(run.name)
  const dialOf = async () => (await factOf(engine, run.name))?.dial ?? '127.0.0.1'
  const first = await dialOf()
  const here = (await near('info', '-f', '{{.Swarm.NodeID}}')).trim()
  const ids = (await near('node', 'ls', '-q')).split('\n').filter(Boolean)
  const node = first === workerAddress ? ids.find((id) => id !== here) : here
  await near('node', 'update', '--availability', 'drain', String(node))
  await until('Swarm to end it', async () => (await factOf(engine, run.name))?.status === 'exited', 60_000)
  await engine.start(run.name)
  const second = await dialOf()
  t.notEqual(second, first, 'Swarm puts it on the other node')
  t.equal((await reportAt(second, run.port)).secret, SECRET, 'where it goes on')
  await near('node', 'update', '--availability', 'active', String(node))
  await engine.remove(run.name)
  await engine.purge(run.name)
  t.deepEqual(await engine.list(), { runs: [], volumes: [] })
  await engine.close()
}
