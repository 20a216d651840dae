/** The owner's embedded node: talked to where it runs, else opened here for the length of one command. */
import { join } from 'node:path'
import { type OpenedNode, openNode } from '../../sbot/stacks'
import { Failure } from '../failure'
import { readBook } from './book-file'
import type { OwnerDoor } from './owner-door'
import { OWNER_MANIFEST, ownerOverSocket, ownerPlugin } from './owner-plugin'
import { createOwnerService } from './owner-service'
import { connectMaster } from './rpc-client'

const LOCK_WAIT_MS = 60_000
const LOCK_POLL_MS = 250

export interface EmbeddedOptions {
  /** Our own folder; the node lives in `owner` in it. */
  folder: string
  /** Serve other programs of the same user. Only for a node that stays. */
  unixSocket: boolean
  /** Nobody else holds this feed: opens the boot gate. */
  nobodyElse?: boolean
  log?: (sentence: string) => void
}

/** multiserver's unix plugin listens once in a process and says nothing the second time, for which we would wait for ever. */
let served = false

/** Opens the node in this process. Opened anew in the same process it serves nobody but this program. */
export async function openEmbedded(options: EmbeddedOptions): Promise<OwnerDoor> {
  const { folder } = options
  const unixSocket = options.unixSocket && !served
  served ||= unixSocket
  let ready: (door: OwnerDoor) => void = () => {}
  const service = new Promise<OwnerDoor>((resolve) => {
    ready = resolve
  })
  const node: OpenedNode = await openNode({
    path: join(folder, 'owner'),
    kind: 'owner',
    data: { folder: join(folder, 'owner'), kind: 'owner' },
    unixSocket,
    plugins: [ownerPlugin(service)],
    gate: {
      trusted: () => readBook(folder).providers.map((provider) => provider.id),
      ...(options.nobodyElse === undefined ? {} : { nobodyElse: options.nobodyElse }),
      ...(options.log === undefined ? {} : { log: options.log }),
    },
  })
  const door = createOwnerService(node, folder)
  ready(door)
  return door
}

export interface ReachOptions {
  /** Sentences that everybody reads, and those of --verbose. */
  log: (sentence: string) => void
  explain: (sentence: string) => void
  /** The command goes on for long: where the node is opened here, other commands shall reach it meanwhile. */
  stays: boolean
}

/** The node over its socket where it runs, else opened here. Waits while another short command has it. */
export async function reachEmbedded(
  folder: string,
  { log, explain, stays }: ReachOptions,
): Promise<OwnerDoor> {
  const path = join(folder, 'owner')
  const end = Date.now() + LOCK_WAIT_MS
  for (let told = false; ; told = true) {
    const running = await embeddedOverSocket(path)
    if (running !== null) return running
    try {
      return await openEmbedded({ folder, unixSocket: stays, log: explain })
    } catch (error) {
      const inUse = /is in use by another program/.test((error as Error).message)
      if (!inUse || Date.now() > end) throw new Failure(1, (error as Error).message, { cause: error })
      if (!told) log('Another buttcloud command uses the owner node; waiting for it to end.')
      await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS))
    }
  }
}

async function embeddedOverSocket(path: string): Promise<OwnerDoor | null> {
  const master = await connectMaster(path, OWNER_MANIFEST, true)
  return master === null ? null : ownerOverSocket(master)
}
