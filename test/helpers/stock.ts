/**
 * A stock ssb-server 16 in a process of its own: stands for Patchwork (whose core it is), for a member's client,
 * or for an operator's server that loads our plugin. Started through its own bin, with a home folder of its own.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ssbClient from 'ssb-client'
import ssbKeys from 'ssb-keys'
import { freePort, removeFolder, temporaryFolder, until } from './machine'

export interface StockOptions {
  /** Network key, base64: `randomNetworkKey()`. All nodes of a test share one. */
  networkKey: string
  /** Home folder; given to start the same peer again. Without it: a new temporary one, removed by `stop`. */
  home?: string
  port?: number
  /** Entries of the config's `plugins`, as ssb-plugins reads them. */
  plugins?: Record<string, unknown>
  /** Links made in the server's own `node_modules`: package name to the folder it lies in. */
  nodeModules?: Record<string, string>
  /** More config, merged over ours at the top level (and one level down for plain objects). */
  config?: Record<string, unknown>
  /** Also listen on the unix socket in the server's folder, as a desktop client does. */
  unixSocket?: boolean
  /** `ssb_appname`; the server's folder is `<home>/.<appname>`. */
  appname?: string
  /** Label in the folder's name. */
  label?: string
}

export interface StockPeer {
  id: string
  keys: any
  port: number
  home: string
  /** The server's own folder: secret, config, flume, … */
  folder: string
  /** Multiserver address. */
  address: string
  /** ssb-client as master of the server, with its full manifest. */
  rpc: any
  pid: number
  /** All it printed so far. */
  output(): string
  /** Ends it (SIGTERM, then SIGKILL after 3 s); the folder goes too when it was made here. */
  stop(): Promise<void>
  /** kill -9; the folder stays, so that it can be started again with `home`. */
  kill(): Promise<void>
}

/** `rpc.a.b(...args)` as a promise. */
export function call<T = any>(rpc: any, method: string, ...args: unknown[]): Promise<T> {
  let parent = rpc
  let found = rpc
  for (const name of method.split('.')) {
    parent = found
    found = found?.[name]
  }
  if (typeof found !== 'function') return Promise.reject(new Error(`no method ${method} on this rpc`))
  return new Promise((resolve, reject) => {
    found.call(parent, ...args, (error: unknown, value: T) =>
      error ? reject(asError(error)) : resolve(value),
    )
  })
}

/** What came over muxrpc is an object with a message; a test report shows only Errors readably. */
function asError(error: unknown): Error {
  if (error instanceof Error) return error
  const message = (error as { message?: unknown } | null)?.message
  return new Error(typeof message === 'string' ? message : String(error))
}

/** Dials an SSB node as whoever `keys` belong to. Without a manifest the node is asked for its own. */
export function dial(keys: any, address: string, networkKey: string, manifest?: object): Promise<any> {
  return new Promise((resolve, reject) => {
    ssbClient(
      keys,
      { remote: address, caps: { shs: networkKey }, manifest: manifest ?? null },
      (error: unknown, rpc: any) => (error ? reject(error) : resolve(rpc)),
    )
  })
}

/** `net:host:port~shs:key` */
export function netAddress(host: string, port: number, id: string): string {
  return `net:${host}:${port}~shs:${id.slice(1, id.indexOf('.'))}`
}

/** The environment of a child without anything that could point it at a real SSB identity. */
export function bareEnvironment(home: string): Record<string, string> {
  const environment: Record<string, string> = { HOME: home }
  for (const name of ['PATH', 'TMPDIR', 'LANG', 'SystemRoot']) {
    const value = process.env[name]
    if (value !== undefined) environment[name] = value
  }
  return environment
}

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A child that must not outlive the test, however the test ends. */
export function watchOver(child: ChildProcess): void {
  running.add(child)
  child.once('exit', () => running.delete(child))
}

/** Ends a child: SIGTERM, then SIGKILL after `graceMs`. Resolves when it is gone. */
export function endChild(child: ChildProcess, graceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill(graceMs === 0 ? 'SIGKILL' : 'SIGTERM')
  })
}

function writeSetup(options: StockOptions, folder: string, port: number): void {
  mkdirSync(folder, { recursive: true })
  const incoming: Record<string, unknown> = {
    net: [{ scope: ['device', 'local', 'public'], host: '127.0.0.1', port, transform: 'shs' }],
  }
  if (options.unixSocket) incoming.unix = [{ scope: 'device', transform: 'noauth' }]
  const config: Record<string, any> = {
    caps: { shs: options.networkKey },
    allowPrivate: true,
    // No broadcasts on the local network, and no dialling of strangers.
    gossip: { connections: 3, local: false },
    connections: { incoming, outgoing: { net: [{ transform: 'shs' }] } },
    logging: { level: 'warning' },
    plugins: options.plugins ?? {},
  }
  for (const [name, value] of Object.entries(options.config ?? {})) {
    const plain = typeof value === 'object' && value !== null && !Array.isArray(value)
    config[name] = plain ? { ...config[name], ...value } : value
  }
  writeFileSync(join(folder, 'config'), JSON.stringify(config, null, 2))
  for (const [name, target] of Object.entries(options.nodeModules ?? {})) {
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    try {
      symlinkSync(target, link, 'dir')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

/** Starts a stock ssb-server 16 and resolves when a real handshake with it has succeeded. */
export async function startStock(options: StockOptions): Promise<StockPeer> {
  const home = options.home ?? temporaryFolder(options.label ?? 'stock')
  const appname = options.appname ?? 'ssb'
  const folder = join(home, `.${appname}`)
  const port = options.port ?? (await freePort())
  writeSetup(options, folder, port)
  const keys = ssbKeys.loadOrCreateSync(join(folder, 'secret'))
  const bin = join(dirname(require.resolve('ssb-server/package.json')), 'bin.js')
  const child = spawn(process.execPath, ['--no-deprecation', bin, 'start'], {
    cwd: home,
    env: { ...bareEnvironment(home), ssb_appname: appname },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  watchOver(child)
  let output = ''
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-100_000)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const address = netAddress('127.0.0.1', port, keys.id)
  const end = async (graceMs: number, remove: boolean) => {
    await endChild(child, graceMs)
    if (remove) removeFolder(home)
  }
  try {
    const rpc = await until(
      `a handshake with the stock ssb-server on port ${port}`,
      async () => {
        if (child.exitCode !== null) return { dead: true }
        return dial(keys, address, options.networkKey)
      },
      30_000,
    )
    if (rpc.dead) throw new Error(`the stock ssb-server ended with code ${child.exitCode}:\n${output}`)
    return {
      ...{ id: keys.id, keys, port, home, folder, address, rpc, pid: child.pid ?? 0 },
      output: () => output,
      stop: () => end(3_000, options.home === undefined),
      kill: () => end(0, false),
    }
  } catch (error) {
    await end(0, options.home === undefined)
    throw error
  }
}
