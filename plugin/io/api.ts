/** The muxrpc methods. Who calls is `this.id`, which SHS has proven; what they see is theirs only. */
import { type FeedId, isFeedId, isInviteKey } from '../../protocol/ids'

import type {
  AdminHubTokenAnswer,
  AdminInviteAnswer,
  HubView,
  PubView,
  WhoamiAnswer,
} from '../../protocol/rpc'
import { allViews, hubViews, pubsOf, viewOf } from '../query'
import { refusal } from './commits'
import type { Provider } from './provider'
import { latestSource, pagedSource, refusedSource } from './sources'

type Callback<T> = (error: Error | null, value?: T) => void
type Caller = { id?: unknown } | undefined

const OWN_INVITE_USES_DEFAULT = 1_000
const OWN_INVITE_USES_MAX = 1_000_000

/** The plugin's API object. `provider` is asked for at each call, because it is made after `init` returns. */
export function createApi(self: FeedId, version: string, provider: () => Promise<Provider>): object {
  /** In-process calls have no id: they come from this very node. */
  const idOf = (caller: Caller): FeedId => (isFeedId(caller?.id) ? caller.id : self)
  const answer = <T>(cb: Callback<T>, work: () => Promise<T>): void => {
    work().then(
      (value) => cb(null, value),
      (error: unknown) => cb(error instanceof Error ? error : new Error(String(error))),
    )
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
    whoami(this: Caller, cb: Callback<WhoamiAnswer>) {
      const caller = idOf(this)
      answer(cb, async () => ({ id: self, caller, role: roleOf(await provider(), caller), version }))
    },
    pubs(this: Caller, cb: Callback<PubView[]>) {
      const caller = idOf(this)
      answer(cb, async () => viewsFor(await provider(), caller))
    },
    watch(this: Caller) {
      const caller = idOf(this)
      return latestSource(provider(), (one) => viewsFor(one, caller))
    },
    join(this: Caller, request: unknown, cb: Callback<object>) {
      const caller = this?.id
      answer(cb, async () => {
        if (!isInviteKey(caller)) throw refusal('refused', 'join with a hub token')
        return (await provider()).door.join(caller, request)
      })
    },
    open(this: Caller, request: unknown, cb: Callback<object>) {
      const caller = idOf(this)
      answer(cb, async () => (await provider()).commits.open(caller, request))
    },
    commit(this: Caller, request: unknown, cb: Callback<object>) {
      const caller = idOf(this)
      answer(cb, async () => (await provider()).commits.commit(caller, request))
    },
    feed(this: Caller, request: { pub?: unknown; after?: unknown } | undefined) {
      const caller = idOf(this)
      const after = request?.after ?? 0
      if (typeof after !== 'number' || !Number.isSafeInteger(after) || after < 0)
        return refusedSource(refusal('bad-argument', 'after: expected a sequence'))
      return pagedSource(after, async (from) =>
        (await provider()).commits.history(caller, request?.pub, from),
      )
    },
    adminInvite(this: Caller, options: { uses?: unknown } | undefined, cb: Callback<AdminInviteAnswer>) {
      answer(cb, async () => {
        operator(this)
        const uses = wholeOf(options?.uses, OWN_INVITE_USES_DEFAULT, OWN_INVITE_USES_MAX)
        const one = await provider()
        const { seed } = await one.door.invite(uses)
        return { invite: `${one.address()}:${self}~${seed}`, uses }
      })
    },
    adminHubToken(this: Caller, options: { label?: unknown } | undefined, cb: Callback<AdminHubTokenAnswer>) {
      answer(cb, async () => {
        operator(this)
        const one = await provider()
        const label = typeof options?.label === 'string' && options.label !== '' ? options.label : null
        const { seed, expiresAt } = await one.door.token(label)
        return { token: `${one.address()}:${self}~${seed}`, expiresAt }
      })
    },
    adminHubs(this: Caller, cb: Callback<HubView[]>) {
      answer(cb, async () => {
        operator(this)
        const one = await provider()
        return hubViews(one.inbox.state, one.connected())
      })
    },
    adminPubs(this: Caller, cb: Callback<PubView[]>) {
      answer(cb, async () => {
        operator(this)
        const one = await provider()
        return allViews(one.inbox.state, one.ledger)
      })
    },
  }
}

function wholeOf(value: unknown, otherwise: number, max: number): number {
  if (value === undefined || value === null) return otherwise
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= max) return value
  throw refusal(
    'bad-argument',
    `uses: expected a whole number from 1 to ${max}, found ${JSON.stringify(value)}`,
  )
}
