/** What the provider's own posts mean to its state: answers, combined ones, questions, notices, delivered invites. */
import type { Folded } from './evolve'
import { noteAmendTold } from './evolve-operator'
import { noteOwnTold } from './evolve-own'
import { type FeedId, type MessageId, type PubId, pubIdOf } from './ids'
import { INCIDENT_NOTICES_PER_DAY_MAX } from './limits'
import {
  type AnswerPayload,
  type BurstPayload,
  type NoticePayload,
  noticeKey,
  type Payload,
} from './messages/answer'
import type { Post } from './messages/post'
import { parsePayload } from './parse'
import type { ProviderFold, Request, State } from './state'

const HOUR_MS = 3_600_000

/**
 * True when a request has, or through a combined answer counts as having, its final answer. What is under way gets
 * an answer of its own: a combined one says that nothing was done.
 */
export function isClosed(provider: ProviderFold, request: Request): boolean {
  const answer = provider.answers.get(request.key)
  if (answer?.final) return true
  if (answer?.received || provider.begun.has(request.key)) return false
  return request.sequence <= (provider.bursts.get(request.author)?.upTo ?? 0)
}

/** Folds one post of the provider; one without a payload only lends its place in the thread. */
export function evolveAnswer(state: State, message: Folded, post: Post): void {
  state.provider.branches.set(message.key, post.branch)
  const payload: Payload | null = parsePayload(message.content)
  if (payload === null) return
  switch (payload.kind) {
    case 'answer':
      noteAnswer(state, message, post, payload)
      return
    case 'burst':
      noteBurst(state, message, payload)
      return
    case 'bearer':
      state.provider.delivered.add(payload.delivers)
      // A combined answer says that nothing was done.
      state.provider.begun.add(payload.delivers)
      return
    case 'notice':
      state.news.pub(payload.pub)
      noteNotice(state.provider, message, post, payload)
      return
    default:
      forgotten(payload)
  }
}

function noteAnswer(state: State, message: Folded, post: Post, payload: AnswerPayload): void {
  const { provider } = state
  const fact = provider.answers.get(payload.answers)
  if (fact === undefined) {
    provider.answers.set(payload.answers, {
      ...{ received: !payload.final, final: payload.final },
      sequence: message.sequence,
    })
    const times = (provider.recent.get(payload.to) ?? []).filter((at) => at > message.claimedAt - HOUR_MS)
    times.push(message.claimedAt)
    provider.recent.set(payload.to, times)
  } else if (payload.final) {
    fact.final = true
  }
  if (payload.question !== null) {
    const place = { key: message.key, root: post.root ?? message.key }
    const cause = { request: payload.answers, by: payload.to }
    provider.questions.set(message.key, { ...payload.question, ...place, ...cause })
  }
  if (payload.confirms !== null) {
    provider.confirmed.add(payload.confirms)
    if (payload.final && payload.outcome === 'done') provider.agreed.add(payload.confirms)
  }
  if (payload.declines !== null) decline(provider, payload.declines)
  if (!payload.final) return
  // Whether it is being made, where this was what it was asked for by; and whether a change of it is under way.
  state.news.pub(pubIdOf(payload.answers))
  if (payload.pub !== null) state.news.pub(payload.pub)
  provider.changes.delete(payload.answers)
  // The answer to a create says where the pub is.
  if (payload.command === 'create' || payload.command === 'import')
    forgetMove(provider, pubIdOf(payload.answers))
  if (payload.outcome !== 'done') provider.unsuccessful.add(payload.answers)
  close(state, payload.answers, payload.to)
}

/** Its owners know now where it is. */
function forgetMove(provider: ProviderFold, pub: PubId): void {
  provider.moves.delete(pub)
  provider.known.delete(pub)
}

/** A no is meant for all that is asked in its thread. */
function decline(provider: ProviderFold, key: MessageId): void {
  const root = provider.questions.get(key)?.root
  for (const question of provider.questions.values())
    if (question.root === root) provider.confirmed.add(question.key)
}

function noteNotice(provider: ProviderFold, message: Folded, post: Post, payload: NoticePayload): void {
  provider.notices.set(noticeKey(payload), payload)
  if (payload.topic === 'incident') {
    const times = [...(provider.incidentNotices.get(payload.pub) ?? []), message.claimedAt]
    provider.incidentNotices.set(payload.pub, times.slice(-INCIDENT_NOTICES_PER_DAY_MAX))
  }
  if (payload.topic === 'moved' && provider.moves.get(payload.pub)?.key === payload.causes)
    forgetMove(provider, payload.pub)
  noteAmendTold(provider, payload)
  if (payload.to === null && provider.operator.commissions.delete(pubIdOf(payload.causes)))
    noteMade(provider, message, payload)
  if (payload.topic === 'moved') provider.hostsTold.set(payload.pub, payload.host)
  noteStranded(provider, message, payload)
  noteOwnTold(provider, message, payload)
  if (payload.topic === 'announcement')
    provider.operator.announcements.get(payload.causes)?.owed.delete(payload.pub)
  if (payload.to !== null) return
  const root = post.root ?? message.key
  provider.threads.set(payload.pub, { root, head: message.key, recps: post.recps })
  if (payload.question === null) return
  // A combined answer says that nothing was done, and somebody may say yes to this already.
  provider.begun.add(payload.causes)
  const place = { key: message.key, root, request: payload.causes, by: null }
  provider.questions.set(message.key, { ...payload.question, ...place })
}

function noteStranded(
  provider: ProviderFold,
  { key, claimedAt }: Folded,
  { topic, pub }: NoticePayload,
): void {
  if (topic === 'stranded') provider.stranded.set(pub, { key, at: claimedAt, isOver: false })
  const told = provider.stranded.get(pub)
  if (told !== undefined && (topic === 'back' || topic === 'moved'))
    provider.stranded.set(pub, { ...told, isOver: true })
}

/** Its owners have the invite to a pub that an operator has made for them: the final answer that nobody asked for. */
function noteMade(provider: ProviderFold, message: Folded, { causes, pub }: NoticePayload): void {
  provider.answers.set(causes, { received: false, final: true, sequence: message.sequence })
  forgetMove(provider, pub)
}

function noteBurst(state: State, message: Folded, payload: BurstPayload): void {
  const { provider } = state
  const upTo = Math.max(payload.upTo, provider.bursts.get(payload.author)?.upTo ?? 0)
  provider.bursts.set(payload.author, { upTo, lastAt: message.claimedAt })
  if (!payload.known) {
    provider.strangerRefusals = provider.strangerRefusals.filter((at) => at > message.claimedAt - HOUR_MS)
    provider.strangerRefusals.push(message.claimedAt)
  }
  for (const request of state.authors.get(payload.author)?.requests.values() ?? []) {
    if (state.open.has(request.key) && isClosed(provider, request)) close(state, request.key, request.author)
  }
}

/** The text of an answered request is needed no more; its place in the thread is. */
function close(state: State, key: MessageId, author: FeedId): void {
  state.open.delete(key)
  const request = state.authors.get(author)?.requests.get(key)
  if (request !== undefined) request.text = ''
}

function forgotten(value: never): never {
  throw new Error(`evolve forgot a payload: ${JSON.stringify(value)}`)
}
