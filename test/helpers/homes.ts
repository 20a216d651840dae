/**
 * The two homes of the provider's plugin, opened the same way, so that one set of contract tests runs on both: our
 * own node on ssb-db2, and the stack of a stock ssb-server 16 as its bin assembles it.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import ssbConfig from 'ssb-config/inject'
import ssbKeys from 'ssb-keys'
import ssbServer from 'ssb-server'
import type { GatedSbot } from '../../sbot/db2'
import { sbotOf } from '../../sbot/detect'
import type { GateOptions } from '../../sbot/gatekeeper'
import { listening } from '../../sbot/listening'
import { freePort, removeFolder, temporaryFolder } from './machine'
import { startNode } from './node'
import { netAddress } from './stock'

export interface Home {
  sbot: GatedSbot
  ssb: any
  keys: any
  path: string
  address: string
  /** Ends it; the folder stays. */
  stop(): Promise<void>
  remove(): Promise<void>
}

export interface HomeSetup {
  networkKey: string
  path?: string
  gate?: GateOptions
  /** Default: a new folder is a new identity, an old one is not. */
  newIdentity?: boolean
}

export type HomeName = 'db2' | 'classic'

async function openDb2(setup: HomeSetup): Promise<Home> {
  const node = await startNode({ ...setup, kind: 'provider', gate: setup.gate ?? {} })
  return { ...node, sbot: node.sbot as GatedSbot }
}

/** As ssb-server's bin.js does it, without what reaches out of the test (ws, local broadcasts). */
function stockStack(): any {
  let create = ssbServer
  for (const name of [
    'ssb-private1',
    'ssb-onion',
    'ssb-no-auth',
    'ssb-master',
    'ssb-gossip',
    'ssb-replicate',
    'ssb-friends',
    'ssb-blobs',
    'ssb-invite',
    'ssb-query',
    'ssb-links',
    'ssb-ebt',
    'ssb-ooo',
  ])
    create = create.use(stockPlugin(name))
  return create
}

/** The plugin in the version that ssb-server brings. */
function stockPlugin(name: string): unknown {
  const from = require.resolve('ssb-server/package.json')
  return require(require.resolve(name, { paths: [from] }))
}

async function openClassic(setup: HomeSetup): Promise<Home> {
  const home = setup.path ?? temporaryFolder('classic')
  const path = join(home, '.ssb')
  mkdirSync(path, { recursive: true })
  const port = await freePort()
  const keys = ssbKeys.loadOrCreateSync(join(path, 'secret'))
  const config = ssbConfig('ssb', {
    ...{ path, keys, caps: { shs: setup.networkKey }, allowPrivate: true },
    gossip: { connections: 3, local: false },
    logging: { level: 'error' },
    connections: {
      incoming: {
        net: [{ scope: ['device', 'local', 'public'], host: '127.0.0.1', port, transform: 'shs' }],
      },
      outgoing: { net: [{ transform: 'shs' }] },
    },
    buttcloud: { newIdentity: setup.newIdentity ?? setup.path === undefined },
  })
  const ssb = freshStack()(config)
  const sbot = sbotOf(ssb, config, { gate: setup.gate ?? {} })
  await listening(ssb)
  let open = true
  const stop = async () => {
    if (open) await sbot.close()
    open = false
  }
  return {
    ...{ sbot, ssb, keys, path: home, stop, address: netAddress('127.0.0.1', port, keys.id) },
    async remove() {
      await stop()
      removeFolder(home)
    },
  }
}

let stack: any = null
/** `use` changes ssb-server's one creator, so the plugins are added once per process. */
function freshStack(): any {
  stack ??= stockStack()
  return stack
}

/** Opens a home. */
export function openHome(name: HomeName, setup: HomeSetup): Promise<Home> {
  return name === 'db2' ? openDb2(setup) : openClassic(setup)
}
