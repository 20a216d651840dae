/**
 * What the hub knows, as a fold over two feeds: its provider's (orders) and its own (what it has reported).
 * The result is the same in whatever order the messages come in, and however often.
 */
import type { FeedId, InviteKey, MessageId, PubId } from '../protocol/ids'
import { OWN_INCIDENTS_KEPT_MAX } from '../protocol/limits'
import type { CapacityMessage } from '../protocol/messages/capacity'
import type { HubMessage } from '../protocol/messages/hub'
import type { IncidentMessage } from '../protocol/messages/incident'
import type { ObservedMessage } from '../protocol/messages/observed'
import type { ContactOp, OpMessage } from '../protocol/messages/op'
import type { SpecMessage } from '../protocol/messages/spec'
import { type Content, parse } from '../protocol/parse'
import type { Incoming } from '../sbot/port'

/** A message with the sequence it has on its author's feed: the higher one is the later word. */
interface Said<T> {
  sequence: number
  content: T
}

/** What our feed says of one incident. */
export interface OwnIncident {
  begun: IncidentMessage | null
  over: IncidentMessage | null
}

export interface HubState {
  readonly self: FeedId
  readonly provider: FeedId
  /** The provider's record of this hub; null until it is admitted. */
  record: Said<HubMessage> | null
  /** The latest order per pub. */
  readonly specs: Map<PubId, Said<SpecMessage>>
  /** Deeds that have no result yet, by pub and op. */
  readonly owed: Map<PubId, Map<MessageId, Said<OpMessage>>>
  /** Invites that the provider has taken back: they come into no table any more. */
  readonly revoked: Set<InviteKey>
  /** Deeds whose result is on our feed. */
  readonly done: Set<MessageId>
  /** What was last published about each pub. */
  readonly observed: Map<PubId, Said<ObservedMessage>>
  /** The highest revision that each pub was reported up with. */
  readonly upAt: Map<PubId, number>
  /** The incidents of each pub by their number; only the last ones, and those that are not over. */
  readonly incidents: Map<PubId, Map<number, OwnIncident>>
  capacity: Said<CapacityMessage> | null
}

/** What an empty log means. */
export function emptyState(self: FeedId, provider: FeedId): HubState {
  return {
    self,
    provider,
    record: null,
    specs: new Map(),
    owed: new Map(),
    revoked: new Set(),
    done: new Set(),
    observed: new Map(),
    upAt: new Map(),
    incidents: new Map(),
    capacity: null,
  }
}

/**
 * Takes one message into the state (in place) and says whether it meant anything. Only private messages count;
 * orders only from the provider and only for this hub, reports only from this hub itself. All else is ignored.
 */
export function evolve(state: HubState, message: Incoming): boolean {
  if (!message.private) return false
  if (message.author !== state.provider && message.author !== state.self) return false
  const checked = parse(message.content)
  if (!checked.ok) return false
  return message.author === state.provider
    ? takeOrder(state, message.sequence, checked.value)
    : takeReport(state, message.sequence, checked.value)
}

function takeOrder(state: HubState, sequence: number, content: Content): boolean {
  switch (content.type) {
    case 'buttcloud/hub':
      if (content.hub !== state.self || !isLater(state.record, sequence)) return false
      state.record = { sequence, content }
      return true
    case 'buttcloud/spec':
      if (content.hub !== state.self || !isNewer(state.specs.get(content.pub), sequence, content))
        return false
      state.specs.set(content.pub, { sequence, content })
      return true
    case 'buttcloud/op': {
      if (content.hub !== state.self) return false
      // Also of a deed that is done: an older order may still want to put the invite into the table.
      if (content.kind === 'revoke') state.revoked.add(content.revoke.key)
      if (state.done.has(content.op)) return false
      const owed = state.owed.get(content.pub) ?? new Map<MessageId, Said<OpMessage>>()
      if ((owed.get(content.op)?.sequence ?? Number.POSITIVE_INFINITY) <= sequence) return false
      owed.set(content.op, { sequence, content })
      state.owed.set(content.pub, owed)
      return true
    }
    default:
      return false
  }
}

function takeReport(state: HubState, sequence: number, content: Content): boolean {
  switch (content.type) {
    case 'buttcloud/capacity':
      if (!isLater(state.capacity, sequence)) return false
      state.capacity = { sequence, content }
      return true
    case 'buttcloud/observed':
      if (content.phase === 'up')
        state.upAt.set(content.pub, Math.max(content.revision, state.upAt.get(content.pub) ?? 0))
      if (!isLater(state.observed.get(content.pub), sequence)) return false
      state.observed.set(content.pub, { sequence, content })
      return true
    case 'buttcloud/incident':
      return takeIncident(state, content)
    case 'buttcloud/result': {
      if (state.done.has(content.op)) return false
      state.done.add(content.op)
      const owed = state.owed.get(content.pub)
      if (owed?.delete(content.op) && owed.size === 0) state.owed.delete(content.pub)
      return true
    }
    default:
      return false
  }
}

function takeIncident({ incidents }: HubState, content: IncidentMessage): boolean {
  const known = incidents.get(content.pub) ?? new Map<number, OwnIncident>()
  incidents.set(content.pub, known)
  const before = known.get(content.number) ?? { begun: null, over: null }
  if (before[content.state] !== null) return false
  known.set(content.number, { ...before, [content.state]: content })
  const bound = Math.max(...known.keys()) - OWN_INCIDENTS_KEPT_MAX
  for (const [number, { over }] of known) if (number <= bound && over !== null) known.delete(number)
  return true
}

function isLater(said: Said<unknown> | null | undefined, sequence: number): boolean {
  return said === null || said === undefined || sequence > said.sequence
}

/** The highest revision wins; of two with one revision the later one. */
function isNewer(said: Said<SpecMessage> | undefined, sequence: number, spec: SpecMessage): boolean {
  if (said === undefined) return true
  if (spec.revision !== said.content.revision) return spec.revision > said.content.revision
  return sequence > said.sequence
}

/** What shall be true of a pub here: the spec's word, and `none` for everything on a hub that was retired. */
export function desiredOf(state: HubState, spec: SpecMessage): 'up' | 'down' | 'none' {
  return state.record?.content.status === 'retired' ? 'none' : spec.desired
}

/** The deeds still owed to one pub, in the order in which they were asked for. */
export function owedTo(state: HubState, pub: PubId): OpMessage[] {
  const owed = [...(state.owed.get(pub)?.values() ?? [])]
  return owed.sort((one, other) => one.sequence - other.sequence).map(({ content }) => content)
}

/** True when a later deed says something else of the same feed: then only that one is done. */
export function isOvertaken(owed: readonly OpMessage[], op: ContactOp): boolean {
  return owed
    .slice(owed.indexOf(op) + 1)
    .some((other) => other.kind === 'contact' && other.contact.feed === op.contact.feed)
}
