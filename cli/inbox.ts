/** What the provider wrote that no command has shown: pure, from the letters to what an inbox lists of them. */
import { parseCommand } from '../protocol/command'
import type { FeedId, MessageId, Millis, PubId } from '../protocol/ids'
import type { Outcome } from '../protocol/messages/answer'
import { checkName } from '../protocol/name'
import { type BlobLink, blobLinksIn } from './blob-links'
import { inOrder, type Letter } from './letters'
import { harmless, indented, type Paint, plainOf } from './render'

/**
 * notice    unasked: an incident, other owners, a question
 * answer    the answer to a request that no command has shown; `received` while there is no final one
 * bearer    an invite, a link or a result, in a thread of its own
 * refused   one answer to everything that was too much at once
 * letter    anything else that the provider wrote
 */
export type InboxKind = 'notice' | 'answer' | 'received' | 'bearer' | 'refused' | 'letter'

export interface InboxItem {
  key: MessageId
  /** The provider's own claim. */
  at: Millis
  kind: InboxKind
  pub: PubId | null
  /** What the owners call the pub, where it is known here. */
  name: string | null
  /** Which of the owner's messages it is about, and what that said. */
  request: MessageId | null
  asked: string | null
  outcome: Outcome | null
  /** Markdown, as it was written. */
  text: string
  links: BlobLink[]
}

export interface InboxWish {
  /** At most so many, the newest. */
  last: number
  /** Nothing that was written before. */
  since: Millis | null
  /** What commands have shown, too. */
  all: boolean
}

/** The items, oldest first. `shown`: what commands have shown already. */
export function inboxOf(
  letters: Letter[],
  provider: FeedId,
  shown: ReadonlySet<MessageId>,
  wish: InboxWish,
): InboxItem[] {
  const known = knownOf(letters, provider)
  const items = inOrder(letters)
    .filter((letter) => letter.author === provider && (wish.all || !shown.has(letter.key)))
    .filter((letter) => wish.since === null || letter.claimedAt >= wish.since)
    .map((letter) => itemOf(letter, known))
    // That it is worked on is no news once it is over, and was said where somebody waited.
    .filter((item) => item.kind !== 'received' || wish.all || !known.ended.has(item.request))
  return items.slice(-wish.last)
}

interface Known {
  /** What the owner's requests said. */
  asked: Map<MessageId, string>
  names: Map<PubId, string>
  /** Requests with a final answer. */
  ended: Set<MessageId | null>
}

function knownOf(letters: Letter[], provider: FeedId): Known {
  const known: Known = { asked: new Map(), names: new Map(), ended: new Set() }
  for (const letter of letters) if (letter.author !== provider) known.asked.set(letter.key, letter.text)
  for (const { payload, text } of letters) {
    if (payload?.kind === 'answer' && payload.final) known.ended.add(payload.answers)
    if (payload === null || payload.kind === 'burst' || payload.pub === null) continue
    const name = payload.kind === 'answer' ? nameAsked(known.asked.get(payload.answers)) : null
    const found = name ?? nameShown(text)
    if (found !== null && (name !== null || !known.names.has(payload.pub)))
      known.names.set(payload.pub, found)
  }
  return known
}

/** The pub that a request names. */
function nameAsked(text: string | undefined): string | null {
  const command = text === undefined ? null : parseCommand(text)
  return command !== null && 'name' in command ? command.name : null
}

/** The first name in bold, as the provider writes the name of a pub; only to be shown. */
function nameShown(text: string): string | null {
  const bold = /\*\*([^*\s]{1,100})\*\*/.exec(text)?.[1]
  const checked = bold === undefined ? null : checkName(bold)
  return checked?.ok === true ? checked.name : null
}

function itemOf(letter: Letter, known: Known): InboxItem {
  const { payload, text } = letter
  const request =
    payload?.kind === 'answer' ? payload.answers : payload?.kind === 'bearer' ? payload.delivers : null
  const pub = payload === null || payload.kind === 'burst' ? null : payload.pub
  return {
    ...{ key: letter.key, at: letter.claimedAt, kind: kindOf(letter), pub, request },
    name: pub === null ? null : (known.names.get(pub) ?? null),
    asked: request === null ? null : sentenceOf(known.asked.get(request)),
    outcome: payload?.kind === 'answer' || payload?.kind === 'burst' ? payload.outcome : null,
    ...{ text, links: blobLinksIn(text) },
  }
}

function kindOf({ payload }: Letter): InboxKind {
  switch (payload?.kind) {
    case 'notice':
      return 'notice'
    case 'bearer':
      return 'bearer'
    case 'burst':
      return 'refused'
    case 'answer':
      return payload.final ? 'answer' : 'received'
    default:
      return 'letter'
  }
}

const ASKED_CHARS_MAX = 60

/** The last line of what was asked: in the first letter of a thread the mention stands above it. */
function sentenceOf(text: string | undefined): string | null {
  const line = plainOf(text ?? '')
    .trim()
    .split('\n')
    .at(-1)
    ?.trim()
  if (line === undefined || line === '') return null
  return line.length > ASKED_CHARS_MAX ? `${line.slice(0, ASKED_CHARS_MAX - 1)}…` : line
}

/** An item as a terminal shows it. `question`: it is the one that `buttcloud say yes` would answer. */
export function itemText(
  item: InboxItem,
  view: { width: number; paint: Paint; question: boolean; when(at: Millis): string },
): string {
  const about = [
    view.when(item.at),
    ...(item.name === null ? [] : [harmless(item.name)]),
    ...(item.asked === null ? [] : [`to your “${item.asked}”`]),
    ...(item.outcome === null || item.outcome === 'done' ? [] : [item.outcome]),
  ]
  const lines = [view.paint.bold(about.join(' · ')), indented(plainOf(item.text).trim(), view.width)]
  if (view.question)
    lines.push(indented('Answer it with `buttcloud say yes` or `buttcloud say no`.', view.width))
  return lines.join('\n')
}

/** The largest time that there is a date for. */
const TIME_MAX: Millis = 8.64e15

/** To the minute, in UTC. */
export function timeText(at: Millis): string {
  if (!Number.isFinite(at) || Math.abs(at) > TIME_MAX) return 'at no time'
  const iso = new Date(at).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
}

const SPAN_MS: Record<string, Millis> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** `90m`, `12h`, `3d`, `2w` before now, or a date; null where it is neither. */
export function sinceOf(text: string, now: Millis): Millis | null {
  const span = /^(\d{1,5})\s*([mhdw])$/i.exec(text.trim())
  if (span !== null) return now - Number(span[1]) * (SPAN_MS[(span[2] ?? '').toLowerCase()] ?? 0)
  if (!/^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:Z| ?UTC)?)?$/.test(text.trim())) return null
  const at = new Date(text.trim().replace(' UTC', 'Z').replace(' ', 'T')).getTime()
  return Number.isNaN(at) ? null : at
}
