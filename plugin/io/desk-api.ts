/** The operator's looks at everything: room, incidents, and what came of what. */
import { AUDIT_ENTRIES_DEFAULT, INCIDENTS_LISTED_DEFAULT } from '../../protocol/limits-desk'
import {
  type AuditView,
  type CapacityView,
  checkAdminAudit,
  checkAdminIncidents,
  type FleetIncidentView,
} from '../../protocol/rpc-desk'
import { Audit, type AuditTarget, auditTarget } from '../audit'
import { capacityView, fleetIncidents } from '../capacity'
import { withLeases } from '../fleet-view'
import { refusal } from './commits'
import { dnsMethods } from './dns-api'
import { fleetWorld } from './fleet-api'
import { viewOf as machinesOf } from './machines/api'
import { argumentOf, type Caller, method } from './method'
import type { Provider } from './provider'

/** Part of the plugin's API object. `asked` throws for everybody but the provider's own key. */
export function deskMethods(asked: (caller: Caller) => Promise<Provider>): object {
  return {
    ...dnsMethods(asked),
    adminCapacity: method<CapacityView>(async (from) => {
      const one = await asked(from)
      const { connected, goneSince, since } = one
      const around = { connected: connected(), goneSince, since: since() }
      const view = capacityView(one.inbox.state, one.policy, around)
      const { cost } = machinesOf(one)
      return { ...view, hubs: withLeases(fleetWorld(one), view.hubs), cost }
    }),
    adminIncidents: method<FleetIncidentView[]>(async (from, request) => {
      const one = await asked(from)
      const { count } = argumentOf(checkAdminIncidents, request, 'adminIncidents')
      return fleetIncidents(one.inbox.state, count ?? INCIDENTS_LISTED_DEFAULT)
    }),
    adminAudit: method<AuditView>(async (from, request) => {
      const one = await asked(from)
      const { about, count } = argumentOf(checkAdminAudit, request, 'adminAudit')
      const { state } = one.inbox
      const target = auditTarget(state, about)
      if (target === null)
        throw refusal(
          'refused',
          `there is no pub called ${about} here, and there never was, and no hub; \`buttcloud admin pubs\` and \`hubs\` list them, and a person is named by their feed id`,
        )
      const entries = await readAudit(one, target)
      const pubs = [...target.pubs].map((pub) => ({
        pub,
        name: state.provider.pubs.get(pub)?.record.name ?? '',
      }))
      const shown = entries.slice(-(count ?? AUDIT_ENTRIES_DEFAULT))
      return { owner: target.owner, pubs, entries: shown, found: entries.length }
    }),
  }
}

/** The state keeps no words that are dealt with, so the log is read once more, to its end. */
async function readAudit({ sbot, inbox }: Provider, target: AuditTarget): Promise<AuditView['entries']> {
  const audit = new Audit(inbox.state, target)
  await new Promise<void>((resolve, reject) => {
    const reading = sbot.read({
      wants: (author) => audit.wants(author),
      onMessage: (message) => audit.take(message),
      onCaughtUp: () => {
        resolve()
        // Not before `read` has given it back.
        setImmediate(() => reading.stop())
      },
      onError: reject,
    })
  })
  return audit.entries()
}
