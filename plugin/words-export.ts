/** What the provider says about exports. Facts in, sentences out. */
import type { ExportPart } from '../protocol/command-kinds'
import type { ExportHere } from '../protocol/export'
import type { FeedId, Millis } from '../protocol/ids'
import { PRIVATE_BLOB_KEPT_MS } from '../protocol/limits'
import { when } from './words'
import { person } from './words-people'

/** What can be taken of a pub that does not run, and with which words. */
export const takeAllAway = (name: string): string =>
  `Everything of it can be taken away, its key pair, messages and files: \`buttcloud export ${name} all\` in a terminal; or \`export ${name} secret\` as a message, for the key pair alone.`

const line = (name: string, part: ExportPart): string => `\`buttcloud export ${name} ${part}\``
const DAY_MS = 86_400_000
const KEPT_DAYS = Math.round(PRIVATE_BLOB_KEPT_MS / DAY_MS)

/** What its owner has to do before a copy of it runs elsewhere, by how it is here. */
const before: Record<ExportHere, (name: string) => string> = {
  running: (name) =>
    `So before you start it anywhere else, send me \`stop ${name}\`; until then it goes on running here.`,
  stopped: (name) =>
    `Here it is stopped, and stays so until somebody sends \`start ${name}\`: once a copy runs elsewhere, never do that.`,
  suspended: (name) =>
    `Here it is up again by itself as soon as its operator lets it be and it is paid for. So before you start it anywhere else, send me \`stop ${name}\`: then it stays down all the same.`,
  ended: () => 'Here it runs no more; start it in one place only.',
}

/** What taking the key pair means, and what to do. */
const meaning = (name: string, here: ExportHere): string =>
  `Whoever has it can speak as your pub, and nobody can take that back. **Two copies that run at once fork its feed, which is then broken for everybody, for ever.** ${before[here](name)}`

const what = (part: 'secret' | 'gossip'): string =>
  part === 'secret' ? 'the key pair' : 'the table of peers'

/** What the file is called in the link: one of several pieces has its number. */
export function exportFileName(
  name: string,
  part: 'secret' | 'gossip',
  index: number,
  count: number,
): string {
  const file = part === 'secret' ? `${name}-secret` : `${name}-gossip.json`
  return count === 1 ? file : `${file}.${index + 1}-of-${count}`
}

export const exportWords = {
  whichPub: (names: string[], part: ExportPart): string =>
    names.length === 0
      ? 'You have no pub yet. `create NAME` makes one.'
      : `Which one? ${names.map((name) => `\`export ${name} ${part}\``).join(' or ')}`,
  tooMany: (max: number): string =>
    `you have ${max} exports under way already; end one of them, or wait a minute after it was cut off`,
  opening: 'this export is being opened already; wait a moment',
  oneRead: 'a read of this export is under way; wait for its answer',
  moved: 'the pub is on another server now; begin again',
  needsYes: (name: string, part: ExportPart): string =>
    `**${name}** has several owners, so another one must agree first: send me \`export ${name} ${part}\` as a message`,
  noSession: 'no such export is under way; begin again',
  nonsense: 'what the server of the pub answered makes no sense; is it of the same version?',
  tooLargeForMessage: 'that is too much for a message',
  /** Too large for a message: how it is had. */
  notThere: (name: string, here: ExportHere): string => {
    const how =
      here === 'suspended'
        ? 'It comes up there when it may run again'
        : `\`start ${name}\` brings it up there`
    return `**${name}** was not running when it was put on another server, so there is nothing of it there yet, and its former server is out of reach or keeps it no more. ${how}: its own messages are all here, what others wrote and their files come back from members. Then it can be taken away.`
  },
  byTerminal: (name: string, part: ExportPart, here: ExportHere): string => {
    const how = `That is fetched from a terminal: ${line(name, part)} writes it into a file, and goes on where it was cut.`
    return part === 'all' ? `${how} The key pair of **${name}** is in it. ${meaning(name, here)}` : how
  },
  /** The links are bearer items. */
  file: (name: string, part: 'secret' | 'gossip', links: string[], here: ExportHere): string => {
    const where = links.length === 1 ? links[0] : `\n\n${links.map((link) => `* ${link}`).join('\n')}\n\n`
    const put = links.length === 1 ? '' : ' Put the pieces together in this order.'
    const stays = `It is encrypted, and only this message opens it; it stays here until you have opened it, at most ${KEPT_DAYS} days.`
    const head =
      part === 'secret'
        ? `Here is the key pair of **${name}**: ${where}${put}`
        : `Here are the peers that **${name}** knows: ${where}${put}`
    return part === 'secret' ? `${head}\n\n${meaning(name, here)}\n\n${stays}` : `${head}\n\n${stays}`
  },
  elsewhere: (name: string, part: 'secret' | 'gossip'): string =>
    `Done: the link to ${what(part)} of **${name}** is in a new private thread that only its owners read.`,
  failed: (name: string, part: 'secret' | 'gossip', why: string): string =>
    `I could not get ${what(part)} of **${name}**: ${why}. Nothing was handed out; please ask again later.`,
  ask: (name: string, by: FeedId, part: ExportPart, until: Millis, here: ExportHere): string =>
    `${person(by)} wants ${part === 'all' ? `everything that **${name}** holds, its key pair included` : `the key pair of **${name}**`}. ${meaning(name, here)} It has several owners, so this needs another one's word: if you agree, answer \`yes\` here, before ${when(until)}; \`no\` ends the question.`,
  /** A line of `list` about one that has ended. */
  kept: (name: string, until: Millis): string =>
    `* **${name}** has ended; until ${when(until)} it can be taken away, with ${line(name, 'all')} in a terminal`,
  agreed: (name: string, until: Millis): string =>
    `Noted. Who asked for it can fetch everything now, with ${line(name, 'all')} in a terminal, before ${when(until)}.`,
  line,
} as const
