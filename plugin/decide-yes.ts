/** `yes` and `no`: find the question that the message descends from. A `yes` does what was asked about, once. */
import type { Question } from '../protocol/messages/answer'
import type { OpenQuestion, PubFact, Request } from '../protocol/state'
import { confirmDelete } from './decide-delete'
import { confirmAll, confirmSecret } from './decide-export'
import { isKept } from './kept'
import { answer, type Look } from './look'
import { commandOf, isOpen, mayConfirm, questionsAbove } from './question'
import { words } from './words'
import { peopleWords } from './words-people'

/** What a yes does, by what was asked. `yes` is a request of its own, and the deed answers it, naming the question. */
type Confirmed = (look: Look, yes: Request, pub: PubFact, question: OpenQuestion) => void

const CONFIRMED: Record<Question['kind'], Confirmed> = {
  delete: confirmDelete,
  'export-secret': confirmSecret,
  'export-all': confirmAll,
}

/** A `yes`: of one who was asked and is an owner still, in time, once, below the question. */
export function decideYes(look: Look, request: Request): void {
  const { state, now } = look.world
  const refuse = (text: string): void => answer(look, request, 'refused', text, { command: 'yes' })
  const all = questionsAbove(state, request)
  if (state.provider.delivered.has(request.key) && closeDelivered(look, request, all)) return
  const above = all.filter((one) => isOpen(state, one, now))
  const mine = above.filter((one) => one.asked.includes(request.author))
  const [question] = mine
  if (question === undefined) {
    const pub = above[0] === undefined ? undefined : state.provider.pubs.get(above[0].pub)
    const isThere = pub !== undefined && above[0] !== undefined && !isGone(look, pub, above[0])
    const isTheirs = isThere && pub.record.owners.includes(request.author)
    return refuse(isTheirs ? peopleWords.othersAreAsked(pub.record.name) : words.noQuestion)
  }
  // Asked twice about the same is no doubt; asked about two things is.
  if (mine.some((one) => one.pub !== question.pub || one.kind !== question.kind))
    return refuse(words.manyQuestions)
  // A change of this look comes first: the deed builds on its record.
  if (look.pubsChanged.has(question.pub)) return look.wakeAt(now)
  if (question.kind !== 'delete' && look.pubsEnded.has(question.pub)) return look.wakeAt(now)
  const pub = state.provider.pubs.get(question.pub)
  const options = { command: commandOf(question.kind), pub: question.pub, confirms: question.key }
  if (pub === undefined || isGone(look, pub, question))
    return answer(look, request, 'refused', words.goneAlready, options)
  if (!pub.record.owners.includes(request.author)) return refuse(peopleWords.ownerNoMore(pub.record.name))
  if (!mayConfirm(state, question, pub, request.author, now))
    return refuse(peopleWords.askAgain(pub.record.name, commandOf(question.kind)))
  CONFIRMED[question.kind](look, request, pub, question)
}

/** There is nothing more to be done to it: it has ended, and what was asked is not about what is kept of it. */
function isGone(look: Look, pub: PubFact, question: OpenQuestion): boolean {
  const { state, now } = look.world
  if (question.kind === 'delete') return pub.record.status === 'ended' || look.pubsEnded.has(pub.pub)
  return pub.record.status === 'ended' && !isKept(state, pub, now)
}

/** The link that this yes was about is said: whatever has come between that and the answer, it is done. */
function closeDelivered(look: Look, request: Request, above: OpenQuestion[]): boolean {
  const mine = above.filter((one) => one.kind === 'export-secret' && one.asked.includes(request.author))
  const question = mine.find((one) => isOpen(look.world.state, one, look.world.now)) ?? mine[0]
  const pub = question === undefined ? undefined : look.world.state.provider.pubs.get(question.pub)
  if (question === undefined || pub === undefined) return false
  confirmSecret(look, request, pub, question)
  return true
}

/** A `no` of any owner ends the questions of its thread, so that nobody else's yes counts any more. */
export function decideNo(look: Look, request: Request): void {
  const { state, now } = look.world
  const open = questionsAbove(state, request).filter((one) => {
    const owners = state.provider.pubs.get(one.pub)?.record.owners ?? []
    return isOpen(state, one, now) && owners.includes(request.author)
  })
  const question = open.find((one) => {
    const pub = state.provider.pubs.get(one.pub)
    return pub !== undefined && !isGone(look, pub, one)
  })
  if (question === undefined && open.length > 0)
    return answer(look, request, 'refused', words.goneAlready, { command: 'no' })
  if (question === undefined) return answer(look, request, 'done', words.nothingChanged, { command: 'no' })
  const name = state.provider.pubs.get(question.pub)?.record.name ?? ''
  answer(look, request, 'done', peopleWords.declined(name, commandOf(question.kind)), {
    command: 'no',
    pub: question.pub,
    declines: question.key,
  })
}
