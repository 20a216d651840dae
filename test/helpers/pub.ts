/** The real entry of a pub as a child process, as the process engine or a container would start it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import { buildPubEnvironment, type PubEnvironment } from '../../protocol/pub-environment'
import { freePort, removeFolder, temporaryFolder, until } from './machine'
import { bareEnvironment, endChild, netAddress, watchOver } from './stock'

export interface PubOptions
  extends Partial<Pick<PubEnvironment, 'mode' | 'epoch' | 'rebuilds' | 'name' | 'description' | 'web'>> {
  /** Network key, base64. */
  networkKey: string
  /** Feed id of the hub; needed in managed mode. */
  hub?: string
  /** The data folder, given to start the same pub again; without it a new temporary one, removed by `stop`. */
  data?: string
  port?: number
  /** Written as the secret where the folder has none. Managed pubs get new keys when it is missing, or none with `null`. */
  keys?: any
}

export interface PubProcess {
  id: string
  keys: any
  port: number
  data: string
  address: string
  child: ChildProcess
  /** All it printed so far, both streams. */
  output(): string
  stop(): Promise<void>
  kill(): Promise<void>
  /** Resolves with the exit code (null after a signal). */
  ended: Promise<number | null>
}

const ENTRY = join(__dirname, '..', '..', 'pub-image', 'entry.js')

/** Starts the process without waiting for anything but its birth. */
export async function spawnPub(options: PubOptions): Promise<Omit<PubProcess, 'id'>> {
  const mode = options.mode ?? 'managed'
  const data = options.data ?? temporaryFolder('pub')
  const port = options.port ?? (await freePort())
  const secret = join(data, 'secret')
  mkdirSync(data, { recursive: true })
  if (mode === 'managed' && options.keys !== null && !existsSync(secret))
    writeFileSync(secret, JSON.stringify(options.keys ?? ssbKeys.generate()), { mode: 0o600 })
  const environment = buildPubEnvironment({
    ...{ mode, port, data, host: '127.0.0.1', listen: '127.0.0.1', networkKey: options.networkKey },
    ...{
      hub: (options.hub ?? null) as PubEnvironment['hub'],
      epoch: options.epoch ?? (mode === 'managed' ? 1 : null),
    },
    ...(options.rebuilds === undefined ? {} : { rebuilds: options.rebuilds }),
    ...{ name: options.name ?? '', description: options.description ?? '', web: options.web ?? null },
  })
  const child = spawn(process.execPath, ['--no-deprecation', ENTRY], {
    cwd: data,
    env: { ...bareEnvironment(data), ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  watchOver(child)
  let output = ''
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-100_000)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const keys = existsSync(secret) ? ssbKeys.loadSync(secret) : null
  const end = async (graceMs: number, remove: boolean) => {
    await endChild(child, graceMs)
    if (remove) removeFolder(data)
  }
  return {
    ...{ keys, port, data, child, address: keys === null ? '' : netAddress('127.0.0.1', port, keys.id) },
    output: () => output,
    stop: () => end(8_000, options.data === undefined),
    kill: () => end(0, false),
    ended: new Promise((resolve) => child.once('exit', (code) => resolve(code))),
  }
}

/** Starts a pub and resolves when it says that its port accepts. */
export async function startPub(options: PubOptions): Promise<PubProcess> {
  const pub = await spawnPub(options)
  try {
    await until(
      'the pub to listen',
      () => pub.output().includes('"pub":"listening"') || pub.child.exitCode !== null,
      30_000,
    )
    if (pub.child.exitCode !== null)
      throw new Error(`the pub ended with code ${pub.child.exitCode}:\n${pub.output()}`)
    const keys = pub.keys ?? ssbKeys.loadSync(join(pub.data, 'secret'))
    return { ...pub, id: keys.id, keys, address: netAddress('127.0.0.1', pub.port, keys.id) }
  } catch (error) {
    await pub.stop()
    throw error
  }
}
