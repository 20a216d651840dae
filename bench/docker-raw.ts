/** The baseline of P2 and P3: what one container of the pub costs with dockerode and nothing of ours around it. */
import { randomBytes } from 'node:crypto'
import Docker from 'dockerode'
import ssbKeys from 'ssb-keys'
import { containerBody, DATA_PATH } from '../hub-daemon/engines/docker-body'
import { dockerSettings } from '../hub-daemon/engines/docker-options'
import { tarOfSecret } from '../hub-daemon/engines/tar'
import { runOf } from '../hub-daemon/run'
import type { FeedId, PubId } from '../protocol/ids'
import { buildSpec } from '../protocol/messages/spec'
import { connectRemote } from '../sbot/connect'
import { freePort } from '../test/helpers/machine'

const MEGABYTE = 1024 * 1024
const DIAL_EVERY_MS = 5

export interface RawRound {
  /** From the first call to the end of each piece. */
  createdMs: number
  startedMs: number
  handshakeMs: number
  /** The first call, on the scale of Docker's stamps. */
  began: number
  pub: PubId
  name: string
}

export interface RawOptions {
  socketPath: string
  image: string
  networkKey: string
}

/**
 * Volume, container (the very options that the hub uses), secret, start, and the first handshake with whoami, dialled
 * every 5 ms. The container stays, as ours do.
 */
export function rawDocker(options: RawOptions): () => Promise<RawRound> {
  const { socketPath, image, networkKey } = options
  const docker = new Docker({ socketPath })
  const master = ssbKeys.generate()
  const hub = master.id as FeedId
  const settings = dockerSettings({ socketPath, hub, image, bind: '127.0.0.1' })
  return async () => {
    const keys = ssbKeys.generate()
    const pub = `%${randomBytes(32).toString('base64')}.sha256` as PubId
    const port = await freePort()
    const host = '127.0.0.1'
    const bytes = { memoryBytes: 192 * MEGABYTE, reservedBytes: 48 * MEGABYTE, diskBytes: 1024 * MEGABYTE }
    const spec = buildSpec({
      ...{
        pub,
        hub,
        ...{ revision: 1, epoch: 1 },
        feed: null,
        desired: 'up',
        restarts: 0,
        rebuilds: 0,
        version: null,
        fallback: null,
        web: null,
        owners: [],
        name: 'raw',
        description: 'raw',
        keepUntil: null,
      },
      ...{ ...bytes, port, answers: pub as never },
    })
    const run = runOf(spec, {
      ...{ hub, host, dial: host },
      listen: '0.0.0.0',
      capsShs: networkKey,
      image,
      version: '',
    })
    const began = performance.now()
    const container = await docker.createContainer(containerBody(run, settings))
    await container.putArchive(
      tarOfSecret('secret', `${JSON.stringify(keys, null, 2)}\n`, settings.user, Date.now()),
      { path: DATA_PATH },
    )
    const createdMs = performance.now() - began
    await container.start()
    const startedMs = performance.now() - began
    for (;;) {
      try {
        const manifest = { whoami: 'async' }
        const connection = await connectRemote({
          host,
          port,
          key: keys.id,
          keys: master,
          manifest,
          networkKey,
        })
        await new Promise<void>((resolve, reject) =>
          connection.rpc.whoami((error: unknown) => (error ? reject(error) : resolve())),
        )
        const handshakeMs = performance.now() - began
        await connection.close()
        return {
          createdMs,
          startedMs,
          handshakeMs,
          began: performance.timeOrigin + began,
          pub,
          name: run.name,
        }
      } catch {
        await new Promise((resolve) => setTimeout(resolve, DIAL_EVERY_MS))
      }
    }
  }
}

/** Removes containers and volumes by name. */
export async function removeRaw(socketPath: string, names: string[]): Promise<void> {
  const docker = new Docker({ socketPath })
  for (const name of names) {
    await docker.getContainer(name).remove({ force: true })
    await docker.getVolume(name).remove()
  }
}
