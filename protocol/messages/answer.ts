/**
 * The provider's answer: a `post` for people, and the same fact for programs under `buttcloud`.
 *
 * Example (content):
 * {"type":"post","text":"[@owner](@…) alice is up. …","root":"%root…","branch":"%head…",
 *  "recps":["@owner…","@provider…"],"mentions":[{"link":"@owner…","name":"owner"}],
 *  "buttcloud":{"v":1,"kind":"answer","answers":"%request…","to":"@owner…","outcome":"done","final":true,"command":"create","pub":"%…"}}
 *
 * kind `answer`  answers one request; `final` is false for a *received*, which comes at most once.
 * kind `burst`   answers everything of one author up to a sequence that has no answer of its own yet.
 * kind `notice`  tells the owners of a pub something that nobody asked for, once per cause.
 * kind `bearer`  carries an invite, a link or the result of a `run` to the owners alone, in a thread of its own; belongs to the request in `delivers`, answers nothing.
 */
import {
  type Check,
  type Checked,
  feedId,
  flag,
  list,
  literal,
  messageId,
  nullable,
  oneOf,
  pubId,
  shape,
  text,
  whole,
} from '../check'
import type { FeedId, MessageId, Millis, PubId } from '../ids'
import { RECIPIENTS_MAX } from '../limits'
import { HOST_CHARS_MAX } from '../limits-dns'

/**
 * received  it is being worked on, the final answer follows
 * done      it was done
 * refused   it may not or can not be done; nothing was changed
 * failed    it was tried and did not work
 * asked     a question goes back; `yes` in its branch does it (final for this request)
 * unclear   it was not understood; the two nearest readings are named (final)
 */
export const OUTCOMES = ['received', 'done', 'refused', 'failed', 'asked', 'unclear'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** A question that a `yes` may answer. */
export interface Question {
  /** `export-secret`, `export-all`: of a pub with several owners. */
  kind: 'delete' | 'export-secret' | 'export-all'
  pub: PubId
  /** Who was asked: a `yes` of one of these counts. */
  asked: FeedId[]
  expiresAt: Millis
}

export interface AnswerPayload {
  v: 1
  kind: 'answer'
  answers: MessageId
  /** Who wrote the request. */
  to: FeedId
  outcome: Outcome
  final: boolean
  /** The command's word, where one was understood. */
  command: string | null
  pub: PubId | null
  question: Question | null
  /** The question that this answer's request said yes to. A question is used up by the first of these. */
  confirms: MessageId | null
  /** The question that this answer's request said no to: it and all others of its thread are used up. */
  declines: MessageId | null
}

export interface BurstPayload {
  v: 1
  kind: 'burst'
  author: FeedId
  /** Everything of this author up to and including this sequence that has no final answer yet. */
  upTo: number
  outcome: 'refused'
  /** False when the author is unknown here. */
  known: boolean
}

export interface BearerPayload {
  v: 1
  kind: 'bearer'
  delivers: MessageId
  pub: PubId
}

/** What the provider tells the owners of a pub without having been asked; in the thread it keeps with them. */
export interface NoticePayload {
  v: 1
  kind: 'notice'
  pub: PubId
  topic: NoticeTopic
  /** The message that this is about: a request, or a hub's report. */
  causes: MessageId
  /** The question that this asks the owners. */
  question: Question | null
  /** Somebody who is no owner any more and is told so alone; null: it is for the present owners. */
  to: FeedId | null
  /** Of `moved`: the host by which it says that the pub is reached; null where it says none, and from before 0.2. */
  host: string | null
}

/**
 * owners    the owners have changed: who they are, and who changed it
 * incident  something befell the pub
 * question  another owner's `yes` is needed for what one of them asked for
 * payment   it is paid for, or not, or its plan has changed: what follows, and when
 * operator  whoever runs the provider has stopped it, or lets it be again; has changed it, or has made it for them
 * moved     it runs on another server now, or that one has another host: why, and what follows for its address and its invites
 * stranded  nobody can reach it, or write in it, for long: its server is gone, or it is on its way to another one
 * back      it can be reached again; after `stranded`, where no `moved` says so
 * domain    a name of its owners' own does not lead to it, and is given up, or will be
 * announcement  a text of whoever runs the provider for all owners; once per set of owners, `pub` is one of theirs
 */
export const NOTICE_TOPICS = [
  'owners',
  'incident',
  'question',
  'payment',
  'operator',
  'moved',
  'stranded',
  'back',
  'announcement',
  'domain',
] as const
export type NoticeTopic = (typeof NOTICE_TOPICS)[number]

export type Payload = AnswerPayload | BurstPayload | BearerPayload | NoticePayload

const question: Check<Question> = shape({
  kind: oneOf('delete', 'export-secret', 'export-all'),
  pub: pubId,
  asked: list(feedId, 1, RECIPIENTS_MAX - 1),
  expiresAt: whole(0, Number.MAX_SAFE_INTEGER),
})

const answerPayload: Check<AnswerPayload> = shape({
  v: literal(1),
  kind: literal('answer'),
  answers: messageId,
  to: feedId,
  outcome: oneOf(...OUTCOMES),
  final: flag,
  command: nullable(text(20)),
  pub: nullable(pubId),
  question: nullable(question),
  confirms: nullable(messageId),
  declines: nullable(messageId),
})

const burstPayload: Check<BurstPayload> = shape({
  v: literal(1),
  kind: literal('burst'),
  author: feedId,
  upTo: whole(1, Number.MAX_SAFE_INTEGER),
  outcome: literal('refused'),
  known: flag,
})

const bearerPayload: Check<BearerPayload> = shape({
  v: literal(1),
  kind: literal('bearer'),
  delivers: messageId,
  pub: pubId,
})

const noticePayload: Check<NoticePayload> = shape({
  v: literal(1),
  kind: literal('notice'),
  pub: pubId,
  topic: oneOf(...NOTICE_TOPICS),
  causes: messageId,
  question: nullable(question),
  to: nullable(feedId),
  host: nullable(text(HOST_CHARS_MAX)),
})

/**
 * Under which the same notice is known again: one per cause for the owners, and one for who is told alone; of an
 * announcement one per set of owners, known by their pub.
 */
export function noticeKey({
  causes,
  to,
  topic,
  pub,
}: Pick<NoticePayload, 'causes' | 'to'> & Partial<Pick<NoticePayload, 'topic' | 'pub'>>): string {
  if (topic === 'announcement') return `${causes} ${pub}`
  // Its cause may be told of otherwise, too.
  if (topic === 'stranded' || topic === 'domain') return `${causes} ${topic}`
  return to === null ? causes : `${causes} ${to}`
}

/** Reads the payload of an answer. Only ever asked about the provider's own posts. */
export function checkPayload(value: unknown): Checked<Payload> {
  const kind = shape({ kind: oneOf('answer', 'burst', 'bearer', 'notice') })(value, 'buttcloud')
  if (!kind.ok) return kind
  switch (kind.value.kind) {
    case 'answer':
      return answerPayload(value, 'buttcloud')
    case 'burst':
      return burstPayload(value, 'buttcloud')
    case 'bearer':
      return bearerPayload(value, 'buttcloud')
    case 'notice':
      return noticePayload(value, 'buttcloud')
  }
}

/** An encrypted blob that the text shows or links to, as Patchwork writes it. */
export interface BlobMention {
  link: string
  name: string
  type: string
  size: number
  query: { unbox: string }
}

export interface PostFrame {
  text: string
  /** Null opens a new thread. */
  root: MessageId | null
  branch: MessageId | null
  recps: FeedId[]
  /** Whom the readers' clients shall count it for. */
  mentions: { id: FeedId; name: string }[]
  blobs?: BlobMention[]
  payload: Payload
}

/** The content of an answering post, as ssb-facts of Patchwork want a reply to look. */
export function buildPost(frame: PostFrame): object {
  return {
    type: 'post',
    text: frame.text,
    ...(frame.root === null ? {} : { root: frame.root, branch: frame.branch ?? frame.root }),
    recps: frame.recps,
    mentions: [...frame.mentions.map(({ id, name }) => ({ link: id, name })), ...(frame.blobs ?? [])],
    buttcloud: frame.payload,
  }
}
