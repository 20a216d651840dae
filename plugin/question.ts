/**
 * Questions that a `yes` answers. What one owner alone may not do to a shared pub (delete it, take its secret) asks the
 * others whose yes counts; where the request's thread does not reach all owners, the question goes into the thread that
 * is kept with them.
 *
 * For a command that needs one:  `if (needsSecond(pub)) return askOwners(look, request, pub, asking)`, which is the
 * request's final answer (`asked`). The deed is done by the `yes`, a request of its own: an entry of CONFIRMED in
 * decide-yes.ts gets it, with the pub and the question.
 */
import type { FeedId, MessageId, Millis, PubId } from '../protocol/ids'
import { BRANCH_WALK_MAX, OWNER_STANDING_MS, QUESTION_EXPIRES_MS } from '../protocol/limits'
import type { NoticePayload, Question } from '../protocol/messages/answer'
import type { OpenQuestion, PubFact, Request, State } from '../protocol/state'
import { answer, type Look, notify, replyRecipients } from './look'
import { peopleWords } from './words-people'

export interface Asking {
  kind: Question['kind']
  /** The request's command, for its answer. */
  command: string
  /** The question in words, for those who are asked. It is open until then. */
  text(until: Millis): string
}

const COMMANDS: Record<Question['kind'], string> = {
  delete: 'delete',
  'export-secret': 'export',
  'export-all': 'export',
}

/** The command that a question of this kind is about. */
export function commandOf(kind: Question['kind']): string {
  return COMMANDS[kind]
}

/** True when one owner alone may not decide it. */
export function needsSecond(pub: PubFact): boolean {
  return pub.record.owners.length > 1
}

/** True when they became an owner at least OWNER_STANDING_MS ago, by the provider's own record. */
function isStanding(state: State, pub: PubFact, owner: FeedId, now: Millis): boolean {
  if (!pub.record.owners.includes(owner)) return false
  const isOf = (one: { at: Millis; pub: PubId; owner: FeedId }): boolean =>
    one.pub === pub.pub && one.owner === owner && one.at > now - OWNER_STANDING_MS
  return !state.provider.ownerAdds.some(isOf)
}

/**
 * The owners whose yes counts for what `by` wants: any owner can make a second key of theirs an owner, so it takes two
 * who have been owners for a while, where there are two. Where there is but one they could remove the newcomers and
 * decide alone, so a newcomer's yes does no harm, and neither does theirs to a newcomer's wish.
 */
function confirmersOf(state: State, pub: PubFact, by: FeedId | null, now: Millis): FeedId[] {
  const others = pub.record.owners.filter((id) => id !== by)
  const standing = others.filter((id) => isStanding(state, pub, id, now))
  if (standing.length === 0) return others
  const isNewcomers = by === null || !isStanding(state, pub, by, now)
  return isNewcomers && standing.length > 1 ? [] : standing
}

/** Who wants it: as the question says, else the owner who wrote the request; null when they are an owner no more. */
function askerOf(state: State, question: OpenQuestion, pub: PubFact): FeedId | null {
  const wrote = (id: FeedId): boolean => state.authors.get(id)?.requests.has(question.request) === true
  return question.by ?? pub.record.owners.find(wrote) ?? null
}

/** Asks those who may confirm it, or the only owner. It is the final answer of the request, and changes nothing. */
export function askOwners(look: Look, request: Request, pub: PubFact, asking: Asking): void {
  const { state, now } = look.world
  const { owners, name } = pub.record
  const asked = needsSecond(pub) ? confirmersOf(state, pub, request.author, now) : [request.author]
  const { command } = asking
  if (asked.length === 0)
    return answer(look, request, 'refused', peopleWords.tooNew(name, command), { command, pub: pub.pub })
  const expiresAt = now + QUESTION_EXPIRES_MS
  const question: Question = { kind: asking.kind, pub: pub.pub, asked, expiresAt }
  const isSome = asked.length < owners.length - 1
  const text = asking.text(expiresAt) + (isSome ? ` ${peopleWords.onlyTheirs(asked)}` : '')
  const readers = replyRecipients(request, state.provider.id)
  if (owners.every((id) => readers.includes(id)))
    return answer(look, request, 'asked', text, { command, pub: pub.pub, question })
  // Asked already, and nobody has answered: the others are not called again for it.
  const standing = standingQuestion(state, question, pub, request.author, now)
  if (standing !== null) {
    const where = peopleWords.askedElsewhere(name, standing.asked, standing.expiresAt)
    return answer(look, request, 'asked', where, { command, pub: pub.pub })
  }
  notify(look, owners, text, {
    pub: pub.pub,
    topic: 'question',
    causes: request.key,
    question,
  })
}

/** Answers a request whose question stands in the thread of all owners; false when it has none there. */
export function continueAsked(look: Look, request: Request): boolean {
  const { provider } = look.world.state
  const notice: NoticePayload | undefined = provider.notices.get(request.key)
  const question = notice?.question ?? null
  if (question === null) return false
  const name = provider.pubs.get(question.pub)?.record.name ?? ''
  const text = peopleWords.askedElsewhere(name, question.asked, question.expiresAt)
  answer(look, request, 'asked', text, { command: commandOf(question.kind), pub: question.pub })
  return true
}

/** An open question in the thread of the owners that asks the same of the same people, for the same one. */
function standingQuestion(
  state: State,
  wanted: Question,
  pub: PubFact,
  by: FeedId,
  now: Millis,
): OpenQuestion | null {
  const thread = state.provider.threads.get(wanted.pub)
  if (thread === undefined) return null
  for (const one of state.provider.questions.values()) {
    const isSameDeed = one.pub === wanted.pub && one.kind === wanted.kind && one.root === thread.root
    const same = isSameDeed && askerOf(state, one, pub) === by
    if (same && isOpen(state, one, now) && sameSet(one.asked, wanted.asked)) return one
  }
  return null
}

/** Not too old, and not answered. */
export function isOpen(state: State, question: OpenQuestion, now: Millis): boolean {
  return question.expiresAt > now && !state.provider.confirmed.has(question.key)
}

function sameSet(one: readonly FeedId[], other: readonly FeedId[]): boolean {
  return one.length === other.length && one.every((id) => other.includes(id))
}

/**
 * Those of its owners whose yes counts now: who was asked and is an owner still; of a shared pub never the one who
 * wants it, though they were its only owner when it asked them, and only one of those who would be asked now.
 */
export function mayConfirm(
  state: State,
  question: OpenQuestion,
  pub: PubFact,
  author: FeedId,
  now: Millis,
): boolean {
  if (!question.asked.includes(author) || !pub.record.owners.includes(author)) return false
  return !needsSecond(pub) || confirmersOf(state, pub, askerOf(state, question, pub), now).includes(author)
}

interface Step {
  key: MessageId
  /** It was reached through a post of somebody else. */
  foreign: boolean
}

/**
 * The questions a message descends from, nearest first, by walking up its branches: through the provider's posts and
 * those of its own author, and, within the thread it stands in, through those of the thread's other readers, because
 * clients name the last post, whosever it is. Somebody else's post in another thread proves nothing.
 */
export function questionsAbove(state: State, request: Request): OpenQuestion[] {
  const questions: OpenQuestion[] = []
  const seen = new Set<MessageId>()
  let front: Step[] = request.branch.map((key) => ({ key, foreign: false }))
  while (front.length > 0 && seen.size < BRANCH_WALK_MAX) {
    const next: Step[] = []
    for (const step of front) {
      if (seen.has(step.key) || seen.size >= BRANCH_WALK_MAX) continue
      seen.add(step.key)
      const question = state.provider.questions.get(step.key)
      if (question !== undefined && (!step.foreign || question.root === request.root))
        questions.push(question)
      next.push(...parentsOf(state, request, step))
    }
    front = next
  }
  return questions
}

function parentsOf(state: State, request: Request, { key, foreign }: Step): Step[] {
  const own = state.provider.branches.get(key) ?? state.authors.get(request.author)?.requests.get(key)?.branch
  if (own !== undefined) return own.map((parent) => ({ key: parent, foreign }))
  for (const reader of request.recps) {
    const post = state.authors.get(reader)?.requests.get(key)
    if (post === undefined) continue
    const inThread = request.root !== null && post.root === request.root
    return inThread ? post.branch.map((parent) => ({ key: parent, foreign: true })) : []
  }
  return []
}
