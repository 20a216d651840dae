/** From a secret-stack node to a running provider: hooks at init, the rest when all plugins are loaded. */
import { join } from 'node:path'
import ssbCaps from 'ssb-caps'
import type { FeedId } from '../../protocol/ids'
import { PROVIDER_ANONYMOUS } from '../../protocol/rpc'
import { isVersion } from '../../protocol/version'
import { gateOf, sbotOf } from '../../sbot/detect'
import { hookQuestions, keepQuiet, quietClock } from '../../sbot/discretion'
import { realClock } from '../../sbot/loop'
import type { Note } from '../../sbot/meters'
import { noDelay } from '../../sbot/no-delay'
import { guardReplicate } from '../../sbot/sound-ebt'
import { keepReplicating } from '../../sbot/standing-ebt'
import { readVersion } from '../../sbot/version'
import { readHostSettings, readResolvers } from '../dns-settings'
import { duesPolicyOf } from '../dues-settings'
import { readMachineSettings } from '../machine-settings'
import { type MailSettings, readMailSettings } from '../mail-settings'
import { movingPolicyOf } from '../moving-settings'
import { operatorsOf } from '../operators'
import { placingPolicyOf } from '../placing-policy'
import { DEFAULT_POLICY, type Policy } from '../policy'
import { wholeSetting } from '../policy-settings'
import { Dns, readDnsSecret } from './dns'
import { holdRequests } from './held-requests'
import { Home } from './home'
import { toStderr } from './log'
import { driverOf } from './machines/driver'
import { createMailer } from './mail'
import { monitorOf } from './metrics'
import { hookAuth, hookInviteUse } from './onboarding'
import { resolverOf } from './own-names'
import { plansOf } from './plans-file'
import { Post } from './post'
import { createPrivateBlobs } from './private-blobs'
import { type Log, type Provider, type ProviderOptions, startProvider, tablesFolder } from './provider'
import { Restored } from './restored'
import type { Settings } from './settings'
import { Tables } from './tables'
import { Vault } from './vault'

/**
 * The providers of this process by their feed id. Kept here because secret-stack copies what init returns and
 * strips methods off class instances.
 */
export const providers = new Map<FeedId, Promise<Provider>>()
/** What has started, for those who may not wait (the boot gate asks for hubs while the log is being read). */
export const started = new Map<FeedId, Provider>()

export interface Wired {
  /** The node's feed. */
  self: FeedId
  /** Who else may do what its own key may. */
  operators: ReadonlySet<FeedId>
  log: Log
}

/** Hooks the node and schedules the start. `permissions`: of all plugins of the node, as secret-stack hands them over. */
export function wire(ssb: any, config: any, permissions?: any): Wired {
  noDelay()
  const settings: Settings = config.buttcloud ?? {}
  const log = settings.log ?? toStderr()
  const self: FeedId = ssb.id
  const operators = operatorsOf(settings.operators)
  const folder = tablesFolder(config.path)
  const tables = new Tables(folder, () => Date.now())
  const vault = new Vault(folder)
  const restored = new Restored(folder, log)
  const monitor = monitorOf(settings.metrics, () => started.get(self), log)
  const dns = dnsOf(settings, { config, folder, log, self })
  const names = { open: resolverOf(readResolvers(settings.resolvers)), folder }
  const post = postOf(settings, { config, folder, log, note: monitor.note })
  const blobs = createPrivateBlobs(ssb, folder, realClock, (fact, details) => log('warn', fact, details))
  const anybody: unknown = permissions?.anonymous?.allow
  hookAuth(ssb, tables, () => started.get(self), {
    who: operators,
    allow: [...(Array.isArray(anybody) ? anybody : PROVIDER_ANONYMOUS.map((name) => `buttcloud.${name}`))],
  })
  guardReplicate(ssb, quietClock)
  // Our own node does it itself.
  if (settings.ownNode !== true) keepReplicating(ssb, { told: (sentence) => log('info', sentence) })
  hookQuestions(ssb)
  keepQuiet(self, (feed) => hides(self, feed, settings.ownNode ?? false))
  let tellPeers = (): void => {}
  const ready = new Promise<Provider>((resolve, reject) => {
    setImmediate(() => {
      let policy: Policy
      let machines: ReturnType<typeof driverOf>
      const address = () => settings.address ?? addressOf(ssb)
      try {
        policy = policyOf(settings, config)
        machines = driverOf(settings.machines, policy, { provider: self, folder: config.path, address })
      } catch (error) {
        // Nobody is served by the wrong plans, and nobody else's server ends because of ours.
        reject(error)
        return
      }
      void blobs.sweep()
      const gate = {
        nobodyElse: settings.nobodyElse ?? false,
        log: (sentence: string) => log('info', sentence),
      }
      const sbot = sbotOf(ssb, config, { gate })
      gateOf(sbot).trust(() => trustedBy(self))
      const held = holdRequests(sbot)
      tellPeers = held.release
      startProvider({
        sbot: held.sbot,
        keys: config.keys,
        policy,
        home: new Home({
          ...{ folder: config.path, configFile: settings.configFile ?? null },
          settings: settings as Record<string, unknown>,
          log,
        }),
        tables,
        vault,
        restored,
        ...(settings.ownNode === true ? { nodeFolder: config.path } : {}),
        importFolder: join(folder, 'imports'),
        blobs,
        ...(post === null ? {} : { post }),
        ...(dns === null ? {} : { dns }),
        ...{ machines, names },
        address,
        log,
        note: monitor.note,
        // A provider that can't read is of no use; in a stock server the others' work goes on.
        onBroken: (error) => {
          if (settings.ownNode === true)
            setImmediate(() => {
              throw error
            })
        },
        mayWrite: () => gateOf(sbot).wait(),
      }).then(resolve, reject)
    })
  })
  providers.set(self, ready)
  ready.then(
    (provider) => {
      started.set(self, provider)
      tellPeers()
      const gate = gateOf(provider.sbot)
      gate.lookAgain()
      provider.subscribe(() => {
        if (!gate.status().open) gate.lookAgain()
      })
      log('info', 'provider ready', { id: self, pubs: provider.inbox.state.provider.pubs.size })
    },
    (error: Error) => log('error', 'the provider could not start', { reason: error.message }),
  )
  hookInviteUse(ssb, tables, () => {
    const provider = started.get(self)
    if (provider === undefined) throw new Error('try again in a moment, I am still starting')
    return provider.inbox
  })
  ssb.close.hook(function (this: unknown, fn: any, args: unknown[]) {
    const provider = started.get(self)
    providers.delete(self)
    started.delete(self)
    blobs.stop()
    Promise.all([provider?.stop(), monitor.stop()]).then(
      () => fn.apply(this, args),
      () => fn.apply(this, args),
    )
  })
  return { self, operators, log }
}

/**
 * What no peer is told that we hold: in our own node everything but the pubs' feeds, in a stock server (which has
 * friends of its own to talk about) owners, newcomers and hubs.
 */
function hides(self: FeedId, feed: string, ownNode: boolean): boolean {
  const provider = started.get(self)
  if (provider === undefined) return ownNode
  const { inbox, tables } = provider
  if (ownNode) return !inbox.pubFeeds.has(feed as FeedId)
  const { owners, hubs } = inbox.state.provider
  const id = feed as FeedId
  return owners.has(id) || hubs.has(id) || tables.newcomers.has(id) || inbox.guests.has(id)
}

/**
 * Whose word opens the boot gate: the hubs' (they are connected all the time and hold our feed); while there is no
 * hub yet, anybody's. Until the log has been read nobody's, because we don't know our hubs.
 */
function trustedBy(self: FeedId): FeedId[] | null {
  const provider = started.get(self)
  if (provider === undefined) return []
  const hubs = [...provider.inbox.state.provider.hubs.values()].filter((hub) => hub.status !== 'retired')
  if (hubs.length > 0) return hubs.map((hub) => hub.hub)
  // A backup from before the first hub joined knows none; anybody's word would then do, and be worth nothing.
  return provider.restored?.pending === true ? [] : null
}

/** The operator's choices. Throws a sentence where they can't be meant. */
function policyOf(settings: Settings, config: any): Policy {
  const networkKey: unknown = config.caps?.shs
  const key = Buffer.isBuffer(networkKey) ? networkKey.toString('base64') : networkKey
  return {
    ...DEFAULT_POLICY,
    portMin: settings.portMin ?? DEFAULT_POLICY.portMin,
    portMax: settings.portMax ?? DEFAULT_POLICY.portMax,
    pubsPerOwnerMax: wholeSetting('pubsPerOwnerMax', settings.pubsPerOwnerMax),
    retentionMs: wholeSetting('retentionMs', settings.retentionMs),
    requestsPerMinuteMax: wholeSetting('requestsPerMinuteMax', settings.requestsPerMinuteMax),
    plans: plansOf(config.path, settings.plansFile),
    dues: duesPolicyOf(settings.dues),
    placing: placingPolicyOf(settings.placing),
    moving: movingPolicyOf(settings.moving),
    machines: readMachineSettings(settings.machines),
    pubVersion: pubVersionOf(settings),
    providerName: settings.name ?? DEFAULT_POLICY.providerName,
    domain: readHostSettings(settings).domain,
    networkKey: typeof key === 'string' && key !== ssbCaps.shs ? key : null,
  }
}

/** Settings that can't be used end the start, before anything is promised to anybody. */
function postOf(
  settings: Settings,
  { config, folder, log, note }: { config: any; folder: string; log: Log; note: Note },
): ((wake: () => void) => Post) | null {
  const mail: MailSettings | null = readMailSettings(settings.mail)
  if (mail === null) return null
  const mailer = createMailer(mail, config.path, (sentence) => log('warn', sentence))
  const service = settings.name ?? null
  return (wake) =>
    new Post({
      ...{ settings: mail, mailer, folder, keys: config.keys, service, log, note, wake },
      clock: realClock,
    })
}

/** The same for the name server: what can't be meant is said at once. */
function dnsOf(
  settings: Settings,
  { config, folder, log, self }: { config: any; folder: string; log: Log; self: FeedId },
): NonNullable<ProviderOptions['dns']> | null {
  const { dns } = readHostSettings(settings)
  if (dns === null) return null
  const secret = readDnsSecret(dns, config.path)
  const place = { settings: dns, secret, provider: self, folder, clock: realClock, log }
  return (wanted) => new Dns({ ...place, wanted })
}

function pubVersionOf({ pubVersion = readVersion() }: Settings): string {
  if (isVersion(pubVersion)) return pubVersion
  throw new Error(
    `"${pubVersion}" can't be the version of pubs: set buttcloud.pubVersion to what fits a Docker tag, like 0.2.0`,
  )
}

/** host:port of the node's own address, the most public one there is. */
function addressOf(ssb: any): string {
  const address: unknown =
    ssb.getAddress('public') ||
    ssb.getAddress('local') ||
    ssb.getAddress('device') ||
    ssb.getAddress('private')
  const found = typeof address === 'string' ? /^net:(.+):(\d+)~shs:/.exec(address.split(';')[0] ?? '') : null
  if (found === null)
    throw new Error(
      'This node has no network address, so no invite can be made. Configure `connections.incoming.net`.',
    )
  return `${found[1]}:${found[2]}`
}
