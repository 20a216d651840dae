/** Assembling our own nodes: provider, hub, and an owner's embedded node. */
import './weak-message-ids'
import './sound-own-ebt'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import secretStack from 'secret-stack'
import ssbBlobs from 'ssb-blobs'
import ssbConn from 'ssb-conn'
import ssbDb2 from 'ssb-db2'
import ssbDb2Compat from 'ssb-db2/compat'
import ssbEbt from 'ssb-ebt'
import ssbFriends from 'ssb-friends'
import ssbInvite from 'ssb-invite'
import ssbMaster from 'ssb-master'
import ssbNoAuth from 'ssb-no-auth'
import ssbReplicationScheduler from 'ssb-replication-scheduler'
import ssbUnixSocket from 'ssb-unix-socket'
import type { FeedId } from '../protocol/ids'
import { type DataKind, openDataFolder } from './data-folder'
import { gateOf, sbotOf } from './detect'
import { endWhenDiskFails } from './failing-disk'
import { flushedFirst } from './flushed-first'
import type { Gate, GateOptions } from './gatekeeper'
import { loadIdentity, prepareFolder } from './identity'
import { assertPortFree, listening } from './listening'
import { lockFolder } from './lock'
import { networkKeyOf } from './network'
import { noDelay } from './no-delay'
import { forgetPeerClocks } from './peer-clocks'
import type { Sbot } from './port'
import { keepReplicating } from './standing-ebt'

export { networkKeyOf } from './network'

export type NodeKind = 'provider' | 'hub' | 'owner'

export interface NodeOptions {
  /** The node's folder; made where it is missing. */
  path: string
  kind: NodeKind
  /** Where to listen; without it the node only dials. `external`: the host others reach it by, for invites. */
  listen?: { host: string; port: number; external?: string | string[] }
  /** Listen on `<path>/socket` for programs of the same user. Only one node of a process can have one. */
  unixSocket: boolean
  /** secret-stack plugins, loaded after the base ones in this order. */
  plugins?: unknown[]
  gate?: GateOptions
  /** Whose folder it is, so that its form is looked at, and brought forward, before anything in it is read. */
  data?: { folder: string; kind: DataKind }
  /** Owner: how far to fetch along follows. Default 2. Provider and hub follow nobody. */
  hops?: number
  /** Owner: dial known peers by itself. Default false. */
  autostart?: boolean
  /** Base64; default the environment's BUTTCLOUD_CAPS_SHS, else the public network. */
  networkKey?: string
  /** More config, e.g. of the plugins, merged over ours at the top level. */
  config?: Record<string, unknown>
}

export interface OpenedNode {
  sbot: Sbot
  gate: Gate
  /** The secret-stack itself; only io/ files look inside. */
  ssb: any
  keys: any
  id: FeedId
  config: any
  /** True at the first start of a new identity. */
  firstStart: boolean
  /** Flushes, ends and unlocks the folder. */
  close(): Promise<void>
}

/**
 * The log is written when nothing was appended for `writeTimeout`, so that must be well below the rhythm in which
 * incoming batches arrive (half of `addBatchThrottle`): 4 against 10. At 50/50 it never comes to rest under steady
 * traffic. Every message from a peer waits for up to one and a half `addBatchThrottle`, and a request passes three
 * nodes of ours before it is answered. `flushDebounce` is the same thing for each index, and queries wait for it.
 * Private messages are opened by our own reader for the authors we want; ssb-db2 would try every stranger's. So it
 * is told to begin doing so in the year 9999, and `ssb.get` can't leak plain text either.
 */
const LOG_TUNING = {
  writeTimeout: 4,
  addBatchThrottle: 20,
  flushDebounce: 10,
  startDecryptBox1: '9999-12-31',
}
/** Connections without traffic end after this; hubs ping more often. */
const INACTIVITY_MS = 600_000
const HANDSHAKE_MS = 15_000

function nodeConfig(options: NodeOptions, path: string, keys: any): Record<string, unknown> {
  const owner = options.kind === 'owner'
  const incoming: Record<string, unknown[]> = {}
  if (options.listen !== undefined)
    incoming.net = [{ scope: ['device', 'local', 'public'], transform: 'shs', ...options.listen }]
  if (options.unixSocket) incoming.unix = [{ scope: 'device', transform: 'noauth' }]
  return {
    path,
    keys,
    caps: { shs: networkKeyOf(options.networkKey) },
    connections: { incoming, outgoing: { net: [{ transform: 'shs' }] } },
    timers: { inactivity: INACTIVITY_MS, handshake: HANDSHAKE_MS },
    conn: { autostart: owner && (options.autostart ?? false) },
    friends: { hops: owner ? (options.hops ?? 2) : 0 },
    replicationScheduler: { autostart: true },
    // Invites may name a private address: a provider in a house, and every test.
    allowPrivate: true,
    db2: { ...LOG_TUNING },
    ...options.config,
  }
}

/** Makes the node's Sbot before any other plugin can ask for it, with the options only we know. */
function sbotPlugin(options: NodeOptions, firstStart: boolean) {
  return {
    name: 'sbot-port',
    version: '1.0.0',
    manifest: {},
    init(ssb: any, config: any) {
      sbotOf(ssb, config, {
        ...{ firstStart, gate: options.gate ?? {} },
        routeForeignWrites: options.kind === 'owner',
      })
      return {}
    },
  }
}

function stackOf(options: NodeOptions, firstStart: boolean): any {
  const create = secretStack({})
    .use(ssbMaster)
    .use(ssbDb2)
    .use(ssbDb2Compat)
    .use(flushedFirst)
    .use(sbotPlugin(options, firstStart))
    .use(ssbConn)
    .use(ssbEbt)
    .use(ssbFriends)
    .use(ssbReplicationScheduler)
    .use(ssbBlobs)
    .use(ssbInvite)
  if (options.unixSocket) create.use(ssbUnixSocket).use(ssbNoAuth)
  for (const plugin of options.plugins ?? []) create.use(plugin)
  return create
}

/** The server's end waits for every connection's; those of our own programs (same key) nobody else ends. */
function hangUp(ssb: any): void {
  for (const connections of Object.values<any[]>(ssb.peers))
    for (const rpc of [...connections]) rpc.close(true, () => {})
}

/**
 * Opens one of our own nodes; it listens when this resolves. Throws a sentence when the folder or the port is in use, the folder belongs to another kind of node, or its
 * secret is missing. The node may not write before its boot gate opens (`gate.status()` says why).
 */
export async function openNode(options: NodeOptions): Promise<OpenedNode> {
  noDelay()
  const path = resolve(options.path)
  prepareFolder(path)
  const lock = await lockFolder(path)
  try {
    // Before the identity: a start that fails here must not use up a new identity's first start.
    if (options.listen !== undefined) await assertPortFree(options.listen.host, options.listen.port)
    if (options.data !== undefined) openDataFolder(options.data.folder, options.data.kind, options.gate?.log)
    const { keys, firstStart } = loadIdentity(path)
    forgetPeerClocks(path)
    const config = nodeConfig(options, path, keys)
    const ssb = stackOf(options, firstStart)(config)
    endWhenDiskFails(ssb, path)
    keepReplicating(ssb, options.gate?.log === undefined ? {} : { told: options.gate.log })
    if (options.listen !== undefined || options.unixSocket) await listening(ssb)
    const sbot = sbotOf(ssb, ssb.config)
    // Written anew at every start, so it need not survive a power cut.
    writeFileSync(join(path, 'manifest.json'), `${JSON.stringify(ssb.getManifest(), null, 2)}\n`)
    return {
      ...{ sbot, ssb, keys, firstStart, config: ssb.config },
      gate: gateOf(sbot),
      id: sbot.id,
      async close() {
        hangUp(ssb)
        await sbot.close()
        await lock.release()
      },
    }
  } catch (error) {
    await lock.release()
    throw error
  }
}
