/** Starts a stock ssb-server with the fence in this process, on a data folder that it has to itself. */
import { existsSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { keepReplicating } from '../../sbot/standing-ebt'
import { type PubConfig, type PubKeys, ssbConfigOf } from '../config'
import { aboutOwed, emptyOwn, evolveOwn } from '../own'
import * as words from '../words'
import { blobGateOf } from './blob-gate'
import { fencePlugins } from './fence-plugin'
import { lockFolder } from './lock'
import { readOwnFeed } from './own-feed'
import { rebuildOnce } from './rebuild'
import { countSockets, dropSockets } from './sockets'
import { stock, stockServer } from './stock'
import { webPlugin } from './web-access'

/** Peers have this long to answer a goodbye before their connections are dropped: some journeys around the world. */
const GOODBYE_MS = 1_000
const DROP_AGAIN_MS = 100

export interface RunningPub {
  id: string
  close(): Promise<void>
}

/** Why a pub did not start, in a word for programs and a sentence for people. */
export class StartError extends Error {
  constructor(
    readonly reason: 'config' | 'no-secret' | 'in-use' | 'port-taken' | 'other',
    message: string,
    options?: { cause: unknown },
  ) {
    super(message, options)
    this.name = 'StartError'
  }
}

/** Resolves when the port accepts connections. Rejects with a StartError. */
export async function startPub(config: PubConfig): Promise<RunningPub> {
  await takeFolder(config)
  countSockets()
  const keys = loadKeys(config)
  await checkPort(config.listen, config.port)
  if (config.web !== null) await checkPort(config.listen, config.web)
  if (rebuildOnce(config.data, config.rebuilds)) console.log(words.REBUILDING)
  // How far members were is not remembered across a start: on a folder that was put back to an old copy both sides
  // would believe that the pub has what it has lost, and never speak of it again.
  rmSync(join(config.data, 'ebt'), { recursive: true, force: true })
  const defaults = stock('ssb-config/defaults')
  const create = stockServer()
  for (const plugin of fencePlugins(config, keys, blobGateOf(config.data))) create.use(plugin)
  if (config.web !== null) create.use(webPlugin(config, config.web))
  // Only defaults and what is given here: no config file of any folder is looked for, and no identity is made.
  const ssb = create(defaults('buttcloud-pub', ssbConfigOf(config, keys, stock('ssb-caps').shs)))
  keepReplicating(ssb, { told: (sentence) => console.log(sentence) })
  await new Promise<void>((resolve) => ssb.once('multiserver:listening', resolve))
  // secret-stack says "listening" also when it failed; then the port is still free, or was somebody else's before.
  if (await portIsFree(config.listen, config.port))
    throw new StartError('other', `could not listen on ${config.listen}:${config.port}`)
  if (config.mode === 'standalone') await introduce(ssb, config)
  return { id: ssb.id, close: () => closeServer(ssb) }
}

async function takeFolder(config: PubConfig): Promise<void> {
  const { data, epoch } = config
  const taken = await lockFolder(data, epoch).catch((error: Error) => {
    throw new StartError('other', `the folder ${data} can not be used: ${error.message}`, { cause: error })
  })
  if (taken) return
  throw new StartError(
    'in-use',
    `another pub process runs on the folder ${data}; two of them would fork the feed`,
  )
}

function loadKeys(config: PubConfig): PubKeys {
  const file = join(config.data, 'secret')
  const ssbKeys = stock('ssb-keys')
  if (config.mode === 'standalone') return ssbKeys.loadOrCreateSync(file)
  if (!existsSync(file))
    throw new StartError(
      'no-secret',
      `no secret in ${config.data}: a managed pub starts only with the identity that its hub gave it, it never makes one`,
    )
  try {
    return ssbKeys.loadSync(file)
  } catch (error) {
    throw new StartError('no-secret', `the secret in ${config.data} can not be read`, { cause: error })
  }
}

async function checkPort(host: string, port: number): Promise<void> {
  if (!(await portIsFree(host, port)))
    throw new StartError('port-taken', `something else listens on ${host}:${port} already`)
}

function portIsFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false)
      else
        reject(
          new StartError('other', `can not listen on ${host}:${port}: ${error.message}`, { cause: error }),
        )
    })
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** Standalone: name and description are published at once, unless the feed says them already. */
async function introduce(ssb: any, config: PubConfig): Promise<void> {
  console.log(words.STANDALONE)
  const own = emptyOwn()
  for (const message of await readOwnFeed(ssb)) evolveOwn(own, ssb.id, message.content)
  const about = aboutOwed(own, ssb.id, config)
  if (about === null) return
  await new Promise<void>((resolve, reject) =>
    ssb.publish(about, (error: unknown) => (error ? reject(error) : resolve())),
  )
}

/**
 * The server closes its log first, then waits for its last connection to end: nobody else would end those, and who stands still, or
 * never said a word, does not answer a goodbye.
 */
function closeServer(ssb: any): Promise<void> {
  return new Promise((resolve) => {
    let timer = setTimeout(drop, GOODBYE_MS)
    function drop(): void {
      dropSockets()
      // Until the log is closed it still listens, and members dial again.
      timer = setTimeout(drop, DROP_AGAIN_MS)
    }
    ssb.close(() => {
      clearTimeout(timer)
      resolve()
    })
    for (const connections of Object.values<any[]>(ssb.peers))
      for (const rpc of [...connections]) rpc.close(true, () => undefined)
  })
}
