/** The operator's looks as text: what fits a terminal of eighty columns, and keys whole, to be copied. */
import type { AuditView, CapacityView, FleetIncidentView } from '../protocol/rpc-desk'
import { bytesText, durationText } from '../protocol/units'
import { harmless, table, wrap } from './render'
import { costText } from './render-machines'

/** A time to the second, as the reader counts it. */
type Second = (at: number) => string

/** A line per hub, then a line per plan. */
export function capacityText({ hubs, plans, cost = null }: CapacityView): string {
  if (hubs.length === 0) return 'No hub has joined yet. `buttcloud admin hub-token` prints a token for one.'
  const ofHubs = table(
    ['HUB', 'STATE', 'PUBS', 'MEMORY', 'OF', 'DISK PROMISED', 'OF'],
    hubs.map((hub) => [
      hub.label,
      hub.status === 'admitted' ? (hub.connected ? 'connected' : 'away') : hub.status,
      String(hub.pubs),
      bytesText(hub.reservedBytes),
      bytesText(hub.memoryBytes),
      bytesText(hub.promisedDiskBytes),
      bytesText(hub.diskBytes),
    ]),
  )
  const ofPlans = table(
    ['PLAN', 'RESERVES', 'MORE OF THEM', 'MOST ON'],
    plans.map(({ plan, reservedBytes }) => {
      const rooms = hubs.map(({ label, room }) => ({
        label,
        count: room.find((one) => one.plan === plan)?.count ?? 0,
      }))
      const most = rooms.reduce((best, one) => (one.count > best.count ? one : best), {
        label: '-',
        count: 0,
      })
      const sum = rooms.reduce((total, { count }) => total + count, 0)
      return [
        plan,
        bytesText(reservedBytes),
        String(sum),
        most.count === 0 ? '-' : `${most.label} (${most.count})`,
      ]
    }),
  )
  const note =
    'Memory is what pubs have reserved; disk is what they may fill. Each line of plans is for that plan alone.'
  const money = cost === null ? [] : [costText(cost)]
  return [ofHubs, ofPlans, ...shortOf(hubs), ...money, note].join('\n\n')
}

/** Why hubs take no more, a line for each hub and reason; nothing where all take all. */
function shortOf(hubs: CapacityView['hubs']): string[] {
  const lines = hubs.flatMap(({ room }) => {
    const plansOf = new Map<string, string[]>()
    for (const { plan, why } of room)
      if (typeof why === 'string') plansOf.set(why, [...(plansOf.get(why) ?? []), plan])
    return [...plansOf].map(([why, names]) =>
      names.length === room.length
        ? `${why}: it takes no more pubs.`
        : `${why}: it takes no more of ${names.join(', ')}.`,
    )
  })
  return lines.length === 0 ? [] : [lines.join('\n')]
}

/** A line each, the reason as far as there is room. */
export function incidentsText(incidents: FleetIncidentView[], width: number, second: Second): string {
  if (incidents.length === 0) return 'Nothing has gone wrong with any pub yet, as far as it is remembered.'
  const lines = table(
    ['BEGAN', 'PUB', 'HUB', 'WHAT', 'LASTED', 'REASON'],
    incidents.map(({ begunAt, overAt, name, hub, kind, reason }) => [
      second(begunAt),
      name,
      hub,
      kind,
      overAt === null ? 'not over' : durationText(overAt - begunAt),
      reason ?? '',
    ]),
  )
  return lines
    .split('\n')
    .map((line) => (line.length <= width ? line : `${line.slice(0, width - 1)}…`))
    .join('\n')
}

/** Two lines each: what was said, and the key of the message that says it. */
export function auditText({ owner, pubs, entries, found }: AuditView, width: number, second: Second): string {
  const names = new Map(pubs.map(({ pub, name }) => [pub, name]))
  const about = owner ?? [...new Set(names.values())].join(', ')
  if (entries.length === 0) return `Nothing on the feeds is about ${about}.`
  const heading =
    found > entries.length
      ? `The last ${entries.length} of ${found} messages about ${about} (--last shows more). Times are local;`
      : `All ${found} messages about ${about}. Times are local;`
  const several = names.size > 1
  const lines = entries.flatMap((entry) => {
    const which = several && entry.pub !== null ? `${names.get(entry.pub) ?? entry.pub.slice(0, 9)} · ` : ''
    const because = entry.because === null ? '' : ` (of ${entry.because.slice(0, 9)})`
    const words = harmless(entry.text).replace(/\n/g, ' ')
    const text = `${entry.role} ${entry.kind}: ${which}${words}${because}`
    const [first = '', ...rest] = wrap(text, Math.max(20, width - 23))
    return [
      `${second(entry.at)}  ${first}`,
      ...rest.map((line) => `${' '.repeat(23)}${line}`),
      `${' '.repeat(21)}${entry.key}`,
    ]
  })
  return `${heading} (of %…) is what it follows from.\n\n${lines.join('\n')}`
}
