/**
 * What people write → what they want. One parser for Patchwork, the CLI and every other client. It reads greetings,
 * courtesies, mentions, quotes, several lines and slips of the finger; when unsure it asks back, and it never guesses
 * a destructive reading: `delete` counts only as the plain sentence `[could you please] delete [my pub] NAME`.
 */
import { quoted } from './about-text'
import { upgradeTo } from './command-forms-keeping'
import type { Command, Invalid, Unclear } from './command-kinds'
import { inviteCommand } from './command-note'
import { unclearOf } from './command-objects'
import { readUnit } from './command-read'
import { runCommand } from './command-run'
import { plainText, type Unit, unitsOf } from './command-text'
import { afterAsking, GREETING, isNegation, isSymbol, withoutCourtesy } from './command-words'
import { sentence } from './explain'
import { COMMAND_CHARS_MAX, TEXT_CHARS_MAX } from './limits'

export type { Command, Invalid, Unclear } from './command-kinds'

/** Nothing in it that wants an answer: no words, or only thanks. */
export interface Empty {
  kind: 'empty'
}
export type Parsed = Command | Invalid | Unclear | Empty

/** Lines and sentences that are looked at; people put the wish near the top. */
const UNITS_MAX = 60

/**
 * Reads the text of a private post.
 * The first line or sentence that holds a command wins; courtesies and talk before it are skipped. A negation before
 * or in a command, and anything but courtesies around a `delete`, `yes` or `no`, makes it unclear.
 * Never throws; takes time linear in the text's length.
 */
export function parseCommand(text: string): Parsed {
  const read = parse(text)
  return read.kind === 'unclear' ? { kind: 'unclear', readings: clearOnes(read.readings) } : read
}

/**
 * What kind of command stands in a text after the one that `parseCommand` finds, and so is not obeyed; null where there
 * is none. Only plain ones count: talk, courtesies and a `no` are none.
 */
export function leftAside(text: string): Command['kind'] | null {
  if (text.length > TEXT_CHARS_MAX || plainText(text).trim().length > COMMAND_CHARS_MAX) return null
  const units = unitsOf(text)
  if (units.length > UNITS_MAX) return null
  const read = units.map((unit) => unit.read ?? readUnit(unit)).filter((one) => one !== null)
  const [first, ...others] = read.filter((one) => one.kind !== 'unclear')
  const same = JSON.stringify(first)
  for (const other of others)
    if (other.kind !== 'invalid' && !TALK.has(other.kind) && JSON.stringify(other) !== same) return other.kind
  return null
}

/** What people also say in passing, or to take back. */
const TALK: ReadonlySet<Command['kind']> = new Set(['help', 'no', 'later'])

/** What is offered has to be clear when it is sent as it stands; where a reading is not, the help on its command. */
function clearOnes(readings: string[]): string[] {
  const offers = readings.map((reading) => (isClear(reading) ? reading : `help ${reading.split(' ')[0]}`))
  return [...new Set([...offers.filter(isClear), 'help', 'list'])].slice(0, 2)
}

function isClear(text: string): boolean {
  const { kind } = parse(text)
  return kind !== 'unclear' && kind !== 'invalid' && kind !== 'empty' && kind !== 'later'
}

function parse(text: string): Parsed {
  if (text.length > TEXT_CHARS_MAX) return unclearOf([])
  const plain = plainText(text)
  if (plain.trim().length > COMMAND_CHARS_MAX) return unclearOf([])
  const units = unitsOf(text)
  const spoken = units.filter((unit) => !isPolite(unit))
  if (spoken.length === 0) return greetingOrNothing(units)
  if (spoken.length > UNITS_MAX) return unclearOf([])
  let negated = false
  let doubtful: Unclear | null = null
  for (const [at, unit] of spoken.entries()) {
    const read = unit.read ?? readUnit(unit)
    if (read === null || read.kind === 'unclear') {
      negated ||= unit.words.some(isNegation)
      if (read !== null) doubtful ??= read
      continue
    }
    const after = spoken.slice(at + 1)
    return settled(read, { alone: spoken.length === 1, after, negated, doubtful, unit })
  }
  return operatorsOwn(spoken) ?? doubtful ?? unclearOf([])
}

/** What only whoever runs the provider can do, asked for in a sentence that says nothing else. */
function operatorsOwn(spoken: Unit[]): Invalid | null {
  const [only, ...more] = spoken
  if (only === undefined || more.length > 0 || only.words.some(isNegation)) return null
  const [command, name, ...rest] = withoutCourtesy(afterAsking(only.words).rest)
  if (command === undefined || !OPERATORS.has(command) || rest.length > OPERATORS_WORDS_MAX) return null
  return { kind: 'invalid', command, reason: sentence.operators(command, name ?? null) }
}

/** Their words of `buttcloud admin` that owners might send. */
const OPERATORS: ReadonlySet<string> = new Set(['move', 'drain', 'cordon', 'uncordon', 'retire'])
/** `move alice to garden`; more than that is talk. */
const OPERATORS_WORDS_MAX = 3

/** A command that was read, against what stood around it. */
function settled(
  read: Command | Invalid,
  around: { alone: boolean; after: Unit[]; negated: boolean; doubtful: Unclear | null; unit: Unit },
): Parsed {
  const harmless = isHarmless(read)
  if (around.negated && !harmless) return around.doubtful ?? unclearOf(around.unit.words)
  if (around.alone || harmless) return read
  switch (read.kind) {
    case 'delete':
      return { kind: 'unclear', readings: [`delete ${read.name}`, `status ${read.name}`] }
    case 'yes':
      return { kind: 'unclear', readings: ['yes', 'no'] }
    case 'start':
    case 'stop':
    case 'restart':
      if (isRevoked(around.after))
        return {
          kind: 'unclear',
          readings: [`${read.kind}${read.name === null ? '' : ` ${read.name}`}`, 'no'],
        }
      // "Please stop. You write to me all day."
      return read.kind === 'stop' && read.name === null
        ? { kind: 'unclear', readings: ['help stop', 'list'] }
        : read
    case 'name':
      return isRevoked(around.after) ? { kind: 'unclear', readings: [aboutCommand(read), 'no'] } : read
    case 'describe':
      // A second line may belong to the text, and then it would be lost.
      return around.after.length === 0
        ? read
        : { kind: 'unclear', readings: [aboutCommand(read), 'help describe'] }
    case 'export':
      // What gives a pub away is read only where it stands alone.
      return read.part === 'secret' || isRevoked(around.after)
        ? { kind: 'unclear', readings: [plainOf(read) ?? 'help export', 'help export'] }
        : read
    case 'owners':
      // So is what takes a right from somebody.
      return read.change?.kind === 'remove' || isRevoked(around.after)
        ? { kind: 'unclear', readings: [plainOf(read) ?? 'owners', 'help owners'] }
        : read
    default: {
      const plain = isRevoked(around.after) ? plainOf(read) : null
      return plain === null ? read : { kind: 'unclear', readings: [plain, 'no'] }
    }
  }
}

/**
 * True where nothing is changed by it, so that it is obeyed whatever stands around. Every command stands here, so that
 * the compiler asks for a new one.
 */
function isHarmless(read: Command | Invalid): boolean {
  switch (read.kind) {
    case 'help':
    case 'list':
    case 'status':
    case 'later':
    case 'invites':
    case 'address':
    case 'log':
    case 'plans':
    case 'billing':
      return true
    case 'web':
      return read.on === null
    case 'domain':
      return read.own === null
    case 'plan':
      return read.plan === null
    case 'owners':
      return read.change === null
    case 'create':
    case 'invite':
    case 'uninvite':
    case 'start':
    case 'stop':
    case 'restart':
    case 'upgrade':
    case 'rebuild':
    case 'name':
    case 'describe':
    case 'follow':
    case 'unfollow':
    case 'block':
    case 'unblock':
    case 'run':
    case 'export':
    case 'import':
    case 'email':
    case 'email-code':
    case 'pay':
    case 'cancel':
    case 'delete':
    case 'yes':
    case 'no':
    case 'invalid':
      return false
  }
}

/** A command as it can be sent; null where nothing is lost by doing it, or where it would repeat an address. */
function plainOf(read: Command | Invalid): string | null {
  const words = (...parts: (string | null)[]): string => parts.filter((part) => part !== null).join(' ')
  switch (read.kind) {
    case 'invite':
      return inviteCommand(read)
    case 'uninvite':
      return words('uninvite', read.name, read.id)
    case 'upgrade':
      return upgradeTo(read.name, read.version)
    case 'rebuild':
    case 'pay':
    case 'cancel':
      return words(read.kind, read.name)
    case 'export':
      return words('export', read.name, read.part)
    case 'import':
      return words('import', read.name)
    case 'follow':
    case 'unfollow':
    case 'block':
    case 'unblock':
      return words(read.kind, read.name, read.feed)
    case 'run':
      return runCommand(read)
    case 'owners':
      return read.change === null ? null : words('owners', read.name, read.change.kind, read.change.feed)
    case 'plan':
      return words('plan', read.name, read.plan)
    case 'web':
      return words('web', read.name, read.on === null ? null : read.on ? 'on' : 'off')
    case 'domain':
      return read.own === null ? null : words('domain', read.name, read.own.name ?? 'off')
    default:
      return null
  }
}

/** True when a later sentence takes it back: `stop alice. No, do not.` */
function isRevoked(after: Unit[]): boolean {
  return after.some((unit) => unit.read === undefined && readUnit(unit)?.kind === 'no')
}

/** The command as it can be sent. */
function aboutCommand(read: { kind: string; name: string | null; text: string }): string {
  return `${read.kind} ${read.name ?? 'my pub'} as ${quoted(read.text)}`
}

function isPolite(unit: Unit): boolean {
  if (unit.read !== undefined) return false
  const left = withoutCourtesy(unit.words)
  if (left.length === 0) return !unit.words.some((word) => word.startsWith('?'))
  // A greeting and whom it greets: "Hi bob", "Dear pub people".
  return GREETING.has(unit.words[0] ?? '') && unit.words.length <= 3 && readUnit(unit) === null
}

/** A bare greeting gets the help; thanks, a smiley or nothing gets nothing, so that courtesies end. */
function greetingOrNothing(units: Unit[]): Parsed {
  const words = units.flatMap((unit) => unit.words).filter((word) => !isSymbol(word))
  return words.some((word) => GREETING.has(word)) ? { kind: 'help', about: null } : { kind: 'empty' }
}
