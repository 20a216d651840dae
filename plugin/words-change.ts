/** What the provider says about start, stop, restart, name and describe. Facts in, sentences out. */
import type { Millis } from '../protocol/ids'
import type { PubMessage } from '../protocol/messages/pub'
import type { Change, ChangeKind } from './change'

const SECOND_MS = 1_000
const MINUTE_MS = 60_000

/** A span as people read it: whole tenths of a second, and minutes where it took so long. */
export function span(milliseconds: Millis): string {
  const passed = Math.max(0, milliseconds)
  if (passed < 2 * MINUTE_MS) return `${(Math.round(passed / 100) / 10).toFixed(1)} s`
  const seconds = Math.round(passed / SECOND_MS)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

const nounOf: Record<ChangeKind, string> = {
  start: 'start',
  stop: 'stop',
  restart: 'restart',
  name: 'new name',
  describe: 'new description',
  upgrade: 'upgrade',
  rebuild: 'rebuild',
  web: 'change of the web pages',
  plan: 'change of the plan',
}

/** What is ordered, as the end of "it is still to …". */
const goalOf = (record: PubMessage, kind: ChangeKind): string => {
  if (kind === 'name') return `call itself ${quoted(record.title ?? record.name)}`
  if (kind === 'describe') return 'describe itself so'
  if (kind === 'rebuild') return 'be rebuilt'
  if (kind === 'upgrade') return `run ${record.version ?? "its server's own version"}`
  if (kind === 'web') return record.web ? 'have web pages' : 'be without web pages'
  if (kind === 'plan') return `have the plan ${record.plan}`
  return record.desired === 'down' ? 'be stopped' : 'be up'
}

/** What stands after the pub's name in each of these commands. */
const tailOf = (change: Change): string => {
  if (change.kind === 'name' || change.kind === 'describe') return ' as …'
  if (change.kind === 'web') return change.on ? ' on' : ' off'
  if (change.kind === 'plan') return ` ${change.plan}`
  return change.kind === 'upgrade' && change.version !== null ? ` ${change.version}` : ''
}

const quoted = (text: string): string => `“${text}”`
const again = (name: string): string => `\`start ${name}\` brings it back`

export const changeWords = {
  /** It is under way, and its server is not there: this may take a while. */
  waiting: (name: string, label: string): string =>
    `Noted. The server of **${name}**, ${label}, is out of reach just now; I'll tell you here how it goes.`,
  beingMade: (name: string): string =>
    `**${name}** is still being made. Please send that again when it is up; your invite tells you.`,
  whichPub: (change: Change, names: string[]): string => {
    if (names.length === 0) return 'You have no pub yet. `create NAME` makes one.'
    const tail = tailOf(change)
    return `Which one? ${names.map((name) => `\`${change.kind} ${name}${tail}\``).join(' or ')}`
  },
  up: (name: string, address: string, kind: ChangeKind, tookMs: Millis): string =>
    `**${name}** is up${kind === 'restart' ? ' again' : ''} after ${span(tookMs)}, at ${address}.`,
  stopped: (name: string, tookMs: Millis): string =>
    `**${name}** is stopped, after ${span(tookMs)}. Nobody reaches it now, and its members get nothing through it. Its data, address and invites are kept; ${again(name)}.`,
  /** Suspended, so nothing was on. */
  stoppedToo: (name: string, halted: boolean): string =>
    halted
      ? `**${name}** is off already, because whoever runs this provider has suspended it; now it stays off also when they let it be. Then ${again(name)}.`
      : `**${name}** is off already, because it is not paid for; now it stays off also when it is paid. Then ${again(name)}.`,
  upAlready: (name: string, address: string): string => `**${name}** is up already, at ${address}.`,
  stoppedAlready: (name: string): string => `**${name}** is stopped already; ${again(name)}.`,
  named: (record: PubMessage): string =>
    `**${record.name}** now calls itself ${quoted(record.title ?? record.name)}. In messages to me its name stays \`${record.name}\`.`,
  described: (record: PubMessage): string =>
    `**${record.name}** now describes itself as ${quoted(record.description ?? '')}.`,
  namedAlready: (record: PubMessage): string =>
    `**${record.name}** calls itself ${quoted(record.title ?? record.name)} already. In messages to me its name is \`${record.name}\`.`,
  describedAlready: (name: string): string => `**${name}** describes itself so already.`,
  webOn: (name: string, url: string, tookMs: Millis): string =>
    `The web pages of **${name}** are on after ${span(tookMs)}: ${url}\nAnybody can read there what was said in public; nobody can write. \`web ${name} off\` takes them away.`,
  webOff: (name: string): string => `The web pages of **${name}** are off.`,
  webOnAlready: (name: string, url: string): string => `The web pages of **${name}** are on: ${url}`,
  webOffAlready: (name: string): string =>
    `The web pages of **${name}** are off. \`web ${name} on\` switches them on: then anybody can read what was said in public, in a browser.`,
  noRoomForWeb: (name: string, why: string): string =>
    `There is no room for the web pages of **${name}** at the moment: ${why}. Nothing was changed.`,
  webFailed: (name: string, why: string): string =>
    `The web pages of **${name}** could not be switched on: ${why}. They are off again, and the pub goes on without them.`,
  /** The pub is stopped: it can say nothing in public until it runs. */
  atNextStart: (record: PubMessage, kind: ChangeKind): string =>
    `Noted: **${record.name}** will ${goalOf(record, kind)}. It is stopped just now, so that takes effect at its next start.${kind === 'name' ? ` In messages to me its name stays \`${record.name}\`.` : ''}`,
  overtaken: (name: string, kind: ChangeKind): string =>
    `A later command took the place of this ${nounOf[kind]} of **${name}**; the answer to that one says how it went. \`status ${name}\` tells how it is now.`,
  deleted: (name: string): string => `**${name}** was deleted meanwhile.`,
  late: (record: PubMessage, kind: ChangeKind, afterMs: Millis, why: string): string =>
    `The ${nounOf[kind]} of **${record.name}** is not through after ${span(afterMs)}: ${why}. It is still to ${goalOf(record, kind)}: its server goes on trying, and \`status ${record.name}\` tells how it is.`,
  /** Added where what is said is the last that was heard. */
  lastHeard: (label: string): string =>
    ` Its server, ${label}, is out of reach just now; this is the last I heard.`,
  noReport: 'its server has not reported back',
  outOfReach: (label: string): string => `its server, ${label}, is out of reach`,
} as const
