/** What waits for the operator, the gravest first. */
import type { Millis } from '../../../protocol/ids'
import type { FleetPubView } from '../../../protocol/rpc-desk'
import { durationText } from '../../../protocol/units'
import { plainOf } from '../../render'
import type { AdminModel, Waiting } from './model'
import { hubsOf, isInTrouble, machinesOf } from './reading'
import { commandOf } from './verbs'

/** How much of all memory may be left before more is needed; the operator's mail says it at the same. */
const ROOM_SHARE_LOW = 0.15
const NAMES_SHOWN = 3

/** Nothing where all is well. */
export function waitingFor(model: AdminModel): Waiting[] {
  return [
    ...hubsWait(model),
    ...stuckWait(model),
    ...pubsWait(model),
    ...unmadeWait(model),
    ...moneyWaits(model),
    ...machinesWait(model),
    ...mailWaits(model),
    ...roomWaits(model),
  ]
}

const minuteOf = (at: Millis): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ')
const one = (text: string, command: string | null = null, about: Waiting['about'] = null): Waiting => ({
  ...{ tone: 'warn', text, command, about },
})
const named = (names: string[]): string =>
  names.length <= NAMES_SHOWN
    ? names.join(', ')
    : `${names.slice(0, NAMES_SHOWN).join(', ')} and ${names.length - NAMES_SHOWN} more`

function hubsWait({ fleet, now }: AdminModel): Waiting[] {
  return hubsOf(fleet)
    .filter(({ connected }) => !connected)
    .map(({ hub, label, pubs, awaySince }) => {
      const long = awaySince === null ? '' : ` for ${durationText(now - awaySince)}`
      const what = `Hub ${label} is away${long}, with ${pubs} ${pubs === 1 ? 'pub' : 'pubs'}.`
      return { ...one(what, null, { kind: 'hub', hub }), tone: 'bad' }
    })
}

/** Pubs that should be elsewhere, a line for each reason; a storm is one of them. */
function stuckWait(model: AdminModel): Waiting[] {
  const byWhy = new Map<string, FleetPubView[]>()
  for (const pub of model.fleet.pubs?.value ?? [])
    if (pub.stuck != null) byWhy.set(pub.stuck, [...(byWhy.get(pub.stuck) ?? []), pub])
  return [...byWhy].map(([why, pubs]) => {
    const [first] = pubs
    const about = first !== undefined && pubs.length === 1 ? ({ kind: 'pub', pub: first.pub } as const) : null
    const what = `${named(pubs.map(({ name }) => name))} should be on another hub: ${plainOf(why)}.`
    const command = first === undefined ? null : commandOf(model, 'fence-check', first.name)
    return { ...one(what, command, about), tone: 'bad' }
  })
}

function pubsWait({ fleet }: AdminModel): Waiting[] {
  const pubs = (fleet.pubs?.value ?? []).filter(isInTrouble)
  const [first] = pubs
  if (first === undefined) return []
  const are = pubs.length === 1 ? 'is' : 'are'
  const about = pubs.length === 1 ? ({ kind: 'pub', pub: first.pub } as const) : null
  return [
    { ...one(`Not up as wanted ${are}: ${named(pubs.map(({ name }) => name))}.`, null, about), tone: 'bad' },
  ]
}

/** Those that an operator had made and that never came up. */
function unmadeWait({ fleet }: AdminModel): Waiting[] {
  return (fleet.pubs?.value ?? []).flatMap(({ pub, name, neverUp }) =>
    neverUp?.owed === true
      ? [
          one(
            `${name}, from a cluster file, never came up: ${plainOf(neverUp.why)}.`,
            'buttcloud admin apply FILE',
            { kind: 'pub', pub },
          ),
        ]
      : [],
  )
}

function moneyWaits(model: AdminModel): Waiting[] {
  const money = model.fleet.money?.value
  if (money === undefined) return []
  const waits: Waiting[] = []
  for (const { name, plan, until } of money.noRoom)
    waits.push({
      ...one(`${name} is paid (${plan}) and fits on no hub; the payment goes back ${minuteOf(until)} UTC.`),
      ...{ tone: 'bad', command: commandOf(model, 'hub-token') },
    })
  for (const kind of ['suspensions', 'ends'] as const) {
    const { waiting } = money.caps[kind]
    if (waiting > 0)
      waits.push(
        one(
          `${waiting} ${kind} wait: that is more than the cap of a day.`,
          commandOf(model, 'permit', kind, String(waiting)),
        ),
      )
  }
  const { count, since } = money.owed
  if (count > 0 && since !== null)
    waits.push(
      one(
        `${count} ${count === 1 ? 'call' : 'calls'} to Stripe not made yet, the oldest since ${minuteOf(since)} UTC.`,
        'buttcloud billing --check',
      ),
    )
  if (money.billing && money.clocks.agree === 0)
    waits.push(one('No other clock agrees with ours, so nothing is stopped or ended.'))
  if (money.alerts.length > 0)
    waits.push(
      one(
        `To look at in Stripe: ${named([...new Set(money.alerts.map(({ kind }) => kind))])}.`,
        commandOf(model, 'money'),
      ),
    )
  const bridges = (model.fleet.bridges?.value ?? []).filter(
    ({ status, connected }) => status === 'admitted' && !connected,
  )
  for (const { label } of bridges)
    waits.push(one(`The billing bridge ${label} is not connected.`, commandOf(model, 'bridges')))
  return waits
}

/** A server that somebody has to bring, and what the policy or the cloud can't do by itself. */
function machinesWait(model: AdminModel): Waiting[] {
  const view = model.fleet.machines?.value
  if (view === undefined) return []
  const command = commandOf(model, 'machines')
  const waits = machinesOf(model.fleet)
    .filter(({ driver, status, hub }) => driver === 'manual' && status === 'wanted' && hub === null)
    .map(({ machine, label }) =>
      one(`A server is missing, to be ${label}.`, commandOf(model, 'machines', machine, '--host', 'NAME')),
    )
  if (view.stuck && view.next !== null) waits.push(one(`Machines: ${plainOf(view.next)}.`, command))
  if (view.trouble !== null) waits.push(one(`Machines: ${plainOf(view.trouble)}.`, command))
  for (const said of [...(view.faults ?? []), ...view.strangers])
    waits.push(one(`Machines: ${plainOf(said)}.`, command))
  return waits
}

function mailWaits(model: AdminModel): Waiting[] {
  const mail = model.fleet.mail?.value
  if (mail === undefined || !mail.on) return []
  const tried = mail.waiting.filter(({ tries }) => tries > 0).length
  if (tried === 0) return []
  const text = `${tried} ${tried === 1 ? 'mail was' : 'mails were'} tried and ${tried === 1 ? 'waits' : 'wait'}.`
  return [one(text, commandOf(model, 'mail', 'test'))]
}

function roomWaits(model: AdminModel): Waiting[] {
  const hubs = hubsOf(model.fleet).filter(({ status }) => status === 'admitted')
  const { plans = [] } = model.fleet.capacity?.value ?? {}
  const offered = hubs.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0)
  if (hubs.length === 0 || offered === 0) return []
  const left = hubs.reduce((sum, hub) => sum + Math.max(0, hub.memoryBytes - hub.reservedBytes), 0)
  const largest = [...plans].sort((a, b) => b.reservedBytes - a.reservedBytes)[0]
  const isFull =
    largest !== undefined &&
    hubs.every(({ room }) => (room.find(({ plan }) => plan === largest.plan)?.count ?? 0) === 0)
  const why = isFull
    ? `No hub has room for a pub of plan ${largest.plan}.`
    : left / offered < ROOM_SHARE_LOW
      ? 'Less than 15 % of all memory is left.'
      : null
  return why === null ? [] : [one(why, commandOf(model, 'hub-token'))]
}
