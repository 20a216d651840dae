/** `delete NAME`: asks once; a `yes` that descends from the question, in time, by the one who was asked, does it. */
import type { MessageId } from '../protocol/ids'
import { BRANCH_WALK_MAX, QUESTION_EXPIRES_MS } from '../protocol/limits'
import type { OpenQuestion, PubFact, Request, State } from '../protocol/state'
import { oweEnd } from './decide-create'
import { answer, type Look } from './look'
import { observationOf, pubNamed, pubsOf } from './query'
import { words } from './words'

/** How long a deletion waits for its hub's word before it is answered without. */
const REMOVED_WAIT_MS = 60_000

/** The question. Asking changes nothing. */
export function askDelete(look: Look, request: Request, name: string): void {
  const { state, now } = look.world
  const pub = pubNamed(state, request.author, name)
  if (pub === null) {
    const names = pubsOf(state, request.author)
      .filter((one) => one.record.status === 'live')
      .map((one) => one.record.name)
    return answer(look, request, 'refused', words.noSuchPub(name, names), { command: 'delete' })
  }
  const expiresAt = now + QUESTION_EXPIRES_MS
  const question = { kind: 'delete' as const, pub: pub.pub, asked: [request.author], expiresAt }
  answer(look, request, 'asked', words.askDelete(name, expiresAt), {
    command: 'delete',
    pub: pub.pub,
    question,
  })
}

/** A `yes`: finds its question and ends the pub. */
export function decideYes(look: Look, request: Request): void {
  const { state, now, policy } = look.world
  const found = questionsAbove(state, request).filter((one) => one.asked.includes(request.author))
  const open = found.filter((one) => one.expiresAt > now && !state.provider.confirmed.has(one.key))
  const question = open[0]
  if (question === undefined) return answer(look, request, 'refused', words.noQuestion, { command: 'yes' })
  // Asked twice about the same pub is no doubt; asked about two pubs is.
  if (open.some((one) => one.pub !== question.pub))
    return answer(look, request, 'refused', words.manyQuestions, { command: 'yes' })
  // A change of this look comes first: the end builds on its record.
  if (look.pubsChanged.has(question.pub)) return look.wakeAt(now)
  const pub = state.provider.pubs.get(question.pub)
  const options = { command: 'delete', pub: question.pub, confirms: question.key }
  const mine = pub?.record.owners.includes(request.author) ?? false
  if (pub === undefined || !mine || pub.record.status === 'ended' || look.pubsEnded.has(question.pub))
    return answer(look, request, 'refused', words.goneAlready, options)
  look.pubsEnded.add(question.pub)
  const keepUntil = now + policy.retentionMs
  const record = { ...pub.record, status: 'ended' as const, keepUntil, answers: request.key }
  look.owe({ kind: 'record', content: record })
  oweEnd(look, record)
}

/** Goes on with a deletion this request has begun; false when it has begun none. */
export function continueDelete(look: Look, request: Request): boolean {
  const { state, now } = look.world
  const pub = pubEndedBy(state, request)
  if (pub === null) return false
  oweEnd(look, pub.record)
  const until = pub.record.keepUntil ?? now
  const question = questionsAbove(state, request).find(
    (one) => one.asked.includes(request.author) && one.pub === pub.pub,
  )
  const options = {
    command: 'delete',
    pub: pub.pub,
    ...(question === undefined ? {} : { confirms: question.key }),
  }
  const deadline = look.deadline(pub.recordedAt + REMOVED_WAIT_MS)
  if (observationOf(state, pub)?.phase === 'removed')
    answer(look, request, 'done', words.deleted(pub.record.name, until), options)
  else if (now >= deadline) answer(look, request, 'done', words.deletedLater(pub.record.name, until), options)
  else look.wakeAt(deadline)
  return true
}

function pubEndedBy(state: State, request: Request): PubFact | null {
  for (const id of state.byOwner.get(request.author) ?? []) {
    const pub = state.provider.pubs.get(id)
    if (pub?.record.status === 'ended' && pub.record.answers === request.key) return pub
  }
  return null
}

/** The questions a message descends from, nearest first, by walking up its branches. */
export function questionsAbove(state: State, request: Request): OpenQuestion[] {
  const questions: OpenQuestion[] = []
  const seen = new Set<MessageId>()
  let front = request.branch
  while (front.length > 0 && seen.size < BRANCH_WALK_MAX) {
    const next: MessageId[] = []
    for (const key of front) {
      if (seen.has(key)) continue
      seen.add(key)
      const question = state.provider.questions.get(key)
      if (question !== undefined) questions.push(question)
      next.push(...parentsOf(state, request, key))
    }
    front = next
  }
  return questions
}

/** Parents of a post: the provider's own, or one of the same author. Others' posts prove nothing. */
function parentsOf(state: State, request: Request, key: MessageId): MessageId[] {
  return (
    state.provider.branches.get(key) ?? state.authors.get(request.author)?.requests.get(key)?.branch ?? []
  )
}
