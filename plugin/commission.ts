/**
 * A pub that an operator has made for somebody: where it goes, the word that says it, and what follows from that on the feed.
 * Quotas do not bind an operator; room and the name do. Pure.
 */
import { regionLabel } from '../protocol/hub-labels'
import type { FeedId, PubId } from '../protocol/ids'
import { pubIdOf } from '../protocol/ids'
import { WEB_RESERVED_BYTES } from '../protocol/limits'
import { buildCommission, type CommissionMessage } from '../protocol/messages/commission'
import { buildGrant, type GrantMessage, grantKey } from '../protocol/messages/grant'
import type { PubMessage } from '../protocol/messages/pub'
import type { State } from '../protocol/state'
import type { Told } from '../protocol/state-money'
import type { AmendWorld } from './amend'
import { hubCalled } from './fleet-view'
import { newRecord } from './new-pub'
import { blockOf } from './operator-facts'
import { isProgram } from './owners'
import { type Policy, planOf } from './policy'
import { needOf, Places } from './schedule'
import { unpaidCreates } from './unpaid'
import { amendWords as words } from './words-amend'

export interface CommissionWish {
  name: string
  owners: FeedId[]
  /** Null: the first one. */
  plan: string | null
  place: { kind: 'hub' | 'region'; name: string } | null
  web: boolean
}

const no = (why: string): { ok: false; why: string } => ({ ok: false, why })

/** The word, or why not. Takes the room, so that several of one file never take the same. */
export function commissioned(
  world: AmendWorld,
  places: Places,
  wish: CommissionWish,
  by: FeedId,
): { ok: true; say: CommissionMessage } | { ok: false; why: string } {
  const { state, policy, connected } = world
  const { name, owners, web } = wish
  const plan = planOf(policy, wish.plan)
  if (plan === null)
    return no(
      words.noPlan(
        wish.plan ?? '',
        policy.plans.map((one) => one.name),
      ),
    )
  if (unpaidCreates(state).some(({ content }) => content.name === name)) return no(words.askedFor)
  for (const id of owners) {
    if (isProgram(state, id)) return no(words.noOwner.program(id))
    if (blockOf(state, id) !== null) return no(words.noOwner.blocked(id))
  }
  const size = plan.size
  const need = needOf(plan, owners)
  const memoryBytes = need.memoryBytes + (web ? WEB_RESERVED_BYTES : 0)
  const region = wish.place?.kind === 'region' ? [regionLabel(wish.place.name)] : []
  const wanted = { ...need, memoryBytes, labels: [...need.labels, ...region] }
  let hub: FeedId
  if (wish.place?.kind === 'hub') {
    const found = hubCalled(state, wish.place.name)
    if (!found.ok) return found
    hub = found.record.hub
    const full = places.whyNotOn(hub, wanted)
    if (full !== null) return no(words.noRoom(full))
    if (!connected.has(hub)) return no(words.hubAway(found.record.label))
    places.takeOn(hub, wanted)
  } else {
    const found = places.take(wanted)
    if (!found.ok) return no(words.noRoom(found.why))
    if (!found.connected) return no(words.hubAway(state.provider.hubs.get(found.hub)?.label ?? 'its hub'))
    hub = found.hub
  }
  for (let ports = web ? 2 : 1; ports > 0; ports -= 1) if (places.freePort() === null) return no(words.noPort)
  const say = buildCommission({ name, owners, plan: plan.name, size, web, hub, by })
  return { ok: true, say }
}

/** Why the record of one that was said does not follow. */
export function whyNotBegun(world: AmendWorld, { web }: CommissionMessage): string {
  const places = new Places(world)
  const isShort = places.freePort() === null || (web && places.freePort() === null)
  return isShort ? words.noPort : words.beginning
}

/**
 * What has still to stand on the feed for a pub that was commissioned: that it is a gift, and its record; where its name went to
 * another one meanwhile, a record that ends it. Empty once its record is there.
 */
export function commissionOwes(
  state: State,
  policy: Policy,
  { key, content }: Told<CommissionMessage>,
  freePort: () => number | null,
): (GrantMessage | PubMessage)[] {
  const pub: PubId = pubIdOf(key)
  if (state.provider.pubs.has(pub)) return []
  const target = { kind: 'pub', pub } as const
  const grant = state.provider.money.grants.has(grantKey(target))
    ? []
    : [buildGrant({ target, until: null, given: true })]
  const { name, owners, plan, size, hub, web } = content
  const port = freePort()
  const webPort = web ? freePort() : null
  if (port === null || (web && webPort === null)) return []
  const record = newRecord({ ...{ key, name, owners, plan, size, hub, port, webPort }, feed: null }, policy)
  if (!state.names.has(name)) return [...grant, record]
  return [{ ...record, status: 'ended', keepUntil: 0 }]
}
