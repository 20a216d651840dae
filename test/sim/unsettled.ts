/** What is not as it should be when a world has come to rest, or should have. */
import { runOf } from '../../hub-daemon/run'
import { desiredOf, sizeOf } from '../../plugin/change'
import type { FeedId, PubId } from '../../protocol/ids'
import type { ContactOp } from '../../protocol/messages/op'
import type { PubMessage } from '../../protocol/messages/pub'
import type { SpecMessage } from '../../protocol/messages/spec'
import type { SimHub } from './hub'
import type { Invariant } from './invariants/violation'
import { BIG } from './provider'
import type { PubProcess } from './pub'
import { otherSize, otherwisePaid, unheard, unpaid } from './unpaid'
import type { World } from './world'

/** What is not yet as it should be in the end. */
export function unsettled(world: World): { invariant: Invariant; sentence: string }[] {
  const { checks, hubs } = world
  const found: { invariant: Invariant; sentence: string }[] = []
  found.push(...unheard(world))
  for (const sentence of checks.operator.unsettled()) found.push({ invariant: 'held', sentence })
  const isThere = (id: string) =>
    hubs.some((hub) => hub.machine.id === id && hub.machine.life.alive && !world.breakdowns.isDead(hub))
  const roomOn = (id: FeedId) => {
    const hub = hubs.find((one) => one.machine.id === id)
    return (hub?.place.memoryBytes ?? 0) - checks.moves.reservedOn(id) - keptFor(id)
  }
  // What can't start never says that it runs in its latest size, so it keeps the room of an earlier one.
  const keptFor = (id: FeedId) => {
    let bytes = 0
    for (const record of checks.owners.records.values())
      if (record.hub === id && record.status === 'live' && world.breakdowns.isExcused(record))
        bytes += BIG.size.reservedBytes - sizeOf(record).reservedBytes
    return bytes
  }
  // Who can never be up where it is has not arrived, and nobody is told that it has.
  const arrives = (record: PubMessage) => isThere(record.hub) && !world.breakdowns.isExcused(record)
  for (const sentence of checks.moves.untold(arrives)) found.push({ invariant: 'told-of-moves', sentence })
  const isUp = (pub: PubId) => {
    const record = checks.owners.records.get(pub)
    const hub = hubs.find((one) => one.machine.id === record?.hub)
    return (
      record?.status === 'live' && desiredOf(record) === 'up' && hub?.engine.processOf(pub)?.isOpen === true
    )
  }
  for (const pub of checks.stranded.untold(isUp))
    found.push({ invariant: 'told-of-moves', sentence: `owners were not told that ${pub.slice(0, 7)} is up` })
  for (const sentence of checks.moves.undrained(roomOn, isThere))
    found.push({ invariant: 'drained', sentence })
  for (const what of checks.mail.missing())
    found.push({ invariant: 'mailed', sentence: `${what} has not arrived` })
  for (const one of checks.finals.unanswered(checks.redeemed))
    found.push({
      invariant: 'answered',
      sentence: `${JSON.stringify(one.text.slice(0, 40))} ${one.key.slice(0, 7)}`,
    })
  for (const pub of checks.keysLeft())
    found.push({ invariant: 'retention', sentence: `the key of ${pub.slice(0, 7)} is still in escrow` })
  for (const hub of hubs)
    for (const { run, process } of hub.engine.containers.values())
      if (
        !world.breakdowns.isDead(hub) &&
        process !== null &&
        checks.owners.records.get(run.pub)?.hub !== hub.machine.id
      )
        found.push({ invariant: 'up-at-the-end', sentence: `${run.name} runs on its former hub` })
  for (const record of checks.owners.records.values()) {
    const hub = hubs.find((one) => one.machine.id === record.hub)
    if (world.breakdowns.isExcused(record)) continue
    const process = hub?.engine.processOf(record.pub) ?? null
    const live = record.status === 'live' && desiredOf(record) === 'up'
    const session = hub?.sessions.get(record.pub)?.fact()
    if (live && (process?.isOpen !== true || process.epoch !== record.epoch))
      found.push({
        invariant: 'up-at-the-end',
        sentence: `${record.name} is not up: run ${process === null ? 'none' : 'there'}, session ${session?.status} ${session?.reason}`,
      })
    if (!live && process !== null)
      found.push({ invariant: 'up-at-the-end', sentence: `${record.name} is ${whyOff(record)} and runs` })
    if (live && hub !== undefined) found.push(...disordered(world, hub, record))
    found.push(
      ...unhealed(world, record),
      ...unpaid(world, record),
      ...otherwisePaid(world, record),
      ...otherSize(world, record),
    )
    if (live && process?.isOpen === true) found.push(...wrongInvites(world, record, process))
  }
  return found
}

/** What was handed out for a pub that is up works while it has uses, and what was taken back does not. */
function wrongInvites(
  { checks: { invites } }: World,
  record: PubMessage,
  process: PubProcess,
): { invariant: Invariant; sentence: string }[] {
  const found: { invariant: Invariant; sentence: string }[] = []
  for (const op of invites.ops.values()) {
    if (op.pub !== record.pub) continue
    const isThere = process.invites().has(op.invite.key)
    const isRevoked = invites.revoked.has(op.invite.key)
    if (isRevoked && isThere)
      found.push({
        invariant: 'taken-back-is-gone',
        sentence: `${record.name} has an invite that was taken back`,
      })
    const left = op.invite.uses - (invites.used.get(op.op) ?? 0)
    if (left > 0 && !isRevoked && invites.handedOut.has(op.op) && !isThere)
      found.push({ invariant: 'invites-work', sentence: `an invite to ${record.name} is not in its table` })
  }
  return found
}

const whyOff = ({ status, suspended }: PubMessage): string =>
  status === 'ended' ? 'deleted' : suspended ? 'suspended' : 'stopped'

/** A live pub is in no trouble any more that its owners were told of, and they were told of all. */
function unhealed(
  { checks: { incidents }, hubs }: World,
  record: PubMessage,
): { invariant: Invariant; sentence: string }[] {
  if (record.status !== 'live') return []
  const found: string[] = []
  for (const { kind } of incidents.open(record.hub, record.pub)) {
    // A stopped pub is not measured.
    if (desiredOf(record) === 'up' || !kind.startsWith('disk')) found.push(`${kind} is not over`)
  }
  const process = hubs.find((one) => one.machine.id === record.hub)?.engine.processOf(record.pub)
  if (process?.takesBlobs === false) found.push('it takes no blobs though its disk has room')
  if (incidents.isUntold(record)) found.push('its owners have not heard all')
  return found.map((sentence) => ({ invariant: 'incidents', sentence: `${record.name}: ${sentence}` }))
}

/** A pub that shall run: started anew as often as it was ordered, and saying of itself what its owner wants. */
function disordered(
  world: World,
  hub: SimHub,
  record: PubMessage,
): { invariant: Invariant; sentence: string }[] {
  const spec = world.provider.running?.inbox.state.provider.specs.get(record.pub)
  const process = hub.engine.processOf(record.pub)
  if (spec === undefined || process === null) return []
  const found: string[] = []
  const wanted = runOf({ ...spec, ...ordersOf(record) }, hub.config)
  const run = [...hub.engine.containers.values()].find((one) => one.run.pub === record.pub)?.run
  if (run?.shape !== wanted.shape || run.epoch !== wanted.epoch)
    found.push(`${record.name} was restarted ${record.restarts} times and its run is another one`)
  const { name, description } = process.says
  if (name !== (record.title ?? record.name)) found.push(`${record.name} calls itself ${name}`)
  if (record.description !== null && description !== record.description)
    found.push(`${record.name} describes itself as ${description}`)
  if ([...process.owners].sort().join() !== [...record.owners].sort().join())
    found.push(`${record.name} lets ${process.owners.length} people in as its owners, not the present ones`)
  for (const { contact } of lastContactsOf(world, record)) {
    const says = process.saysOf(contact.feed)
    if (says.following !== contact.following || says.blocking !== contact.blocking)
      found.push(`${record.name} does not follow or block as it was told: ${JSON.stringify(says)}`)
  }
  return found.map((sentence) => ({ invariant: 'as-ordered', sentence }))
}

/** The last word of the owners on each person; what a former hub was still to do is answered as not done. */
function lastContactsOf(world: World, record: PubMessage): ContactOp[] {
  const last = new Map<string, ContactOp>()
  const { provider } = world.provider.running?.inbox.state ?? { provider: null }
  for (const key of provider?.opsOfPub.get(record.pub) ?? []) {
    const op = provider?.ops.get(key)
    if (op?.kind === 'contact') last.set(op.contact.feed, op)
  }
  // One that its owner was told is not done, because the pub moved meanwhile, stays so where the pub has come back.
  const isLeft = ({ op }: ContactOp) => record.moved !== null && provider?.unsuccessful.has(op) === true
  return [...last.values()].filter((op) => op.hub === record.hub && !isLeft(op))
}

/** What the record itself asks for, whatever order was made of it. */
function ordersOf(record: PubMessage): Partial<SpecMessage> {
  const { epoch, restarts, rebuilds, version, port } = record
  return { epoch, restarts, rebuilds, version, port, ...sizeOf(record) }
}
