/** Questions about what is known: what the screens, and the steps between them, ask the model. */
import type { Millis, PubId } from '../../protocol/ids'
import type { IncidentKind } from '../../protocol/messages/incident'
import type { PubView } from '../../protocol/rpc'
import { inviteCodesIn } from '../invite-code'
import { asks, type Letter, outcomeOf } from '../letters'
import { paymentLinks } from '../payment-link'
import { oldAge } from './age'
import type { Facts, Model, PubFacts, Request, ScreenState } from './model'

/** The pubs of the dashboard, by name; ended ones are over. */
export function shownPubs(facts: Facts): PubFacts[] {
  return Object.values(facts.pubs)
    .filter(({ view }) => view.value.phase !== 'ended')
    .sort((a, b) => (a.view.value.name < b.view.value.name ? -1 : 1))
}

export const pubOf = (facts: Facts, pub: PubId | null): PubFacts | null =>
  pub === null ? null : (facts.pubs[pub] ?? null)

export function counted(facts: Facts): Record<PubView['status'], number> {
  const counts = { up: 0, down: 0, none: 0 }
  for (const { view } of shownPubs(facts)) counts[view.value.status] += 1
  return counts
}

export function topScreen(model: Model): ScreenState {
  const top = model.screens.at(-1)
  if (top === undefined) throw new Error('there is always a screen')
  return top
}

/** Up to when it is known how a pub does: now, or when its figures grew old. What nobody has seen since does not go on. */
export function momentOf(known: PubFacts, now: Millis): Millis {
  const at = known.figures?.at ?? now
  return oldAge(at, now) === null ? now : at
}

/** Why a pub is as it is, where that needs a word; null where it is up and all is well. */
export function whyOf(view: PubView): string | null {
  if (view.suspended && view.phase !== 'ended')
    return view.halted == null ? 'suspended: it is not paid for' : 'suspended by whoever runs the provider'
  if (view.desired === 'down' && view.phase !== 'ended')
    return view.phase === 'up' ? 'it is being stopped' : 'stopped by its owner'
  if (view.reason !== null) return view.reason
  return view.phase === 'placed' ? 'it is being started' : null
}

const INCIDENT_WORDS: Record<IncidentKind, string> = {
  down: 'was down for longer',
  'out-of-memory': 'ran out of memory',
  healed: 'hung, and was started anew',
  crashing: 'keeps ending by itself',
  'disk-warning': 'its disk is filling up',
  'disk-full': 'its disk is full: no more pictures and files are taken',
}
export const incidentWords = (kind: IncidentKind): string => INCIDENT_WORDS[kind]

/** What befell a pub, as its owners were told, newest first. */
export function incidentLetters(model: Model, pub: PubId): Letter[] {
  return model.letters
    .filter(
      ({ payload }) => payload?.kind === 'notice' && payload.topic === 'incident' && payload.pub === pub,
    )
    .reverse()
}

/** True while nothing more than time is needed: it may still be answered. */
export function isOpen(request: Request): boolean {
  if (request.state === 'failed' || request.state === 'saved') return false
  return request.answered.final === null
}

/** The question that came back to the owner, where it is still to be answered; null else. */
export function openQuestion(model: Model, request: Request): Letter | null {
  const { final } = request.answered
  const { owner } = model.facts
  if (final === null || owner === null || outcomeOf(final) !== 'asked' || !asks(final, owner)) return null
  const expiresAt = final.payload?.kind === 'answer' ? (final.payload.question?.expiresAt ?? 0) : 0
  const answered = model.requests.some(({ thread, state }) => thread === final.key && state !== 'failed')
  return answered || expiresAt <= model.now ? null : final
}

/** Invite codes and payment links that have come for a request. */
export function bearersOf({ answered }: Request): { codes: string[]; links: string[] } {
  const letters = [answered.received, answered.final, ...answered.bearers].filter((one) => one !== null)
  return {
    codes: [...new Set(letters.flatMap(({ text }) => inviteCodesIn(text)))],
    links: paymentLinks(letters),
  }
}

/**
 * The code of an invite that the list shows: the one that came after it was made and before the next one was. Null
 * where that does not name exactly one, so that nobody passes on the wrong one.
 */
export function codeOf(model: Model, pub: PubId, id: string): string | null {
  const invites = [...(pubOf(model.facts, pub)?.invites?.value ?? [])].sort((a, b) => a.madeAt - b.madeAt)
  const at = invites.findIndex((one) => one.id === id)
  const made = invites[at]?.madeAt
  if (made === undefined) return null
  const next = invites[at + 1]?.madeAt ?? Number.POSITIVE_INFINITY
  const codes = new Set<string>()
  for (const letter of model.letters) {
    const about = letter.payload === null || letter.payload.kind === 'burst' ? null : letter.payload.pub
    if (about === pub && letter.claimedAt >= made && letter.claimedAt < next)
      for (const code of inviteCodesIn(letter.text)) codes.add(code)
  }
  const [only] = codes
  return codes.size === 1 && only !== undefined ? only : null
}

/** How a request ended, as a word, or how far it is. */
export function progressWords(model: Model, request: Request): string {
  const { final, received } = request.answered
  if (request.state === 'failed') return 'not sent'
  if (request.state === 'saving') return 'downloading'
  if (request.state === 'saved') return 'saved'
  if (final !== null) {
    const outcome = outcomeOf(final)
    return outcome === 'asked' ? (openQuestion(model, request) === null ? 'asked' : 'asks you') : outcome
  }
  if (received !== null) return 'being worked on'
  if (request.state === 'writing') return 'being written'
  return model.connection.state === 'away' ? 'waits for the provider' : 'on its way'
}
