/** The hub daemon, wired together: its node, its provider, its engine, and the loop between them. */
import { join } from 'node:path'
import type { FeedId, PubId } from '../protocol/ids'
import { HANDSHAKE_TIMEOUT_MS } from '../protocol/limits'
import { addressOf } from '../protocol/token'
import { createLog, type Log, type LogLook } from '../sbot/log'
import type { Membership } from '../sbot/membership'
import type { MetricsPlace } from '../sbot/metrics-page'
import { networkKeyOf, openNode } from '../sbot/stacks'
import { readVersion } from '../sbot/version'
import type { Engine, EngineKind } from './engines/engine'
import type { SwarmChoice } from './engines/swarm-options'
import { type HubMethods, hubPlugin } from './io/api'
import { AtRest } from './io/at-rest'
import { readOffer } from './io/capacity'
import { chooseEngine } from './io/engine-choice'
import { Exports } from './io/exports'
import { Fetcher } from './io/fetch'
import { joinProvider, readMembership } from './io/join'
import { Meter } from './io/meter'
import { createHubMethods } from './io/methods'
import { monitorHub } from './io/monitor'
import { Observer } from './io/observe'
import { createProviderLink, type ProviderLink } from './io/provider-link'
import { Reconciler } from './io/reconcile'
import { Rings } from './io/rings'
import { Secrets } from './io/secrets'
import { emptyMemory } from './memory'
import { type Place, placeOf as readingPlaceOf } from './reading-place'
import { emptyState, type HubState } from './state'

export { lookAtSwarm, type SwarmLook } from './io/swarm-look'

export interface HubOptions {
  /** Everything of this hub: its identity, its pubs' secrets, and with the process engine the pubs themselves. */
  dir: string
  /** A one-time token; not needed any more once the hub has joined. */
  join?: string
  /** What the hub proposes to be called. */
  label?: string
  /** Only the first time; later it is that one, and another one is refused while pubs are left with it. */
  engine: EngineKind | 'auto'
  /** Path of the socket, or an address as in DOCKER_HOST. Default /var/run/docker.sock. */
  dockerSocket?: string
  /** The name or address that members dial. Default 127.0.0.1: reachable from this machine only. */
  host?: string
  /** The address that ports are published on. Default: all, or 127.0.0.1 where that is the host. */
  bind?: string
  /** Default: the image of this version. */
  image?: string
  /** With the engine swarm. */
  swarm?: SwarmChoice
  /** Whether images may be pulled from a registry. Default: where `image` itself was. */
  pull?: boolean
  /** With the process engine: folders with built packages, by the versions that pubs may be upgraded to. */
  pubVersions?: Record<string, string>
  /** What to offer, where the machine's own figures are not what is meant. */
  memoryBytes?: number
  diskBytes?: number
  /** Where it is, for plans that ask for a region. */
  region?: string
  /** Where figures for a monitor are shown. Default: nowhere. */
  metrics?: MetricsPlace
  /** The operator's word that nobody else holds this hub's feed: opens the boot gate. Logged. */
  nobodyElse?: boolean
  /** base64 of the network's key; default BUTTCLOUD_CAPS_SHS, else the main network. */
  networkKey?: string
  /** How the log looks, which is on stderr. Default: JSON lines, from `info` on. */
  logLook?: LogLook
  /** Takes the log instead: a logger, or a function for plain lines. */
  log?: Log | ((line: string) => void)
  /** Called when the hub can't go on; the caller stops it and ends. */
  onFailed?(error: Error): void
}

export interface RunningHub {
  id: FeedId
  provider: FeedId
  label: string
  engine: EngineKind
  /** Ends the hub. Pubs of the process engine end with it, containers run on. */
  stop(): Promise<void>
}

const LOOPBACK = '127.0.0.1'
const EVERY_ADDRESS = '0.0.0.0'

/** Runs a hub until stopped. Rejects with a sentence when it has joined no provider, or the token is refused. */
export async function runHub(options: HubOptions): Promise<RunningHub> {
  const log = typeof options.log === 'object' ? options.log : createLog('hub', options.logLook, options.log)
  const networkKey = networkKeyOf(options.networkKey)
  let membership: Membership | null = null
  let methods: HubMethods | null = null
  const node = await openNode({
    path: join(options.dir, 'node'),
    kind: 'hub',
    data: { folder: options.dir, kind: 'hub' },
    unixSocket: false,
    plugins: [hubPlugin({ provider: () => membership?.provider ?? null, methods: () => methods })],
    networkKey,
    // Dead connections are found by our own pings; secret-stack would look at every connection five times a second.
    config: { timers: { inactivity: -1, handshake: HANDSHAKE_TIMEOUT_MS } },
    gate: {
      trusted: () => (membership === null ? [] : [membership.provider]),
      nobodyElse: options.nobodyElse ?? false,
      log: (sentence) => log.info({}, sentence),
    },
  })
  try {
    membership = await memberOf(options, node.keys, networkKey, log)
    node.gate.lookAgain()
    const running = await start(options, node, membership, networkKey, log)
    methods = running.methods
    return running.hub
  } catch (error) {
    await node.close()
    throw error
  }
}

type Node = Awaited<ReturnType<typeof openNode>>

async function memberOf(
  options: HubOptions,
  keys: Node['keys'],
  capsShs: string,
  log: Log,
): Promise<Membership> {
  const { dir: directory, join: token, label } = options
  if (token !== undefined)
    return joinProvider({ directory, token, keys, capsShs, log, ...(label === undefined ? {} : { label }) })
  const membership = readMembership(directory)
  if (membership !== null) return membership
  throw new Error(
    'this hub has joined no provider yet: get a token there with `buttcloud admin hub-token` and start with --join TOKEN',
  )
}

async function start(
  options: HubOptions,
  node: Node,
  membership: Membership,
  networkKey: string,
  log: Log,
): Promise<{ hub: RunningHub; methods: HubMethods }> {
  const { sbot, keys, id } = node
  const { provider } = membership
  const { version, host, bind, dial, image } = placeOf(options)
  const { dir: directory, dockerSocket, memoryBytes, diskBytes, region } = options
  const given = { memoryBytes, diskBytes, region }
  const engine = await chooseEngine({
    ...{ engine: options.engine, dockerSocket, hub: id },
    ...{ image, bind, directory, log, version },
    ...{ pull: options.pull ?? null, swarm: options.swarm ?? {} },
    pubVersions: options.pubVersions ?? {},
  })
  const state = emptyState(id, provider)
  const memory = emptyMemory()
  const pubs = join(directory, 'pubs')
  let link: ProviderLink | null = null
  let reconciler: Reconciler | null = null
  const wake = () => reconciler?.wake()
  const observer = new Observer(engine, wake, (trouble) => {
    if (trouble === null) log.info({ engine: engine.kind }, 'the engine answers')
    else log.warn({ reason: trouble }, 'no pub can be made here until the engine answers; asking on')
  })
  const secrets = new Secrets(pubs)
  const rest = new AtRest()
  const exports = exportsOf(state, observer, secrets, engine, rest)
  const meter = new Meter(engine, observer, state, new Rings(join(directory, 'figures'), log))
  const sources = { sbot, gate: node.gate, state, observer, log, link: () => link }
  const monitor = monitorHub(options.metrics, sources)
  const running = new Reconciler({
    ...{ sbot, state, note: monitor.note },
    mayWrite: () => node.gate.wait(),
    config: {
      ...{ hub: id, host, dial, capsShs: networkKey },
      listen: engine.kind === 'process' ? bind : EVERY_ADDRESS,
      image: engine.kind === 'process' ? null : image,
      version,
    },
    context: {
      ...{ engine, observer, keys, log },
      memory,
      secrets,
      meter,
      rest,
      fetcher: new Fetcher({ engine, memory, directory: pubs, log, changed: wake }),
      capsShs: networkKey,
      knownFeed: (pub) => state.specs.get(pub)?.content.feed ?? state.observed.get(pub)?.content.feed ?? null,
      provider: () => link?.current() ?? null,
      escrowMark: () => link?.mark() ?? null,
      providerClock: () => link?.time() ?? null,
      changed: wake,
    },
    offer: () => readOffer({ engine, host, version, directory, ...given, said: saidMemory(state) }),
    log,
    failed: (error) => {
      log.error({ reason: error.message }, 'the hub can not go on')
      options.onFailed?.(error)
    },
  })
  reconciler = running
  sbot.request(provider, true)
  link = createProviderLink({
    ...{ sbot, provider, log },
    address: addressOf(membership),
    changed: () => {
      for (const session of observer.sessions.values()) session.providerChanged()
      wake()
    },
    recoveryChanged: wake,
  })
  log.info({ hub: id, provider, label: membership.label, engine: engine.kind, host }, 'the hub is running')
  const stop = async () => {
    await exports.stop()
    await meter.stop()
    await running.stop()
    await Promise.all([link?.stop(), monitor.stop()])
    await engine.close()
    await node.close()
    log.info({}, 'the hub has ended')
  }
  const hub = { id, provider, label: membership.label, engine: engine.kind, stop: once(stop) }
  return { hub, methods: createHubMethods({ observer, meter, exports, engine, state }) }
}

/** The memory that this hub has last offered. */
function saidMemory({ capacity }: HubState): number | null {
  return capacity?.content.memoryBytes ?? null
}

function exportsOf(
  state: HubState,
  observer: Observer,
  secrets: Secrets,
  engine: Engine,
  rest: AtRest,
): Exports {
  const place = (pub: PubId): Place => {
    const connected = (observer.sessions.get(pub)?.rpc ?? null) !== null
    return readingPlaceOf(pub, {
      state,
      engine: observer.facts().engine,
      connected,
      taken: rest.isTaken(pub),
    })
  }
  return new Exports({ pubs: observer.sessions, secrets, engine, rest, place })
}

/** The same end for everybody who asks for it. */
function once(stop: () => Promise<void>): () => Promise<void> {
  let stopping: Promise<void> | null = null
  return () => {
    stopping ??= stop()
    return stopping
  }
}

/** Where the pubs are reached, from outside and by the hub itself, and what they are made of. */
function placeOf(options: HubOptions): Record<'version' | 'host' | 'bind' | 'dial' | 'image', string> {
  const version = readVersion()
  const host = options.host ?? LOOPBACK
  const bind = options.bind ?? (host === LOOPBACK ? LOOPBACK : EVERY_ADDRESS)
  const dial = bind === EVERY_ADDRESS ? LOOPBACK : bind
  return { version, host, bind, dial, image: options.image ?? `buttcloud/ssb-pub:${version}` }
}
