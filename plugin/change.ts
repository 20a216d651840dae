/** The commands that change a pub and keep it: what each of them asks of its record, and when that is so. */
import type { Command } from '../protocol/command'
import type { MessageId } from '../protocol/ids'
import type { ObservedMessage } from '../protocol/messages/observed'
import type { PubMessage } from '../protocol/messages/pub'
import type { SpecMessage } from '../protocol/messages/spec'

export type Change =
  | Extract<Command, { kind: 'start' | 'stop' | 'restart' | 'name' | 'describe' }>
  /** `port` is the one that the pages have or get; null where they go off and never had one. */
  | { kind: 'web'; name: string | null; on: boolean; port: number | null }
export type ChangeKind = Change['kind']

const KINDS: readonly string[] = ['start', 'stop', 'restart', 'name', 'describe', 'web']

/** True for the word of such a command. */
export function isChangeKind(kind: string): kind is ChangeKind {
  return KINDS.includes(kind)
}

/** True for the commands about running, as against those about what the pub says of itself. */
export function isPower(kind: ChangeKind): boolean {
  return kind === 'start' || kind === 'stop' || kind === 'restart'
}

/** The record as this command wants it. `restart` of a stopped pub starts it. */
export function changed(record: PubMessage, change: Change, request: MessageId): PubMessage {
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
    case 'web':
      return { ...answers, web: change.on, webPort: change.port }
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
    case 'web':
      return record.web === wanted.web
  }
}

/** True when a record asks for nothing that an earlier one does not ask for. */
export function isSame(before: PubMessage, after: PubMessage): boolean {
  const calls = (record: PubMessage): string => record.title ?? record.name
  return (
    before.desired === after.desired &&
    before.restarts === after.restarts &&
    before.web === after.web &&
    calls(before) === calls(after) &&
    before.description === after.description
  )
}

/** True when the order in force says what the record says. */
export function isOrdered(record: PubMessage, spec: SpecMessage): boolean {
  return (
    spec.hub === record.hub &&
    spec.desired === record.desired &&
    spec.restarts === record.restarts &&
    spec.epoch === record.epoch &&
    spec.port === record.port &&
    sameOwners(spec, record) &&
    (spec.web?.port ?? null) === (record.web ? record.webPort : null) &&
    spec.name === (record.title ?? record.name) &&
    (record.description === null || spec.description === record.description)
  )
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
