/** Which engine runs the pubs: the one that ran them before; at first as the operator says, or Docker where it answers. */
import { join } from 'node:path'
import type { FeedId } from '../../protocol/ids'
import type { Log } from '../../sbot/log'
import { decideEngine, type Left, refusalOfChange } from '../engine-kept'
import { createDockerEngine } from '../engines/docker'
import type { DockerEngineOptions } from '../engines/docker-options'
import type { Engine, EngineKind } from '../engines/engine'
import { createProcessEngine } from '../engines/process'
import { createSwarmEngine, type SwarmEngine } from '../engines/swarm'
import { describeWeakness, needAccepted } from '../engines/swarm-flags'
import type { SwarmChoice } from '../engines/swarm-options'
import { keepEngine, keysIn, readKeptEngine, runsIn } from './kept-engine'

export interface EngineChoice {
  engine: EngineKind | 'auto'
  /** Path of a socket, or an address as in DOCKER_HOST. */
  dockerSocket: string | undefined
  hub: FeedId
  image: string
  /** Whether images may be pulled; null: where that one was. */
  pull: boolean | null
  /** The hub's own version, and folders with built packages of other versions, for the process engine. */
  version: string
  pubVersions: Readonly<Record<string, string>>
  bind: string
  /** What only the engine swarm is told. */
  swarm: SwarmChoice
  /** Of the hub; the process engine keeps its pubs in it. */
  directory: string
  log: Log
}

/**
 * Makes the engine: the one that this hub began with, whether it answers now or not. At the first start it is what the
 * operator says, with `auto` Docker where it answers, and is written down. Throws a sentence where another one is asked
 * for while pubs are left with the former one.
 */
export async function chooseEngine(choice: EngineChoice): Promise<Engine> {
  const { directory, log } = choice
  if (choice.engine === 'swarm') await lookAtSwarm(choice)
  const asked = choice.engine
  const keys = keysIn(directory)
  const kept = readKeptEngine(directory)
  const traces = { runs: runsIn(directory), keys: keys.ever }
  const decision = decideEngine({ asked, kept, traces })
  if (decision.kind === 'first') {
    const engine = decision.engine === 'auto' ? await firstEngine(choice) : engineOf(decision.engine, choice)
    keepEngine(directory, engine.kind)
    return fits(engine, choice)
  }
  if (decision.kind === 'same') {
    const { engine } = decision
    if (kept === null) keepEngine(directory, engine)
    log.info(
      { engine },
      'the engine is the one that this hub began with; while it does not answer, its pubs wait for it',
    )
    if (engine === 'swarm' && choice.engine !== 'swarm') await lookAtSwarm(choice)
    return fits(engineOf(engine, choice), choice)
  }
  const { from, to } = decision
  const refusal = refusalOfChange(from, to, await leftWith(engineOf(from, choice)), keys.now)
  if (refusal !== null) throw new Error(refusal)
  keepEngine(directory, to)
  log.info(
    { from, to },
    'the engine is changed, as the operator says: nothing of this hub is left with the former one',
  )
  return fits(engineOf(to, choice), choice)
}

/** What only a swarm can do must not be taken for done by another engine. */
function fits(engine: Engine, { swarm }: EngineChoice): Engine {
  const [given] = Object.entries(swarm).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  )
  if (given === undefined || engine.kind === 'swarm') return engine
  throw new Error(
    `this hub's pubs run with the engine ${engine.kind}, and what was given for a swarm (${given[0]}) means nothing there; leave it out, or start with --engine swarm`,
  )
}

/**
 * Says what the swarm protects pubs less by. Throws a sentence where the operator has not agreed to that; a swarm that does not
 * answer is waited for, and asked again before each pub is made.
 */
async function lookAtSwarm(choice: EngineChoice): Promise<void> {
  const { log } = choice
  const engine = swarmEngine(choice)
  try {
    const weaknesses = await engine.weaknesses().catch((error: unknown) => {
      log.warn({ reason: sentenceOf(error) }, 'what this swarm protects pubs by is not known yet')
      return []
    })
    needAccepted(weaknesses, choice.swarm.allowWeaker ?? [])
    for (const one of weaknesses)
      log.warn(
        { weaker: one.name },
        `pubs are protected less than by a Docker engine alone: ${describeWeakness(one)}`,
      )
  } finally {
    await engine.close()
  }
}

/** Docker where it answers. Never fails: what has no Docker has processes. */
async function firstEngine(choice: EngineChoice): Promise<Engine> {
  const { log, image } = choice
  const docker = engineOf('docker', choice)
  try {
    await docker.ping()
    log.info({ image }, 'Docker answers: pubs run as containers, from now on')
    return docker
  } catch (error) {
    await docker.close()
    const reason = sentenceOf(error)
    log.info({ reason }, 'Docker does not answer: pubs run as child processes of this hub, from now on')
    return engineOf('process', choice)
  }
}

async function leftWith(engine: Engine): Promise<Left> {
  try {
    const { runs, volumes } = await engine.list()
    return { kind: 'runs', runs: runs.length, volumes: volumes.length }
  } catch (error) {
    return { kind: 'silent', reason: sentenceOf(error) }
  } finally {
    await engine.close()
  }
}

function engineOf(kind: EngineKind, choice: EngineChoice): Engine {
  if (kind === 'swarm') return swarmEngine(choice)
  return kind === 'docker' ? dockerEngine(choice) : processEngine(choice)
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function dockerEngine(choice: EngineChoice): Engine {
  return createDockerEngine(dockerOptions(choice))
}

function swarmEngine(choice: EngineChoice): SwarmEngine {
  return createSwarmEngine({ ...dockerOptions(choice), ...choice.swarm })
}

function dockerOptions({ dockerSocket, hub, image, pull, bind }: EngineChoice): DockerEngineOptions {
  const address =
    dockerSocket === undefined
      ? {}
      : dockerSocket.includes('://')
        ? { host: dockerSocket }
        : { socketPath: dockerSocket }
  return { ...address, hub, image, bind, ...(pull === null ? {} : { pull }) }
}

function processEngine({ directory, bind, version, pubVersions }: EngineChoice): Engine {
  // Beside this file's own folder in the build: the pub's entry is a program of its own, started, never imported.
  const entry = join(__dirname, '..', '..', 'pub-image', 'entry.js')
  const entries = Object.fromEntries(
    Object.entries(pubVersions).map(([name, folder]) => [
      name,
      join(folder, 'dist', 'pub-image', 'entry.js'),
    ]),
  )
  return createProcessEngine({ directory: join(directory, 'runs'), entry, version, entries, bind })
}
