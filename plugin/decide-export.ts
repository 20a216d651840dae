/**
 * `export NAME PART`, of a pub that runs, is stopped or suspended, or has ended and is still kept: what is small comes as an encrypted blob to the owners alone, the rest is fetched with the CLI. The
 * key pair of a shared pub needs a second owner's yes. The link to a blob is a bearer item: it is said once, in this
 * thread where only owners read it, else in a thread of its own before the answer.
 */

import { type Check, list, text } from '../protocol/check'
import type { Command } from '../protocol/command'
import type { ExportPart } from '../protocol/command-kinds'
import { comesByMessage, holdsSecret } from '../protocol/export'
import type { FeedId, Millis } from '../protocol/ids'
import { EXPORT_HUB_WAIT_MS, EXPORT_LINKS_MAX } from '../protocol/limits'
import type { OpenQuestion, PubFact, Request } from '../protocol/state'
import { hereOf, hubToRead } from './export-rights'
import { keptPubNamed } from './kept'
import { type AnswerOptions, answer, clip, type Look, onlyOwnersRead, replyRecipients } from './look'
import { feedOf, pubNamed, pubsOf } from './query'
import { askOwners, needsSecond } from './question'
import { words } from './words'
import { changeWords } from './words-change'
import { exportWords } from './words-export'

type Export = Extract<Command, { kind: 'export' }>

const links: Check<string[]> = list(text(300), 1, EXPORT_LINKS_MAX)

/** Checks, asks who has to be asked, and delivers. */
export function beginExport(look: Look, request: Request, { name, part }: Export): void {
  const { state } = look.world
  const refuse = (sentence: string): void => answer(look, request, 'refused', sentence, { command: 'export' })
  const live = pubsOf(state, request.author).filter((one) => one.record.status === 'live')
  const names = live.map((one) => one.record.name)
  const only = live.length === 1 ? (live[0] ?? null) : null
  const named = name === null ? only : pubNamed(state, request.author, name)
  const pub = named ?? keptPubNamed(state, request.author, name, look.world.now)
  if (pub === null)
    return refuse(name === null ? exportWords.whichPub(names, part) : words.noSuchPub(name, names))
  // Whose it is, a change of owners in this look decides first.
  if (look.pubsChanged.has(pub.pub) || look.pubsEnded.has(pub.pub)) return look.wakeAt(look.world.now)
  const { record } = pub
  if (feedOf(state, pub) === null) return refuse(changeWords.beingMade(record.name))
  if (hubToRead(state, look.world.facts.connected, pub) === null)
    return refuse(exportWords.notThere(record.name, hereOf(record)))
  if (holdsSecret(part) && needsSecond(pub)) return askForSecret(look, request, pub, part)
  if (!comesByMessage(part))
    return answer(look, request, 'done', exportWords.byTerminal(record.name, part, hereOf(record)), {
      command: 'export',
      pub: pub.pub,
    })
  deliver(look, request, pub, part, { command: 'export', pub: pub.pub })
}

function askForSecret(look: Look, request: Request, pub: PubFact, part: ExportPart): void {
  const { name } = pub.record
  askOwners(look, request, pub, {
    kind: part === 'all' ? 'export-all' : 'export-secret',
    command: 'export',
    text: (until) => exportWords.ask(name, request.author, part, until, hereOf(pub.record)),
  })
}

/** Another owner's yes to the key pair as a file: all owners get it. */
export function confirmSecret(look: Look, yes: Request, pub: PubFact, question: OpenQuestion): void {
  deliver(look, yes, pub, 'secret', { command: 'export', pub: pub.pub, confirms: question.key })
}

/** Another owner's yes to everything: who asked may fetch it until the question's time is over. */
export function confirmAll(look: Look, yes: Request, pub: PubFact, question: OpenQuestion): void {
  answer(look, yes, 'done', exportWords.agreed(pub.record.name, agreedUntil(pub, question)), {
    command: 'export',
    pub: pub.pub,
    confirms: question.key,
  })
}

/** Of a pub that has ended nothing is to be had after its date. */
function agreedUntil({ record }: PubFact, { expiresAt }: OpenQuestion): Millis {
  return record.status === 'ended' ? Math.min(expiresAt, record.keepUntil ?? expiresAt) : expiresAt
}

function deliver(
  look: Look,
  request: Request,
  pub: PubFact,
  part: 'secret' | 'gossip',
  options: AnswerOptions,
): void {
  const { state, facts, now } = look.world
  const { owners, name } = pub.record
  const hub = hubToRead(state, facts.connected, pub) ?? pub.record.hub
  if (state.provider.delivered.has(request.key))
    return answer(look, request, 'done', exportWords.elsewhere(name, part), options)
  // What all owners were asked for goes to all of them.
  const wanted = options.confirms === undefined ? [request.author] : owners
  const readers = readersOf(look, request)
  const here =
    onlyOwnersRead(request, owners, state.provider.id) && wanted.every((id) => readers.includes(id))
  const reply = facts.replies.get(request.key)
  if (reply === undefined) {
    const until = look.deadline(request.receivedAt, EXPORT_HUB_WAIT_MS)
    if (!facts.connected.has(hub) && now < until) return look.wakeAt(until)
    const ask = { kind: 'export' as const, pub: pub.pub, part, readers: here ? readers : owners }
    return look.owe({ kind: 'ask', request: request.key, hub, ask })
  }
  if (reply.state === 'waiting') return
  const found = reply.state === 'done' ? links(reply.value, 'links') : null
  if (found === null || !found.ok) {
    const why = reply.state === 'failed' ? reply.reason : exportWords.nonsense
    // The question stays open: a yes whose deed has failed may be said again.
    const { confirms: _confirms, ...open } = options
    return answer(look, request, 'failed', exportWords.failed(name, part, why), open)
  }
  const body = exportWords.file(name, part, found.value, hereOf(pub.record))
  if (here) return answer(look, request, 'done', body, options)
  // The answer is owed once this stands on the feed, so that it is true when it says so.
  look.owe({
    kind: 'bearer',
    recps: [...owners, state.provider.id],
    to: request.author,
    text: clip(body),
    payload: { v: 1, kind: 'bearer', delivers: request.key, pub: pub.pub },
  })
}

const readersOf = (look: Look, request: Request): FeedId[] => {
  const provider = look.world.state.provider.id
  return replyRecipients(request, provider).filter((id) => id !== provider)
}
