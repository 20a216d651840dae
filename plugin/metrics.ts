/** What a monitor is told of a provider: figures of what is, and events out of what was done. Names: protocol/metrics.ts. */
import type { FeedId, Millis } from '../protocol/ids'
import { MANY_REQUESTS, NO_COMMAND, type Sample } from '../protocol/metrics'
import type { State } from '../protocol/state'
import type { Stuck } from './decide-moves'
import type { Effect } from './effects'
import { entitlementOf, isBillingOn } from './entitlement'
import type { MovingFacts, World } from './look'
import { hubOf } from './machine-records'
import { silenceMaxMs } from './moving'
import { unmadeSince } from './never-up'
import { movingViewOf } from './on-the-way'
import { observationOf, phaseOf, reservedBytesOf } from './query'

/** What is known besides the feeds. */
export interface Around {
  connected: ReadonlySet<FeedId>
  /** Since when hubs are gone that were here in this run. */
  goneSince: ReadonlyMap<FeedId, Millis>
  /** Since when this provider hears its hubs. */
  since: Millis
  writing: boolean
  /** Mails in the queue; null: no mail is sent. */
  mailWaiting: number | null
  /** Host names whose records are not what they should be; null or absent: no name server is kept. */
  namesLate?: number | null
  callsOwed: number
  /** Leases of hubs; absent: none is known. */
  moving?: Pick<MovingFacts, 'silence'>
  /** Pubs that should be elsewhere. */
  stuck?: readonly Stuck[]
  /** Whether machines wait for the operator; null or absent: none are rented. */
  machinesStuck?: boolean | null
}

type Known = Pick<World, 'state' | 'now' | 'policy'>

/** All gauges of a provider, and the length of its feed. */
export function providerSamples(world: Known, around: Around): Sample[] {
  const { state, now } = world
  const { provider, open } = state
  const { writing, mailWaiting, namesLate = null, callsOwed } = around
  let oldest = now
  for (const { receivedAt } of open.values()) oldest = Math.min(oldest, receivedAt)
  const samples: Sample[] = [
    { name: 'buttcloud_writing', value: writing ? 1 : 0 },
    { name: 'buttcloud_feed_messages_total', value: provider.sequence },
    { name: 'buttcloud_requests_open', value: open.size },
    { name: 'buttcloud_request_open_seconds_max', value: (now - oldest) / 1_000 },
    { name: 'buttcloud_owners', value: provider.owners.size },
    { name: 'buttcloud_stripe_calls_owed', value: callsOwed },
    { name: 'buttcloud_bridges', value: bridgesOf(state) },
    ...fleetSamples(world, around),
    ...leaseSamples(world, around),
    ...pubSamples(world),
    ...machineSamples(state, around.machinesStuck ?? null),
  ]
  if (namesLate !== null) samples.push({ name: 'buttcloud_dns_names_late', value: namesLate })
  if (mailWaiting !== null) samples.push({ name: 'buttcloud_mail_waiting', value: mailWaiting })
  return samples
}

function bridgesOf({ provider }: State): number {
  return [...provider.money.bridges.values()].filter(({ status }) => status === 'admitted').length
}

function fleetSamples({ state, now }: Known, { connected, goneSince, since }: Around): Sample[] {
  const counts = { connected: 0, away: 0, retired: 0 }
  const bytes = { offered: 0, reserved: 0 }
  let away = 0
  for (const { hub, status } of state.provider.hubs.values()) {
    const found = status === 'retired' ? 'retired' : connected.has(hub) ? 'connected' : 'away'
    counts[found] += 1
    if (found === 'away') away = Math.max(away, now - (goneSince.get(hub) ?? since))
    if (found === 'retired') continue
    bytes.offered += state.authors.get(hub)?.capacity?.memoryBytes ?? 0
    bytes.reserved += reservedBytesOf(state, hub)
  }
  return [
    ...counted('buttcloud_hubs', 'state', counts),
    ...counted('buttcloud_hub_memory_bytes', 'what', bytes),
    { name: 'buttcloud_hub_away_seconds_max', value: Math.max(0, away) / 1_000 },
  ]
}

/** Hubs without pubs have nothing to lose. */
function leaseSamples({ state, policy, now }: Known, { moving, stuck = [] }: Around): Sample[] {
  const under = [...state.provider.pubs.values()].filter((pub) => movingViewOf(state, pub) !== null)
  const samples: Sample[] = [
    { name: 'buttcloud_pubs_stuck', value: stuck.length },
    { name: 'buttcloud_pubs_unmade', value: unmadeSince(state, now).length },
    { name: 'buttcloud_pubs_on_the_way', value: under.length },
    ...[...state.provider.moved].map(
      ([cause, value]): Sample => ({ name: 'buttcloud_moves_total', labels: { cause }, value }),
    ),
    { name: 'buttcloud_storm', value: stuck.some(({ storm }) => storm !== null) ? 1 : 0 },
  ]
  const silences: Millis[] = []
  for (const [hub, { status }] of state.provider.hubs) {
    const silence = moving?.silence.get(hub)
    if (silence !== undefined && status !== 'retired' && (state.byHub.get(hub)?.size ?? 0) > 0)
      silences.push(silence)
  }
  if (silences.length === 0) return samples
  const most = Math.max(...silences)
  const left = Math.max(0, silenceMaxMs(policy.moving) - most)
  return [
    ...samples,
    { name: 'buttcloud_hub_silence_seconds_max', value: most / 1_000 },
    { name: 'buttcloud_hub_lease_left_seconds_min', value: left / 1_000 },
  ]
}

function machineSamples(state: State, isStuck: boolean | null): Sample[] {
  const { all } = state.provider.machines
  if (isStuck === null) return []
  const counts = { 'asked-for': 0, joined: 0, leaving: 0 }
  let unjoined = 0
  for (const { content } of all.values()) {
    const { status } = content
    const hasJoined = hubOf(state, content) !== null
    if (status === 'leaving') counts.leaving += 1
    if (status === 'wanted') counts[hasJoined ? 'joined' : 'asked-for'] += 1
    else if (!hasJoined) unjoined += 1
  }
  return [
    ...counted('buttcloud_machines', 'state', counts),
    { name: 'buttcloud_machines_wanted_total', value: all.size },
    { name: 'buttcloud_machines_unjoined_total', value: unjoined },
    { name: 'buttcloud_machines_stuck', value: isStuck ? 1 : 0 },
  ]
}

function pubSamples(world: Known): Sample[] {
  const { state } = world
  const phases: Record<string, number> = {}
  const money: Record<string, number> = {}
  const add = (to: Record<string, number>, key: string): void => {
    to[key] = (to[key] ?? 0) + 1
  }
  const billing = isBillingOn(state)
  for (const pub of state.provider.pubs.values()) {
    add(phases, phaseOf(pub, observationOf(state, pub)))
    if (pub.record.status !== 'live') continue
    // Who does not charge has no dues to be looked up.
    if (!billing) {
      add(money, 'billing-off')
      continue
    }
    const right = entitlementOf(world, pub)
    const stage = state.provider.money.dues.get(pub.pub)?.content.stage
    add(money, right.ok ? right.why : stage === undefined || stage === 'clear' ? 'due' : stage)
  }
  return [...counted('buttcloud_pubs', 'phase', phases), ...counted('buttcloud_money_pubs', 'state', money)]
}

/** One sample at least, so that a metric is shown also where all of it is zero. */
function counted(name: Sample['name'], label: string, counts: Record<string, number>): Sample[] {
  const entries = Object.entries(counts)
  if (entries.length === 0) return NOTHING[name] === undefined ? [] : [NOTHING[name]]
  return entries.map(([value, count]) => ({ name, labels: { [label]: value }, value: count }))
}

const NOTHING: Partial<Record<Sample['name'], Sample>> = {
  buttcloud_pubs: { name: 'buttcloud_pubs', labels: { phase: 'up' }, value: 0 },
  buttcloud_money_pubs: { name: 'buttcloud_money_pubs', labels: { state: 'paid' }, value: 0 },
}

const INVITING: ReadonlySet<string | null> = new Set(['create', 'import', 'invite'])

/** The events in an effect that was performed. */
export function eventsOf(effect: Effect, now: Millis): Sample[] {
  if (effect.kind === 'burst')
    return [
      {
        name: 'buttcloud_requests_answered_total',
        labels: { command: MANY_REQUESTS, outcome: effect.payload.outcome },
        value: 1,
      },
    ]
  if (effect.kind !== 'answer' || !effect.payload.final) return []
  const { command, outcome } = effect.payload
  const events: Sample[] = [
    {
      name: 'buttcloud_requests_answered_total',
      labels: { command: command ?? NO_COMMAND, outcome },
      value: 1,
    },
  ]
  if (command !== null && outcome === 'done' && INVITING.has(command)) {
    const seconds = Math.max(0, now - effect.request.receivedAt) / 1_000
    events.push({ name: 'buttcloud_invite_seconds', labels: { command }, value: seconds })
  }
  return events
}
