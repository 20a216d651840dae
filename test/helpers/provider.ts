/** A real provider in a process of its own: on our own node, or as a plugin inside a stock ssb-server 16. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PROVIDER_MANIFEST } from '../../protocol/rpc'
import { freePort, removeFolder, temporaryFolder, until } from './machine'
import { timeMover } from './move-time'
import { bareEnvironment, call, dial, endChild, netAddress, startStock, watchOver } from './stock'

export type Home = 'own' | 'stock'

export interface TestProvider {
  id: string
  home: Home
  port: number
  folder: string
  address: string
  pid: number
  /** As the provider's own key, so as its operator. */
  admin<T = any>(method: keyof typeof PROVIDER_MANIFEST, ...args: unknown[]): Promise<T>
  output(): string
  /** Sets its clock so far ahead of this machine's (own home only). */
  setClockAhead(milliseconds: number): Promise<void>
  /** So much time goes by for it (own home only). */
  pass(milliseconds: number): Promise<void>
  kill(): Promise<void>
  stop(): Promise<void>
}

export interface TestProviderOptions {
  networkKey: string
  home: Home
  folder?: string
  port?: number
  settings?: Record<string, unknown>
  nobodyElse?: boolean
  /** How long a hub's lease lasts, shorter than settings may have it (own home only). */
  leaseMs?: number
  /** The address that others reach it by, where that is not this machine's own (own home only); it listens on all. */
  external?: string
}

/** Starts one; resolves when it answers `whoami`. */
export async function startProvider(options: TestProviderOptions): Promise<TestProvider> {
  return options.home === 'own' ? startOwn(options) : startInStock(options)
}

const MANIFEST = { buttcloud: PROVIDER_MANIFEST, createUserStream: 'source', createLogStream: 'source' }

async function startOwn(options: TestProviderOptions): Promise<TestProvider> {
  const folder = options.folder ?? temporaryFolder('provider')
  const port = options.port ?? (await freePort())
  let printed = ''
  const child: ChildProcess = spawn(
    process.execPath,
    ['--no-deprecation', join(__dirname, 'provider-child.js')],
    {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...bareEnvironment(folder),
        BUTTCLOUD_CAPS_SHS: options.networkKey,
        PROVIDER_LEASE_MS: String(options.leaseMs ?? 0),
        PROVIDER_OPTIONS: JSON.stringify({
          dir: folder,
          host: options.external === undefined ? '127.0.0.1' : '0.0.0.0',
          ...(options.external === undefined ? {} : { external: options.external }),
          port,
          settings: options.settings,
          nobodyElse: options.nobodyElse ?? false,
        }),
      },
    },
  )
  watchOver(child)
  const move = timeMover(child)
  child.stdout?.on('data', (data) => {
    printed += data
  })
  child.stderr?.on('data', (data) => {
    printed += data
  })
  await until('the provider to start', () => {
    if (child.exitCode !== null) throw new Error(`the provider ended: ${printed}`)
    return printed.includes('"ready"')
  }).catch((error) => {
    throw new Error(`${error.message}\n${printed}`)
  })
  const keys = keysIn(folder)
  const address = netAddress('127.0.0.1', port, keys.id)
  return {
    ...{ id: keys.id, home: 'own' as const, port, folder, address, pid: child.pid ?? 0 },
    admin: (method, ...args) => asOperator(keys, address, options.networkKey, method, args),
    output: () => printed,
    setClockAhead: (clockAheadMs) => move({ clockAheadMs }),
    pass: (passMs) => move({ passMs }),
    kill: () => endChild(child, 0),
    async stop() {
      await endChild(child, 5_000)
      if (options.folder === undefined) removeFolder(folder)
    },
  }
}

async function startInStock(options: TestProviderOptions): Promise<TestProvider> {
  const stock = await startStock({
    networkKey: options.networkKey,
    label: 'provider',
    ...(options.folder === undefined ? {} : { home: options.folder }),
    ...(options.port === undefined ? {} : { port: options.port }),
    plugins: { [join('buttcloud-under-test', 'plugin')]: 'buttcloud' },
    // The folder of the compiled code, wherever this test run has put it.
    nodeModules: { 'buttcloud-under-test': dirname(dirname(__dirname)) },
    config: { buttcloud: { ...options.settings, nobodyElse: options.nobodyElse ?? true } },
  })
  return {
    ...{
      id: stock.id,
      home: 'stock' as const,
      port: stock.port,
      folder: stock.home,
      address: stock.address,
      pid: stock.pid,
    },
    admin: (method, ...args) => call(stock.rpc, `buttcloud.${method}`, ...args),
    output: () => stock.output(),
    setClockAhead: async () => {
      throw new Error('the clock of a stock server is this machine’s')
    },
    pass: async () => {
      throw new Error('the time of a stock server is this machine’s')
    },
    kill: () => stock.kill(),
    stop: () => stock.stop(),
  }
}

function keysIn(folder: string): any {
  const text = readFileSync(join(folder, 'secret'), 'utf8').replace(/^\s*#.*$/gm, '')
  return JSON.parse(text)
}

async function asOperator(
  keys: any,
  address: string,
  networkKey: string,
  method: string,
  args: unknown[],
): Promise<any> {
  const rpc = await dial(keys, address, networkKey, MANIFEST)
  try {
    return await call(rpc, `buttcloud.${method}`, ...args)
  } finally {
    rpc.close(true, () => {})
  }
}
