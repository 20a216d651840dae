/** The operator's tables about money. */
import type { AlertView, GrantView, MoneyPubView, MoneyView, NoRoomView } from '../protocol/rpc-money'
import { table } from './render'

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)
const minuteOf = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ')

/** What was given, newest first. */
export function grantsText(grants: GrantView[]): string {
  if (grants.length === 0) return 'Nothing was given yet. `buttcloud admin grant PUB` gives a pub.'
  return table(
    ['GIVEN TO', 'UNTIL', 'SINCE', 'ID'],
    grants.map(({ kind, id, name, until, given, at }) => [
      kind === 'owner' ? 'all pubs of' : (name ?? 'a pub'),
      given ? (until === null ? 'you take it back' : dayOf(until)) : 'taken back',
      dayOf(at),
      id,
    ]),
  )
}

const RIGHTS = {
  'billing-off': 'billing is off',
  'free-plan': 'free plan',
  grant: 'given',
  paid: 'paid',
  trial: 'trial',
} as const

const WAITS = {
  clocks: 'another clock',
  bridge: 'the billing bridge, which is not connected',
  suspensions: 'a permit (suspensions)',
  ends: 'a permit (ends)',
} as const

function rightOf({ right, until, reason, unoffered }: MoneyPubView): string {
  if (unoffered) return 'its plan is offered no more: nothing to pay'
  if (right === null) return `no: ${reason}`
  return `${RIGHTS[right]}${until === null ? '' : ` until ${dayOf(until)}`}`
}

/** All of it: how the caps stand, then a line per pub. */
export function moneyText(money: MoneyView): string {
  const alerts = `${noRoomText(money.noRoom)}${money.alerts.length === 0 ? '' : `\n\n${alertsText(money.alerts)}`}`
  if (money.pubs.length === 0) return `${capsText(money)}\n\nThere are no pubs yet.${alerts}`
  const rows = table(
    ['PUB', 'PLAN', 'RUNS ON', 'STAGE', 'STOPS', 'ENDS', 'WAITS FOR', 'SUBSCRIPTION'],
    money.pubs.map((pub) => [
      pub.name,
      pub.plan,
      rightOf(pub),
      pub.dues === null ? (pub.suspended ? 'suspended' : '-') : pub.dues.stage,
      pub.dues === null ? '-' : minuteOf(pub.dues.suspendAt),
      pub.dues === null ? '-' : minuteOf(pub.dues.endAt),
      pub.waits === null ? '-' : WAITS[pub.waits],
      pub.subscription === null ? '-' : `${pub.subscription} (${pub.status})`,
    ]),
  )
  return `${capsText(money)}\n\n${rows}${alerts}`
}

function noRoomText(pubs: NoRoomView[]): string {
  if (pubs.length === 0) return ''
  const rows = pubs.map(({ name, plan, until, owner }) => [name, plan, minuteOf(until), owner])
  return `\n\nPaid, and no hub has room: bring another one, or let one offer more.\n\n${table(['PUB', 'PLAN', 'PAYMENT GOES BACK', 'OWNER'], rows)}`
}

function alertsText(alerts: AlertView[]): string {
  const rows = alerts.map(({ kind, reference, name, at }) => [minuteOf(at), kind, reference, name ?? '-'])
  return `To look at in Stripe:\n\n${table(['TOLD', 'WHAT', 'WHERE', 'PUB'], rows)}`
}

/** What may still be stopped and ended today, and whether the clocks allow it. */
export function capsText({ billing, clocks, caps, owed }: MoneyView): string {
  if (!billing) return 'Billing is off: no bridge is admitted, and every plan costs nothing.'
  const { known, agree } = clocks
  const time =
    agree > 0
      ? 'Another clock agrees with ours.'
      : known > 0
        ? `None of ${known} other ${known === 1 ? 'clock' : 'clocks'} agrees with ours, so nothing is stopped or ended: look at the time of this machine.`
        : 'No other clock is known just now, so nothing is stopped or ended: a billing bridge, or a hub on another machine, tells the time when it is connected.'
  const cap = (what: string, { left, waiting }: { left: number; waiting: number }): string =>
    `${what}: ${left} more within this day${waiting === 0 ? '' : `, ${waiting} ${waiting === 1 ? 'waits' : 'wait'} for \`buttcloud admin permit ${what.toLowerCase()} ${waiting}\``}.`
  const { count, since } = owed
  const calls =
    count === 0 || since === null
      ? []
      : [
          `${count} ${count === 1 ? 'call' : 'calls'} to Stripe not made yet, the oldest since ${minuteOf(since)}: the billing bridge's log says why, and \`buttcloud billing --check\` what is missing.`,
        ]
  return [time, ...calls, cap('Suspensions', caps.suspensions), cap('Ends', caps.ends)].join('\n')
}
