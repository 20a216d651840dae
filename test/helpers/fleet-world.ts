/** A provider with three hubs and its pubs as the operator's terminal knows them; the same every time. */
import type { AdminEffect, AdminFact, AdminMessage } from '../../cli/tui/admin/message'
import { type AdminModel, firstAdminModel } from '../../cli/tui/admin/model'
import { updateFleet } from '../../cli/tui/admin/update'
import type { FeedId, PubId } from '../../protocol/ids'
import type { MailView } from '../../protocol/mail'
import type {
  AuditView,
  CapacityView,
  FleetIncidentView,
  FleetPubView,
  HubRoomView,
} from '../../protocol/rpc-desk'
import type { MachinesView, MachineView } from '../../protocol/rpc-machines'
import type { MoneyPubView, MoneyView } from '../../protocol/rpc-money'
import { feed, keyOf, messageKey, NOW, PROVIDER, pubId, pubView } from './tui-world'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const MB = 1024 ** 2
const GB = 1024 ** 3

export const ALICE = feed('alice')
export const BOB = feed('bob')

export function hubView(label: string, change: Partial<HubRoomView> = {}): HubRoomView {
  return {
    ...{ hub: feed(`hub ${label}`), label, status: 'admitted', connected: true, engine: 'docker' },
    ...{ host: `${label}.example.org`, memoryBytes: 8 * GB, reservedBytes: 2.5 * GB, pubs: 2 },
    ...{ awaySince: null, diskBytes: 100 * GB, promisedDiskBytes: 12 * GB },
    room: [
      { plan: 'tiny', count: 60 },
      { plan: 'community', count: 10 },
    ],
    ...change,
  }
}

export function fleetPub(
  name: string,
  hub: string,
  change: Partial<FleetPubView> = {},
  reservedMb = 96,
): FleetPubView {
  return { ...pubView(name), hub: feed(`hub ${hub}`), reservedBytes: reservedMb * MB, ...change }
}

const incident = (change: Partial<FleetIncidentView> = {}): FleetIncidentView => ({
  ...{ pub: pubId('club'), name: 'club', hub: 'garage', kind: 'down', begunAt: NOW - 12 * MINUTE_MS },
  ...{ overAt: null, reason: 'the hub does not answer' },
  ...change,
})

/** What a provider says that rents no servers. */
export const NO_MACHINES: MachinesView = {
  ...{ driver: null, min: 0, max: 0, spareBytes: 0, leftBytes: 0, machines: [], next: null, stuck: false },
  ...{ trouble: null, faults: [], strangers: [], cost: null },
}

const machine = (number: number, change: Partial<MachineView> = {}): MachineView => ({
  ...{ machine: `bc-3f9a01bc-${number}`, label: `machine-${number}`, driver: 'openstack', kind: null },
  ...{ status: 'wanted', why: 'spare', by: null, madeAt: NOW - 3 * DAY_MS, at: NOW - 3 * DAY_MS },
  ...{ hub: feed(`hub machine-${number}`), connected: true, pubs: 2, memoryBytes: 8 * GB, price: 5_040 },
  ...{ reservedBytes: 2 * GB, listed: { status: 'running', address: '203.0.113.7', why: null }, waits: null },
  ...change,
})

export const demoMachines = (): MachinesView => ({
  ...NO_MACHINES,
  ...{ driver: 'openstack', max: 4, min: 1, spareBytes: 2 * GB, leftBytes: 1.2 * GB },
  machines: [
    machine(1),
    machine(2, {
      ...{ status: 'leaving', why: 'surplus', pubs: 0, at: NOW - 2 * DAY_MS },
      waits: 'it keeps the volumes of 2 pubs that left or ended, until 2026-03-08 10:00 UTC',
    }),
    machine(3, {
      ...{ hub: null, connected: false, pubs: 0, memoryBytes: 0, reservedBytes: 0, price: 10_080 },
      listed: { status: 'building', address: null, why: null },
    }),
    machine(4, { status: 'gone', hub: null, connected: false, listed: null, price: null }),
  ],
  next: 'bc-3f9a01bc-3 is on its way, and its room is waited for',
  trouble: 'could not destroy bc-3f9a01bc-2: the cloud answered 409: it is locked',
  cost: { currency: 'usd', perMachine: 5_040, all: 20_160, perPub: 10_080, perPlan: null },
})

export const demoCapacity = (): CapacityView => ({
  hubs: [
    hubView('hub-1', { reservedBytes: 7.4 * GB, pubs: 3, room: [{ plan: 'tiny', count: 8 }] }),
    hubView('garage', { connected: false, awaySince: NOW - 12 * MINUTE_MS, pubs: 1 }),
    hubView('spare', { status: 'draining', reservedBytes: 0.3 * GB, pubs: 1, engine: 'process' }),
  ],
  plans: [
    { plan: 'tiny', reservedBytes: 64 * MB, diskBytes: GB },
    { plan: 'community', reservedBytes: 512 * MB, diskBytes: 10 * GB },
  ],
})

export const demoPubs = (): FleetPubView[] => [
  fleetPub('alice', 'hub-1', {
    lastIncident: {
      kind: 'out-of-memory',
      begunAt: NOW - 3 * HOUR_MS,
      overAt: NOW - 3 * HOUR_MS + 130_000,
      reason: null,
    },
  }),
  fleetPub('club', 'garage', {
    ...{ owners: [BOB, ALICE], plan: 'community', status: 'down', phase: 'down' },
    reason: 'the hub does not answer',
    lastIncident: incident(),
    createdAt: NOW - 90 * DAY_MS,
  }),
  fleetPub('garden', 'hub-1', { owners: [BOB], plan: 'tiny', createdAt: NOW - 20 * MINUTE_MS }),
  fleetPub('shed', 'hub-1', {
    ...{ plan: 'tiny', status: 'down', phase: 'down', desired: 'up', suspended: true, reservedBytes: 0 },
    createdAt: NOW - 200 * DAY_MS,
  }),
  fleetPub('attic', 'spare', {
    ...{
      owners: [feed('carol')],
      status: 'down',
      phase: 'down',
      desired: 'down',
      createdAt: NOW - 60 * DAY_MS,
    },
  }),
  fleetPub('old-one', 'hub-1', {
    ...{ status: 'none', phase: 'ended', address: null, createdAt: NOW - 300 * DAY_MS, reservedBytes: 0 },
  }),
]

export function moneyPub(name: string, change: Partial<MoneyPubView> = {}): MoneyPubView {
  return {
    ...{
      pub: pubId(name),
      name,
      owner: ALICE,
      plan: 'personal',
      unoffered: false,
      right: 'paid',
      until: null,
    },
    ...{
      reason: null,
      suspended: false,
      dues: null,
      waits: null,
      subscription: `sub_${name}`,
      status: 'active',
    },
    ...change,
  }
}

export const demoMoney = (): MoneyView => ({
  billing: true,
  charging: 3,
  clocks: { known: 2, agree: 1 },
  caps: { suspensions: { left: 0, waiting: 3 }, ends: { left: 5, waiting: 0 } },
  pubs: [
    moneyPub('alice', { until: NOW + 12 * DAY_MS }),
    moneyPub('club', {
      ...{ owner: BOB, plan: 'community', right: null, reason: 'past-due', status: 'past_due' },
      dues: {
        stage: 'grace',
        since: NOW - 5 * HOUR_MS,
        suspendAt: NOW + 9 * DAY_MS,
        endAt: NOW + 39 * DAY_MS,
      },
    }),
    moneyPub('garden', { owner: BOB, plan: 'tiny', right: 'grant', subscription: null, status: null }),
    moneyPub('shed', {
      ...{ plan: 'tiny', right: null, reason: 'canceled', suspended: true, waits: 'suspensions' },
      ...{ subscription: null, status: null },
      dues: {
        stage: 'suspended',
        since: NOW - 20 * DAY_MS,
        suspendAt: NOW - 6 * DAY_MS,
        endAt: NOW + 24 * DAY_MS,
      },
    }),
    moneyPub('attic', { owner: feed('carol'), right: 'free-plan', subscription: null, status: null }),
  ],
  owed: { count: 2, since: NOW - 40 * MINUTE_MS },
  noRoom: [{ name: 'castle', plan: 'community', owner: BOB, until: NOW + 20 * HOUR_MS }],
  alerts: [{ kind: 'dispute', reference: 'du_1Nv0FGQ9RKHgCVdK', name: 'club', at: NOW - 2 * HOUR_MS }],
})

export const demoMail = (): MailView => ({
  on: true,
  server: 'mail.example.org:587',
  waiting: [
    {
      ...{ what: 'a payment failed', to: 'b***@example.org', since: NOW - 9 * MINUTE_MS },
      ...{ tries: 2, nextAt: NOW + MINUTE_MS, reason: '451 try again later' },
    },
  ],
  failed: [
    { what: 'welcome', to: 'c***@example.net', at: NOW - 26 * HOUR_MS, reason: '550 no such mailbox' },
  ],
  sent: 31,
  addresses: { owners: 3, payers: 2 },
})

export const demoStory = (pub: PubId): AuditView => ({
  owner: null,
  pubs: [{ pub, name: 'club' }],
  entries: [
    {
      ...{ at: NOW - 50 * MINUTE_MS, key: messageKey('ask'), author: BOB, role: 'owner', kind: 'asked' },
      ...{ text: 'invite club 5 note: "for the people who come on Thursdays"', pub, because: null },
    },
    {
      ...{ at: NOW - 49 * MINUTE_MS, key: messageKey('op'), author: PROVIDER, role: 'provider' },
      ...{ kind: 'ordered', text: 'an invite for 5 people', pub, because: messageKey('ask') },
    },
    {
      ...{ at: NOW - 12 * MINUTE_MS, key: messageKey('incident'), author: feed('hub garage'), role: 'hub' },
      ...{ kind: 'happened', text: 'incident 3 begun: down, the hub does not answer', pub, because: null },
    },
  ],
  found: 3,
})

export function demoLooks(at = NOW - 3_000): AdminFact[] {
  return [
    { kind: 'provider', provider: PROVIDER },
    { kind: 'connection', connection: { state: 'live' } },
    { kind: 'capacity', value: demoCapacity(), at },
    { kind: 'machines', value: NO_MACHINES, at },
    { kind: 'pubs', value: demoPubs(), at },
    { kind: 'incidents', value: demoIncidents(), at },
    { kind: 'money', value: demoMoney(), at },
    { kind: 'mail', value: demoMail(), at },
    { kind: 'bridges', value: [], at },
    {
      ...{ kind: 'grants', at },
      value: [
        {
          ...{ kind: 'owner' as const, id: BOB, name: null, until: NOW + 60 * DAY_MS, given: true },
          at: NOW - 3 * DAY_MS,
        },
      ],
    },
  ]
}

export const demoIncidents = (): FleetIncidentView[] => [
  incident(),
  incident({
    ...{ pub: pubId('alice'), name: 'alice', hub: 'hub-1', kind: 'out-of-memory', reason: null },
    ...{ begunAt: NOW - 3 * HOUR_MS, overAt: NOW - 3 * HOUR_MS + 130_000 },
  }),
]

export interface FleetUpdated {
  model: AdminModel
  effects: AdminEffect[]
}

export function fleetModel(size = { width: 80, height: 24 }): AdminModel {
  const first = firstAdminModel({ now: NOW, size, unicode: true, path: null })
  return updateFleet(first, { kind: 'facts', facts: demoLooks(), now: NOW }).model
}

export function thenFleet(before: FleetUpdated, message: AdminMessage): FleetUpdated {
  const { model, effects } = updateFleet(before.model, message)
  return { model, effects: [...before.effects, ...effects] }
}

/** Presses keys, one after the other; `"words"` in quotes are typed. */
export function pressFleet(model: AdminModel, ...names: string[]): FleetUpdated {
  const keys = names.flatMap((name) =>
    /^".*"$/.test(name) ? [...name.slice(1, -1)].map((one) => (one === ' ' ? 'space' : one)) : [name],
  )
  return keys.reduce<FleetUpdated>(
    (all, name) => thenFleet(all, { kind: 'key', key: keyOf(name), now: all.model.now }),
    { model, effects: [] },
  )
}

export function tellFleet(before: FleetUpdated, now: number, ...facts: AdminFact[]): FleetUpdated {
  return thenFleet(before, { kind: 'facts', facts, now })
}

export const storyFact = (about: FeedId | PubId, pub: PubId): AdminFact => ({
  ...{ kind: 'audit', about, story: demoStory(pub), at: NOW },
})
