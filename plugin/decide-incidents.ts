/**
 * What hubs say of incidents, told to the owners of the pub, and `log NAME`. A notice covers everything that its hub
 * had said of the pub by then: the message that it names is the last of it, so that nothing is told twice.
 */

import type { Millis } from '../protocol/ids'
import {
  INCIDENT_GATHER_MS,
  INCIDENT_NOTICES_PER_DAY_MAX,
  INCIDENT_NOTICES_RARE_MS,
  INCIDENTS_LISTED_MAX,
} from '../protocol/limits'
import type { IncidentFact, PubFact, Request } from '../protocol/state'
import { incidentFactsOf, incidentsOf, joined } from './incidents'
import { answer, type Look, notify } from './look'
import { pubNamed, pubsOf } from './query'
import { whyNoPub } from './unpaid'
import { isWithin } from './within'
import { words } from './words'
import { logText, noticeText } from './words-incident'

const DAY_MS = 24 * 3_600_000

/** Owes the owners of every live pub what its hub has said since the last notice. */
export function tellIncidents(look: Look): void {
  const { state } = look.world
  look.each('incidents', (id) => {
    const pub = state.provider.pubs.get(id)
    if (pub === undefined || pub.record.status !== 'live') return true
    const facts = incidentFactsOf(state, pub)
    if (facts.length === 0) return true
    // Whose pub it is, a change of this look decides first.
    if (look.pubsEnded.has(id) || look.pubsChanged.has(id)) return false
    const before = look.stirs
    tell(look, pub, facts)
    return look.stirs === before
  })
}

function tell(look: Look, pub: PubFact, facts: readonly IncidentFact[]): void {
  const { state, now } = look.world
  const told = facts.findLastIndex((fact) => state.provider.notices.has(fact.key))
  const [first] = facts.slice(told + 1)
  const last = facts.at(-1)
  if (first === undefined || last === undefined) return
  const due = dueAt(look, pub, first)
  if (now < due) return look.wakeAt(due)
  // What ends something that was told needs its beginning, too; what was over then is no news.
  const before = new Set(
    facts.slice(0, told + 1).map(({ incident }) => `${incident.number} ${incident.state}`),
  )
  const news = joined(facts).filter(({ begun, over }) =>
    [begun, over].some((end) => end !== null && !before.has(`${end.number} ${end.state}`)),
  )
  if (news.length === 0) return
  const memoryBytes = state.provider.specs.get(pub.pub)?.memoryBytes ?? null
  const diskBytes = state.provider.specs.get(pub.pub)?.diskBytes ?? null
  const text = noticeText({ name: pub.record.name, memoryBytes, diskBytes }, news, before)
  notify(look, pub.record.owners, text, { pub: pub.pub, topic: 'incident', causes: last.key })
}

/** At once but for a moment; after many notices within a day seldom, and all that came meanwhile in one. */
function dueAt(look: Look, pub: PubFact, first: IncidentFact): Millis {
  const { state, now } = look.world
  // What a wrong clock has dated ahead has been gathered for long enough.
  const arrivedAt = first.receivedAt <= now ? first.receivedAt : Number.NEGATIVE_INFINITY
  const gathered = look.deadline(arrivedAt, INCIDENT_GATHER_MS)
  const times = (state.provider.incidentNotices.get(pub.pub) ?? []).filter((at) => isWithin(at, DAY_MS, now))
  const last = times.at(-1)
  if (last === undefined || times.length < INCIDENT_NOTICES_PER_DAY_MAX) return gathered
  return Math.max(gathered, last + INCIDENT_NOTICES_RARE_MS)
}

/** `log NAME`: the last incidents. */
export function answerLog(look: Look, request: Request, name: string | null): void {
  const { state } = look.world
  const live = pubsOf(state, request.author).filter((one) => one.record.status === 'live')
  const names = live.map((one) => one.record.name)
  const only = live.length === 1 ? (live[0] ?? null) : null
  const pub = name === null ? only : pubNamed(state, request.author, name)
  if (pub === null) {
    const text = name === null ? words.whichPub('log', names) : whyNoPub(state, request.author, name, names)
    return answer(look, request, 'refused', text, { command: 'log' })
  }
  const last = incidentsOf(state, pub).slice(-INCIDENTS_LISTED_MAX).reverse()
  answer(look, request, 'done', logText(pub.record.name, last), { command: 'log', pub: pub.pub })
}
