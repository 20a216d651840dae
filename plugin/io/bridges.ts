/** Billing bridges: admitted with a one-time token of their own kind, retired by the operator. A bridge has no feed. */
import { type FeedId, type InviteKey, isFeedId } from '../../protocol/ids'
import { buildBridge } from '../../protocol/messages/bridge'
import { type BridgeView, type JoinAnswer, joinText } from '../../protocol/rpc'
import type { State } from '../../protocol/state'
import { isGuest, isProgram } from '../owners'
import { refusal } from './commits'
import type { Inbox } from './inbox'
import { fieldOf } from './method'
import { isProven } from './proof'
import type { Provider } from './provider'
import type { Tables } from './tables'

const LABEL_CHARS_MAX = 40

/** True while this key is an admitted bridge's. */
export function isBridge(state: State, id: FeedId): boolean {
  return state.provider.money.bridges.get(id)?.status === 'admitted'
}

/** `buttcloud.join` with the key of a bridge token. Asking again with the same token and the same key is fine. */
export async function joinBridge(
  tables: Tables,
  inbox: Inbox,
  caller: InviteKey,
  request: unknown,
): Promise<JoinAnswer> {
  const { state } = inbox
  const { provider } = state
  const bridge = fieldOf(request, 'bridge')
  if (!isFeedId(bridge))
    throw refusal('bad-argument', `bridge: expected a feed id, found ${JSON.stringify(bridge)?.slice(0, 80)}`)
  if (!isProven(bridge, fieldOf(request, 'proof'), joinText(caller, bridge)))
    throw refusal('refused', 'the proof does not show that this bridge owns that key')
  const used = provider.usedTokens.get(caller)
  const known = provider.money.bridges.get(bridge)
  if (used !== undefined && (used !== bridge || known?.status !== 'admitted'))
    throw refusal('refused', 'this token has been used; ask the operator for a new one')
  if (used === bridge && known !== undefined) return { provider: provider.id, label: known.label }
  const token = tables.token(caller)
  if (token === null || token.kind !== 'bridge')
    throw refusal('refused', 'this token is unknown, has run out, or is a hub’s')
  const somebody = provider.owners.has(bridge) || isGuest(state, bridge) || tables.newcomers.has(bridge)
  if (somebody || isProgram(state, bridge))
    throw refusal('refused', 'that key is somebody else’s here: a bridge needs one of its own')
  const wanted = fieldOf(request, 'label')
  const label = typeof wanted === 'string' && wanted.trim() !== '' ? wanted.trim() : 'billing'
  const name = (token.label ?? label).slice(0, LABEL_CHARS_MAX)
  await inbox.say(buildBridge({ bridge, status: 'admitted', label: name, token: caller }), [provider.id])
  // The token stays until it runs out: the same bridge may ask again when our answer got lost.
  return { provider: provider.id, label: name }
}

/** All that ever were, for the operator. */
export function bridgeViews(one: Provider): BridgeView[] {
  const connected = one.connected()
  return [...one.inbox.state.provider.money.bridges.values()].map(({ bridge, label, status }) => ({
    ...{ bridge, label, status },
    connected: connected.has(bridge),
  }))
}

/** Answers it no more; between two decisions. Its connections end by themselves: every call looks at the record. */
export function retireBridge(one: Provider, wanted: unknown): Promise<BridgeView> {
  return one.deeds.ask(async () => {
    const { provider } = one.inbox.state
    const record = isFeedId(wanted) ? provider.money.bridges.get(wanted) : undefined
    if (record === undefined)
      throw refusal('unknown', 'there is no bridge of that id; `buttcloud admin bridges` lists them')
    if (record.status !== 'retired')
      await one.inbox.say(buildBridge({ ...record, status: 'retired' }), [provider.id])
    const view = bridgeViews(one).find((bridge) => bridge.bridge === record.bridge)
    if (view === undefined) throw refusal('unknown', 'it is gone')
    return view
  })
}
