/** What happened: told by the provider with its time, and what was seen to change between two looks. */
import type { Millis, PubId } from '../../../protocol/ids'
import type { DuesStage } from '../../../protocol/messages/dues'
import type { FleetPubView, HubRoomView } from '../../../protocol/rpc-desk'
import { durationText } from '../../../protocol/units'
import { incidentWords } from '../reading'
import type { Tone } from '../screen'
import type { AdminModel, Fleet, FleetEvent } from './model'
import { shortFeed } from './reading'

/** More than anybody scrolls through. */
const EVENTS_MAX = 500
/** What a session saw by itself; the oldest go. */
export const SEEN_MAX = 300

/** Sorted once per answer, and not at every tick. */
const made = new WeakMap<Fleet, { seen: FleetEvent[]; events: FleetEvent[] }>()

/** Newest first. */
export function eventsOf({ fleet, seen }: Pick<AdminModel, 'fleet' | 'seen'>): FleetEvent[] {
  const known = made.get(fleet)
  if (known?.seen === seen) return known.events
  const events = [
    ...seen,
    ...incidentEvents(fleet),
    ...pubEvents(fleet),
    ...moneyEvents(fleet),
    ...mailEvents(fleet),
  ]
    .sort((a, b) => b.at - a.at)
    .slice(0, EVENTS_MAX)
  made.set(fleet, { seen, events })
  return events
}

const aboutPub = (pub: PubId) => ({ kind: 'pub' as const, pub })

function incidentEvents(fleet: Fleet): FleetEvent[] {
  return (fleet.incidents?.value ?? []).flatMap(({ pub, name, hub, kind, begunAt, overAt, reason }) => {
    const why = reason === null ? '' : `: ${reason}`
    const begun: FleetEvent = {
      ...{ at: begunAt, tone: overAt === null ? 'bad' : 'warn', name, about: aboutPub(pub) },
      text: `${incidentWords(kind)}, on ${hub}${why}`,
    }
    // What was over at once is told by one message, and is one line here.
    if (overAt === null || overAt === begunAt) return [begun]
    const over: FleetEvent = {
      ...{ at: overAt, tone: 'good', name, about: aboutPub(pub) },
      text: `over after ${durationText(overAt - begunAt)}: ${kind}`,
    }
    return [over, begun]
  })
}

function pubEvents(fleet: Fleet): FleetEvent[] {
  return (fleet.pubs?.value ?? []).map((pub) => ({
    ...{ at: pub.createdAt, tone: 'plain', name: pub.name, about: aboutPub(pub.pub) },
    text: `was asked for by ${pub.owners.map(shortFeed).join(', ')}, plan ${pub.plan}`,
  }))
}

const STAGE_WORDS: Record<DuesStage, string> = {
  grace: 'is not paid for, and runs on for now',
  reminded: 'is not paid for; its owners were reminded',
  suspended: 'is stopped for want of payment',
  'last-week': 'ends within a week for want of payment',
  'last-day': 'ends within a day for want of payment',
  ended: 'was ended for want of payment',
  clear: 'is paid for again',
}

function moneyEvents(fleet: Fleet): FleetEvent[] {
  const { pubs = [], alerts = [] } = fleet.money?.value ?? {}
  const dues = pubs.flatMap(({ pub, name, dues }): FleetEvent[] =>
    dues === null
      ? []
      : [{ at: dues.since, tone: 'warn', name, about: aboutPub(pub), text: STAGE_WORDS[dues.stage] }],
  )
  const told = alerts.map(
    ({ kind, reference, name, at }): FleetEvent => ({
      ...{ at, tone: 'bad', name: name ?? 'money', about: null },
      text: `Stripe: ${kind} ${reference}`,
    }),
  )
  return [...dues, ...told]
}

function mailEvents(fleet: Fleet): FleetEvent[] {
  return (fleet.mail?.value.failed ?? []).map(({ what, to, at, reason }) => ({
    ...{ at, tone: 'warn', name: 'mail', about: null },
    text: `to ${to} could not be delivered (${what}): ${reason}`,
  }))
}

/** What has changed from one look to the next, newest first; nothing where there was no look before. */
export function changesBetween(before: Fleet, after: Fleet, now: Millis): FleetEvent[] {
  return [
    ...(before.capacity === after.capacity ? [] : hubChanges(before, after, now)),
    ...(before.pubs === after.pubs ? [] : pubChanges(before, after, now)),
    ...(before.money === after.money ? [] : moneyChanges(before, after, now)),
  ]
}

function hubChanges(before: Fleet, after: Fleet, now: Millis): FleetEvent[] {
  if (before.capacity === null) return []
  const known = new Map(before.capacity.value.hubs.map((hub) => [hub.hub, hub]))
  return (after.capacity?.value.hubs ?? []).flatMap((hub): FleetEvent[] => {
    const old = known.get(hub.hub)
    const said = (tone: Tone, text: string, at = now): FleetEvent => ({
      ...{ at, tone, text, name: hub.label, about: { kind: 'hub', hub: hub.hub } },
    })
    if (old === undefined) return [said('good', 'a new hub has joined')]
    return hubNews(old, hub, said)
  })
}

function hubNews(
  old: HubRoomView,
  hub: HubRoomView,
  said: (tone: Tone, text: string, at?: Millis) => FleetEvent,
): FleetEvent[] {
  const news: FleetEvent[] = []
  if (old.connected && !hub.connected) news.push(said('bad', 'the hub is away', hub.awaySince ?? undefined))
  if (!old.connected && hub.connected) news.push(said('good', 'the hub is connected again'))
  if (old.status !== hub.status) news.push(said('warn', `the hub is ${hub.status} now`))
  return news
}

function pubChanges(before: Fleet, after: Fleet, now: Millis): FleetEvent[] {
  if (before.pubs === null) return []
  const known = new Map(before.pubs.value.map((pub) => [pub.pub, pub]))
  return (after.pubs?.value ?? []).flatMap((pub) => {
    const old = known.get(pub.pub)
    // A new one is told with the time of its request.
    if (old === undefined) return []
    return pubNews(old, pub).map(
      ([tone, text]): FleetEvent => ({ at: now, tone, text, name: pub.name, about: aboutPub(pub.pub) }),
    )
  })
}

const PHASES: Record<FleetPubView['phase'], [Tone, string]> = {
  up: ['good', 'is up'],
  down: ['warn', 'is down'],
  failed: ['bad', 'has failed'],
  placed: ['plain', 'is being started'],
  ended: ['quiet', 'has ended'],
}

/** What its owners asked for, and what came of it. */
function pubNews(old: FleetPubView, pub: FleetPubView): [Tone, string][] {
  const news: [Tone, string][] = []
  if (old.phase !== pub.phase) {
    const [tone, text] = PHASES[pub.phase]
    news.push([tone, pub.reason === null ? text : `${text}: ${pub.reason}`])
  }
  if (old.desired !== pub.desired) news.push(['plain', pub.desired === 'up' ? 'shall run' : 'shall stop'])
  if (old.plan !== pub.plan) news.push(['plain', `has the plan ${pub.plan} now`])
  if (old.version !== pub.version && pub.version !== null) news.push(['plain', `runs ${pub.version} now`])
  if (old.owners.join() !== pub.owners.join())
    news.push(['plain', `is owned by ${pub.owners.map(shortFeed).join(', ')} now`])
  if (old.hub !== pub.hub) news.push(['warn', 'is on another hub now'])
  const issued = pub.invites.issued - old.invites.issued
  if (issued > 0) news.push(['quiet', `${issued === 1 ? 'an invite was' : `${issued} invites were`} made`])
  const used = pub.invites.used - old.invites.used
  if (used > 0)
    news.push(['quiet', `${used === 1 ? 'somebody has' : `${used} people have`} come by an invite`])
  if (old.suspended !== pub.suspended)
    news.push(
      pub.suspended
        ? ['bad', pub.halted == null ? 'is suspended' : 'is suspended by the operator']
        : ['good', 'is suspended no more'],
    )
  return news
}

function moneyChanges(before: Fleet, after: Fleet, now: Millis): FleetEvent[] {
  if (before.money === null) return []
  const known = new Map(before.money.value.pubs.map((one) => [one.pub, one]))
  return (after.money?.value.pubs ?? []).flatMap(({ pub, name, right, dues }): FleetEvent[] => {
    const old = known.get(pub)
    if (old === undefined) return []
    const said = (tone: Tone, text: string): FleetEvent => ({
      ...{ at: now, tone, text, name, about: aboutPub(pub) },
    })
    if (old.dues !== null && dues === null && right !== null) return [said('good', STAGE_WORDS.clear)]
    return old.right !== right && right === 'paid' ? [said('good', 'is paid for')] : []
  })
}
