/** A Docker Swarm of the test's own, on an engine of its own: `swarm init` changes an engine for everybody on it. */
import { startEngine, type TestEngine } from './engine'
import { needTinyImage } from './images'
import { runProgram } from './machine'

/** Of the engines of tests (engine.ts); the shared one and the second stay as they are. */
export const SWARM_ENGINE = 6

/** The first manager: an engine with a swarm of one node that listens on loopback alone. */
export async function needSwarm(options: { keep?: boolean } = {}): Promise<TestEngine> {
  const docker = await startEngine(SWARM_ENGINE, { keep: true, ...options })
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
