/** The hubs of a cluster file, and the machines that they run on, against those that are there. Pure. */
import type { FeedId } from '../protocol/ids'
import type { HubMessage } from '../protocol/messages/hub'
import type { MachineMessage } from '../protocol/messages/machine'
import type { State } from '../protocol/state'
import type { MachineFact as MachineRecord } from '../protocol/state-machines'
import type { ClusterWorld, Compared } from './cluster-compare'
import type { HubWish, MachineWish } from './cluster-read'
import { hubCalled } from './fleet-view'
import { machineAdded } from './machine-deeds'
import { hubOf, machineOf } from './machine-records'
import { hubDeed } from './move'
import { clusterWords as words } from './words-cluster'
import { machineWords } from './words-machines'

export interface HubsCompared {
  /** Those that the file names, as they will be. */
  records: HubMessage[]
  /** Names in the file whose hubs have not joined. */
  awaited: ReadonlySet<string>
}

/** What the file wants of each hub; those that it does not name are counted, and left alone. */
export function compareHubs(
  world: ClusterWorld,
  wishes: HubWish[] | null,
  by: FeedId,
  compared: Compared,
): HubsCompared {
  const { state } = world
  const named = new Map<FeedId, HubMessage>()
  const awaited = new Set<string>()
  // With those that the file has wanted so far, which count for what there may be at most.
  let around = world
  for (const wish of wishes ?? []) {
    const { label, line } = wish
    const found = hubCalled(state, label)
    const called = [...state.provider.hubs.values()].filter((one) => one.label === label)
    const many = !found.ok && called.some((one) => !isFormer(one, wish))
    if (!found.ok && many) compared.hold('hubs', label, line, found.why)
    else if (!found.ok || isFormer(found.record, wish)) {
      awaited.add(label)
      around = compareComing(around, wish, by, compared)
    } else if (named.has(found.record.hub))
      compared.hold('hubs', label, line, words.hubTwice(found.record.label))
    else named.set(found.record.hub, compareThere(world, found.record, wish, compared))
  }
  if (wishes !== null) tellOthers(state, named, awaited, compared)
  return { records: [...named.values()], awaited }
}

/** Who was retired may have left its name to one that is still to come. */
function isFormer(record: HubMessage, { status, machine }: HubWish): boolean {
  return record.status === 'retired' && status !== 'retired' && (status !== null || machine !== null)
}

/** One that has joined; gives its record as it will be. */
function compareThere(
  world: ClusterWorld,
  record: HubMessage,
  { label, line, status, machine }: HubWish,
  compared: Compared,
): HubMessage {
  const { state, connected } = world
  if (machine !== null && record.status !== 'retired') {
    const one = machineOf(state, record.hub)
    const why = one === null ? words.noMachine : one.content.status === 'wanted' ? null : words.machineLeaves
    const other = one === null ? null : whyOther(one, machine, label)
    if (why !== null || other !== null) compared.hold('hubs', label, machine.line, why ?? other ?? '')
    else if (one?.made.by === null) compared.notes.push(words.byItself(record.label))
    // Of one that is leaving the status is no question any more.
    if (why === words.machineLeaves) return record
  }
  if (status === null) return record
  const deed = hubDeed(state, connected, { hub: record.hub, status }, world)
  if (!deed.ok) compared.hold('hubs', label, line, deed.why)
  if (!deed.ok || deed.say === null) return record
  const count = [...(state.byHub.get(record.hub) ?? [])].filter(
    (id) => state.provider.pubs.get(id)?.record.status === 'live',
  ).length
  compared.change('hubs', record.label, {
    words: words.hub(record.label, record.status, status, count),
    ...{ line, deed: { kind: 'hub', hub: record.hub, status } },
  })
  return deed.say
}

/** One that has not joined: its machine is asked for, once. Gives the world with it. */
function compareComing(
  world: ClusterWorld,
  { label, line, status, machine }: HubWish,
  by: FeedId,
  compared: Compared,
): ClusterWorld {
  const { state, policy, now } = world
  const pending = onItsWay(state, label)
  if (pending?.content.status === 'wanted') {
    const { machine: name, driver } = pending.content
    const isStrange = driver !== policy.machines?.driver
    const why = isStrange ? machineWords.otherDriver(name, driver) : whyOther(pending, machine, label)
    if (why === null) compared.owe(words.onItsWay(label, name, driver))
    else compared.hold('hubs', label, machine?.line ?? line, why)
  } else if (machine === null) compared.notes.push(words.notJoined(label))
  else if (pending !== null) compared.hold('hubs', label, machine.line, words.formerLeaves)
  else if (status !== null && status !== 'admitted')
    compared.hold('hubs', label, line, words.noneToBe(status))
  else {
    const { flavor, image } = machine
    const wish = { label, kind: flavor === null && image === null ? null : { flavor, image } }
    const done = machineAdded(world, wish, by)
    if (!done.ok) compared.hold('hubs', label, machine.line, done.why)
    if (!done.ok || done.say === null) return world
    compared.change('hubs', label, {
      words: words.rents(label, wish.kind, done.say.driver),
      ...{ line, deed: { kind: 'machine', wish } },
    })
    return { ...world, state: withMachine(state, done.say, now) }
  }
  return world
}

/** The machine that will be the hub of this name. */
function onItsWay(state: State, label: string): MachineRecord | null {
  for (const one of state.provider.machines.all.values()) {
    const { content } = one
    if (content.label === label && content.status !== 'gone' && hubOf(state, content) === null) return one
  }
  return null
}

/** Why a machine is not what the file says it is; null where it is, or the file leaves that open. */
function whyOther({ content }: MachineRecord, wish: MachineWish | null, label: string): string | null {
  for (const what of ['flavor', 'image'] as const) {
    const wanted = wish?.[what] ?? null
    const has = content.kind?.[what] ?? null
    if (wanted !== null && wanted !== has) return words.otherMachine(label, what, has)
  }
  return null
}

function withMachine(state: State, content: MachineMessage, now: number): State {
  const { machines } = state.provider
  const { why, by } = content
  const all = new Map(machines.all).set(content.machine, { content, at: now, made: { at: now, why, by } })
  return { ...state, provider: { ...state.provider, machines: { ...machines, all } } }
}

function tellOthers(
  state: State,
  named: ReadonlyMap<FeedId, HubMessage>,
  awaited: ReadonlySet<string>,
  { notes }: Compared,
): void {
  const others = [...state.provider.hubs.values()].filter(
    ({ hub, status }) => status !== 'retired' && !named.has(hub),
  )
  if (others.length > 0) notes.push(words.otherHubs(others.map(({ label }) => label)))
  const labels: string[] = []
  for (const { content, made } of state.provider.machines.all.values()) {
    if (content.status !== 'wanted') continue
    const hub = hubOf(state, content)
    const isLeft = hub === null ? made.by !== null && !awaited.has(content.label) : !named.has(hub)
    if (isLeft) labels.push(content.label)
  }
  if (labels.length > 0) notes.push(words.otherMachines(labels))
}
