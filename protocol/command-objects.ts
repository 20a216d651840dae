/** What stands behind a command's word: names, numbers, and what to offer when they don't fit. */
import type { Command, Invalid, Reading, Unclear } from './command-kinds'
import { isPubCalled, planIn } from './command-plan'
import { commandOf, isSymbol, numberOf, withoutCourtesy } from './command-words'
import { sentence } from './explain'
import { INVITE_USES_MAX } from './limits'
import { checkName } from './name'

export const unclear = (first: string, second: string): Unclear => ({
  kind: 'unclear',
  readings: [first, second],
})

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

/** Commands that say more than a pub. */
const ARGUED: ReadonlySet<string> = new Set(
  'uninvite export follow unfollow block unblock run email'.split(' '),
)

/** Two things that could be sent instead of these words, nearest first. */
export function unclearOf(words: string[]): Unclear {
  const readings = nearest(words)
  for (const spare of ['help', 'list']) if (!readings.includes(spare)) readings.push(spare)
  return { kind: 'unclear', readings: readings.slice(0, 2) }
}

/** Commands in the order in which their words stand there, each with the next word that can be a name. */
export function nearest(words: string[]): string[] {
  const readings: string[] = []
  for (const [at, word] of words.entries()) {
    const command = commandOf(word)
    if (command === null || readings.length >= 2) continue
    const name = words.slice(at + 1).find((next) => isNameLike(next))
    const needsName = command === 'create' || command === 'delete'
    if (command === 'list' || command === 'help') readings.push(command)
    // `stop sending me messages` is about no pub.
    else if (ARGUED.has(command)) readings.push(`help ${command}`)
    else if (command === 'plans') readings.push(command)
    else if (command === 'cancel' && name === undefined) readings.push('help cancel')
    else if (command === 'stop' && (name === undefined || name.endsWith('ing'))) readings.push('help stop')
    else if (name !== undefined) readings.push(`${command} ${name}`)
    else readings.push(needsName ? `help ${command}` : command)
  }
  const [first] = readings
  if (readings.length === 1 && first?.startsWith('create ')) readings.push('help create')
  return [...new Set(readings)]
}

export const isNameLike = (word: string): boolean =>
  !LINKS.has(word) &&
  commandOf(word) === null &&
  withoutCourtesy([word]).length > 0 &&
  checkName(word).ok &&
  numberOf(word) === null

/** The words that say something, in order. */
function contentOf(words: string[]): string[] {
  return withoutCourtesy(words).filter((word) => !LINKS.has(word) && !isSymbol(word))
}

/** A pub that is to be made: its name, and its plan where one is said. */
export function readCreate(after: string[]): Reading {
  const found = planIn(after)
  if (found === null) return readNewPub(after)
  const read = readNewPub(found.rest)
  if (found.plan === '') return read.kind === 'create' ? unclear(`create ${read.name}`, 'plans') : read
  return read.kind === 'create' ? { ...read, plan: found.plan } : read
}

function readNewPub(after: string[]): Reading {
  const missing: Invalid = { kind: 'invalid', command: 'create', reason: sentence.nameMissing('create') }
  // Taken at its word where there is just one, whatever it is; a courtesy or a link is none.
  const only = after.length === 1 ? after[0] : undefined
  if (only !== undefined && !LINKS.has(only) && withoutCourtesy(after).length > 0) {
    if (/^(?:invite|invitation)$/.test(only)) return { kind: 'invite', name: null, uses: null, note: null }
    return named('create', only)
  }
  if (only !== undefined && isSymbol(only)) return named('create', only)
  const naming = after.findIndex((word) => NAMING.has(word))
  const object = naming === -1 ? after : after.slice(naming + 1)
  const first = object.find((word) => !/^(?:me|us|a|an|my|own|new|another|one|please|the)$/.test(word)) ?? ''
  if (naming === -1 && commandOf(first) === 'invite')
    return readInvite(object.slice(object.indexOf(first) + 1))
  const words = contentOf(object)
  if (naming === -1 && object.indexOf('for') !== -1 && object.indexOf('for') < object.indexOf(words[0] ?? ''))
    return missing
  const [name, ...more] = words
  if (name === undefined) return missing
  const checked = checkName(name)
  if (more.length === 0) return named('create', name)
  if (more.some((word) => word === 'and' || commandOf(word) !== null) || more.length > 3)
    return unclearOf(['create', ...words])
  const forAt = object.indexOf('for')
  if (checked.ok && forAt === object.indexOf(name) + 1)
    return { kind: 'create', name: checked.name, plan: null }
  return named('create', words.join(' '))
}

export function named(kind: 'create' | 'status', name: string): Reading {
  const checked = checkName(name)
  if (checked.ok)
    return kind === 'create' ? { kind, name: checked.name, plan: null } : { kind, name: checked.name }
  const offer = checked.suggestion === null ? '' : ` ${sentence.nameSuggestion(kind, checked.suggestion)}`
  return { kind: 'invalid', command: kind, reason: `${checked.reason}${offer}` }
}

/** A command with at most one name behind it. */
export function readOne(kind: 'status', after: string[]): Reading {
  const words = contentOf(after).map(withoutGenitive)
  const [name, ...more] = words
  if (name === undefined) return { kind, name: null }
  return more.length === 0 ? named(kind, name) : unclearOf([kind, ...words])
}

const withoutGenitive = (word: string): string => word.replace(/(?<=[a-z0-9])'s$/, '')

export function readInvite(after: string[]): Reading {
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
  if (name === undefined) return { kind: 'invite', name: null, uses, note: null }
  const checked = checkName(withoutGenitive(name))
  if (checked.ok) return { kind: 'invite', name: checked.name, uses, note: null }
  return { kind: 'invalid', command: 'invite', reason: checked.reason }
}

export function readList(after: string[]): Reading {
  const words = contentOf(after).filter(
    (word) => !/^(?:all|pubs?|have|mine|there|are|i|we|do|everything|your)$/.test(word),
  )
  return words.length === 0 ? { kind: 'list' } : unclearOf(['list', ...words])
}

export function later(word: string, after: string[]): Command {
  const name = after.find((candidate) => !LINKS.has(candidate) && !isSymbol(candidate))
  const checked = name === undefined ? null : checkName(name)
  return { kind: 'later', word, name: checked?.ok ? checked.name : null }
}

/** `make me a pub: alice`; other things that are made are not ours. */
export function readMake(object: string[]): Reading | null {
  const at = object.findIndex((word) => !/^(?:me|us|a|an|my|own|new|another|one|please|the)$/.test(word))
  const first = object[at]
  if (first === undefined) return null
  if (commandOf(first) === 'invite') return readInvite(object.slice(at + 1))
  if (first === 'pub') return readCreate(object.slice(at + 1))
  return isPubCalled(object) ? readCreate(object) : null
}

/** `could I have a pub called alice`: a pub is only made of it when the name is named as such. */
export function readWantedPub(after: string[], wanted: boolean): Reading | null {
  const naming = after.some((word) => NAMING.has(word))
  if (wanted && naming) return readCreate(after)
  const name = contentOf(after).find((word) => checkName(word).ok)
  if (wanted && name === undefined) return readCreate([])
  if (name === undefined) return null
  return wanted ? unclear(`create ${name}`, `status ${name}`) : unclear(`status ${name}`, `create ${name}`)
}
