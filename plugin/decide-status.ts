/**
 * `status NAME`: what is known here, and what its hub has measured. The figures are asked for first; without them the
 * answer comes all the same, a few seconds later, and says since when there are none.
 */
import type { Figures } from '../protocol/figures'
import type { BlobMention } from '../protocol/messages/answer'
import type { PubFact, Request } from '../protocol/state'
import type { Reply } from './effects'
import { incidentsOf } from './incidents'
import { answer, type Look, onlyOwnersRead } from './look'
import { pubNamed, pubsOf, viewOf } from './query'
import { whyNoPub } from './unpaid'
import { type Away, statusText, words } from './words'
import { lastIncident } from './words-incident'
import { figureLines, statusWords } from './words-status'

/** A picture that has been put where owners fetch it from. */
export interface Picture {
  markdown: string
  mention: BlobMention
}

/** What an ask of kind `status` is answered with (plugin/io/asks.ts checks the figures). */
export interface StatusReply {
  figures: Figures
  picture: Picture | null
}

export function answerStatus(look: Look, request: Request, name: string | null): void {
  const { state } = look.world
  const live = pubsOf(state, request.author).filter((pub) => pub.record.status === 'live')
  const names = live.map((pub) => pub.record.name)
  const only = live.length === 1 ? (live[0] ?? null) : null
  const pub = name === null ? only : pubNamed(state, request.author, name)
  if (pub === null) {
    const text =
      name === null ? words.whichPub('status', names) : whyNoPub(state, request.author, name, names)
    return answer(look, request, 'refused', text, { command: 'status' })
  }
  const { hub, owners } = pub.record
  if (!onlyOwnersRead(request, owners, state.provider.id))
    return say(look, request, pub, [statusWords.notHere])
  const reply = look.world.facts.replies.get(request.key)
  const away = awayOf(look, pub)
  if (reply === undefined && away !== null)
    return say(look, request, pub, [statusWords.away(away.label, away.since)])
  if (reply === undefined) {
    const ask = { kind: 'status', pub: pub.pub, name: pub.record.name } as const
    return look.owe({ kind: 'ask', request: request.key, hub, ask })
  }
  if (reply.state !== 'waiting') sayFigures(look, request, pub, reply)
}

function sayFigures(
  look: Look,
  request: Request,
  pub: PubFact,
  reply: Exclude<Reply, { state: 'waiting' }>,
): void {
  const { now } = look.world
  if (reply.state === 'failed') return say(look, request, pub, [statusWords.none(reply.reason, now)])
  const { figures, picture } = reply.value as StatusReply
  const lines = figureLines(figures, now)
  if (picture !== null) lines.push('', picture.markdown, statusWords.pictureKept)
  else if (figures.at !== null) lines.push(statusWords.noPicture)
  say(look, request, pub, lines, picture)
}

function say(
  look: Look,
  request: Request,
  pub: PubFact,
  figures: string[],
  picture: Picture | null = null,
): void {
  const { state, ledger } = look.world
  const last = incidentsOf(state, pub).at(-1)
  const lines = [
    statusText(viewOf(state, pub, ledger), awayOf(look, pub) !== null),
    `Server: ${labelOf(look, pub)}`,
    ...(last === undefined ? [] : [`Last incident: ${lastIncident(last)}`]),
    ...figures,
  ]
  answer(look, request, 'done', lines.join('\n'), {
    command: 'status',
    pub: pub.pub,
    ...(picture === null ? {} : { blobs: [picture.mention] }),
  })
}

/** The pub's server, when it is out of reach: then what is known is the last that was heard. */
export function awayOf(look: Look, pub: PubFact): Away | null {
  const { connected, goneSince, currentSince } = look.world.facts
  const { hub } = pub.record
  if (connected.has(hub)) return null
  return { label: labelOf(look, pub), since: goneSince?.get(hub) ?? currentSince ?? null }
}

function labelOf({ world }: Look, pub: PubFact): string {
  return world.state.provider.hubs.get(pub.record.hub)?.label ?? 'its hub'
}
