/**
 * Images of pubs on a Docker engine. Names of repositories can belong to strangers: an image is only pulled where the
 * operator says so, or where the hub's own image came from the registry of that name.
 */
import type Docker from 'dockerode'
import { IMAGE_PULL_MS, IMAGE_PULL_TOLD_EVERY_MS } from '../../protocol/limits'
import { unless } from './docker-errors'
import type { DockerSettings } from './docker-options'
import { EngineError, type Fetched, type FetchOptions } from './engine'

/** Sees to it that an image is there. Throws `no-image` when it is not and can't be pulled. */
export async function fetchImage(
  docker: Docker,
  image: string,
  settings: DockerSettings,
  options: FetchOptions,
): Promise<Fetched> {
  const present = (await docker.getImage(image).inspect().catch(unless(404))) !== undefined
  if (present && !options.anew) return { how: 'here', why: null }
  const refusal = await refusalToPull(docker, settings)
  const failure = refusal ?? (await pull(docker, image, options))
  if (failure === null) return { how: 'pulled', why: null }
  if (present) return { how: 'kept', why: failure }
  throw new EngineError('no-image', `there is no image ${image} here: ${failure}`)
}

/** Why nothing is pulled, as the operator wants it; null where it may be. */
async function refusalToPull(docker: Docker, { pull, image }: DockerSettings): Promise<string | null> {
  if (pull === true) return null
  if (pull === false) return 'this hub pulls no images'
  const own = await docker.getImage(image).inspect().catch(unless(404))
  return (own?.RepoDigests ?? []).length > 0 ? null : 'the images of this hub were built here, not pulled'
}

/** Pulls, and gives why that failed in words, or null. Rejects when its wait is ended from outside. */
async function pull(docker: Docker, image: string, { tell, signal }: FetchOptions): Promise<string | null> {
  const limit = AbortSignal.timeout(IMAGE_PULL_MS)
  const abortSignal = AbortSignal.any([limit, signal])
  try {
    const stream = await docker.pull(image, { abortSignal } as object)
    await followed(docker, stream, tell)
    return null
  } catch (error) {
    if (signal.aborted) throw error
    if (limit.aborted) return `it was not pulled within ${IMAGE_PULL_MS / 60_000} minutes`
    const { json, message } = error as { json?: { message?: unknown } | null; message?: unknown }
    const said =
      typeof json?.message === 'string' && json.message !== '' ? json.message : String(message ?? error)
    // The client puts words of its own before Docker's.
    return `it could not be pulled: ${said.replace(/^\(HTTP code \d+\)[^-]*- /, '').trim()}`
  }
}

interface Progress {
  id?: string
  status?: string
  progressDetail?: { current?: number; total?: number }
}

/** Resolves at the end of a pull; what went wrong in it comes as one of its lines. */
function followed(
  docker: Docker,
  stream: NodeJS.ReadableStream,
  tell: (text: string) => void,
): Promise<void> {
  let toldAt = 0
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(
      stream,
      (error: Error | null) => (error === null ? resolve() : reject(error)),
      ({ id, status, progressDetail }: Progress) => {
        const now = Date.now()
        if (status === undefined || now - toldAt < IMAGE_PULL_TOLD_EVERY_MS) return
        toldAt = now
        const { current, total } = progressDetail ?? {}
        const share = current === undefined || !total ? '' : ` ${Math.round((100 * current) / total)} %`
        tell(`${status}${share}${id === undefined ? '' : ` of ${id}`}`.slice(0, 200))
      },
    )
  })
}
