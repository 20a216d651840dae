/** How the provider will read what is typed, said before it is sent: the same parser reads it on both sides. Pure. */
import { parseCommand } from '../../protocol/command'
import type { Command } from '../../protocol/command-kinds'
import type { EmailSet } from '../../protocol/mail'

/**
 * nothing  there is nothing to send
 * clear    it is one command; `reads` is how it can be said shortest, null where it is typed just so
 * talk     nothing in it wants an answer
 * doubt    the provider would ask back: `words` say so, `readings` are what could be sent instead
 * direct   mail: it is handed over without a message, so that the address stands on no feed
 */
export type Understood =
  | { kind: 'nothing' }
  | { kind: 'clear'; command: Command; reads: string | null }
  | { kind: 'talk' }
  | { kind: 'doubt'; words: string; readings: string[] }
  | { kind: 'direct'; set: EmailSet; reads: string }

/** Reads a line as it is typed. Never throws. */
export function understood(text: string): Understood {
  if (text.trim() === '') return { kind: 'nothing' }
  const read = parseCommand(text)
  switch (read.kind) {
    case 'empty':
      return { kind: 'talk' }
    case 'invalid':
      return { kind: 'doubt', words: read.reason, readings: [] }
    case 'unclear':
      return {
        kind: 'doubt',
        words: 'The provider will not be sure what this means.',
        readings: read.readings,
      }
    case 'later':
      return { kind: 'doubt', words: `“${read.word}” is of a later version.`, readings: ['help'] }
    case 'email':
      return {
        kind: 'direct',
        set: { address: read.address, code: null },
        reads: read.address === null ? 'email off' : `email ${read.address}`,
      }
    case 'email-code':
      return { kind: 'direct', set: { address: null, code: read.code }, reads: `email ${read.code}` }
    default: {
      const reads = shortest(read)
      return { kind: 'clear', command: read, reads: sameWords(reads, text) ? null : reads }
    }
  }
}

const sameWords = (one: string, other: string): boolean =>
  one.toLowerCase().replace(/\s+/g, ' ').trim() === other.toLowerCase().replace(/\s+/g, ' ').trim()

/** The command's word and whatever was given with it, in the order in which help names them. */
function shortest(command: Command): string {
  const parts: (string | number | null)[] = [command.kind]
  if ('about' in command) parts.push(command.about)
  if ('name' in command) parts.push(command.name)
  switch (command.kind) {
    case 'create':
    case 'plan':
      parts.push(command.plan)
      break
    case 'invite':
      parts.push(command.uses, command.note === null ? null : `note ${command.note}`)
      break
    case 'uninvite':
      parts.push(command.id)
      break
    case 'name':
    case 'describe':
      parts.push('as', command.text)
      break
    case 'upgrade':
      parts.push(command.version)
      break
    case 'export':
      parts.push(command.part)
      break
    case 'follow':
    case 'unfollow':
    case 'block':
    case 'unblock':
      parts.push(command.feed)
      break
    case 'run':
      parts.push(command.method, ...command.args)
      break
    case 'owners':
      if (command.change !== null) parts.push(command.change.kind, command.change.feed)
      break
    case 'web':
      parts.push(command.on === null ? null : command.on ? 'on' : 'off')
      break
    case 'domain':
      if (command.own !== null) parts.push(command.own.name ?? 'off')
  }
  return parts.filter((part) => part !== null).join(' ')
}
