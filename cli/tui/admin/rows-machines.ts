/** Rented servers on the first screen: how many of how many and what they cost, and a line each. */
import type { MachineView } from '../../../protocol/rpc-machines'
import { bytesText } from '../../../protocol/units'
import { plainOf } from '../../render'
import { moneyText, stateOf } from '../../render-machines'
import { oldAge } from '../age'
import { blank, fit, paragraphs, rowOf, span } from '../lay'
import type { Row, Tone } from '../screen'
import type { Item } from './items'
import type { AdminModel } from './model'
import { machinesOf } from './reading'
import { cells, marker } from './rows'

const MACHINE = { label: 15, state: 11, there: 10, pubs: 6, month: 13 }
const FIXED = 2 + Object.values(MACHINE).reduce((sum, one) => sum + one, 0)
const WIDE = 108

/** Its own name is what `y` copies; where there is little room its hub's has to do. */
const nameWidth = (width: number): number => (width >= WIDE ? 15 : 0)

/** Null where none are rented, which most providers never do. */
export function machineSum({ fleet, now }: AdminModel, width: number): Row | null {
  if (fleet.machines === null) return null
  const { driver, max, spareBytes, leftBytes, next, stuck, cost } = fleet.machines.value
  if (driver === null) return null
  const all = machinesOf(fleet)
  const row: Row = [
    span(`${all.length} of ${max} ${max === 1 ? 'machine' : 'machines'}`),
    span(width >= WIDE ? ` by ${driver}` : '', 'quiet'),
    span(cost === null ? '' : `   ${moneyText(cost.all, cost.currency)} a month`),
    span(`   ${bytesText(leftBytes)} of room, ${bytesText(spareBytes)} wanted`, 'quiet'),
  ]
  const age = oldAge(fleet.machines.at, now)
  if (age !== null) row.push(span(`   as it was ${age}`, 'warn'))
  // What waits for somebody stands among that.
  else if (next !== null && !stuck && width >= WIDE) row.push(span(`   ${plainOf(next)}`, 'quiet'))
  return fit(row, width)
}

export function machineHead(width: number): Row {
  return cells(
    [[], 2],
    [rowOf('machine', 'quiet'), MACHINE.label],
    [rowOf('name', 'quiet'), nameWidth(width)],
    [rowOf('state', 'quiet'), MACHINE.state],
    [rowOf('there', 'quiet'), MACHINE.there],
    [rowOf('pubs', 'quiet'), MACHINE.pubs, 'right'],
    [rowOf('a month', 'quiet'), MACHINE.month, 'right'],
    [rowOf('  why', 'quiet'), 10],
  )
}

/** A line; the chosen one with all that it waits for. */
export function machineRows(
  model: AdminModel,
  { machine: one }: Item & { kind: 'machine' },
  isChosen: boolean,
  width: number,
): Row[] {
  const { listed, waits, price = null } = one
  const currency = model.fleet.machines?.value.cost?.currency
  const failed = listed?.why == null ? '' : `: ${plainOf(listed.why)}`
  const first = cells(
    [marker(isChosen), 2],
    [rowOf(one.label, isChosen ? 'strong' : 'plain'), MACHINE.label],
    [rowOf(one.machine, 'quiet'), nameWidth(width)],
    [rowOf(stateOf(one), stateTone(model, one)), MACHINE.state],
    [rowOf(listed?.status ?? '-', listed?.status === 'failed' ? 'bad' : 'quiet'), MACHINE.there],
    [rowOf(String(one.pubs)), MACHINE.pubs, 'right'],
    [
      rowOf(price === null || currency === undefined ? '-' : moneyText(price, currency)),
      MACHINE.month,
      'right',
    ],
    [rowOf(`  ${one.why}${failed}`, 'quiet'), Math.max(1, width - FIXED - nameWidth(width))],
  )
  const more = [waits, listed?.why ?? null].flatMap((text) => (text === null ? [] : [plainOf(text)]))
  if (!isChosen || more.length === 0) return [fit(first, width)]
  const rows = more.flatMap((text) => paragraphs(text, width - 4, 'quiet'))
  return [fit(first, width), ...rows.map((row): Row => [blank(4), ...row])]
}

function stateTone({ connection }: AdminModel, one: MachineView): Tone {
  // What was so when the provider could be asked last.
  if (connection.state !== 'live') return 'quiet'
  const state = stateOf(one)
  return state === 'connected' ? 'good' : state === 'away' ? 'bad' : 'warn'
}
