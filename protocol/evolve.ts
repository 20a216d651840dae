/**
 * The one place that knows what a message means to the provider's state. `evolve` changes the state in place and
 * gives nothing back, so that nobody takes the result for a copy. Folding a message twice changes nothing; each
 * author's messages must come in sequence order, and those of different authors may come in any.
 */
import { maySay } from './authority'
import { evolveAnswer, isClosed } from './evolve-answers'
import { evolveMachine, noteKept } from './evolve-machines'
import { evolveMoney } from './evolve-money'
import { noteMove } from './evolve-moves'
import { tellNews } from './evolve-news'
import { evolveObserved } from './evolve-observed'
import { evolveOperator, noteAmend, noteMaking } from './evolve-operator'
import { noteOwn } from './evolve-own'
import { evolvePublic } from './evolve-public'
import type { FeedId, MessageId, Millis, PubId } from './ids'
import { INCIDENTS_KEPT_MAX } from './limits'
import { SIZES_KEPT_MAX } from './limits-money'
import type { OpMessage } from './messages/op'
import { checkPost, type Post } from './messages/post'
import type { PubMessage } from './messages/pub'
import type { SpecMessage } from './messages/spec'
import { type Content, parse } from './parse'
import { type AuthorFold, authorOf, type ProviderFold, type Request, type State } from './state'

/** What the fold needs of a message; sbot's Incoming has it all. */
export interface Folded {
  key: MessageId
  author: FeedId
  sequence: number
  claimedAt: Millis
  receivedAt: Millis
  private: boolean
  content: unknown
}

const DAY_MS = 24 * 3_600_000

/** Takes one message in. Content that does not parse, or that its author may not say, changes nothing. */
export function evolve(state: State, message: Folded): void {
  if (message.author === state.provider.id) {
    if (message.sequence <= state.provider.sequence) return
    state.provider.sequence = message.sequence
    if (message.private) evolveProvider(state, message)
    return
  }
  const author = authorOf(state, message.author)
  if (message.sequence <= author.sequence) return
  author.sequence = message.sequence
  if (message.private) evolvePrivate(state, author, message)
  else evolvePublic(author, message)
}

// ---- the provider's feed: decisions ----------------------------------------------------------------------------

function evolveProvider(state: State, message: Folded): void {
  const parsed = parse(message.content)
  if (!parsed.ok) return
  const content = parsed.value
  if (!maySay('provider', content.type)) return
  const { provider } = state
  tellNews(state, content)
  switch (content.type) {
    case 'post':
      evolveAnswer(state, message, content)
      return
    case 'buttcloud/owner':
      provider.owners.add(content.owner)
      if (!provider.operator.ownersSince.has(content.owner))
        provider.operator.ownersSince.set(content.owner, message.claimedAt)
      return
    case 'buttcloud/hub':
      provider.hubs.set(content.hub, content)
      if (content.token !== null) provider.usedTokens.set(content.token, content.hub)
      return
    case 'buttcloud/pub':
      evolvePub(state, message, content)
      return
    case 'buttcloud/spec': {
      const known = provider.specs.get(content.pub)
      if (known !== undefined && content.revision <= known.revision) return
      noteReserved(provider, content, known)
      noteKept(provider.machines, content)
      provider.specs.set(content.pub, content)
      return
    }
    case 'buttcloud/machine':
      evolveMachine(provider.machines, message.claimedAt, content)
      return
    case 'buttcloud/op':
      evolveOp(provider, message, content)
      return
    case 'buttcloud/note':
      provider.notes.set(content.invite, content.text)
      return
    case 'buttcloud/bridge':
    case 'buttcloud/checkout':
    case 'buttcloud/session':
    case 'buttcloud/payment':
    case 'buttcloud/grant':
    case 'buttcloud/dues':
    case 'buttcloud/permit':
    case 'buttcloud/alert':
      evolveMoney(provider, message, content)
      return
    case 'buttcloud/halt':
    case 'buttcloud/block':
    case 'buttcloud/announcement':
    case 'buttcloud/commission':
      evolveOperator(provider, message, content)
      return
    case 'buttcloud/observed':
    case 'buttcloud/result':
    case 'buttcloud/incident':
    case 'buttcloud/capacity':
      return // maySay has refused these; the compiler still wants them named.
    default:
      forgotten(content)
  }
}

/** A smaller order frees no room before its hub has carried it out. */
function noteReserved({ reserved }: ProviderFold, spec: SpecMessage, before: SpecMessage | undefined): void {
  const known = before?.hub === spec.hub ? (reserved.get(spec.pub) ?? []) : []
  if (known.at(-1)?.bytes === spec.reservedBytes) return
  const last = { revision: spec.revision, bytes: spec.reservedBytes }
  reserved.set(spec.pub, [...known, last].slice(-SIZES_KEPT_MAX))
}

function evolveOp(provider: ProviderFold, message: Folded, op: OpMessage): void {
  if (provider.ops.has(op.op)) return
  provider.ops.set(op.op, op)
  provider.opTimes.set(op.op, message.claimedAt)
  // The first word holds: what came between it and a second one was not let through.
  if (op.kind === 'revoke' && !provider.revoked.has(op.revoke.key))
    provider.revoked.set(op.revoke.key, op.revoke.after)
  provider.begun.add(op.op)
  push(provider.opsOfPub, op.pub, op.op)
}

function evolvePub(state: State, message: Folded, record: PubMessage): void {
  const { pubs, begun } = state.provider
  const before = pubs.get(record.pub)
  // What follows from a payment or a promise answers no request, nor does a later record that keeps such a cause.
  const isKept = before?.record.answers === record.answers && !state.provider.changes.has(record.answers)
  if (!isKept && !state.provider.money.causes.get(record.pub)?.includes(record.answers)) {
    begun.add(record.answers)
    noteChange(state.provider, message, record)
  }
  noteOwn(state.provider, message, before?.record ?? null, record)
  if (before !== undefined) {
    noteOwners(state.provider, message, before.record, record)
    noteMove(state.provider, message, before.record, record)
    noteAmend(state.provider, message, before.record, record)
    unlist(state, record.pub, before.record)
    if (record.epoch !== before.record.epoch || record.hub !== before.record.hub)
      before.placed = {
        ...{ key: message.key, at: message.claimedAt },
        from: record.hub === before.record.hub ? null : before.record.hub,
      }
    before.record = record
    before.recordedAt = message.claimedAt
  } else {
    pubs.set(record.pub, {
      pub: record.pub,
      createdAt: message.claimedAt,
      firstSequence: message.sequence,
      record,
      recordedAt: message.claimedAt,
      placed: { key: message.key, at: message.claimedAt, from: null },
    })
  }
  if (record.status === 'live') state.names.set(record.name, record.pub)
  noteMaking(state.provider, message, record)
  for (const owner of record.owners) add(state.byOwner, owner, record.pub)
  add(state.byHub, record.hub, record.pub)
}

function noteChange({ answers, changes }: ProviderFold, message: Folded, record: PubMessage): void {
  if (answers.get(record.answers)?.final) return
  const recordedAt = changes.get(record.answers)?.recordedAt ?? message.claimedAt
  changes.set(record.answers, { pub: record.pub, record, recordedAt })
}

function noteOwners(provider: ProviderFold, message: Folded, before: PubMessage, record: PubMessage): void {
  const added = record.owners.filter((owner) => !before.owners.includes(owner))
  if (added.length === 0) return
  const at = message.claimedAt
  const today = provider.ownerAdds.filter((one) => one.at > at - DAY_MS)
  provider.ownerAdds = [...today, ...added.map((owner) => ({ at, pub: record.pub, owner }))]
}

function unlist(state: State, pub: PubId, record: PubMessage): void {
  if (state.names.get(record.name) === pub) state.names.delete(record.name)
  for (const owner of record.owners) state.byOwner.get(owner)?.delete(pub)
  state.byHub.get(record.hub)?.delete(pub)
}

// ---- everybody else's feeds: requests and reports --------------------------------------------------------------

function evolvePrivate(state: State, author: AuthorFold, message: Folded): void {
  const post = checkPost(message.content)
  if (post.ok) {
    if (!post.value.byProgram) evolveRequest(state, author, message, post.value)
    return
  }
  const parsed = parse(message.content)
  if (!parsed.ok) return
  const content: Content = parsed.value
  if (!maySay('hub', content.type)) return
  if (content.type === 'buttcloud/capacity') state.news.hub(author.id)
  else if ('pub' in content && content.pub !== null) state.news.pub(content.pub)
  if (content.type === 'buttcloud/capacity') author.capacity = content
  if (content.type === 'buttcloud/observed') evolveObserved(author, message, content)
  if (content.type === 'buttcloud/incident') {
    const { key, sequence, receivedAt } = message
    const fact = { key, sequence, receivedAt, incident: content }
    const kept = [...(author.incidents.get(content.pub) ?? []), fact]
    author.incidents.set(content.pub, kept.slice(-INCIDENTS_KEPT_MAX))
  }
  if (content.type === 'buttcloud/result' && !author.results.has(content.op))
    author.results.set(content.op, content)
}

function evolveRequest(state: State, author: AuthorFold, message: Folded, post: Post): void {
  const request: Request = {
    key: message.key,
    author: author.id,
    sequence: message.sequence,
    receivedAt: message.receivedAt,
    text: post.text,
    root: post.root,
    branch: post.branch,
    recps: post.recps,
  }
  author.requests.set(request.key, request)
  if (isClosed(state.provider, request)) request.text = ''
  else state.open.set(request.key, request)
}

// ---- small tools -----------------------------------------------------------------------------------------------

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

function add<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const set = map.get(key)
  if (set === undefined) map.set(key, new Set([value]))
  else set.add(value)
}

function forgotten(value: never): never {
  throw new Error(`evolve forgot a case: ${JSON.stringify(value)}`)
}
