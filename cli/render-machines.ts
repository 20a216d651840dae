/** Rented machines and their cost as the operator reads them. */
import { decimalsOf } from '../protocol/price-text'
import type { MachineCostView, MachinesView, MachineView } from '../protocol/rpc-machines'
import { bytesText } from '../protocol/units'
import { harmless, table } from './render'

/** A line per machine, then what comes next, what they cost, and what nobody here knows. */
export function machinesText(view: MachinesView): string {
  const { driver, machines, min, max, spareBytes, leftBytes, next, trouble, strangers, cost } = view
  const there = machines.filter(({ status }) => status !== 'gone')
  const head =
    driver === null
      ? 'No machines are rented here: `machines` in config.json is not set (docs/OPERATORS.md).'
      : `${capital(driver)}: ${there.length} of at most ${max}, at least ${min}. ${bytesText(leftBytes)} of room are left; ${whenTaken(spareBytes)}`
  const paragraphs = [head]
  if (machines.length > 0) paragraphs.push(listOf(machines, cost))
  // What is waited for of one machine stands below it already.
  const isSaid = machines.some(({ waits }) => waits === next)
  if (next !== null && (view.stuck || !isSaid))
    paragraphs.push(`${view.stuck ? 'Waits for you' : 'Next'}: ${harmless(next)}.`)
  if (trouble !== null) paragraphs.push(`What the driver can't do now: ${harmless(trouble)}`)
  if (view.faults !== undefined && view.faults.length > 0)
    paragraphs.push(['The settings don’t fit:', ...view.faults.map((one) => `  ${harmless(one)}`)].join('\n'))
  if (strangers.length > 0) paragraphs.push(strangers.map((one) => `${harmless(one)}.`).join('\n'))
  if (cost !== null) paragraphs.push(costText(cost))
  return paragraphs.join('\n\n')
}

function whenTaken(spareBytes: number): string {
  return spareBytes === 0
    ? '`machines.spare` is 0, so none is taken for want of it.'
    : `below ${bytesText(spareBytes)} one more is taken.`
}

function listOf(machines: readonly MachineView[], cost: MachineCostView | null): string {
  const lines = table(
    [
      'MACHINE',
      'HUB',
      'STATE',
      'THERE',
      'PUBS',
      'MEMORY',
      'OF',
      ...(cost === null ? [] : ['A MONTH']),
      'WHY',
    ],
    machines.map((one) => [
      one.machine,
      one.label,
      stateOf(one),
      one.listed?.status ?? '-',
      String(one.pubs),
      bytesText(one.reservedBytes),
      one.memoryBytes === 0 ? '-' : bytesText(one.memoryBytes),
      ...(cost === null ? [] : [one.price == null ? '-' : moneyText(one.price, cost.currency)]),
      one.why,
    ]),
  )
  const waits = machines.flatMap(({ machine, waits: words, listed }) => [
    ...(words === null ? [] : [`${machine}: ${harmless(words)}.`]),
    ...(listed?.why == null ? [] : [`${machine}: ${harmless(listed.why)}`]),
  ])
  return [lines, ...waits].join('\n')
}

/** What became of it so far. */
export function stateOf({ status, hub, connected }: MachineView): string {
  if (status !== 'wanted') return status
  return hub === null ? 'not joined' : connected ? 'connected' : 'away'
}

/** What machines cost a month, and what one pub takes of it. */
export function costText({ currency, perMachine, all, perPub, perPlan, kinds }: MachineCostView): string {
  const money = (amount: number): string => moneyText(amount, currency)
  const each =
    kinds === undefined
      ? `${money(perMachine)} each`
      : kinds
          .map(({ flavor, count, amount }) => `${count} ${flavor ?? 'of other flavors'} at ${money(amount)}`)
          .join(', ')
  const lines = [
    `Machines cost ${money(all)} a month (${each})${perPub === null ? '.' : `: ${money(perPub)} for each pub on them as they are filled now.`}`,
  ]
  for (const kind of kinds ?? [{ flavor: null, perPlan }]) {
    const which = kind.flavor === null ? '' : ` ${kind.flavor}`
    for (const { plan, amount, perMachine: count } of kind.perPlan ?? [])
      lines.push(
        `Full of ${plan}, a${which} machine has ${count} of them, for ${money(amount)} a pub and month.`,
      )
  }
  return lines.join('\n')
}

/** Small amounts keep two digits that say something: `0.17 USD`, `0.0042 USD`. */
export function moneyText(smallest: number, currency: string): string {
  const amount = smallest / 10 ** decimalsOf(currency)
  const digits = amount === 0 || amount >= 0.1 ? 2 : Math.min(6, 1 - Math.floor(Math.log10(amount)))
  return `${amount.toFixed(digits)} ${currency.toUpperCase()}`
}

/** After it was asked for, or given back. */
export function machineText(one: MachineView): string {
  const { machine, label, driver, status, why } = one
  if (status === 'wanted')
    return driver === 'manual'
      ? `${machine} is wanted. \`buttcloud admin machines ${machine} --host NAME\` prints the line that makes a fresh Debian server that hub, ${label}.`
      : `${machine} is asked for; it will join as ${label}. \`buttcloud admin machines\` shows how far it is.`
  if (status === 'gone') return `${machine} is gone.`
  const kept =
    why === 'discarded'
      ? 'What it keeps of pubs that left is given up.'
      : 'Volumes that it keeps are waited for.'
  return one.hub === null
    ? driver === 'manual'
      ? `${machine} is not wanted any more. If you have rented a server for it, give that back.`
      : `${machine} is not wanted any more, and will be destroyed.`
    : `${label} is being emptied; then it is retired and ${driver === 'manual' ? 'you are told that it may be switched off' : 'destroyed'}. ${kept} \`buttcloud admin machines\` shows what it waits for.`
}

/** Before volumes are given up. */
export function discardQuestion({ label, machine }: MachineView): string {
  return `${label} (${machine}) is destroyed as soon as its pubs are elsewhere, with the volumes that it keeps of pubs that left or ended. Nobody can bring those back. Go on?`
}

const capital = (word: string): string => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`
