/** A Docker Swarm of the test's own, on an engine of its own: `swarm init` changes an engine for everybody on it. */
import tape from 'tape'
import { settingsCommand, settingsNetworkOf } from '../../hub-daemon/engines/swarm-network'
import { forgetNetworks, SHARED_ENGINE, startEngine, stopEngine, type TestEngine } from './engine'
import { copyImage, copyPubImage, needPubImage, needTinyImage, TINY_IMAGE } from './images'
import { runProgram } from './machine'
import { makeNamespace, type Namespace } from './namespace'

/** Of the engines of tests (engine.ts); the shared one and the second stay as they are. */
export const SWARM_ENGINE = 6

const dockerAt =
  (host: string) =>
  (...args: string[]) =>
    runProgram('docker', args, { environment: { DOCKER_HOST: host } })

let isOurs = false

/** Started once for a test file, and left running where it ran before. */
async function managerEngine(): Promise<TestEngine> {
  if (!isOurs) forgetNetworks(SWARM_ENGINE)
  const docker = await startEngine(SWARM_ENGINE, { keep: true })
  if (docker.mine && !isOurs) {
    isOurs = true
    tape.onFinish(() => void stopEngine(SWARM_ENGINE))
  }
  return docker
}

/** The first manager: an engine with a swarm of one node that listens on loopback alone. */
export async function needSwarm(): Promise<TestEngine> {
  const docker = await managerEngine()
  const command = dockerAt(docker.host)
  const state = (await command('info', '-f', '{{.Swarm.LocalNodeState}}')).trim()
  if (state !== 'active') {
    if (state !== 'inactive') await command('swarm', 'leave', '--force')
    await command('swarm', 'init', '--advertise-addr', '127.0.0.1', '--listen-addr', '127.0.0.1:2377')
  }
  await needTinyImage(docker.host)
  return docker
}

/** The same with the image of the real pub: from the shared engine where the runner has built it, else built here. */
export async function needSwarmWithPubs(): Promise<TestEngine> {
  const docker = await needSwarm()
  const shared = process.env[SHARED_ENGINE]
  if (shared === undefined) await needPubImage(docker.host)
  else await copyPubImage(shared, docker.host)
  return docker
}

/** The engine of the worker, in a network of its own as another machine has. */
export const WORKER_ENGINE = 7

export interface SwarmOfTwo {
  manager: TestEngine
  worker: TestEngine
  /** Where the worker's ports are reached. */
  workerAddress: string
  /** The worker's network. */
  far: Namespace
  close(): Promise<void>
}

/** A manager and a worker with a cable between them. */
export async function swarmOfTwo(): Promise<SwarmOfTwo> {
  const far = await makeNamespace(WORKER_ENGINE)
  const manager = await managerEngine()
  await stopEngine(WORKER_ENGINE)
  forgetNetworks(WORKER_ENGINE)
  const worker = await startEngine(WORKER_ENGINE, { namespace: far.name })
  const [one, two] = [dockerAt(manager.host), dockerAt(worker.host)]
  const workerAddress = far.outside.replace(/1$/, '2')
  await one('swarm', 'leave', '--force').catch(() => '')
  await one('swarm', 'init', '--advertise-addr', far.outside, '--listen-addr', `${far.outside}:2377`)
  const token = (await one('swarm', 'join-token', '-q', 'worker')).trim()
  await two('swarm', 'join', '--token', token, '--advertise-addr', workerAddress, `${far.outside}:2377`)
  await needTinyImage(manager.host)
  await copyImage(TINY_IMAGE, manager.host, worker.host)
  return {
    ...{ manager, worker, workerAddress, far },
    close: async () => {
      for (const docker of [two, one]) await docker('swarm', 'leave', '--force').catch(() => '')
      await stopEngine(WORKER_ENGINE)
      await far.remove()
    },
  }
}

/** The same with the image of the real pub, and with what a worker needs to run one. */
export async function swarmOfTwoWithPubs(): Promise<SwarmOfTwo> {
  const shared = process.env[SHARED_ENGINE]
  const two = await swarmOfTwo()
  const { manager, worker } = two
  if (shared === undefined) await needPubImage(manager.host)
  else await copyPubImage(shared, manager.host)
  await copyPubImage(manager.host, worker.host)
  await dockerAt(worker.host)(...settingsCommand(settingsNetworkOf('buttcloud-swarm')).split(' ').slice(1))
  return two
}

/** What a swarm of Docker 20.10 lacks, and what ports on loopback would be. */
export const ALLOWED_HERE = ['no-new-privileges', 'bind']

/** Takes away all that a hub has left in a swarm. */
export async function sweepSwarm(host: string, hub: string): Promise<void> {
  const docker = dockerAt(host)
  const filter = ['--filter', `label=org.buttcloud.hub=${hub}`]
  for (const what of ['service', 'secret', 'config']) {
    const ids = (await docker(what, 'ls', '-q', ...filter)).split('\n').filter(Boolean)
    if (ids.length > 0) await docker(what, 'rm', ...ids)
  }
}
