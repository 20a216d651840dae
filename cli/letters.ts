/** The conversation with a provider, and what in it answers one request. */
import { type FeedId, type MessageId, type Millis, type PubId, pubIdOf } from '../protocol/ids'
import { REQUESTS_PER_MINUTE_MAX } from '../protocol/limits'
import type { Outcome, Payload } from '../protocol/messages/answer'
import { checkPost } from '../protocol/messages/post'
import { parsePayload } from '../protocol/parse'

/** A private post between the owner and the provider, as a node gives it. */
export interface RawLetter {
  key: MessageId
  author: FeedId
  sequence: number
  claimedAt: Millis
  content: unknown
}

export interface Letter {
  key: MessageId
  author: FeedId
  sequence: number
  claimedAt: Millis
  text: string
  root: MessageId | null
  branch: MessageId[]
  recps: FeedId[]
  /** Only believed in what the provider wrote. */
  payload: Payload | null
}

/** A letter of this conversation; null for anything else. */
export function letterOf(raw: RawLetter, between: { owner: FeedId; provider: FeedId }): Letter | null {
  if (raw.author !== between.owner && raw.author !== between.provider) return null
  const post = checkPost(raw.content)
  if (!post.ok) return null
  const { text, root, branch, recps } = post.value
  if (!recps.includes(between.provider) || !recps.includes(between.owner)) return null
  const payload = raw.author === between.provider ? parsePayload(raw.content) : null
  return {
    key: raw.key,
    author: raw.author,
    sequence: raw.sequence,
    claimedAt: raw.claimedAt,
    text,
    root,
    branch,
    recps,
    payload,
  }
}

/** What somebody waits for. */
export interface Request {
  key: MessageId
  sequence: number
  owner: FeedId
}

/** What has come for a request so far. */
export interface Answered {
  /** It is being worked on. */
  received: Letter | null
  final: Letter | null
  /** Invites that came in a thread of their own. */
  bearers: Letter[]
}

export const NOTHING_YET: Answered = { received: null, final: null, bearers: [] }

/** One more letter; gives the same object when it has nothing to do with the request. */
export function withLetter(answered: Answered, letter: Letter, request: Request): Answered {
  const { payload } = letter
  if (payload === null) return answered
  switch (payload.kind) {
    case 'answer':
      if (payload.answers !== request.key) return answered
      if (payload.final) return answered.final === null ? { ...answered, final: letter } : answered
      return answered.received === null ? { ...answered, received: letter } : answered
    case 'burst': {
      const meant = payload.author === request.owner && payload.upTo >= request.sequence
      // What is worked on, or has been handed out, gets an answer of its own: this one says that nothing was done.
      const begun = answered.received !== null || answered.bearers.length > 0
      return meant && !begun && answered.final === null ? { ...answered, final: letter } : answered
    }
    case 'notice':
      return answered
    case 'bearer':
      // A payment link is delivered for the session that it belongs to; a pub that is to be made is called by its request.
      return payload.delivers === request.key || isForNewPub(payload.pub, answered, request)
        ? { ...answered, bearers: [...answered.bearers, letter] }
        : answered
  }
}

function isForNewPub(pub: PubId, { final }: Answered, request: Request): boolean {
  return final === null && pub === pubIdOf(request.key)
}

const MINUTE_MS = 60_000

/** True when the owner has written so much within the last minute that the provider may put this request off. */
export function isCrowded(letters: Letter[], request: Request, now: Millis): boolean {
  const before = letters.filter(({ author, key }) => author === request.owner && key !== request.key)
  return before.filter(({ claimedAt }) => claimedAt > now - MINUTE_MS).length >= REQUESTS_PER_MINUTE_MAX
}

/** How a final letter says it ended. */
export function outcomeOf(letter: Letter): Outcome {
  const { payload } = letter
  return payload === null || payload.kind === 'bearer' || payload.kind === 'notice' ? 'done' : payload.outcome
}

/** True when this asks the owner themselves; the question about a shared pub goes to its other owners. */
export function asks(letter: Letter, owner: FeedId): boolean {
  const { payload } = letter
  return payload?.kind === 'answer' && payload.question?.asked.includes(owner) === true
}

/**
 * The newest open question about a shared pub that the provider has put to the owner unasked, in the thread of all its
 * owners; null where there is none, or where one that they were asked in an answer is open, which a yes is meant for.
 */
export function questionOfOthers(letters: Letter[], owner: FeedId, now: Millis): Letter | null {
  const open = openQuestions(letters, owner, now)
  return open.some(isOwn) ? null : (open.at(-1) ?? null)
}

/** The newest open question about what the owner themselves asked for; null where there is none. */
export function ownQuestion(letters: Letter[], owner: FeedId, now: Millis): Letter | null {
  return openQuestions(letters, owner, now).findLast(isOwn) ?? null
}

const isOwn = (question: Letter): boolean => question.payload?.kind === 'answer'

function openQuestions(letters: Letter[], owner: FeedId, now: Millis): Letter[] {
  const ended = new Set<MessageId | null>()
  const deleted = new Set<PubId | null>()
  const declined: { thread: MessageId; sequence: number }[] = []
  for (const { payload, root, key, sequence } of letters) {
    if (payload?.kind !== 'answer') continue
    ended.add(payload.confirms).add(payload.declines)
    // A no is meant for all that is asked in its thread.
    if (payload.declines !== null) declined.push({ thread: root ?? key, sequence })
    if (payload.confirms !== null && payload.command === 'delete' && payload.outcome === 'done')
      deleted.add(payload.pub)
  }
  return letters.filter(({ key, root, sequence, payload }) => {
    const question = payload?.kind === 'answer' || payload?.kind === 'notice' ? payload.question : null
    if (question === null || question.expiresAt <= now) return false
    if (declined.some((one) => one.thread === (root ?? key) && one.sequence > sequence)) return false
    return question.asked.includes(owner) && !ended.has(key) && !deleted.has(question.pub)
  })
}

/** Where the next letter goes: the newest thread of the two alone, or a new one. */
export function newestThread(letters: Letter[]): { root: MessageId; branch: MessageId } | null {
  const last = letters.findLast((letter) => letter.recps.length === 2)
  return last === undefined ? null : { root: last.root ?? last.key, branch: last.key }
}

/** By time; the clocks of two feeds differ, so an answer never stands before what it answers. */
export function inOrder(letters: Letter[]): Letter[] {
  const placed: Letter[] = []
  const waiting = [...letters].sort((a, b) => a.claimedAt - b.claimedAt || a.sequence - b.sequence)
  const known = new Set(letters.map((letter) => letter.key))
  const seen = new Set<MessageId>()
  const ready = (letter: Letter): boolean =>
    letter.branch.every((parent) => seen.has(parent) || !known.has(parent))
  while (waiting.length > 0) {
    const at = Math.max(0, waiting.findIndex(ready))
    for (const letter of waiting.splice(at, 1)) {
      seen.add(letter.key)
      placed.push(letter)
    }
  }
  return placed
}

/** The text of the first letter of a thread, as Patchwork writes it: the mention picks the recipient. */
export function openingText(provider: { id: FeedId; name: string }, text: string): string {
  return `[@${provider.name}](${provider.id})\n\n${text}`
}
