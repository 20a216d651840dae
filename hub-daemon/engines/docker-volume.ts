/**
 * Reading the volume of a pub that does not run. Docker gives files out of a container whether it runs or not, so one is
 * made over the volume, mounted read-only and without a network, and never started: no program of whatever version of the
 * pub runs on data that may be years old. It goes when the reading is over; one that a hub left behind goes with the next
 * look at the engine.
 */
import { randomBytes } from 'node:crypto'
import { pipeline } from 'node:stream'
import type Docker from 'dockerode'
import tar from 'tar-stream'
import { DATA_PATH, LABEL_HUB, readerBody } from './docker-body'
import { statusOf, unless } from './docker-errors'
import type { DockerSettings } from './docker-options'
import { EngineError, type RestingFile, type RestingVolume } from './engine'

const READER = /^(.+)-reader-[0-9a-f]{12}$/

/** True for the names (as in Docker's list) of a container that is there for reading a volume only. */
export function isReader(names: readonly string[]): boolean {
  return names.some((name) => READER.test(name))
}

/** The readers of this process; every other one is left over. */
export class Readers {
  private readonly present = new Map<string, () => Promise<void>>()

  constructor(private readonly settings: DockerSettings) {}

  /** Makes one for a volume that is there. `endless` has no limit of time: a slow owner takes minutes over a file. */
  async open(docker: Docker, endless: Docker, name: string): Promise<RestingVolume> {
    const info = await docker.getVolume(name).inspect().catch(unless(404))
    if (info === undefined || info.Labels?.[LABEL_HUB] !== this.settings.hub)
      throw new EngineError('missing', `there is no volume ${name} of this hub`)
    const reader = `${name}-reader-${randomBytes(6).toString('hex')}`
    const ending = new AbortController()
    // Known before it is there, so that no look at the engine takes it for left over.
    this.present.set(reader, async () => undefined)
    const close = async (): Promise<void> => {
      // Docker keeps a container locked while it gives files out of it.
      ending.abort()
      try {
        await docker.getContainer(reader).remove({ force: true, v: false }).catch(unless(404, 409))
      } finally {
        // One that could not be removed now is left over, and goes with a later look.
        this.present.delete(reader)
      }
    }
    try {
      const image = await this.imageFor(docker, name)
      await docker.createContainer(readerBody(reader, name, image, this.settings))
    } catch (error) {
      await close().catch(() => undefined)
      throw error
    }
    this.present.set(reader, close)
    const container = endless.getContainer(reader)
    return { files: (path) => filesIn(container, `${DATA_PATH}/${path}`, ending.signal), close }
  }

  /**
   * Takes away what readers of a hub that has died have left; `names` as in Docker's list. Missing is fine, and so is one that
   * can't be removed: it is no reason to take the engine for broken, and is met again with the next look.
   */
  async sweep(docker: Docker, names: readonly string[]): Promise<void> {
    for (const name of names.map((one) => one.replace(/^\//, '')))
      if (!this.present.has(name))
        await docker
          .getContainer(name)
          .remove({ force: true, v: false })
          .catch(() => undefined)
  }

  /** The same of one volume, whoever reads it: it is to go. */
  async endAll(docker: Docker, volume: string): Promise<void> {
    const filters = { label: [`${LABEL_HUB}=${this.settings.hub}`], volume: [volume] }
    for (const { Id, Names } of await docker.listContainers({ all: true, filters }))
      if (isReader(Names))
        await docker.getContainer(Id).remove({ force: true, v: false }).catch(unless(404, 409))
  }

  async close(): Promise<void> {
    await Promise.all([...this.present.values()].map((end) => end().catch(() => undefined)))
  }

  /** Any image does, since nothing of it is run: the hub's own, else the one that the pub's container has. */
  private async imageFor(docker: Docker, name: string): Promise<string> {
    const { image } = this.settings
    if ((await docker.getImage(image).inspect().catch(unless(404))) !== undefined) return image
    const run = await docker.getContainer(name).inspect().catch(unless(404))
    return run?.Image ?? image
  }
}

/** The files at or below a path, from one answer of Docker's that is only taken as fast as it is read. */
async function* filesIn(
  container: Docker.Container,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<RestingFile> {
  const answer = await container
    .getArchive({ path, abortSignal: signal } as { path: string })
    .catch(async (error: unknown) => {
      // 404 has two reasons with much the same words: no such file, or the container is gone.
      if (statusOf(error) !== 404) throw error
      if ((await container.inspect().catch(unless(404))) === undefined) throw error
      return null
    })
  if (answer !== null) yield* filesOfTar(answer as NodeJS.ReadableStream)
}

interface Arrived {
  header: { name: string; size: number; type: string; mtime: Date }
  body: NodeJS.ReadableStream
  next: () => void
}

interface Seen {
  arrived: Arrived | null
  end: { error: Error | null } | null
  /** Something came, or it is over. */
  wake: () => void
  /** The file that came last is at its end, or all is. */
  leave: () => void
}

/** The files of a tar stream, below its first folder. Fails where the stream ends too early. */
export async function* filesOfTar(stream: NodeJS.ReadableStream): AsyncGenerator<RestingFile> {
  const extract = tar.extract()
  const seen: Seen = { arrived: null, end: null, wake: () => undefined, leave: () => undefined }
  extract.on('close', () => seen.leave())
  extract.on('entry', (header: Arrived['header'], body: Arrived['body'], next: () => void) => {
    seen.arrived = { header, body, next }
    seen.wake()
  })
  pipeline(stream, extract, (error: Error | null | undefined) => {
    seen.end = { error: error ?? null }
    seen.wake()
  })
  const news = async (): Promise<Arrived | null> => {
    while (seen.arrived === null && seen.end === null)
      await new Promise<void>((resolve) => {
        seen.wake = resolve
      })
    if (seen.end !== null && seen.end.error !== null) throw seen.end.error
    const one = seen.arrived
    seen.arrived = null
    return one
  }
  try {
    for (let one = await news(); one !== null; one = await news()) {
      const { header, body, next } = one
      let over = false
      const ended = new Promise<void>((resolve) => {
        seen.leave = resolve
      })
      body.on('end', () => {
        over = true
        seen.leave()
      })
      const path = header.name.replace(/^[^/]*\/?/, '')
      if (header.type === 'file')
        yield {
          ...{ path, sizeBytes: header.size, at: header.mtime.getTime() },
          bytes: body as unknown as AsyncIterable<Buffer>,
        }
      if (!over) body.resume()
      await ended
      next()
    }
  } finally {
    extract.destroy()
  }
}
