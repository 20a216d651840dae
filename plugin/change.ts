/** The commands that change a pub and keep it: what each of them asks of its record, and when that is so. */
import type { Command } from '../protocol/command'
import { isHostName } from '../protocol/host-name'
import type { MessageId } from '../protocol/ids'
import { WEB_MEMORY_BYTES, WEB_RESERVED_BYTES } from '../protocol/limits'
import type { ObservedMessage } from '../protocol/messages/observed'
import { type PubMessage, reachedBy } from '../protocol/messages/pub'
import type { SpecMessage } from '../protocol/messages/spec'
import type { Size } from '../protocol/plan'

export type Change =
  | Extract<Command, { kind: 'start' | 'stop' | 'restart' | 'name' | 'describe' | 'upgrade' | 'rebuild' }>
  /** `port` is the one that the pages have or get; null where they go off and never had one. */
  | { kind: 'web'; name: string | null; on: boolean; port: number | null }
  | { kind: 'plan'; name: string | null; plan: string; size: Size }
export type ChangeKind = Change['kind']

const KINDS: readonly string[] = 'start stop restart name describe upgrade rebuild web plan'.split(' ')

/** True for the word of such a command. */
export function isChangeKind(kind: string): kind is ChangeKind {
  return KINDS.includes(kind)
}

/** True for the commands about running, as against those about what the pub says of itself. */
export function isPower(kind: ChangeKind): boolean {
  return kind === 'start' || kind === 'stop' || kind === 'restart'
}

/** True for the commands that make the pub's container of another, or another copy of the, image. */
export function isRemake(kind: ChangeKind): boolean {
  return kind === 'upgrade' || kind === 'rebuild'
}

/** The record as this command wants it. `restart` of a stopped pub starts it. `current` is the version of now. */
export function changed(record: PubMessage, change: Change, request: MessageId, current: string): PubMessage {
  const answers = { ...record, answers: request }
  switch (change.kind) {
    case 'start':
      return { ...answers, desired: 'up' }
    case 'stop':
      return { ...answers, desired: 'down' }
    case 'restart':
      return { ...answers, desired: 'up', restarts: record.restarts + 1 }
    case 'name':
      return { ...answers, title: change.text }
    case 'describe':
      return { ...answers, description: change.text }
    case 'upgrade':
      return { ...answers, version: change.version ?? current }
    case 'rebuild':
      return { ...answers, rebuilds: record.rebuilds + 1 }
    case 'web':
      return { ...answers, web: change.on, webPort: change.port }
    case 'plan':
      return { ...answers, plan: change.plan, size: change.size }
  }
}

/** True while nothing that came later wants it otherwise. */
export function stillWanted(kind: ChangeKind, wanted: PubMessage, record: PubMessage): boolean {
  switch (kind) {
    case 'start':
    case 'stop':
      return record.desired === wanted.desired
    case 'restart':
      return record.desired === wanted.desired && record.restarts === wanted.restarts
    case 'name':
      return record.title === wanted.title
    case 'describe':
      return record.description === wanted.description
    case 'upgrade':
      return record.version === wanted.version
    case 'rebuild':
      return record.rebuilds === wanted.rebuilds
    case 'web':
      return record.web === wanted.web
    case 'plan':
      return record.plan === wanted.plan
  }
}

/** True when a record asks for nothing that an earlier one does not ask for. */
export function isSame(before: PubMessage, after: PubMessage): boolean {
  const calls = (record: PubMessage): string => record.title ?? record.name
  return (
    before.desired === after.desired &&
    before.restarts === after.restarts &&
    before.rebuilds === after.rebuilds &&
    before.version === after.version &&
    before.web === after.web &&
    before.plan === after.plan &&
    isSameSize(before.size, after.size) &&
    calls(before) === calls(after) &&
    before.description === after.description
  )
}

/** True when a pub of one size may use what one of the other may. */
export function isSameSize(a: Size, b: Size): boolean {
  return a.memoryBytes === b.memoryBytes && a.reservedBytes === b.reservedBytes && a.diskBytes === b.diskBytes
}

/** What its hub shall make of a live pub: what its owners want, unless it is suspended: not paid for, or stopped by its operator. */
export function desiredOf(record: PubMessage): 'up' | 'down' {
  return record.suspended ? 'down' : record.desired
}

/** What its hub shall give it: what its plan gave it, and what its web pages take. */
export function sizeOf(record: PubMessage): Size {
  const { memoryBytes, reservedBytes, diskBytes } = record.size
  const web = record.web && record.webPort !== null
  return {
    memoryBytes: memoryBytes + (web ? WEB_MEMORY_BYTES : 0),
    reservedBytes: reservedBytes + (web ? WEB_RESERVED_BYTES : 0),
    diskBytes,
  }
}

/** True when the order in force says what the record says. */
export function isOrdered(record: PubMessage, spec: SpecMessage): boolean {
  return (
    spec.hub === record.hub &&
    spec.desired === desiredOf(record) &&
    isSameSize(spec, sizeOf(record)) &&
    spec.restarts === record.restarts &&
    spec.rebuilds === record.rebuilds &&
    spec.version === record.version &&
    spec.epoch === record.epoch &&
    spec.port === record.port &&
    spec.host === reachedBy(record) &&
    sameOwners(spec, record) &&
    isSameWeb(spec.web, webOf(record)) &&
    spec.name === (record.title ?? record.name) &&
    (record.description === null || spec.description === record.description)
  )
}

/** The pages that its hub shall serve: under the name that it is reached by, and its name for life. */
export function webOf(record: PubMessage): SpecMessage['web'] {
  const { web, webPort, host } = record
  if (!web || webPort === null) return null
  const names = [...new Set([reachedBy(record), host])].filter((name) => name !== null && isHostName(name))
  return { port: webPort, names: names.length === 0 ? null : (names as string[]) }
}

function isSameWeb(a: SpecMessage['web'], b: SpecMessage['web']): boolean {
  const [had, has] = [a?.names ?? [], b?.names ?? []]
  return a?.port === b?.port && had.length === has.length && had.every((name) => has.includes(name))
}

/** The order in which they stand says for whom the pub counts, which is nothing to its hub. */
function sameOwners(spec: SpecMessage, record: PubMessage): boolean {
  const { owners } = record
  return spec.owners.length === owners.length && owners.every((owner) => spec.owners.includes(owner))
}

/** True when the hub has said that the order in force is carried out. */
export function isReached(spec: SpecMessage, observed: ObservedMessage | null): boolean {
  return observed !== null && observed.revision === spec.revision && observed.phase === spec.desired
}

/** True when the hub has seen the version in force run well, and keeps to it. */
function hasPassed(spec: SpecMessage, observed: ObservedMessage | null): boolean {
  return observed?.revision === spec.revision && observed.version !== null && observed.reverted === null
}

/**
 * What an order made now is to go back to: the last version that is known to work, also where several orders came
 * while a newer one was on trial. Null where that is the very version of the record.
 */
export function fallbackOf(
  record: PubMessage,
  spec: SpecMessage | undefined,
  observed: ObservedMessage | null,
): SpecMessage['fallback'] {
  if (spec === undefined) return null
  const good = spec.fallback === null || hasPassed(spec, observed) ? spec.version : spec.fallback.version
  return record.version === good ? null : { version: good }
}

/** Why the hub went back from the version in force, and to which; null where it did not. */
export function revertOf(
  spec: SpecMessage | undefined,
  observed: ObservedMessage | null,
): { why: string; to: SpecMessage['version'] } | null {
  if (spec === undefined || spec.fallback === null || observed?.revision !== spec.revision) return null
  return observed.reverted === null ? null : { why: observed.reverted, to: spec.fallback.version }
}
