/** Sentences about rented machines, for the operator. */
import type { Millis } from '../protocol/ids'
import { when } from './words'
import { size } from './words-plans'

const NAMES_SHOWN = 5
const shown = (names: readonly string[]): string =>
  names.length <= NAMES_SHOWN
    ? names.join(', ')
    : `${names.slice(0, NAMES_SHOWN).join(', ')} and ${names.length - NAMES_SHOWN} more`
const quoted = (wanted: string): string => JSON.stringify(wanted.slice(0, 60))
const machines = (count: number): string => (count === 1 ? 'one machine' : `${count} machines`)
const there = (count: number): string => `${machines(count)} ${count === 1 ? 'is' : 'are'} there`

export const machineWords = {
  notListed: 'the driver has not said yet which machines there are',
  starting: 'this provider has not heard all of its hubs since it started',
  fellSilent: (label: string) =>
    `${label} fell silent a moment ago; nothing is rented or given back before it is clear whether it comes back`,
  storm: (silent: number, of: number) =>
    `${silent} of ${of} hubs fell silent together, so the trouble is more likely here; nothing is rented or given back`,
  stormLasts: (silent: number, of: number) =>
    `${silent} of ${of} hubs fell silent together and have been silent for an hour or longer, so the trouble may be here, and nothing is rented or given back. Look at the network of this provider. Where hubs are gone for good, say so: \`buttcloud admin restore PUB\` puts each of their pubs elsewhere, and \`buttcloud admin retire HUB\` parts with them`,
  ending: (machine: string) => `${machine} is being destroyed`,
  most: (max: number, left: number, spare: number) =>
    `${there(max)}, which is the most that the settings allow (machines.max), and ${size(left)} of room are left where ${size(spare)} should be`,
  givenUp: (count: number) =>
    `${count === 1 ? 'the last machine' : `the last ${count} machines`} never became a hub, so no more are rented by themselves. Look at the log of such a machine and at the settings, then ask for one yourself: \`buttcloud admin machine-add\``,
  today: (count: number) =>
    `${machines(count)} ${count === 1 ? 'was' : 'were'} rented within a day, which is the most that the settings allow (machines.perDayMax)`,
  trouble: (error: string) => `the driver can't: ${error}`,
  coolDown: 'the last change is not long ago; the next comes when it has had its effect',
  byHand: (machine: string) =>
    `a server is missing: \`buttcloud admin machines ${machine} --host NAME\` prints the line to paste there`,
  onTheWay: (machine: string, isNeeded: boolean) =>
    `${machine} is on its way${isNeeded ? ', and its room is waited for' : ''}`,
  of: (label: string, why: string) => `${label} is not given back yet: ${why}`,
  hasPubs: (names: readonly string[]) =>
    `it has ${names.length === 1 ? 'a pub' : `${names.length} pubs`}: ${shown(names)}`,
  keeps: (count: number, until: Millis) =>
    `it keeps ${count === 1 ? 'the volume of a pub' : `the volumes of ${count} pubs`} that left or ended, until ${when(until)}`,
  keepsByOneClock: (count: number, until: Millis) =>
    `it keeps ${count === 1 ? 'the volume of a pub' : `the volumes of ${count} pubs`} that left or ended, until ${when(until)}; that has come by the clock of this provider, and no clock of another machine says so. \`buttcloud admin machine-remove --discard\` is your word that they need not be waited for`,
  stillEnding: (names: readonly string[]) => `it has not said that the runs of ${shown(names)} have ended`,
  notThereYet: (name: string) => `${name} left it and is not up elsewhere yet`,
  waitedFor: 'this provider was put back from a backup, and a pub that was there has not come back since',
  // ---- what the operator asks for --------------------------------------------------------------------------------
  off: 'no machines are rented here: `machines` in config.json is not set (docs/OPERATORS.md)',
  noSuchMachine: (wanted: string) =>
    `no machine is called ${quoted(wanted)}; \`buttcloud admin machines\` lists them`,
  joinedByHand: (label: string) =>
    `${label} was joined by hand, so nobody here can give its machine back: \`buttcloud admin drain ${label}\`, then \`buttcloud admin retire ${label}\`, and switch it off yourself`,
  otherDriver: (machine: string, driver: string) =>
    `${machine} is a machine of the driver ${driver}, which is not in the settings now`,
  mostAsked: (max: number) =>
    `${there(max)} already, which is the most that the settings allow (machines.max)`,
  labelTaken: (label: string) => `there is a hub or a machine called ${label} already`,
  badLabel: 'a label is 1 to 40 small letters, digits, dots and hyphens, like hub-2',
  todayAsked: (count: number) =>
    `${machines(count)} ${count === 1 ? 'was' : 'were'} rented within a day, which is the most that the settings allow (machines.perDayMax)`,
  alreadyJoined: (machine: string) => `${machine} has joined; its token lets nobody in any more`,
  notWanted: (machine: string) => `${machine} is not wanted any more, so its token lets nobody in`,
  shut: 'this machine is not wanted any more',
  hubOfAnother: (label: string, machine: string) =>
    `that server is the hub ${label} already, by the token of ${machine}: this one is for another server, or for another --dir`,
  switchOff: (label: string) => `the server of ${label} may be switched off`,
  stranger: (name: string) =>
    `${name} has this provider's mark, and no record here names it: nothing is done about it. Look at it where it is rented, and destroy it there if it is not needed`,
  leaves: (label: string) => `${label} runs on a machine that is leaving; it takes no pubs any more`,
} as const
