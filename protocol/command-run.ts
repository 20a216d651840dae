/**
 * `run NAME METHOD ARGS…`: a call of the pub's own methods. Arguments are taken as they were written, with their quotes
 * and braces; a mention stands for its id. What may be called is the provider's business, not the parser's.
 */
import type { Reading } from './command-kinds'
import { ID_LINK } from './command-mentions'
import { unclear } from './command-objects'
import { nameIn } from './command-power'
import { commandOf } from './command-words'
import { sentence } from './explain'
import { checkName, isReserved } from './name'

const METHOD = /^[a-z][A-Za-z0-9]*(?:\.[a-z][A-Za-z0-9]*)*$/
/** Methods without a dot that stock servers have: with one word alone, it is not the pub. */
const PLAIN_METHODS = new Set(
  'whoami status version progress manifest get latest address getLatest latestSequence getLatestSequence'.split(
    ' ',
  ),
)
const LINKS_TO_IDS = new RegExp(ID_LINK.source, 'g')
const BEHIND = /^(?:on|at|in|for|with|from)$/i

/** Reads a line from its command word on; null when it is no such command. */
export function readRun(line: string, wished: boolean): Reading | null {
  if (/^run[\s.:!?]*$/i.test(line))
    return { kind: 'invalid', command: 'run', reason: sentence.methodMissing() }
  const found = /^run\s*:?\s+(\S.*)$/i.exec(line)
  if (found === null) return null
  const words = argumentsOf((found[1] ?? '').replace(LINKS_TO_IDS, idOf))
  const asks = isEnd(words.at(-1))
  const read = readWords(withoutThanks(words))
  if (read?.kind !== 'run' || !asks || wished) return read
  return unclear(runCommand(read), 'help run')
}

const isEnd = (word: string | undefined): boolean => word?.endsWith('?') ?? false
const idOf = (link: string): string =>
  /[@%&][A-Za-z0-9+/]{43}=\.\w+/.exec(link.slice(link.lastIndexOf('](')))?.[0] ?? ''

function readWords(words: string[]): Reading | null {
  const at = words.findIndex((word) => !/^(?:my|our|the|pub|server|called|named|:)$/i.test(word))
  if (at === -1) return null
  const own = words.slice(at)
  const [first = '', second, ...more] = own
  const name = nameOf(first)
  if (second !== undefined && BEHIND.test(second)) return readBehind(own)
  if (second === undefined) {
    const method = methodOf(first)
    if (method !== null && isSurely(method)) return { kind: 'run', name: null, method, args: [] }
    return name === null || isReserved(name) ? null : unclear(`run ${name} whoami`, `start ${name}`)
  }
  const method = methodOf(first)
  if (isJoined(more)) return unclear(`help run`, 'help')
  if (method !== null && (method.includes('.') || (name === null && isSurely(method))))
    return { kind: 'run', name: null, method, args: argumentsAsTold([second, ...more]) }
  const called = methodOf(second)
  if (name === null || called === null || isReserved(called)) return null
  if (PLAIN_METHODS.has(first) && !isSurely(called) && checkName(called).ok)
    return unclear(`run ${called} ${first}`, `help run`)
  return ended(second, { kind: 'run', name, method: called, args: argumentsAsTold(more) })
}

/** "run alice whoami. Never mind.": what follows the end of a sentence is none of its arguments. */
function ended(word: string, read: Extract<Reading, { kind: 'run' }>): Reading {
  return read.args.length > 0 && /[.;!?]$/.test(word)
    ? unclear(runCommand({ ...read, args: [] }), 'help run')
    : read
}

/** `… and stop bob`: two commands in one. */
const isJoined = (words: string[]): boolean =>
  words.some(
    (word, at) => /^(?:and|then)$/i.test(word) && commandOf((words[at + 1] ?? '').toLowerCase()) !== null,
  )

/** `run whoami on alice` */
function readBehind(words: string[]): Reading | null {
  const method = methodOf(words[0] ?? '')
  const pub = nameIn(
    words
      .slice(2)
      .join(' ')
      .toLowerCase()
      .replace(/[.!?,;]+$/, ''),
  )
  return method === null || pub === null ? null : { kind: 'run', name: pub.name, method, args: [] }
}

const isSurely = (method: string): boolean => /[.A-Z]/.test(method) || PLAIN_METHODS.has(method)

function nameOf(word: string): string | null {
  const checked = checkName(word.replace(/^["'`*]+|["'`*:,]+$/g, ''))
  return checked.ok && (commandOf(checked.name) === null || PLAIN_METHODS.has(checked.name))
    ? checked.name
    : null
}

/** A method's dotted name; telephones write the first letter large, and people write `()` behind. */
function methodOf(word: string): string | null {
  const bare = word
    .replace(/^["'`*]+|["'`*]+$/g, '')
    .replace(/[.,;!?:]+$/, '')
    .replace(/\(\)$/, '')
  const method = bare.slice(0, 1).toLowerCase() + bare.slice(1)
  return METHOD.test(method) ? method : null
}

/** The end of a sentence is none of an id's or an object's. */
function argumentsAsTold(words: string[]): string[] {
  return words.map((word) => word.replace(/(?<=\.(?:ed25519|sha256)|[}\]"])[.,;!?]+$/, ''))
}

const THANKS = /^(?:please|pls|plz|thanks|thx|ty|cheers|thank|you|:\)|🙂)$/i

/** Thanks at the end are no arguments; whoever means one puts it in quotes. */
function withoutThanks(words: string[]): string[] {
  let end = words.length
  while (end > 0 && THANKS.test((words[end - 1] ?? '').replace(/(?<=.)[.,!?]+$/, ''))) end -= 1
  return words.slice(0, end)
}

/** Parted at spaces outside of quotes and brackets. Linear: one pass. */
function argumentsOf(text: string): string[] {
  const words: string[] = []
  let word = ''
  let quote = ''
  let depth = 0
  for (const one of text.replace(/[“”„]/g, '"')) {
    if (quote !== '') {
      if (one === quote && !word.endsWith('\\')) quote = ''
    } else if (one === '"' || (one === "'" && word === '')) quote = one
    else if (one === '{' || one === '[') depth += 1
    else if (one === '}' || one === ']') depth = Math.max(0, depth - 1)
    else if (/\s/.test(one) && depth === 0) {
      if (word !== '') words.push(word)
      word = ''
      continue
    }
    word += one
  }
  if (word !== '') words.push(word)
  return words
}

/** The command as it can be sent. */
export function runCommand(read: Extract<Reading, { kind: 'run' }>): string {
  return ['run', read.name, read.method, ...read.args].filter((part) => part !== null).join(' ')
}
