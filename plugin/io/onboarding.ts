/**
 * Who may come in: people with the provider's own invite, hubs and bridges with a one-time token. Hooks `auth` and `invite.use`
 * of whatever stack this plugin runs in. Nothing is published here: strangers must not grow the feed.
 */
import { randomBytes } from 'node:crypto'
import ssbKeys from 'ssb-keys'
import { type FeedId, type InviteKey, isFeedId, isInviteKey } from '../../protocol/ids'
import { buildHub } from '../../protocol/messages/hub'
import { type JoinAnswer, joinText } from '../../protocol/rpc'
import { BILLING_CALLS } from '../../protocol/rpc-billing'
import { OPERATOR_CALLS } from '../../protocol/rpc-operator'
import { whyNotLetIn } from '../machine-deeds'
import { machineWithToken } from '../machine-records'
import { blockOf } from '../operator-facts'
import { isBridge, joinBridge } from './bridges'
import { refusal } from './commits'
import type { Deeds } from './deeds'
import type { Inbox } from './inbox'
import { fieldOf } from './method'
import { isProven } from './proof'
import type { Provider } from './provider'
import type { Tables, TokenKind } from './tables'

type Callback<T> = (error: Error | null, value?: T) => void

const INVITE_RIGHTS = { allow: ['invite.use', 'getAddress'], deny: null }
const TOKEN_RIGHTS = { allow: ['buttcloud.join'], deny: null }
/** A bridge asks about billing and nothing else; it has no feed, so nothing is replicated with it either. */
const BRIDGE_RIGHTS = {
  allow: ['buttcloud.whoami', ...BILLING_CALLS.map((name) => `buttcloud.${name}`)],
  deny: null,
}
const LABEL_CHARS_MAX = 40

export interface Door {
  /** Makes an invite of the provider itself. */
  invite(uses: number): Promise<{ key: InviteKey; seed: string }>
  token(
    label: string | null,
    kind: TokenKind,
    by?: FeedId,
  ): Promise<{ key: InviteKey; seed: string; expiresAt: number }>
  join(caller: InviteKey, request: unknown): Promise<JoinAnswer>
}

/** Who operates from elsewhere, and what anybody may call anyway: they may run a client of their own here, too. */
export interface Operated {
  who: ReadonlySet<FeedId>
  allow: string[]
}

/**
 * Admits the keys of invites and tokens, of bridges and of operators at the moment they connect. Must be called inside the
 * plugin's init.
 */
export function hookAuth(
  ssb: any,
  tables: Tables,
  provider: () => Provider | undefined,
  operators: Operated,
): void {
  const allow = [...operators.allow, ...OPERATOR_CALLS.map((name) => `buttcloud.${name}`)]
  ssb.auth.hook(function (this: unknown, fn: any, [id, cb]: [string, Callback<object>]) {
    if (isInviteKey(id)) {
      if (tables.admitsInvite(id)) return cb(null, INVITE_RIGHTS)
      if (tables.token(id) !== null) return cb(null, TOKEN_RIGHTS)
    }
    const one = provider()
    // One that joined already may ask again, when our answer got lost.
    if (one !== undefined && machineWithToken(one.inbox.state, id)?.content.status === 'wanted')
      return cb(null, TOKEN_RIGHTS)
    if (one !== undefined && isFeedId(id) && isBridge(one.inbox.state, id)) return cb(null, BRIDGE_RIGHTS)
    if (!operators.who.has(id as FeedId)) return fn.call(this, id, cb)
    // Whom the node refuses, or lets do everything as its master, stays so.
    return fn.call(this, id, (error: Error | null, given?: object) =>
      error || given ? cb(error, given) : cb(null, { allow, deny: null }),
    )
  })
}

/**
 * Our invites are redeemed without a public follow (a follow list would publish the customers) and without a
 * message. The stock handler stays in place for invites that the node's operator makes for other purposes.
 */
export function hookInviteUse(ssb: any, tables: Tables, inbox: () => Inbox): void {
  if (typeof ssb.invite?.use?.hook !== 'function') return
  ssb.invite.use.hook(function (this: any, fn: any, args: any[]) {
    // As many arguments come as the caller sends; the callback is the last one.
    const cb: Callback<object> = args.at(-1)
    const request = args.length > 1 ? args[0] : undefined
    const key: unknown = this?.id
    if (!isInviteKey(key) || !tables.admitsInvite(key)) return fn.apply(this, args)
    const feed: unknown = request?.feed
    if (!isFeedId(feed)) return cb(new Error('feed to follow is missing, or not a feed id'))
    const redeemed = new Promise<void>((done) => done(redeem(tables, inbox(), key, feed)))
    redeemed.then(
      () => cb(null, { ok: true }),
      (error: Error) => cb(error),
    )
  })
}

async function redeem(tables: Tables, inbox: Inbox, key: InviteKey, feed: FeedId): Promise<void> {
  const { provider } = inbox.state
  if (feed === provider.id) throw new Error('that is my own feed')
  if (blockOf(inbox.state, feed) !== null) throw new Error('this provider takes no requests from that feed')
  if (!provider.owners.has(feed)) for (const gone of tables.redeem(key, feed)) inbox.unwant(gone)
  // Not awaited: reading back what an author has here already may take a while, and the invite is used.
  void inbox.want(feed)
}

/** The doors that the operator opens. */
export function createDoor(tables: Tables, inbox: Inbox, deeds: Pick<Deeds, 'ask'>): Door {
  const joining = new Map<InviteKey, Promise<JoinAnswer>>()
  const fresh = (): { key: InviteKey; seed: string } => {
    const seed = randomBytes(32)
    return { key: ssbKeys.generate('ed25519', seed).id as InviteKey, seed: seed.toString('base64') }
  }
  return {
    async invite(uses) {
      const { key, seed } = fresh()
      tables.addInvite(key, uses)
      return { key, seed }
    },
    async token(label, kind, by) {
      const { key, seed } = fresh()
      return { key, seed, expiresAt: tables.addToken(key, label, kind, by ?? null) }
    },
    join(caller, request) {
      // One at a time per token, so that two servers with one token can't both be let in.
      const before = joining.get(caller) ?? Promise.resolve()
      const mine = before.then(
        () => joinOnce(tables, inbox, deeds, caller, request),
        () => joinOnce(tables, inbox, deeds, caller, request),
      )
      joining.set(caller, mine)
      return mine
    },
  }
}

async function joinOnce(
  tables: Tables,
  inbox: Inbox,
  deeds: Pick<Deeds, 'ask'>,
  caller: InviteKey,
  request: unknown,
): Promise<JoinAnswer> {
  const { provider } = inbox.state
  if (tables.token(caller)?.kind === 'bridge' || fieldOf(request, 'bridge') !== undefined)
    return joinBridge(tables, inbox, caller, request)
  const { hub, label, proof } = (request ?? {}) as { hub?: unknown; label?: unknown; proof?: unknown }
  if (!isFeedId(hub)) throw refusal('bad-argument', `hub: expected a feed id, found ${JSON.stringify(hub)}`)
  if (!isProven(hub, proof, joinText(caller, hub)))
    throw refusal('refused', 'the proof does not show that this server owns that feed')
  const used = provider.usedTokens.get(caller)
  const known = provider.hubs.get(hub)
  if (provider.money.bridges.has(hub)) throw refusal('refused', 'that key is a billing bridge')
  if (used !== undefined && used !== hub)
    throw refusal('refused', 'this token has been used by another server')
  if (used === hub && known !== undefined) return { provider: provider.id, label: known.label }
  const machine = machineWithToken(inbox.state, caller)
  if (machine !== null) {
    const { label: given, by } = machine.content
    // Between two decisions: one may just take the machine for one that never joined.
    await deeds.ask(async () => {
      const why = whyNotLetIn(inbox.state, machineWithToken(inbox.state, caller), hub)
      if (why !== null) throw refusal('refused', why)
      const record = buildHub({ hub, status: 'admitted', label: given, token: caller, by })
      await inbox.say(record, [hub, provider.id])
    })
    return { provider: provider.id, label: given }
  }
  const token = tables.token(caller)
  if (token === null) throw refusal('refused', 'this token is unknown or has run out')
  const wanted = typeof label === 'string' && label.trim() !== '' ? label.trim() : null
  // A longer one would not go into the record, and then the token is good for nobody.
  const name = (token.label ?? wanted ?? `hub-${provider.hubs.size + 1}`).slice(0, LABEL_CHARS_MAX)
  const record = buildHub({ hub, status: 'admitted', label: name, token: caller, by: token.by ?? null })
  await inbox.say(record, [hub, provider.id])
  // The token stays until it runs out: the same server may ask again when our answer got lost.
  return { provider: provider.id, label: name }
}
