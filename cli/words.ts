/** Arguments that become part of a sentence to the provider. What is refused here is never sent. */
import { type AboutKind, checkAbout, quoted, visible } from '../protocol/about-text'
import { type Command, parseCommand } from '../protocol/command'
import { withMarks } from '../protocol/command-mentions'
import { noteFault } from '../protocol/command-note'
import { checkEmail } from '../protocol/email-text'
import type { FeedId } from '../protocol/ids'
import { VERSION_CHARS_MAX } from '../protocol/limits'
import { EMAIL_CODE_DIGITS } from '../protocol/limits-mail'
import { checkName } from '../protocol/name'
import { checkOwnName } from '../protocol/own-name'
import { Failure } from './failure'

export const FEED_FORMS = 'whom: @…=.ed25519 or ssb:feed/ed25519/…, in quotes'

/** A sentence of those parts that are there. */
export function words(...parts: (string | null)[]): string {
  return parts.filter((part) => part !== null).join(' ')
}

/** A verb and the pub it is about; with a word more where the bare name would be read as something else. */
export function aboutPub(verb: Command['kind'], name: unknown): string {
  const pub = nameArgument(name)
  const text = `${verb} ${pub}`
  const read = parseCommand(text)
  return read.kind === verb && 'name' in read && read.name === pub ? text : `${verb} pub ${pub}`
}

/** A pub's name; throws a Failure (2) with the reason. */
export function nameArgument(given: unknown): string {
  const checked = checkName(String(given))
  if (!checked.ok) throw new Failure(2, checked.reason)
  return checked.name
}

/** What a pub shall say of itself, in quotes that keep it as it is; throws a Failure (2) with the reason. */
export function aboutArgument(kind: AboutKind, given: string[]): string {
  const checked = checkAbout(kind, withoutLead(given, 'as').join(' '))
  if (!checked.ok) throw new Failure(2, checked.reason)
  return quoted(checked.text)
}

const withoutLead = (given: string[], lead: string): string[] =>
  given.length > 1 && given[0]?.toLowerCase() === lead ? given.slice(1) : given

/** Somebody's feed, as an id, a URI or a mention; throws a Failure (2). */
export function feedArgument(given: unknown): FeedId {
  const { text, mentions } = withMarks(String(given))
  const id = mentions[0]?.id ?? null
  if (id !== null && mentions.length === 1 && !/[^\s\ue000\d]/.test(text)) return id
  throw new Failure(
    2,
    `"${String(given)}" is no feed id. One looks like @…=.ed25519 or ssb:feed/ed25519/… and is best put in quotes.`,
  )
}

/** An invite's id as the list of invites shows it; throws a Failure (2). */
export function inviteIdArgument(given: unknown): string {
  const id = String(given).replace(/^#(?=.)/, '')
  if (/^[\w+/=.@%-]{1,100}$/.test(id)) return id
  throw new Failure(2, `"${String(given)}" is no invite's id. The list shows them: buttcloud invites NAME`)
}

/** A version of the pub's image, as `to VERSION`; null for the present one. Throws a Failure (2). */
export function versionArgument(given: string[] | undefined): string | null {
  const version = withoutLead(given ?? [], 'to').join(' ')
  if (version === '') return null
  if (version.length <= VERSION_CHARS_MAX && /^\w[\w.-]*$/.test(version)) return `to ${version}`
  throw new Failure(2, `"${version}" is no version: one is made of letters, digits, dots and hyphens.`)
}

const NOTE_LEAD = /^note(?::\s*|\s+|$)/i

/** True for the word that a note begins with, as it is written in a message too: `note`, `note:`. */
export function beginsNote(word: unknown): boolean {
  return NOTE_LEAD.test(String(word))
}

/** The end of an `invite`, from the option or from the words `note TEXT`; empty where there is none. */
export function noteArgument(option: unknown, given: string[]): string {
  if (given.length > 0 && !beginsNote(given[0]))
    throw new Failure(2, `I don't know what "${given.join(' ')}" is for. A note begins with the word note.`)
  const written = typeof option === 'string' ? option : given.join(' ').replace(NOTE_LEAD, '')
  if (given.length === 0 && typeof option !== 'string') return ''
  const note = visible(written).replace(/\s+/g, ' ').trim()
  const fault = noteFault(note)
  if (fault !== null) throw new Failure(2, fault)
  return ` note: ${quoted(note)}`
}

/** A domain of an owner's own, or `off`; throws a Failure (2). */
export function domainArgument(given: string): string {
  if (given.toLowerCase() === 'off') return 'off'
  const checked = checkOwnName(given)
  if (!checked.ok) throw new Failure(2, checked.reason)
  return checked.name
}

/** A plan's name, or null; throws a Failure (2). */
export function planArgument(given: unknown): string | null {
  if (given === undefined) return null
  const plan = String(given).toLowerCase()
  if (/^[a-z0-9][a-z0-9-]{0,31}$/.test(plan)) return plan
  throw new Failure(2, `"${String(given)}" is no plan. The list shows them: buttcloud plans`)
}

/** The plan that was said in two ways, which must agree; throws a Failure (2). */
export function planSaid(behind: string | null, byOption: string | null): string | null {
  if (behind === null || byOption === null || behind === byOption) return behind ?? byOption
  throw new Failure(2, `Which plan, ${behind} or ${byOption}? Say one of them.`)
}

/** A mail address or `off`; throws a Failure (2). */
export function emailArgument(given: unknown): string {
  const text = String(given)
  const address = text.toLowerCase() === 'off' ? 'off' : checkEmail(text)
  if (address !== null) return address
  throw new Failure(2, 'That is no mail address. One looks like alice@example.org; off takes it back.')
}

/** A code that came by mail; throws a Failure (2). */
export function codeArgument(given: unknown): string {
  const code = String(given).replace(/[ .-]/g, '')
  if (code.length === EMAIL_CODE_DIGITS && /^\d+$/.test(code)) return code
  throw new Failure(2, `"${String(given)}" is no code. One has ${EMAIL_CODE_DIGITS} digits, like 123456.`)
}

/**
 * A `run` as it is read back from a message: what the shell gave as one argument stays one. Throws a Failure (2) where
 * it can't be said in one line.
 */
export function callText(name: unknown, method: unknown, given: string[] = []): string {
  const pub = nameArgument(name)
  for (const argumentsOf of [given.map(plainly), given.map(asJson)]) {
    const text = words('run', pub, String(method), ...argumentsOf)
    const read = parseCommand(text)
    if (read.kind === 'run' && isSame(read, pub, argumentsOf)) return text
  }
  if (!/^[a-z][A-Za-z0-9]*(?:\.[a-z][A-Za-z0-9]*)*$/.test(String(method)))
    throw new Failure(2, `"${String(method)}" is no method. One looks like whoami or friends.isFollowing.`)
  if (given.length === 0)
    throw new Failure(2, `"${String(method)}" can't be run. What can be: buttcloud run ${pub} methods`)
  throw new Failure(
    2,
    'The arguments can not be said in one message: they are too long, or their quotes do not match.',
  )
}

const isSame = (read: Extract<Command, { kind: 'run' }>, pub: string, given: string[]): boolean =>
  read.name === pub && read.args.length === given.length && read.args.every((one, at) => one === given[at])

/** Numbers, ids and JSON go as they are. */
const plainly = (word: string): string =>
  /^[\w@%&+/=.:-]+$/.test(word) || isJson(word) ? word : JSON.stringify(word)
const asJson = (word: string): string => (isJson(word) ? word : JSON.stringify(word))

function isJson(word: string): boolean {
  if (/[\r\n]/.test(word)) return false
  try {
    JSON.parse(word)
    return true
  } catch {
    return false
  }
}
