/** What the present hub of a pub has said of incidents, its words joined to incidents. */
import type { Millis } from '../protocol/ids'
import type { IncidentMessage } from '../protocol/messages/incident'
import type { IncidentView } from '../protocol/rpc'
import type { IncidentFact, PubFact, State } from '../protocol/state'

/** One incident: what was said when it began and when it was over. One of the two is always there. */
export interface Incident {
  first: IncidentMessage
  begun: IncidentMessage | null
  over: IncidentMessage | null
}

/** What counts of a pub's incidents: the word of the hub that its record names, oldest first. */
export function incidentFactsOf(state: State, pub: PubFact): readonly IncidentFact[] {
  return state.authors.get(pub.record.hub)?.incidents.get(pub.pub) ?? []
}

/** The incidents of a pub, in the order in which they began. */
export function incidentsOf(state: State, pub: PubFact): Incident[] {
  return joined(incidentFactsOf(state, pub))
}

/** Joins begin and end by their number; an end whose begin is not known stands alone. */
export function joined(facts: readonly IncidentFact[]): Incident[] {
  const byNumber = new Map<number, Incident>()
  for (const { incident } of facts) {
    const known = byNumber.get(incident.number) ?? { first: incident, begun: null, over: null }
    // The first word on each end stands: a hub that says one twice has nothing new to tell.
    byNumber.set(incident.number, { ...known, [incident.state]: known[incident.state] ?? incident })
  }
  return [...byNumber.values()]
}

/** When it ended, never before it began, whatever the hub's clock did. Null while it is not over. */
export function overAt({ first, over }: Incident): Millis | null {
  return over === null ? null : Math.max(first.at, over.at)
}

/** As programs see it. */
export function viewOfIncident(incident: Incident): IncidentView {
  const { first, begun, over } = incident
  const reason = over?.reason ?? begun?.reason ?? null
  return { kind: first.kind, begunAt: first.at, overAt: overAt(incident), reason }
}
