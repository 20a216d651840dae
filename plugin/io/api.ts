/** The muxrpc methods. Who calls is `this.id`, which SHS has proven; what they see is theirs only. */
import { type FeedId, isFeedId, isInviteKey } from '../../protocol/ids'

import {
  type AdminHubTokenAnswer,
  type AdminInviteAnswer,
  type AdminPlansAnswer,
  HUB_MANIFEST,
  type HubView,
  type InviteView,
  type PlansAnswer,
  type PubView,
  type WhoamiAnswer,
} from '../../protocol/rpc'
import type { FleetPubView } from '../../protocol/rpc-desk'
import { fleetPubs } from '../capacity'
import { isBillingOn } from '../entitlement'
import { withLeases, withStranded, withStuck } from '../fleet-view'
import { hubViews } from '../hub-views'
import { inviteViews } from '../invite-list'
import { blockOf } from '../operator-facts'
import { isGuest } from '../owners'
import { pubsOf, viewOf } from '../query'
import { backupItems, sourceOf } from './backup'
import { billingMethods } from './billing-api'
import { isBridge } from './bridges'
import { clusterMethods } from './cluster-api'
import { refusal } from './commits'
import { deskMethods } from './desk-api'
import { duesMethods } from './dues-api'
import { fleetMethods, fleetWorld } from './fleet-api'
import { mailMethods } from './mail-api'
import { type Caller, currentSoon, fieldOf, method } from './method'
import { operatorMethods } from './operator-api'
import type { Provider } from './provider'
import { recoveryMethods } from './recovery'
import { generatedSource, laterSource, latestSource, pagedSource, refusedSource } from './sources'

const OWN_INVITE_USES_DEFAULT = 1_000
const OWN_INVITE_USES_MAX = 1_000_000

const viewsFor = (one: Provider, owner: FeedId): PubView[] => {
  const { inbox, ledger } = one
  const views = pubsOf(inbox.state, owner).map((pub) => viewOf(inbox.state, pub, ledger))
  return one.stuck().length === 0 ? views : withStranded(fleetWorld(one), views)
}

/** The plugin's API object. `provider` is asked for at each call, because it is made after `init` returns. */
export function createApi(
  self: FeedId,
  version: string,
  provider: () => Promise<Provider>,
  operators: ReadonlySet<FeedId> = new Set(),
): object {
  /** In-process calls have no id: they come from this very node. Whoever has one that is none is a stranger. */
  const idOf = (caller: Caller): FeedId => {
    const id = caller?.id
    if (id === undefined) return self
    return isFeedId(id) ? id : ('' as FeedId)
  }
  const operator = (caller: Caller): void => {
    const id = idOf(caller)
    if (id !== self && !operators.has(id))
      throw refusal('refused', "only the provider's own key and the operators that it names may ask for this")
  }
  const operated = (caller: Caller): Promise<Provider> => {
    operator(caller)
    return provider()
  }
  /** For what opens everything: no settings let anybody else in. */
  const byOwnKey = (caller: Caller): Promise<Provider> => {
    if (idOf(caller) !== self) throw refusal('refused', "only the provider's own key may ask for this")
    return provider()
  }
  const roleOf = (one: Provider, id: FeedId): WhoamiAnswer['role'] => {
    const { state } = one.inbox
    if (id === self || operators.has(id)) return 'operator'
    if (state.provider.hubs.has(id)) return 'hub'
    if (isBridge(state, id)) return 'bridge'
    if (state.provider.owners.has(id) || isGuest(state, id)) return 'owner'
    return one.tables.newcomers.has(id) ? 'newcomer' : 'stranger'
  }

  /** Who owns what must be known to its end: a provider that was put back to an old copy knows former owners. */
  const ownersKnown = async (): Promise<Provider> => {
    const one = await provider()
    await currentSoon(one)
    return one
  }

  return {
    ...notHere(),
    ...mailMethods({ idOf, operator, provider, ownersKnown }),
    ...billingMethods(idOf, operator, provider),
    whoami: method<WhoamiAnswer>(async (from, request) => {
      const caller = idOf(from)
      const one = await provider()
      const role = roleOf(one, caller)
      const knows = role === 'operator' || role === 'hub'
      const hub = one.inbox.state.provider.hubs.get(caller)
      const isHub = hub !== undefined && hub.status !== 'retired'
      if (isHub) one.clocks.hubSays(caller, request)
      if (isHub) one.leases.renew(caller)
      const lease = isHub ? { ms: one.policy.moving.leaseMs } : null
      const recovery = knows ? one.escrow.vault.recovery : null
      return { id: self, now: one.now(), caller, role, version, recovery, lease }
    }),
    pubs: method<PubView[]>(async (from) => viewsFor(await provider(), idOf(from))),
    watch(this: Caller) {
      const caller = idOf(this)
      return latestSource(provider(), (one) => viewsFor(one, caller))
    },
    invites: method<InviteView[]>(async (from, request) => {
      const { inbox, ledger } = await provider()
      const wanted = fieldOf(request, 'pub')
      const pub = pubsOf(inbox.state, idOf(from)).find((one) => one.pub === wanted)
      if (pub === undefined) throw refusal('unknown', 'you have no pub of that id')
      return inviteViews(inbox.state, pub, ledger)
    }),
    plans: method<PlansAnswer>(async (from) => {
      const one = await provider()
      if (roleOf(one, idOf(from)) === 'stranger')
        throw refusal('refused', 'this provider shows its plans to those whom it has invited')
      return { plans: [...one.policy.plans], billing: isBillingOn(one.inbox.state) }
    }),
    join: method(async (from, request) => {
      const caller = from?.id
      if (!isInviteKey(caller)) throw refusal('refused', 'join with a token')
      const one = await provider()
      // Until then a token may seem unused that another server has used.
      await currentSoon(one)
      return one.door.join(caller, request)
    }),
    open: method(async (from, request) => (await provider()).commits.open(idOf(from), request)),
    commit: method(async (from, request) => (await provider()).commits.commit(idOf(from), request)),
    feed(this: Caller, request: unknown) {
      const caller = idOf(this)
      const after = fieldOf(request, 'after') ?? 0
      if (typeof after !== 'number' || !Number.isSafeInteger(after) || after < 0)
        return refusedSource(refusal('bad-argument', 'after: expected a sequence'))
      return pagedSource(after, async (from) =>
        (await provider()).commits.history(caller, fieldOf(request, 'pub'), from),
      )
    },
    figures: method(async (from, request) => (await ownersKnown()).figures.figures(idOf(from), request)),
    samples: method(async (from, request) => (await ownersKnown()).figures.samples(idOf(from), request)),
    logs: method(async (from, request) => (await ownersKnown()).figures.logs(idOf(from), request)),
    stats(this: Caller, request: unknown) {
      const caller = idOf(this)
      return laterSource(ownersKnown().then((one) => one.figures.stats(caller, request)))
    },
    exportOpen: method(async (from, request) => (await ownersKnown()).exports.open(idOf(from), request)),
    escrow: method(async (from, request) => (await provider()).escrow.escrow(idOf(from), request)),
    secret: method(async (from, request) => (await provider()).escrow.secret(idOf(from), request)),
    ...recoveryMethods(operated, byOwnKey, idOf),
    ...fleetMethods(operated, idOf),
    ...{ ...clusterMethods(operated, idOf), ...duesMethods(operated) },
    ...deskMethods(operated),
    ...operatorMethods({ idOf, asked: operated, operators }),
    exportRead: method(async (from, request) => (await provider()).exports.read(idOf(from), request)),
    exportClose: method(async (from, request) => (await provider()).exports.close(idOf(from), request)),
    importOpen: method(async (from, request) => {
      const one = await ownersKnown()
      if (blockOf(one.inbox.state, idOf(from)) !== null)
        throw refusal('refused', 'whoever runs this provider takes no more requests from you')
      return one.imports.open(idOf(from), request)
    }),
    importWrite: method(async (from, request) => (await provider()).imports.write(idOf(from), request)),
    importCommit: method(async (from, request) => (await provider()).imports.commit(idOf(from), request)),
    adminInvite: method<AdminInviteAnswer>(async (from, options) => {
      operator(from)
      const uses = wholeOf(fieldOf(options, 'uses'), OWN_INVITE_USES_DEFAULT, OWN_INVITE_USES_MAX)
      const one = await provider()
      const { seed } = await one.door.invite(uses)
      return { invite: `${one.address()}:${self}~${seed}`, uses }
    }),
    adminHubToken: method<AdminHubTokenAnswer>(async (from, options) => {
      operator(from)
      const one = await provider()
      const wanted = fieldOf(options, 'label')
      const label = typeof wanted === 'string' && wanted !== '' ? wanted : null
      const { seed, expiresAt } = await one.door.token(label, 'hub', idOf(from))
      return { token: `${one.address()}:${self}~${seed}`, expiresAt }
    }),
    adminHubs: method<HubView[]>(async (from) => {
      operator(from)
      const one = await provider()
      return withLeases(fleetWorld(one), hubViews(one.inbox.state, one.connected()))
    }),
    adminPlans: method<AdminPlansAnswer>(async (from) => {
      operator(from)
      const one = await provider()
      return { plans: [...one.policy.plans], billing: isBillingOn(one.inbox.state) }
    }),
    adminBackup(this: Caller) {
      return laterSource(
        byOwnKey(this).then(async (one) => {
          await currentSoon(one)
          return generatedSource(backupItems(sourceOf(one), (work) => one.deeds.ask(work)))
        }),
      )
    },
    adminPubs: method<FleetPubView[]>(async (from) => {
      operator(from)
      const one = await provider()
      const world = fleetWorld(one)
      return withStuck(world, fleetPubs(world, one.ledger))
    }),
  }
}

/** The hub's half of the manifest, to whoever asks a provider for it. */
function notHere(): object {
  const refuse = method(async () => {
    throw refusal('refused', 'this is a provider; only it asks its hubs that')
  })
  const source = () => refusedSource(refusal('refused', 'this is a provider; only it asks its hubs that'))
  const kinds: [name: string, kind: string][] = Object.entries(HUB_MANIFEST)
  return Object.fromEntries(kinds.map(([name, kind]) => [name, kind === 'source' ? source : refuse]))
}

function wholeOf(value: unknown, otherwise: number, max: number): number {
  if (value === undefined || value === null) return otherwise
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= max) return value
  throw refusal(
    'bad-argument',
    `uses: expected a whole number from 1 to ${max}, found ${JSON.stringify(value)}`,
  )
}
