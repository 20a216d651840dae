/** `run NAME METHOD ARGS`: a question to the pub's server, by way of its hub; nothing of it stands on a feed but the answer. */

import type { Command } from '../protocol/command-kinds'
import { readRun } from '../protocol/run-methods'
import type { PubFact, Request } from '../protocol/state'
import { desiredOf } from './change'
import { beginInvite } from './decide-invite'
import type { RunResult } from './effects'
import { answer, clip, type Look, onlyOwnersRead, pubFor } from './look'
import { feedOf } from './query'
import { runWords } from './words-run'

type Run = Extract<Command, { kind: 'run' }>

/** Checks, asks the hub, and answers when it has replied. Asked again after a crash, from the start. */
export function beginRun(look: Look, request: Request, command: Run): void {
  const { method, args, name } = command
  // The provider makes and counts invites, however they are asked for.
  if (method === 'invite.create')
    return beginInvite(look, request, { kind: 'invite', name, uses: usesIn(args), note: null })
  const refuse = (text: string): void => answer(look, request, 'refused', text, { command: 'run' })
  const read = readRun(method, args)
  if (!read.ok) return refuse(runWords.refused(read.reason, read.problem === 'unknown-method'))
  const pub = pubFor(look, request, 'run', name)
  if (pub === null) return
  // Whose pub it is, a change of this look decides first.
  if (look.pubsChanged.has(pub.pub)) return look.wakeAt(look.world.now)
  const options = { command: 'run', pub: pub.pub }
  if (look.world.state.provider.delivered.has(request.key))
    return answer(look, request, 'done', runWords.elsewhere(pub.record.name, read.method), options)
  const wrong = wrongPhase(look, pub)
  if (wrong !== null) return refuse(wrong)
  const reply = look.world.facts.replies.get(request.key)
  switch (reply?.state) {
    case undefined:
      return look.owe({
        ...{ kind: 'ask', request: request.key, hub: pub.record.hub },
        ask: { kind: 'run', pub: pub.pub, method: read.method, args },
      })
    case 'waiting':
      return
    case 'failed':
      return answer(
        look,
        request,
        'failed',
        runWords.failed(pub.record.name, read.method, reply.reason),
        options,
      )
    case 'done':
      return deliver(
        look,
        request,
        pub,
        runWords.done(pub.record.name, read.method, reply.value as RunResult),
      )
  }
}

/**
 * What a pub holds is for its owners: said in this thread when nobody else reads it, else in a new one, first, so that
 * the final answer is true when it says so.
 */
function deliver(look: Look, request: Request, { pub, record }: PubFact, text: string): void {
  const { provider } = look.world.state
  if (onlyOwnersRead(request, record.owners, provider.id))
    return answer(look, request, 'done', text, { command: 'run', pub })
  look.owe({
    kind: 'bearer',
    recps: [...record.owners, provider.id],
    to: request.author,
    text: clip(text),
    payload: { v: 1, kind: 'bearer', delivers: request.key, pub },
  })
}

/** Why nobody can ask this pub anything just now, or null. */
function wrongPhase({ world }: Look, { pub, record }: PubFact): string | null {
  const { state, facts } = world
  const fact = state.provider.pubs.get(pub)
  if (desiredOf(record) === 'down') return runWords.stopped(record.name)
  if (fact === undefined || feedOf(state, fact) === null) return runWords.beingMade(record.name)
  if (facts.connected.has(record.hub)) return null
  return runWords.away(record.name, state.provider.hubs.get(record.hub)?.label ?? 'its hub')
}

/** `invite.create 5` or `invite.create {"uses":5}`; null where nothing of the kind was said. */
function usesIn([first]: string[]): number | null {
  const found = /^(\d{1,4})$|^\{\s*"uses"\s*:\s*(\d{1,4})\s*\}$/.exec(first ?? '')
  const uses = Number(found?.[1] ?? found?.[2])
  return Number.isSafeInteger(uses) && uses > 0 ? uses : null
}
