/** What the provider says, as sentences for people. No clock, no state: facts in, words out. */
import type { Millis } from '../protocol/ids'
import type { PubView } from '../protocol/rpc'

/** A date and minute in UTC, as people write it. */
export function when(at: Millis): string {
  const iso = new Date(at).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
}

/** An invite as it must be sent: in a code span, because Patchwork mangles a bare one. */
export function inviteText(code: string, uses: number): string {
  const who = uses === 1 ? 'one person' : `${uses} people`
  return `For ${who}:\n\n\`${code}\`\n\nTo use it: copy it, then **Join Server** (Patchwork) or **Paste invite** (Manyverse). Whoever holds it can use it, so pass it on with care.`
}

export const words = {
  making: (name: string): string =>
    `On it: I'm making your pub **${name}**. Your invite follows here as soon as it runs.`,
  made: (name: string, address: string): string => `**${name}** is up at ${address}. It's yours.`,
  inviteElsewhere:
    'The invite is in a new private thread between you and me alone, because others read along here.',
  inviteReady: (name: string): string => `Here is an invite to **${name}**.`,
  inviteThread: (name: string): string => `Your invite to **${name}**.`,
  inviteFailed: (name: string, why: string): string =>
    `**${name}** runs, but making the invite failed: ${why}. Nothing is lost; ask again with \`invite ${name}\`.`,
  createFailed: (name: string, why: string, command: 'create' | 'import'): string =>
    `I could not bring **${name}** up: ${why}. I have taken it away again, nothing is left over. Please try \`${command === 'create' ? `create ${name}` : 'buttcloud import FILE'}\` later.`,
  noReason: 'its server gave no reason',
  notInTime: (label: string | null): string => `${label ?? 'its server'} did not get it up in time`,
  couldNotRun: 'could not run it',
  /** `tried`: on so many servers. `full`: why no other one takes it; null where that is not known. */
  neverUp: (why: string, tried: number, full: string | null): string =>
    `${why}${tried > 1 ? ` (that is the last of ${tried} servers that it was tried on)` : ''}${full === null ? '' : `, and no other server can take it: ${full}`}`,
  inviteTooLate: (name: string): string =>
    `I could not hand the invite to **${name}** in time, because it or its server is out of reach. The invite is void; ask again later with \`invite ${name}\`.`,
  noRoom: (why: string): string =>
    `There is no room for another pub at the moment: ${why}. Nothing was made; please try again later.`,
  quota: (max: number, names: string[]): string =>
    `You have ${names.length} of at most ${max} pubs (${names.join(', ')}). Delete one first, with \`delete NAME\`.`,
  haveIt: (name: string): string =>
    `You already have a pub called **${name}**. \`status ${name}\` tells how it is.`,
  nameTaken: (name: string): string => `The name **${name}** is taken here. Please choose another one.`,
  noSuchPub: (name: string, names: string[]): string =>
    names.length === 0
      ? `You have no pub called **${name}**, and no other either. \`create ${name}\` makes one.`
      : `You have no pub called **${name}**. Yours: ${names.join(', ')}.`,
  whichPub: (command: string, names: string[]): string =>
    names.length === 0
      ? 'You have no pub yet. `create NAME` makes one.'
      : `Which one? ${names.map((name) => `\`${command} ${name}\``).join(' or ')}`,
  tooManyInvites: (name: string, max: number): string =>
    `**${name}** has ${max} unused invites already, which is as many as it holds. Use some of them first, or take some back: \`invites ${name}\` lists them.`,
  askDelete: (name: string, until: Millis): string =>
    `Delete **${name}**? It goes off at once and its invites stop working; its data is removed a week later. If you are sure, answer \`yes\` here, before ${when(until)}.`,
  deleted: (name: string, until: Millis): string =>
    `**${name}** is off and deleted. Its data is kept until ${when(until)} and then removed. Until then it can be taken away: \`buttcloud export ${name} all\` in a terminal.`,
  deletedLater: (name: string, until: Millis): string =>
    `**${name}** is deleted. Its server is out of reach just now and takes it away when it is back; its data is kept until ${when(until)}, and can be taken away until then: \`buttcloud export ${name} all\` in a terminal. It can't be written to from now on.`,
  goneAlready: 'That pub is deleted already.',
  noQuestion:
    'I have no open question here that a yes could answer; perhaps it is too old, or answered already.',
  manyQuestions:
    "There is more than one open question here, and I don't want to guess. `no` puts them all away; then please send the command again.",
  nothingChanged: 'Fine, nothing was changed.',
  later: (word: string): string => `\`${word}\` is not available here yet. \`help\` lists what is.`,
  empty: 'I found nothing to do in your message. `help` lists what I understand.',
  unclear: (readings: string[]): string =>
    readings.length === 0
      ? 'I did not understand that, so I did nothing. `help` lists what I understand.'
      : `I did not understand that for sure, so I did nothing. Did you mean ${readings.map((one) => `\`${one}\``).join(' or ')}?`,
  leftAside: (command: string): string =>
    `I took only the first command of your message, because one in each is what I read for sure. The \`${command}\` after it was left aside: please send that on its own.`,
  burst: (count: number, perMinuteMax: number): string =>
    `That was a lot at once. I have not looked at ${count === 1 ? 'one of your requests, so it' : `${count} of your requests, so they`} changed nothing. Please send again what still matters, at most ${perMinuteMax} messages a minute.`,
  stranger:
    "I don't know you yet, so I did nothing. Please redeem my invite first (ask the people who run me), then write again.",
  deletedWhile: (name: string): string => `**${name}** was deleted before it was ready.`,
  /** What a pub says of itself unless its owner describes it. */
  description: (provider: string | null): string =>
    provider === null ? 'A pub hosted with ButtCloud' : `A pub hosted by ${provider} with ButtCloud`,
  stoppedNoInvite: (name: string): string =>
    `**${name}** is stopped, so nobody could use an invite to it. Send \`start ${name}\` first.`,
  stoppedMeanwhile: (name: string): string =>
    `**${name}** was stopped before the invite was ready, so it is void. Send \`start ${name}\`, then \`invite ${name}\`.`,
} as const

/** What nobody can know just now: the pub's server is out of reach. */
export interface Away {
  /** The server's name. */
  label: string
  since: Millis | null
}

/** One pub in a line of the list; `away` where what is said is the last that was heard. */
export function listLine(view: PubView, away: Away | null): string {
  if (isUnstoppable(view)) return `* ${unstoppable(view)}`
  if (view.halted != null) return `* **${view.name}** is suspended by whoever runs this provider`
  if (view.suspended) return `* **${view.name}** is ${duesNote(view.dues) ?? 'suspended'}`
  const where = view.address === null ? '' : `, ${view.address}`
  const owed = duesNote(view.dues)
  const line = `* **${view.name}** is ${view.status}${view.status === 'up' ? where : ''}${troubleOf(view)}${owed === null ? '' : `, ${owed}`}`
  // What its owner has stopped, and its server too, stays so.
  if (away === null || (view.desired === 'down' && view.phase !== 'up')) return line
  return `${line}, as far as I know: its server, ${away.label}, is out of reach${away.since === null ? ' just now' : ` since ${when(away.since)}`}`
}

/** What stands behind a pub's state in lists; null where nothing is owed. */
function duesNote(dues: PubView['dues']): string | null {
  switch (dues?.stage) {
    case 'grace':
    case 'reminded':
      return `stopped at ${when(dues.suspendAt)} unless it is paid for`
    case 'suspended':
    case 'last-week':
    case 'last-day':
      return `suspended, its data kept until ${when(dues.endAt)}`
    default:
      return null
  }
}

/** It shall be stopped, and its server fails to: it may well run on. */
const isUnstoppable = (view: PubView): boolean => view.desired === 'down' && view.phase === 'failed'
const unstoppable = (view: PubView): string =>
  `**${view.name}** shall be stopped, and that does not work yet: ${view.reason}. It may still be up; its server goes on trying`

function troubleOf(view: PubView): string {
  if (view.moving != null && view.phase !== 'up' && view.desired === 'up' && !view.suspended)
    return ` (on its way to another server since ${when(view.moving.since)}${view.reason === null ? '' : `: ${view.reason}`})`
  if (view.phase === 'placed') return ' (being made)'
  if (view.phase === 'ended') return ''
  if (view.suspended) return ' (suspended)'
  if (view.desired === 'down') return view.phase === 'up' ? ' (being stopped)' : ' (stopped by you)'
  if (view.reason !== null) return ` (${view.reason})`
  return view.phase === 'down' ? ' (being started)' : ''
}

/** A domain of its owners' own. */
function domainLine(name: string, { name: own, proven }: NonNullable<PubView['domain']>): string {
  return proven
    ? `Domain: \`${own}\``
    : `Domain: \`${own}\` does not lead here yet; \`domain ${name}\` says what to do.`
}

/** A pub's state in sentences; `isAway` where it is the last that was heard. */
export function statusText(view: PubView, isAway: boolean): string {
  const state = isUnstoppable(view)
    ? unstoppable(view)
    : `**${view.name}** is **${view.status}**${troubleOf(view)}${isAway ? ', as far as I know' : ''}`
  const lines = [`${state}.`]
  if (view.halted != null)
    lines.push(`Suspended by whoever runs this provider: ${view.halted.reason ?? 'they gave no reason'}`)
  const owed = duesNote(view.dues)
  if (owed !== null) lines.push(`Payment: it is ${owed}; \`pay ${view.name}\` gets you a link to pay by`)
  if (view.title !== null) lines.push(`It calls itself: ${view.title}`)
  if (view.description !== null) lines.push(`It says of itself: ${view.description}`)
  if (view.address !== null) lines.push(`Address: ${view.address}`)
  if (view.web !== null) lines.push(`Web pages: ${view.web}`)
  if (view.domain != null) lines.push(domainLine(view.name, view.domain))
  if (view.feed !== null) lines.push(`Feed: \`${view.feed}\``)
  if (view.version !== null) lines.push(`Version: ${view.version}`)
  lines.push(`Plan: ${view.plan}`)
  lines.push(`Made: ${when(view.createdAt)}`)
  lines.push(
    `Invites: ${view.invites.issued} made, used ${view.invites.used === 1 ? 'once' : `${view.invites.used} times`}`,
  )
  return lines.join('\n')
}
