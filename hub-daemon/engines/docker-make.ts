/**
 * Making a container in one piece. It needs two calls, one for the container and one for its secret, and between them
 * Docker, the hub or the power may go. A container that was started without its secret can never be a pub, so until
 * it has one it bears another name, under which nobody looks for a run; giving it its own name is the last call.
 */
import type Docker from 'dockerode'
import { containerBody, DATA_PATH, LABEL_HUB } from './docker-body'
import { statusOf, unless } from './docker-errors'
import type { DockerSettings } from './docker-options'
import { EngineError, type Run } from './engine'
import { tarOfSecret } from './tar'

const PART = '-part'
/** A removal that goes on is waited for this long. */
const REMOVAL_POLLS_MAX = 50
const REMOVAL_POLL_MS = 100

/** True for the names (as in Docker's list) of a container that is still being made, or was never finished. */
export function isPart(names: readonly string[]): boolean {
  return names.some((name) => name.endsWith(PART))
}

/** Makes the container of a run with the secret in its volume, which is there. Throws `exists`. */
export async function makeContainer(
  docker: Docker,
  run: Run,
  settings: DockerSettings,
  secret: string,
): Promise<void> {
  // Asked first, because the secret would go into the volume of the one that is there.
  if ((await docker.getContainer(run.name).inspect().catch(unless(404))) !== undefined)
    throw new EngineError('exists', `could not create ${run.name}: there is a container of that name`)
  const body = { ...containerBody(run, settings), name: run.name + PART }
  const container = await docker.createContainer(body).catch(async (error: unknown) => {
    if (statusOf(error) !== 409) throw error
    await removePart(docker, run.name, settings)
    return docker.createContainer(body)
  })
  try {
    const archive = tarOfSecret('secret', secret, settings.user, Date.now())
    await container.putArchive(archive, { path: DATA_PATH })
    await container.rename({ name: run.name })
  } catch (error) {
    await container.remove({ force: true }).catch(() => undefined)
    throw error
  }
}

/** Takes away what a making that was cut off has left. Missing is fine; somebody else's is left alone. */
export async function removePart(docker: Docker, name: string, settings: DockerSettings): Promise<void> {
  const container = docker.getContainer(name + PART)
  const info = await container.inspect().catch(unless(404))
  if (info === undefined || info.Config.Labels?.[LABEL_HUB] !== settings.hub) return
  await container.remove({ force: true }).catch(unless(404, 409))
}

/** Waits until a container that is being removed is gone. Throws where that takes too long. */
export async function untilGone(container: Docker.Container): Promise<void> {
  for (let poll = 0; poll < REMOVAL_POLLS_MAX; poll++) {
    if ((await container.inspect().catch(unless(404))) === undefined) return
    await new Promise((resolve) => setTimeout(resolve, REMOVAL_POLL_MS))
  }
  throw new EngineError('other', 'Docker has been removing the container for too long; it is tried again')
}
