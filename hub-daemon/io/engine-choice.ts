/** Which engine runs the pubs: as the operator says, or Docker where it answers. */
import { join } from 'node:path'
import type { FeedId } from '../../protocol/ids'
import type { Log } from '../../sbot/log'
import { createDockerEngine } from '../engines/docker'
import type { Engine } from '../engines/engine'
import { createProcessEngine } from '../engines/process'

export interface EngineChoice {
  engine: 'docker' | 'process' | 'auto'
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

/** Makes the engine. `auto` never fails: what has no Docker has processes. */
export async function chooseEngine(choice: EngineChoice): Promise<Engine> {
  const { log } = choice
  if (choice.engine === 'process') return processEngine(choice)
  const docker = dockerEngine(choice)
  if (choice.engine === 'docker') return docker
  try {
    await docker.ping()
    log.info({ image: choice.image }, 'Docker answers: pubs run as containers')
    return docker
  } catch (error) {
    await docker.close()
    const reason = error instanceof Error ? error.message : String(error)
    log.info({ reason }, 'Docker does not answer: pubs run as child processes of this hub')
    return processEngine(choice)
  }
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
