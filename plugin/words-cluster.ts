/** Sentences about what a cluster file changes, and why something of it can't be. For operators. */
import type { FeedId } from '../protocol/ids'
import type { HubMessage } from '../protocol/messages/hub'
import type { MachineMessage } from '../protocol/messages/machine'
import type { Plan } from '../protocol/plan'
import { priceText } from '../protocol/price-text'
import { durationText } from '../protocol/units'
import { sizeText } from './plans'

const NAMES_SHOWN = 5

/** Names in a sentence: all of few, the first of many. */
export function someOf(names: readonly string[]): string {
  if (names.length <= NAMES_SHOWN) return names.join(', ')
  return `${names.slice(0, NAMES_SHOWN).join(', ')} and ${names.length - NAMES_SHOWN} more`
}

const pubs = (count: number): string => (count === 1 ? 'one pub' : `${count} pubs`)

/** What of a plan people choose by, each with its words. */
const FACTS: readonly (readonly [what: string, of: (plan: Plan) => string])[] = [
  ['words', (plan) => JSON.stringify(plan.words)],
  ['memory', ({ size }) => sizeText(size.memoryBytes)],
  ['reservation', ({ size }) => sizeText(size.reservedBytes)],
  ['disk', ({ size }) => sizeText(size.diskBytes)],
  ['price', ({ price }) => priceText(price)],
  ['trial', ({ trialDays }) => (trialDays === 0 ? 'none' : `${trialDays} days`)],
  ['quota', ({ perOwnerMax }) => (perOwnerMax === null ? 'none' : String(perOwnerMax))],
  ['region', ({ region }) => region ?? 'any'],
]

/** What differs between two plans of one name, in words; empty where nothing does. */
export function planDifference(before: Plan, after: Plan): string {
  const parts = FACTS.flatMap(([what, of]) =>
    of(before) === of(after) ? [] : [`${what} ${of(before)} → ${of(after)}`],
  )
  return parts.join(', ')
}

export const clusterWords = {
  planNew: ({ name, size, price }: Plan) =>
    `plan ${name} is offered: ${sizeText(size.memoryBytes)} of memory, ${sizeText(size.diskBytes)} of disk, ${priceText(price)}`,
  planGone: (name: string, holders: number) =>
    `plan ${name} is offered no more${holders === 0 ? '' : `; ${pubs(holders)} that ${holders === 1 ? 'has' : 'have'} it keep${holders === 1 ? 's' : ''} it`}`,
  planChanged: (name: string, difference: string) => `plan ${name}: ${difference}`,
  planOrder: (names: readonly string[]) =>
    `the plans stand in this order: ${names.join(', ')}; \`create NAME\` alone gets ${names[0]}`,
  plansAnew: 'the file of plans is written anew: what is there now can’t be read',
  plansKeep: 'Pubs that are there keep the size of their plan until their owners say `plan NAME PLAN`.',
  sync: 'Where prices changed, `buttcloud admin billing sync` makes them in Stripe.',

  setting: (place: string, before: string, after: string) => `${place}: ${before} → ${after}`,
  value: (place: string, value: unknown): string => {
    if (value === null || value === undefined) return 'nothing'
    if (place === 'retentionMs' && typeof value === 'number') return `${value} (${durationText(value)})`
    return typeof value === 'string' || typeof value === 'number'
      ? String(value)
      : JSON.stringify(value).slice(0, 60)
  },
  theirConfig: (json: string) =>
    `this provider lives in an ssb-server whose config is yours to change: write ${json} into "buttcloud" there and restart it`,
  driver:
    'who rents out machines is chosen in config.json, where what it needs stands with its credentials; write it there and restart the provider',
  nextStart: (places: readonly string[]) =>
    `config.json says something else of ${someOf(places)} than what is in force; it counts from the provider's next start.`,
  plansNextStart:
    'The file of plans says something else than what is in force; it counts from the provider’s next start.',

  hub: (label: string, before: HubMessage['status'], after: HubMessage['status'], count: number): string => {
    const has = (one: string, many: string): string => `${pubs(count)} on it ${count === 1 ? one : many}`
    if (after === 'admitted') return `${label} takes pubs (it is ${before})`
    if (after === 'cordoned')
      return `${label} takes no new pubs; ${count === 0 ? 'it has no pubs' : has('stays', 'stay')}`
    if (after === 'draining')
      return `${label} is emptied: ${count === 0 ? 'it has no pubs, and takes no new ones' : `${has('moves', 'move')} elsewhere`}`
    return `${label} is parted with for good: its key opens nothing here any more`
  },
  hubTwice: (label: string) => `${label} is in the file twice, by its label and by its id`,
  notJoined: (label: string) =>
    `Hub ${label} has not joined. A token for it: buttcloud admin hub-token --label ${/^[\w.-]+$/.test(label) ? label : JSON.stringify(label)}`,
  // ---- machines ----------------------------------------------------------------------------------------------------
  rents: (label: string, kind: MachineMessage['kind'], driver: string) => {
    if (driver === 'manual')
      return `a server is asked of you to be ${label}; \`buttcloud admin machines\` shows how it joins`
    const { flavor = null, image = null } = kind ?? {}
    const chosen = [flavor && `flavor ${flavor}`, image && `image ${image}`].filter((one) => one !== null)
    return `a machine${chosen.length === 0 ? '' : ` (${chosen.join(', ')})`} is rented to be ${label}, which takes pubs once it has joined`
  },
  onItsWay: (label: string, machine: string, driver: string) =>
    driver === 'manual'
      ? `Hub ${label} has not joined: \`buttcloud admin machines ${machine} --host NAME\` prints the line that makes a server that hub.`
      : `Hub ${label} is on its way: its machine, ${machine}, is asked for; \`buttcloud admin machines\` shows how far it is.`,
  notThereYet: (label: string) => `${label} has not joined yet; apply the file again when it has`,
  otherMachine: (label: string, what: 'flavor' | 'image', has: string | null) =>
    `its machine was rented with ${has === null ? `the ${what} that config.json said` : `${what} ${has}`}, and can't be made another one: write a hub of another name into the file; \`buttcloud admin machine-remove ${label}\` then moves the pubs of this one and gives it back`,
  noMachine: 'it was joined by hand, so its server is not rented here; take `machine` out of the file',
  machineLeaves:
    'its machine is being given back; once it is gone, the file asks for another one, unless you take `machine` out of it',
  formerLeaves: 'the machine that was to be it is being given back; apply the file again when it is gone',
  noneToBe: (status: HubMessage['status']) => `it is not there, and nothing is rented to be ${status}`,
  byItself: (label: string) =>
    `${label} was rented because room ran short, and is given back when it is empty and not needed.`,
  otherMachines: (labels: readonly string[]) =>
    `Nothing is given back because it is not in the file: ${someOf(labels)} ${labels.length === 1 ? 'is' : 'are'} rented until you say \`buttcloud admin machine-remove HUB\`.`,

  otherHubs: (labels: readonly string[]) =>
    `${labels.length === 1 ? 'One hub is' : `${labels.length} hubs are`} not in the file and left alone: ${someOf(labels)}.`,

  otherPubs: (names: readonly string[]) =>
    `${names.length === 1 ? 'One pub is' : `${names.length} pubs are`} not in the file and left alone: ${someOf(names)}.`,
  noPubs: 'the file says nothing of pubs, so none can be missing from it',
  inFile: 'it is in the file; take it out there first',
  noPub: 'there is no live pub of that name',
  ends: (name: string, keptMs: number, owners: readonly FeedId[]) =>
    `${name} ends: it goes off, its data is kept for ${durationText(keptMs)} and then removed; ${someOf(owners)} ${owners.length === 1 ? 'is' : 'are'} told`,
  noOwners: 'there is no live pub of that name; to make it, say whose it shall be: owners',
  made: (name: string, plan: string, web: boolean, label: string, owners: readonly FeedId[]) =>
    `${name} is made on ${label} with plan ${plan}${web ? ' and web pages' : ''}, as a gift, for ${someOf(owners)}`,
  again: (text: string, date: string, why: string) =>
    `${text}, again: the one of ${date} never came up: ${why}`,
  owed: (name: string, why: string) => `${name} is owed and not begun: ${why}.`,
  beingMade: (name: string, label: string, date: string, trouble: string | null) =>
    `${name} is being made on ${label} since ${date}${trouble === null ? '' : `, which says: ${trouble}`}. It is up within a quarter of an hour, or given up, and you are told.`,
  unknownOwners: (owners: readonly FeedId[]) =>
    `${someOf(owners)} ${owners.length === 1 ? 'has' : 'have'} asked for nothing here yet: they hear of their pub once their client knows this provider, by its invite (buttcloud admin invite).`,
  amend: (name: string, changes: readonly string[]) => `${name}: ${changes.join(', ')}`,
  move: (name: string, from: string, to: string) => `${name} moves from ${from} to ${to}`,
  moveTo: (name: string, from: string, to: string, region: string) =>
    `${name} moves from ${from} to ${to}, which is in ${region}`,
  noneInRegion: (region: string) => `no hub that takes pubs is in ${region}`,
  noRoomInRegion: (region: string, why: string) => `no hub in ${region} can take it: ${why}`,
  tooMuch: (max: number) =>
    `more than ${max} changes of pubs at a time; apply the file again when these are done`,
} as const
