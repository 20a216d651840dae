/** `delete NAME`: asks once; a `yes` that descends from the question, in time, by one who was asked, does it. */
import type { Millis } from '../protocol/ids'
import { CLOCKS_LOOK_EVERY_MS } from '../protocol/limits-money'
import type { PubFact, Request, State } from '../protocol/state'
import { isAlive } from './billing-owed'
import { oweEnd } from './decide-create'
import { takeBack } from './decide-take-back'
import { clocksSay } from './dues'
import { paymentsOf } from './entitlement'
import { answer, type Look } from './look'
import { observationOf, pubNamed, pubsOf } from './query'
import { askOwners, needsSecond, questionsAbove } from './question'
import { words } from './words'
import { payWords } from './words-pay'
import { peopleWords } from './words-people'

/** How long a deletion waits for its hub's word before it is answered without. */
const REMOVED_WAIT_MS = 60_000

/** The question. Asking changes nothing. */
export function askDelete(look: Look, request: Request, name: string): void {
  const { state } = look.world
  const pub = pubNamed(state, request.author, name)
  if (pub === null) {
    const names = pubsOf(state, request.author)
      .filter((one) => one.record.status === 'live')
      .map((one) => one.record.name)
    if (takeBack(look, request, name)) return
    return answer(look, request, 'refused', words.noSuchPub(name, names), { command: 'delete' })
  }
  // Whom to ask, a change of owners in this look decides first.
  if (look.pubsChanged.has(pub.pub)) return look.wakeAt(look.world.now)
  const paid = paymentsOf(state, pub.pub).some(isAlive) ? payWords.deletedWith : ''
  const text = (until: Millis): string =>
    (needsSecond(pub) ? peopleWords.askDelete(name, request.author, until) : words.askDelete(name, until)) +
    paid
  askOwners(look, request, pub, { kind: 'delete', command: 'delete', text })
}

/** The yes to it: ends the pub. */
export function confirmDelete(look: Look, request: Request, pub: PubFact): void {
  const { now, policy } = look.world
  look.pubsEnded.add(pub.pub)
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
  const deadline = look.deadline(pub.recordedAt, REMOVED_WAIT_MS)
  const paid = paymentsOf(state, pub.pub).length > 0 ? payWords.deletedToo : ''
  const done = (text: string): void => answer(look, request, 'done', `${text}${paid}`, options)
  if (observationOf(state, pub)?.phase === 'removed') done(words.deleted(pub.record.name, until))
  else if (now >= deadline) done(words.deletedLater(pub.record.name, until))
  else look.wakeAt(deadline)
  return true
}

/**
 * What is sealed of a pub that has ended goes when its data goes: at the date that its owner was told, unless another
 * machine's clock gainsays ours.
 */
export function forgetKeys(look: Look): void {
  const { state, now, facts } = look.world
  const { sealed } = facts
  if (sealed === undefined) return
  look.each('keys', (pub) => {
    const record = state.provider.pubs.get(pub)?.record
    if (record?.status !== 'ended' || record.keepUntil === null) return true
    const { keepUntil } = record
    if (!sealed.has(pub)) return now >= keepUntil
    const says = clocksSay(keepUntil, now, facts.otherClocks ?? [])
    if (says === 'due' || says === 'alone') look.owe({ kind: 'forget', pub })
    else look.wakeAt(keepUntil > now ? keepUntil : now + CLOCKS_LOOK_EVERY_MS)
    return false
  })
}

function pubEndedBy(state: State, request: Request): PubFact | null {
  for (const id of state.byOwner.get(request.author) ?? []) {
    const pub = state.provider.pubs.get(id)
    if (pub?.record.status === 'ended' && pub.record.answers === request.key) return pub
  }
  return null
}
