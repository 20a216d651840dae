/** The hub daemon, wired together: its node, its provider, its engine, and the loop between them. */
import { join } from 'node:path'
import type { FeedId } from '../protocol/ids'
import { HANDSHAKE_TIMEOUT_MS } from '../protocol/limits'
import { createLog, type Log, type LogLook } from '../sbot/log'
import type { Membership } from '../sbot/membership'
import type { MetricsPlace } from '../sbot/metrics-page'
import { networkKeyOf, openNode } from '../sbot/stacks'
import { readVersion } from '../sbot/version'
import type { EngineKind } from './engines/engine'
import type { SwarmChoice } from './engines/swarm-options'
import { type HubMethods, hubPlugin } from './io/api'
import { AtRest } from './io/at-rest'
import { openCaddyDoor } from './io/caddy-door'
import { readOffer } from './io/capacity'
import { chooseEngine } from './io/engine-choice'
import { Fetcher } from './io/fetch'
import { endHub, exportsOf, linkTo, observerOf } from './io/hub-parts'
import { joinProvider, readMembership } from './io/join'
import { Meter } from './io/meter'
import { createHubMethods } from './io/methods'
import { monitorHub } from './io/monitor'
import type { ProviderLink } from './io/provider-link'
import { Reconciler } from './io/reconcile'
import { Rings } from './io/rings'
import { Secrets } from './io/secrets'
import { emptyMemory } from './memory'
import { emptyState, type HubState } from './state'

export { type CaddyLook, lookAtCaddy } from './io/caddy-look'
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
  /** The admin API of a Caddy on this machine, by which pubs' pages are served by HTTPS. Default: none. */
  caddy?: string
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
  const isProcess = engine.kind === 'process'
  const ours = { listen: isProcess ? bind : EVERY_ADDRESS, image: isProcess ? null : image }
  const config = { ...{ hub: id, host, dial, capsShs: networkKey, version }, ...ours }
  const [state, memory] = [emptyState(id, provider), emptyMemory()]
  const pubs = join(directory, 'pubs')
  let link: ProviderLink | null = null
  let reconciler: Reconciler | null = null
  const wake = () => reconciler?.wake()
  const observer = observerOf(engine, wake, log)
  const secrets = new Secrets(pubs)
  const rest = new AtRest()
  const exports = exportsOf(state, observer, secrets, engine, rest)
  const meter = new Meter(engine, observer, state, new Rings(join(directory, 'figures'), log))
  const changed = () => void observer.refresh()
  const caddy = openCaddyDoor({ ...{ caddy: options.caddy, directory, hub: id, state, log }, changed })
  const sources = { sbot, gate: node.gate, state, observer, log, caddy, link: () => link }
  const monitor = monitorHub(options.metrics, sources)
  const running = new Reconciler({
    ...{ sbot, state, note: monitor.note },
    mayWrite: () => node.gate.wait(),
    config,
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
    offer: () =>
      readOffer({
        engine,
        host,
        version,
        directory,
        ...given,
        https: caddy.https(),
        said: saidMemory(state),
      }),
    looked: caddy.looked,
    log,
    failed: (error) => {
      log.error({ reason: error.message }, 'the hub can not go on')
      options.onFailed?.(error)
    },
  })
  reconciler = running
  sbot.request(provider, true)
  link = linkTo(membership, { sbot, log, observer, wake })
  log.info({ hub: id, provider, label: membership.label, engine: engine.kind, host }, 'the hub is running')
  const stop = once(() => endHub({ exports, meter, running, caddy, link, monitor, engine, node, log }))
  const hub = { id, provider, label: membership.label, engine: engine.kind, stop }
  return { hub, methods: createHubMethods({ observer, meter, exports, engine, state }) }
}

/** The memory that this hub has last offered. */
function saidMemory({ capacity }: HubState): number | null {
  return capacity?.content.memoryBytes ?? null
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
