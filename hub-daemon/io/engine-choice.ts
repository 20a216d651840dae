/** Which engine runs the pubs: the one that ran them before; at first as the operator says, or Docker where it answers. */
import { join } from 'node:path'
import type { FeedId } from '../../protocol/ids'
import type { Log } from '../../sbot/log'
import { decideEngine, type Left, refusalOfChange } from '../engine-kept'
import { createDockerEngine } from '../engines/docker'
import type { Engine, EngineKind } from '../engines/engine'
import { createProcessEngine } from '../engines/process'
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
  const asked = choice.engine
  const keys = keysIn(directory)
  const kept = readKeptEngine(directory)
  const traces = { runs: runsIn(directory), keys: keys.ever }
  const decision = decideEngine({ asked, kept, traces })
  if (decision.kind === 'first') {
    const engine = decision.engine === 'auto' ? await firstEngine(choice) : engineOf(decision.engine, choice)
    keepEngine(directory, engine.kind)
    return engine
  }
  if (decision.kind === 'same') {
    const { engine } = decision
    if (kept === null) keepEngine(directory, engine)
    log.info(
      { engine },
      'the engine is the one that this hub began with; while it does not answer, its pubs wait for it',
    )
    return engineOf(engine, choice)
  }
  const { from, to } = decision
  const refusal = refusalOfChange(from, to, await leftWith(engineOf(from, choice)), keys.now)
  if (refusal !== null) throw new Error(refusal)
  keepEngine(directory, to)
  log.info(
    { from, to },
    'the engine is changed, as the operator says: nothing of this hub is left with the former one',
  )
  return engineOf(to, choice)
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
  return kind === 'docker' ? dockerEngine(choice) : processEngine(choice)
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function dockerEngine({ dockerSocket, hub, image, pull, bind }: EngineChoice): Engine {
  const address =
    dockerSocket === undefined
      ? {}
      : dockerSocket.includes('://')
        ? { host: dockerSocket }
        : { socketPath: dockerSocket }
  return createDockerEngine({ ...address, hub, image, bind, ...(pull === null ? {} : { pull }) })
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
