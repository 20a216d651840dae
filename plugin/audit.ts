/**
 * Who asked, what was decided, and what happened, as the feeds have it. Messages go in as the log has them, the story of
 * one pub or one person comes out, each line with the key of its message. Pure.
 */
import { type FeedId, isFeedId, type MessageId, type PubId, pubIdOf } from '../protocol/ids'
import { AUDIT_REQUESTS_MAX, AUDIT_TEXT_CHARS_MAX } from '../protocol/limits-desk'
import { checkPost } from '../protocol/messages/post'
import type { PubMessage } from '../protocol/messages/pub'
import { type Content, parse, parsePayload } from '../protocol/parse'
import { redactText } from '../protocol/redact'
import type { AuditEntry } from '../protocol/rpc-desk'
import type { State } from '../protocol/state'
import type { Incoming } from '../sbot/port'
import { describe } from './effects'
import { hubCalled } from './fleet-view'
import { hubOf } from './machine-records'
import { pubsOf } from './query'

/** What is asked about. */
export interface AuditTarget {
  owner: FeedId | null
  pubs: ReadonlySet<PubId>
}

/** Somebody, or a hub, by their feed id; else all pubs of that id or name, ended ones included, or the hub of that name; null where there is none. */
export function auditTarget(state: State, about: string): AuditTarget | null {
  if (isFeedId(about)) return { owner: about, pubs: new Set(pubsOf(state, about).map((one) => one.pub)) }
  const pubs = new Set<PubId>()
  for (const { pub, record } of state.provider.pubs.values())
    if ((pub as string) === about || record.name === about) pubs.add(pub)
  if (pubs.size > 0) return { owner: null, pubs }
  const hub = hubCalled(state, about)
  return hub.ok ? { owner: hub.record.hub, pubs } : null
}

type Said = Pick<AuditEntry, 'kind' | 'text' | 'pub' | 'because'> & {
  /** Whom it is for, where it names no request of theirs. */
  to?: FeedId
}

export class Audit {
  private readonly requests = new Map<MessageId, AuditEntry>()
  private readonly about = new Set<MessageId>()
  private readonly found: AuditEntry[] = []
  private readonly places = new Map<PubId, Pick<PubMessage, 'hub' | 'epoch'>>()
  private readonly amends = new Map<PubId, number>()

  constructor(
    private readonly state: State,
    private readonly target: AuditTarget,
  ) {}

  /** Whose messages can be part of it. */
  wants(author: FeedId): boolean {
    const { provider } = this.state
    return (
      author === provider.id ||
      provider.hubs.has(author) ||
      provider.owners.has(author) ||
      author === this.target.owner
    )
  }

  /** The next message of the log. */
  take(message: Incoming): void {
    if (!message.private) return
    const role = this.roleOf(message.author)
    const said =
      role === 'owner' ? asked(message) : role === 'hub' ? happened(message) : this.decided(message)
    if (said === null) return
    const { receivedAt: at, key, author } = message
    const { to, ...rest } = said
    const entry: AuditEntry = { at, key, author, role, ...rest }
    if (role === 'owner') this.keep(entry)
    else if (this.isAbout(entry) || (to !== undefined && to === this.target.owner)) this.note(entry)
  }

  /** All of it, oldest first. */
  entries(): AuditEntry[] {
    return [...this.found].sort((a, b) => a.at - b.at)
  }

  private roleOf(author: FeedId): AuditEntry['role'] {
    const { provider } = this.state
    return author === provider.id ? 'provider' : provider.hubs.has(author) ? 'hub' : 'owner'
  }

  /** A request may turn out to be about the pub when it is answered. */
  private keep(entry: AuditEntry): void {
    if (entry.author === this.target.owner) {
      this.about.add(entry.key)
      this.found.push(entry)
      return
    }
    this.requests.set(entry.key, entry)
    const oldest = this.requests.keys().next().value
    if (this.requests.size > AUDIT_REQUESTS_MAX && oldest !== undefined) this.requests.delete(oldest)
  }

  private isAbout({ pub, because }: AuditEntry): boolean {
    return (pub !== null && this.target.pubs.has(pub)) || (because !== null && this.about.has(because))
  }

  private note(entry: AuditEntry): void {
    const request = entry.because === null ? undefined : this.requests.get(entry.because)
    if (request !== undefined) {
      this.requests.delete(request.key)
      this.about.add(request.key)
      this.found.push({ ...request, pub: entry.pub })
    }
    this.found.push(entry)
  }

  /** Which operator, where it was not the provider's own key. */
  private named(by: FeedId): string {
    return by === this.state.provider.id ? '' : ` ${by}`
  }

  /** Where it goes with this record, and why; nothing where it stays. */
  private placed({ pub, hub, epoch, moved }: PubMessage): string {
    const before = this.places.get(pub)
    this.places.set(pub, { hub, epoch })
    if (before === undefined || before.epoch === epoch) return ''
    const label = (id: FeedId): string => this.state.provider.hubs.get(id)?.label ?? id
    if (moved === null || before.hub === hub) return `, begins anew on ${label(hub)} under epoch ${epoch}`
    const by = moved.by === null ? '' : ` by the operator${this.named(moved.by)}`
    return `, goes from ${label(before.hub)} to ${label(hub)} under epoch ${epoch}: ${redactText(moved.why)}${by}`
  }

  /** By whom, where an operator changed it. */
  private amended({ pub, amended }: PubMessage): string {
    if (amended === null || amended.times === this.amends.get(pub)) return ''
    this.amends.set(pub, amended.times)
    return `, changed by the operator${this.named(amended.by)}`
  }

  private decided(message: Incoming): Said | null {
    const payload = parsePayload(message.content)
    if (payload !== null) {
      switch (payload.kind) {
        case 'answer': {
          const { answers: because, pub, outcome, command } = payload
          return { kind: 'answered', text: `${command ?? 'a message'}: ${outcome}`, pub, because }
        }
        case 'bearer':
          return {
            kind: 'answered',
            text: 'what opens something, in a thread of its own',
            pub: payload.pub,
            because: payload.delivers,
          }
        case 'notice': {
          const { topic, to, causes: because, pub } = payload
          const whom = to === null ? 'the owners' : 'a former owner'
          return { kind: 'told', text: `${whom}: ${topic}`, pub, because }
        }
        case 'burst': {
          const text = `everything of them up to message ${payload.upTo} at once: ${payload.outcome}`
          return { kind: 'answered', text, pub: null, because: null, to: payload.author }
        }
      }
    }
    const parsed = parse(message.content)
    if (!parsed.ok) return null
    const content = parsed.value
    if (content.type !== 'buttcloud/commission') return this.recorded(content)
    const text = `made for others by the operator${this.named(content.by)}`
    return { kind: 'decided', text, pub: pubIdOf(message.key), because: null }
  }

  private recorded(content: Content): Said | null {
    switch (content.type) {
      case 'buttcloud/spec':
        return {
          kind: 'ordered',
          text: describe({ kind: 'order', content }),
          pub: content.pub,
          because: content.answers,
        }
      case 'buttcloud/op':
        return { kind: 'ordered', text: `order ${content.kind}`, pub: content.pub, because: content.op }
      case 'buttcloud/pub':
        return {
          kind: 'decided',
          text: `${describe({ kind: 'record', content })}${this.placed(content)}${this.amended(content)}`,
          pub: content.pub,
          because: content.answers,
        }
      case 'buttcloud/dues':
        return {
          kind: 'decided',
          text: `dues: ${content.stage}, ${content.reason}`,
          pub: content.pub,
          because: null,
        }
      case 'buttcloud/payment':
        return {
          kind: 'happened',
          text: `Stripe: ${content.subscription} is ${content.status}`,
          pub: content.pub,
          because: content.checkout,
        }
      case 'buttcloud/grant': {
        const { target, given } = content
        const text = given ? 'given by the operator' : 'taken back by the operator'
        const to = target.kind === 'owner' ? { to: target.owner } : {}
        const pub = target.kind === 'pub' ? target.pub : null
        return { kind: 'decided', text, pub, because: null, ...to }
      }
      case 'buttcloud/halt': {
        const text = `${content.halted ? 'suspended' : 'no longer suspended'} by the operator${this.named(content.by)}${why(content.reason)}`
        return { kind: 'decided', text, pub: content.pub, because: null }
      }
      case 'buttcloud/machine': {
        const { machine, status, why: reason, by } = content
        const who = by === null ? '' : ` by the operator${this.named(by)}`
        const to = hubOf(this.state, content) ?? by
        const text = `machine ${machine} ${status}${who}${why(reason)}`
        return { kind: 'decided', text, pub: null, because: null, ...(to === null ? {} : { to }) }
      }
      case 'buttcloud/hub': {
        const by = content.by === null ? '' : ` by the operator${this.named(content.by)}`
        return {
          kind: 'decided',
          text: `${content.label}: ${content.status}${by}`,
          pub: null,
          because: null,
          to: content.hub,
        }
      }
      case 'buttcloud/block': {
        const text = `${content.blocked ? 'blocked' : 'unblocked'} by the operator${this.named(content.by)}${why(content.reason)}`
        return { kind: 'decided', text, pub: null, because: null, to: content.feed }
      }
      default:
        return null
    }
  }
}

const why = (reason: string | null): string => (reason === null ? '' : `: ${redactText(reason)}`)

/** What a person wrote, so far as that may be shown. */
function asked(message: Incoming): Said | null {
  const post = checkPost(message.content)
  if (!post.ok || post.value.byProgram) return null
  const words = redactText(
    post.value.text.replace(/\[[^\]]{0,100}\]\(@[^)]{0,100}\)/g, '').replace(/\s+/g, ' '),
  ).trim()
  const text = words.length > AUDIT_TEXT_CHARS_MAX ? `${words.slice(0, AUDIT_TEXT_CHARS_MAX)}…` : words
  return { kind: 'asked', text, pub: null, because: null }
}

/** What a hub says of a pub. */
function happened(message: Incoming): Said | null {
  const parsed = parse(message.content)
  if (!parsed.ok) return null
  const content = parsed.value
  switch (content.type) {
    case 'buttcloud/observed':
      return {
        kind: 'happened',
        text: `${content.phase}${why(content.reason)}`,
        pub: content.pub,
        because: null,
      }
    case 'buttcloud/result':
      return {
        kind: 'happened',
        text: `${content.ok ? 'done' : 'not done'}${why(content.reason)}`,
        pub: content.pub,
        because: content.op,
      }
    case 'buttcloud/incident':
      return {
        kind: 'happened',
        text: `${content.kind}, ${content.state}${why(content.reason)}`,
        pub: content.pub,
        because: null,
      }
    default:
      return null
  }
}
