/** One sentence → one command, or null where it holds none. Only protocol/command.ts calls this. */
import {
  afterAsking,
  afterWishing,
  COMMANDS,
  commandOf,
  isNegation,
  isSymbol,
  LATER,
  looksDestructive,
  NO,
  numberOf,
  withoutCourtesy,
  YES,
} from './command-words'
import { sentence } from './explain'
import { INVITE_USES_MAX } from './limits'
import { checkName, isReserved } from './name'

/** What somebody wants. Names are valid and lower-cased; null where none was said. */
export type Command =
  | { kind: 'help'; about: string | null }
  | { kind: 'create'; name: string }
  | { kind: 'list' }
  | { kind: 'status'; name: string | null }
  | { kind: 'invite'; name: string | null; uses: number | null }
  | { kind: 'delete'; name: string }
  | { kind: 'yes' }
  | { kind: 'no' }
  /** A word of a later version. */
  | { kind: 'later'; word: string; name: string | null }
/** The command is clear and its argument is not valid; `reason` says why and what would do. */
export interface Invalid {
  kind: 'invalid'
  command: string
  reason: string
}
/** Not clear; `readings` are two things that could be sent instead, nearest first. */
export interface Unclear {
  kind: 'unclear'
  readings: string[]
}

export type Reading = Command | Invalid | Unclear

const unclear = (first: string, second: string): Unclear => ({ kind: 'unclear', readings: [first, second] })

/** Words between a command and its object. */
const LINKS = new Set(
  `a an the my our me us new own another one more of for to on about with from at in by as it its is please pub
   pubs server code codes link links called named name : - – — = just`.split(/\s+/),
)
const NAMING = new Set(['called', 'named', 'name', ':', '=', 'as'])
const PEOPLE = new Set(
  'people persons person friends friend users user members member uses use times guests guest folks'.split(
    ' ',
  ),
)

/** Reads one sentence; null when it holds no command word where a command could be. */
export function readUnit(words: string[], asks: boolean): Reading | null {
  const bare = withoutCourtesy(words)
  if (bare.length === 0) return null
  if (bare.join(' ') === 'never mind') return { kind: 'no' }
  if (words.some(isNegation) && !NO.has(bare[0] ?? '')) return readNegated(words)
  return (
    readAnswer(bare) ??
    readDestructive(words, asks) ??
    readQuestion(bare) ??
    readHead(words) ??
    readStray(bare)
  )
}

/** `yes` and `no`, alone. With more words around them they are asked back. */
function readAnswer(bare: string[]): Reading | null {
  const [first = '', ...rest] = bare
  const others = withoutCourtesy(rest)
  if (bare.join(' ') === 'do it' || bare.join(' ') === 'go ahead') return { kind: 'yes' }
  if (bare.join(' ') === 'keep it') return { kind: 'no' }
  if (YES.has(first)) {
    if (others.length === 0 || /^(?:do it|go ahead|delete it|i am sure|sure)$/.test(others.join(' ')))
      return { kind: 'yes' }
    return unclear('yes', nearest(others)[0] ?? 'no')
  }
  if (NO.has(first) && !(first === 'cancel' && others.length > 0)) {
    const wish = others.find((word) => commandOf(word) !== null && commandOf(word) !== 'delete')
    return wish === undefined ? { kind: 'no' } : unclear('no', nearest(others)[0] ?? 'help')
  }
  return bare.length === 1 && first === 'sure' ? unclear('yes', 'no') : null
}

/** `do not create alice` is never the command in it. */
function readNegated(words: string[]): Reading | null {
  const content = withoutCourtesy(words)
  if (/^(?:do not|never|not)$/.test(content.join(' '))) return { kind: 'no' }
  if (!words.some((word) => commandOf(word) !== null || looksDestructive(word))) return null
  const harmless = nearest(words).filter((reading) => !reading.startsWith('delete'))
  return unclear('no', harmless[0] ?? 'help')
}

/** Only `[could you please] delete [my pub] NAME` and nothing beside it deletes. */
function readDestructive(words: string[], asks: boolean): Reading | null {
  const { rest, wished } = afterAsking(words)
  const at = words.findIndex((word) => commandOf(word) === 'delete' || looksDestructive(word))
  if (at === -1) return null
  if (/^(?:help|how|what)$/.test(rest[0] ?? '')) return null
  const [first = '', ...after] = rest
  if (commandOf(first) !== 'delete') {
    const own = words.slice(at + 1).find((word) => !isReserved(word) && checkName(word).ok)
    // A word further back may be a pub's name or idle talk; a first word, or a wish to end something, is asked back.
    const near = words[at] === first || commandOf(words[at] ?? '') === 'delete'
    if (commandOf(first) !== null && !near) return null
    return own === undefined ? unclear('help delete', 'list') : unclear(`delete ${own}`, `status ${own}`)
  }
  const object = withoutCourtesy(after)
  let left = object
  while (left.length > 1 && /^(?:my|our|the|pub|server|called|named|:)$/.test(left[0] ?? ''))
    left = left.slice(1)
  const [name, ...more] = left
  if (name === undefined || (more.length === 0 && isReserved(name)))
    return { kind: 'invalid', command: 'delete', reason: sentence.deleteNeedsName() }
  const checked = checkName(name)
  if (more.length > 0 || (asks && !wished))
    return checked.ok
      ? unclear(`delete ${checked.name}`, `status ${checked.name}`)
      : unclear('help delete', 'list')
  if (!checked.ok)
    return { kind: 'invalid', command: 'delete', reason: `${checked.reason} ${sentence.deleteNeedsName()}` }
  return { kind: 'delete', name: checked.name }
}

const UP = '(?:up|down|running|online|alive|working|there|ready|doing|going|ok|okay|well|fine|today|now)'
const MY_PUB_IS = new RegExp(`^is (?:my|our|the) pub(?: still)? ${UP}$`)
const STATUS_QUESTION = new RegExp(
  `^(?:how is|is|is not|how does) (?:my |the )?(?:pub )?([^ ]+)(?: (?:still|${UP}))*$`,
)

/** Questions that are commands: how is alice doing, what can you do, which pubs do I have. */
function readQuestion(bare: string[]): Reading | null {
  const text = bare.join(' ')
  if (
    /^(?:what (?:can|could|do) (?:you|i|we) (?:do|say|ask|send|tell|offer)|who are you|what are you|what is this)\b/.test(
      text,
    )
  )
    return { kind: 'help', about: null }
  if (/^how (?:do|does|can|could|should|to)\b/.test(text) || /^(?:can|could|would) you help\b/.test(text))
    return { kind: 'help', about: topicOf(bare) }
  if (/^(?:which|what|how many) (?:of )?(?:my |the )?pubs?\b/.test(text)) return { kind: 'list' }
  if (/^how are (?:my|our|the) pubs\b/.test(text)) return { kind: 'list' }
  if (/^do (?:i|we) have (?:a|any|some) pubs?$/.test(text)) return { kind: 'list' }
  if (/^(?:how|where|what) is (?:my|our|the) pub(?: doing| going| running)?$/.test(text))
    return { kind: 'status', name: null }
  if (MY_PUB_IS.test(text)) return { kind: 'status', name: null }
  const told = text.replace(
    /^(?:tell me|let me know|do you know|can you tell me|could you tell me) (?=how|if)/,
    '',
  )
  const asked = told
    .replace(/^how (?:my |the )?(?:pub )?([^ ]+) is\b/, 'how is $1')
    .replace(/^if ([^ ]+) is\b/, 'is $1')
  const name = STATUS_QUESTION.exec(asked)?.[1]
  if (name === undefined) return null
  if (/^(?:my|the|pub)$/.test(name) || /\b(?:my|the) pub\b/.test(asked.replace(` ${name}`, ' pub')))
    return isReserved(name) ? { kind: 'status', name: null } : named('status', name)
  return isReserved(name) ? null : named('status', name)
}

/** `[please could I have] COMMAND …`. */
function readHead(words: string[]): Reading | null {
  const { rest, wished, owned } = afterWishing(words)
  const [first = '', ...after] = rest
  const command = commandOf(first)
  if (/^(?:make|setup|set|spin|spawn|build|host|open|order|request|start|launch|add|get)$/.test(first)) {
    const object = first === 'set' || first === 'spin' ? after.filter((word) => word !== 'up') : after
    const made = readMake(object)
    if (made !== null) return made
  }
  if (command === null) {
    if (first === 'pub') return readWantedPub(after, wished && !owned)
    if (LATER.has(first) && (!owned || after.length === 0)) return later(first, after)
    if (numberOf(first) !== null && after.some((word) => /^(?:invites?|invitations?)$/.test(word)))
      return readInvite(rest)
    return wished && rest.length === 1 && words.some((word) => word === 'show' || word === 'check')
      ? named('status', first)
      : null
  }
  switch (command) {
    case 'create':
      return readCreate(after)
    case 'status':
      return readOne('status', after)
    case 'invite':
      return readInvite(after)
    case 'list':
      return readList(after)
    case 'help':
      return { kind: 'help', about: topicOf(after) }
    case 'delete':
      return null
  }
}

function later(word: string, after: string[]): Command {
  const name = after.find((candidate) => !LINKS.has(candidate) && !isSymbol(candidate))
  const checked = name === undefined ? null : checkName(name)
  return { kind: 'later', word, name: checked?.ok ? checked.name : null }
}

/** `make me a pub: alice`; other things that are made are not ours. */
function readMake(object: string[]): Reading | null {
  const at = object.findIndex((word) => !/^(?:me|us|a|an|my|own|new|another|one|please|the)$/.test(word))
  const first = object[at]
  if (first === undefined) return null
  if (commandOf(first) === 'invite') return readInvite(object.slice(at + 1))
  return first === 'pub' ? readCreate(object.slice(at + 1)) : null
}

/** `could I have a pub called alice`: a pub is only made of it when the name is named as such. */
function readWantedPub(after: string[], wanted: boolean): Reading | null {
  const naming = after.some((word) => NAMING.has(word))
  if (wanted && naming) return readCreate(after)
  const name = contentOf(after).find((word) => checkName(word).ok)
  if (wanted && name === undefined) return readCreate([])
  if (name === undefined) return null
  return wanted ? unclear(`create ${name}`, `status ${name}`) : unclear(`status ${name}`, `create ${name}`)
}

/** The words that say something, in order. */
function contentOf(words: string[]): string[] {
  return withoutCourtesy(words).filter((word) => !LINKS.has(word) && !isSymbol(word))
}

function readCreate(after: string[]): Reading {
  const missing: Invalid = { kind: 'invalid', command: 'create', reason: sentence.nameMissing('create') }
  // Taken at its word where there is just one, whatever it is; a courtesy or a link is none.
  const only = after.length === 1 ? after[0] : undefined
  if (only !== undefined && !LINKS.has(only) && withoutCourtesy(after).length > 0) {
    if (/^(?:invite|invitation)$/.test(only)) return { kind: 'invite', name: null, uses: null }
    return named('create', only)
  }
  if (only !== undefined && isSymbol(only)) return named('create', only)
  const naming = after.findIndex((word) => NAMING.has(word))
  const object = naming === -1 ? after : after.slice(naming + 1)
  const first = object.find((word) => !/^(?:me|us|a|an|my|own|new|another|one|please|the)$/.test(word)) ?? ''
  if (naming === -1 && commandOf(first) === 'invite')
    return readInvite(object.slice(object.indexOf(first) + 1))
  const plan = object.indexOf('plan')
  const words = contentOf(plan > 0 ? object.slice(0, plan) : object)
  if (naming === -1 && object.indexOf('for') !== -1 && object.indexOf('for') < object.indexOf(words[0] ?? ''))
    return missing
  const [name, ...more] = words
  if (name === undefined) return missing
  const checked = checkName(name)
  if (plan > 0 && checked.ok) return { kind: 'invalid', command: 'create', reason: sentence.plansLater(name) }
  if (more.length === 0) return named('create', name)
  if (more.some((word) => word === 'and' || commandOf(word) !== null) || more.length > 3)
    return unclearOf(['create', ...words])
  const forAt = object.indexOf('for')
  if (checked.ok && forAt === object.indexOf(name) + 1) return { kind: 'create', name: checked.name }
  return named('create', words.join(' '))
}

function named(kind: 'create' | 'status', name: string): Reading {
  const checked = checkName(name)
  if (checked.ok) return { kind, name: checked.name }
  const offer = checked.suggestion === null ? '' : ` ${sentence.nameSuggestion(kind, checked.suggestion)}`
  return { kind: 'invalid', command: kind, reason: `${checked.reason}${offer}` }
}

/** A command with at most one name behind it. */
function readOne(kind: 'status', after: string[]): Reading {
  const words = contentOf(after).map(withoutGenitive)
  const [name, ...more] = words
  if (name === undefined) return { kind, name: null }
  return more.length === 0 ? named(kind, name) : unclearOf([kind, ...words])
}

const withoutGenitive = (word: string): string => word.replace(/(?<=[a-z0-9])'s$/, '')

function readInvite(after: string[]): Reading {
  const words = contentOf(after)
    .map(withoutGenitive)
    .filter(
      (word) =>
        !PEOPLE.has(word) &&
        !/^(?:invites?|invitations?|that|lets|let|works|good|valid|can|and|use)$/.test(word),
    )
  const numbers = words.filter((word) => numberOf(word) !== null)
  const others = words.filter((word) => numberOf(word) === null)
  const toAt = after.lastIndexOf('to')
  const target = toAt === -1 ? undefined : contentOf(after.slice(toAt + 1))[0]
  if (others.length > 1 && (target === undefined || numberOf(target) !== null))
    return unclearOf(['invite', ...others])
  // `invite 2024 5`: a pub may be called by a number; with one number alone it is the uses.
  const digitName = others.length === 0 && numbers.length === 2 ? numbers.shift() : undefined
  const name = digitName ?? (others.length > 1 ? target : others[0])
  if (numbers.length > 1) return unclearOf(['invite', ...words])
  const uses = numbers[0] === undefined ? null : numberOf(numbers[0])
  const bad = uses !== null && (!Number.isInteger(uses) || uses < 1 || uses > INVITE_USES_MAX)
  if (bad) return { kind: 'invalid', command: 'invite', reason: sentence.usesBad() }
  if (name === undefined) return { kind: 'invite', name: null, uses }
  const checked = checkName(withoutGenitive(name))
  if (checked.ok) return { kind: 'invite', name: checked.name, uses }
  return { kind: 'invalid', command: 'invite', reason: checked.reason }
}

function readList(after: string[]): Reading {
  const words = contentOf(after).filter(
    (word) => !/^(?:all|pubs?|have|mine|there|are|i|we|do|everything|your)$/.test(word),
  )
  return words.length === 0 ? { kind: 'list' } : unclearOf(['list', ...words])
}

/** Command words in a sentence that is not shaped like a command: asked back. */
function readStray(bare: string[]): Reading | null {
  return bare.some((word) => commandOf(word) !== null && word.length > 3) ? unclearOf(bare) : null
}

function topicOf(words: string[]): string | null {
  for (const word of words) {
    const command = commandOf(word)
    if (command !== null && command !== 'help') return command
    if (LATER.has(word) && words.length <= 2) return word
  }
  return null
}

/** Two things that could be sent instead of these words, nearest first. */
export function unclearOf(words: string[]): Unclear {
  const readings = nearest(words)
  for (const spare of ['help', 'list']) if (!readings.includes(spare)) readings.push(spare)
  return { kind: 'unclear', readings: readings.slice(0, 2) }
}

/** Commands in the order in which their words stand there, each with the next word that can be a name. */
function nearest(words: string[]): string[] {
  const readings: string[] = []
  for (const [at, word] of words.entries()) {
    const command = commandOf(word)
    if (command === null || readings.length >= 2) continue
    const name = words.slice(at + 1).find((next) => isNameLike(next))
    const needsName = command === 'create' || command === 'delete'
    if (command === 'list' || command === 'help') readings.push(command)
    else if (name !== undefined) readings.push(`${command} ${name}`)
    else readings.push(needsName ? `help ${command}` : command)
  }
  const [first] = readings
  if (readings.length === 1 && first?.startsWith('create ')) readings.push('help create')
  return [...new Set(readings)]
}

const isNameLike = (word: string): boolean =>
  !LINKS.has(word) &&
  commandOf(word) === null &&
  withoutCourtesy([word]).length > 0 &&
  checkName(word).ok &&
  numberOf(word) === null

/** The command words of this version. */
export const COMMAND_WORDS: readonly string[] = COMMANDS
