/** The muxrpc methods. Who calls is `this.id`, which SHS has proven; what they see is theirs only. */
import { type FeedId, isFeedId, isInviteKey } from '../../protocol/ids'

import {
  type AdminHubTokenAnswer,
  type AdminInviteAnswer,
  HUB_MANIFEST,
  type HubView,
  type PubView,
  type WhoamiAnswer,
} from '../../protocol/rpc'
import { gateOf } from '../../sbot/detect'
import { allViews, hubViews, pubsOf, viewOf } from '../query'
import { refusal } from './commits'
import type { Provider } from './provider'
import { latestSource, pagedSource, refusedSource } from './sources'

type Caller = { id?: unknown } | undefined

const OWN_INVITE_USES_DEFAULT = 1_000
const OWN_INVITE_USES_MAX = 1_000_000
/** Shorter than callers wait, and than the 5 s after which a stock server ends a silent connection. */
const CURRENT_WAIT_MS = 3_000

/** The plugin's API object. `provider` is asked for at each call, because it is made after `init` returns. */
export function createApi(self: FeedId, version: string, provider: () => Promise<Provider>): object {
  /** In-process calls have no id: they come from this very node. Whoever has one that is none is a stranger. */
  const idOf = (caller: Caller): FeedId => {
    const id = caller?.id
    if (id === undefined) return self
    return isFeedId(id) ? id : ('' as FeedId)
  }
  const operator = (caller: Caller): void => {
    if (idOf(caller) !== self) throw refusal('refused', "only the provider's own key may ask for this")
  }
  const roleOf = (one: Provider, id: FeedId): WhoamiAnswer['role'] => {
    const { state } = one.inbox
    if (id === self) return 'operator'
    if (state.provider.hubs.has(id)) return 'hub'
    if (state.provider.owners.has(id)) return 'owner'
    return one.tables.newcomers.has(id) ? 'newcomer' : 'stranger'
  }
  const viewsFor = (one: Provider, owner: FeedId): PubView[] =>
    pubsOf(one.inbox.state, owner).map((pub) => viewOf(one.inbox.state, pub, one.ledger))

  return {
    ...notHere(),
    whoami: method<WhoamiAnswer>(async (from) => {
      const caller = idOf(from)
      return { id: self, caller, role: roleOf(await provider(), caller), version }
    }),
    pubs: method<PubView[]>(async (from) => viewsFor(await provider(), idOf(from))),
    watch(this: Caller) {
      const caller = idOf(this)
      return latestSource(provider(), (one) => viewsFor(one, caller))
    },
    join: method(async (from, request) => {
      const caller = from?.id
      if (!isInviteKey(caller)) throw refusal('refused', 'join with a hub token')
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
    exportOpen: method(async (from, request) => {
      const one = await provider()
      // Who owns what must be known to its end: a provider that was put back to an old copy knows former owners.
      await currentSoon(one)
      return one.exports.open(idOf(from), request)
    }),
    exportRead: method(async (from, request) => (await provider()).exports.read(idOf(from), request)),
    exportClose: method(async (from, request) => (await provider()).exports.close(idOf(from), request)),
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
      const { seed, expiresAt } = await one.door.token(label)
      return { token: `${one.address()}:${self}~${seed}`, expiresAt }
    }),
    adminHubs: method<HubView[]>(async (from) => {
      operator(from)
      const one = await provider()
      return hubViews(one.inbox.state, one.connected())
    }),
    adminPubs: method<PubView[]>(async (from) => {
      operator(from)
      const one = await provider()
      return allViews(one.inbox.state, one.ledger)
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

/** Rejects, with what the boot gate waits for, before a caller would take the silence for a broken connection. */
async function currentSoon(one: Provider): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const { why } = gateOf(one.sbot).status()
      reject(refusal('try-again', `the provider does not write yet: ${why}`))
    }, CURRENT_WAIT_MS)
  })
  await Promise.race([one.current(), late]).finally(() => clearTimeout(timer))
}

/**
 * An async method over whatever a caller sends. Anybody may send any number of arguments of any kind, and muxrpc hands
 * them over as they are: the callback is the last one, and what stands before it may be no request at all.
 */
function method<T>(work: (caller: Caller, request: unknown) => Promise<T>) {
  return function (this: Caller, ...args: unknown[]): void {
    const cb = args.at(-1)
    if (typeof cb !== 'function') throw refusal('bad-argument', 'this method answers once, to a callback')
    work(this, args.length > 1 ? args[0] : undefined).then(
      (value) => cb(null, value),
      (error: unknown) => cb(error instanceof Error ? error : new Error(String(error))),
    )
  }
}

/** A field of whatever was sent; undefined where there is none. */
function fieldOf(value: unknown, field: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return undefined
  return (value as Record<string, unknown>)[field]
}

function wholeOf(value: unknown, otherwise: number, max: number): number {
  if (value === undefined || value === null) return otherwise
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= max) return value
  throw refusal(
    'bad-argument',
    `uses: expected a whole number from 1 to ${max}, found ${JSON.stringify(value)}`,
  )
}
