/** What the provider tells owners of incidents: what happened, what was done, what they can do. Facts in, sentences out. */
import { INCIDENTS_PER_NOTICE_MAX } from '../protocol/limits'
import type { IncidentKind, IncidentMessage } from '../protocol/messages/incident'
import { type Incident, overAt } from './incidents'
import { when } from './words'
import { span } from './words-change'

/** What is said of a pub besides the incident itself. */
export interface Told {
  name: string
  /** What its plan gives it; null where that is not known. */
  memoryBytes: number | null
  diskBytes: number | null
}

const MEBIBYTE_BYTES = 1024 * 1024

/** In a line of the log. */
const NOUNS: Record<IncidentKind, string> = {
  down: 'down',
  'out-of-memory': 'out of memory',
  healed: 'hung and started anew',
  crashing: 'ended again and again',
  'disk-warning': 'disk more than 80 % full',
  'disk-full': 'disk more than 95 % full',
}

const KEPT = 'What it holds is kept.'
const PLAN_HINT = 'A bigger plan helps for good: `plans` tells what there is.'

/** What began and is not over. */
const BEGUN: Record<IncidentKind, (told: Told, incident: IncidentMessage) => string> = {
  down: ({ name }, { at, reason }) =>
    `**${name}** has been down since ${when(at)}${because(reason)}. I keep trying to bring it up and tell you here when it is. ${KEPT} You need not do anything.`,
  'out-of-memory': ({ name, memoryBytes }, { at }) =>
    `**${name}** used up its memory${sized(memoryBytes)} at ${when(at)} and was ended; it is started again by itself. ${KEPT} Should this happen again within the next half hour, I only count it. ${PLAN_HINT}`,
  healed: ({ name }, { at }) => `**${name}** did not answer any more and was started anew, at ${when(at)}.`,
  crashing: ({ name }, { reason, lines }) =>
    `**${name}** ends again and again soon after it is started${because(reason)}. I go on trying, about once a minute, and tell you here when it stays up. ${KEPT} \`restart ${name}\` makes it a new start; if that does not help, show this to whoever runs this service.${printed(lines)}`,
  'disk-warning': ({ name, diskBytes }) =>
    `**${name}** has filled more than 80 % of its disk${sized(diskBytes)}. Nothing stops yet: at 95 % it takes no more pictures and other files, and messages go on. ${PLAN_HINT}`,
  'disk-full': ({ name, diskBytes }) =>
    `**${name}** has filled more than 95 % of its disk${sized(diskBytes)}, so it takes no more pictures and other files for now. Messages go on, and everything that it holds is still given to everybody. ${PLAN_HINT}`,
}

/** What is over, of which it was told that it began. */
const OVER: Record<IncidentKind, (told: Told, length: string, reason: string | null) => string> = {
  down: ({ name }, length, reason) =>
    reason === null
      ? `**${name}** is up again and well. It was down for ${length}.`
      : `That **${name}** was down is over: ${reason}.`,
  'out-of-memory': ({ name }, _length, reason) =>
    `**${name}** has not run out of memory for a while now${reason === null ? '' : `; in all, ${reason}`}.`,
  healed: ({ name }, _length, reason) =>
    `**${name}** is well again${because(reason)}. ${KEPT} You need not do anything.`,
  crashing: ({ name }, length, reason) =>
    reason === null
      ? `**${name}** stays up again. It was down for ${length}.`
      : `That **${name}** ended again and again is over: ${reason}.`,
  'disk-warning': ({ name }) => `**${name}** has enough room on its disk again.`,
  'disk-full': ({ name }) => `**${name}** has room on its disk again and takes pictures and other files.`,
}

/** What began and is over and was not told of before. */
const BOTH: Record<IncidentKind, (told: Told, incident: IncidentMessage, length: string) => string> = {
  down: ({ name }, { at, reason }, length) =>
    `**${name}** was down for ${length}, from ${when(at)}${because(reason)}. It is over; you need not do anything.`,
  'out-of-memory': ({ name, memoryBytes }, { at, reason }) =>
    `**${name}** used up its memory${sized(memoryBytes)} at ${when(at)} and was started again${reason === null ? '' : `; in all, ${reason}`}. ${PLAN_HINT}`,
  healed: (told, { reason }, length) => OVER.healed(told, length, reason),
  crashing: ({ name }, { at, reason }, length) =>
    `**${name}** ended again and again for ${length}, from ${when(at)}${because(reason)}. It is over; you need not do anything.`,
  'disk-warning': ({ name }, { at }) =>
    `**${name}** had filled more than 80 % of its disk at ${when(at)}; it has enough room again.`,
  'disk-full': ({ name }, { at, reason: _reason }, length) =>
    `**${name}** had filled more than 95 % of its disk and took no pictures and other files for ${length}, from ${when(at)}. It has room again.`,
}

/** One notice about everything new; `before` has the ends that were told already, as "number state". */
export function noticeText(told: Told, news: readonly Incident[], before: ReadonlySet<string>): string {
  const sentences = news.slice(-INCIDENTS_PER_NOTICE_MAX).map((one) => sentenceOf(told, one, before))
  const more = news.length - sentences.length
  if (more > 0)
    sentences.unshift(
      `There ${more === 1 ? 'was one earlier incident' : `were ${more} earlier incidents`} of **${told.name}**; \`log ${told.name}\` lists them.`,
    )
  return sentences.join('\n\n')
}

function sentenceOf(told: Told, incident: Incident, before: ReadonlySet<string>): string {
  const { first, begun, over } = incident
  const { kind, number } = first
  if (over === null) return BEGUN[kind](told, first)
  const length = lengthOf(incident)
  if (begun !== null && before.has(`${number} begun`)) return OVER[kind](told, length, over.reason)
  return BOTH[kind](told, { ...first, reason: over.reason ?? begun?.reason ?? null }, length)
}

/** The incidents of a pub, the latest first. */
export function logText(name: string, incidents: readonly Incident[]): string {
  if (incidents.length === 0)
    return `Nothing has gone wrong with **${name}**, as far as its server has told me.`
  const many = incidents.length === 1 ? 'The one incident' : `The last ${incidents.length} incidents`
  return [`${many} of **${name}**, the latest first:`, '', ...incidents.map(logLine)].join('\n')
}

/** One incident in half a line. */
export function lastIncident(incident: Incident): string {
  return logLine(incident).slice('* '.length)
}

function logLine(incident: Incident): string {
  const { first, begun, over } = incident
  const what = NOUNS[first.kind]
  const end = overAt(incident)
  // What is told by one message has no length.
  const time =
    begun === null || over === null || end === null
      ? `${when(first.at)}: ${what}${over === null ? ', not over yet' : ''}`
      : `${when(first.at)} to ${when(end)}: ${what}, for ${lengthOf(incident)}`
  const reason = over?.reason ?? begun?.reason ?? null
  return `* ${time}${reason === null ? '' : ` (${reason})`}`
}

function lengthOf(incident: Incident): string {
  return span((overAt(incident) ?? incident.first.at) - incident.first.at)
}

const because = (reason: string | null): string => (reason === null ? '' : ` (${reason})`)

function sized(bytes: number | null): string {
  return bytes === null ? '' : ` of ${Math.floor(bytes / MEBIBYTE_BYTES)} MB`
}

/** As code: a client makes nothing of what it finds in there. */
function printed(lines: readonly string[]): string {
  if (lines.length === 0) return ''
  return `\n\nThe last that it printed:\n\n${lines.map((line) => `    ${line}`).join('\n')}`
}
