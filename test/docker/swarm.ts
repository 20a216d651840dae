/** A Docker Swarm of the test's own, on an engine of its own: `swarm init` changes an engine for everybody on it. */
import { SHARED_ENGINE, startEngine, type TestEngine } from './engine'
import { copyPubImage, needPubImage, needTinyImage } from './images'
import { runProgram } from './machine'

/** Of the engines of tests (engine.ts); the shared one and the second stay as they are. */
export const SWARM_ENGINE = 6

/** The first manager: an engine with a swarm of one node that listens on loopback alone. */
export async function needSwarm(): Promise<TestEngine> {
  const docker = await startEngine(SWARM_ENGINE, { keep: true })
  const command = (...args: string[]) =>
    runProgram('docker', args, { environment: { DOCKER_HOST: docker.host } })
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

/** What a swarm of Docker 20.10 lacks, and what ports on loopback would be. */
export const ALLOWED_HERE = ['no-new-privileges', 'bind']

/** Takes away all that a hub has left in a swarm. */
export async function sweepSwarm(host: string, hub: string): Promise<void> {
  const docker = (...args: string[]) => runProgram('docker', args, { environment: { DOCKER_HOST: host } })
  const filter = ['--filter', `label=org.buttcloud.hub=${hub}`]
  for (const what of ['service', 'secret', 'config']) {
    const ids = (await docker(what, 'ls', '-q', ...filter)).split('\n').filter(Boolean)
    if (ids.length > 0) await docker(what, 'rm', ...ids)
  }
}
