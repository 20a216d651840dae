/** One sentence → one command, or null where it holds none. Only protocol/command.ts calls this. */
import { readFormed } from './command-forms'
import type { Reading } from './command-kinds'
import {
  isNameLike,
  later,
  named,
  nearest,
  readCreate,
  readInvite,
  readList,
  readMake,
  readOne,
  readWantedPub,
  unclear,
  unclearOf,
} from './command-objects'
import { isPubCalled } from './command-plan'
import { readPower } from './command-power'
import type { Unit } from './command-text'
import { LATER } from './command-vocabulary'
import {
  afterAsking,
  afterWishing,
  commandOf,
  isNegation,
  looksDestructive,
  NO,
  numberOf,
  withoutCourtesy,
  YES,
} from './command-words'
import { sentence } from './explain'
import { checkName, isReserved } from './name'

/** Reads one sentence; null when it holds no command word where a command could be. */
export function readUnit(unit: Unit): Reading | null {
  const { words, asks } = unit
  const bare = withoutCourtesy(words)
  if (bare.length === 0) return null
  if (bare.join(' ') === 'never mind') return { kind: 'no' }
  if (words.some(isNegation) && !NO.has(bare[0] ?? '')) return readNegated(words)
  return (
    readFormed(unit) ??
    readAnswer(bare) ??
    readDestructive(words, asks) ??
    readPower(words, asks) ??
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
    const wish = others.find(
      (word) => commandOf(word) !== null && commandOf(word) !== 'delete' && !NO.has(word),
    )
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
    const own = words.slice(at + 1).find(isNameLike)
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
  const joined = words.some((word) => /^(?:and|but|or|if|then|also|again)$/.test(word))
  if (more.length > 0 || joined || (asks && !wished))
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
    if (wished && !owned && isPubCalled(rest)) return readCreate(rest)
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
      return { kind: 'help', about: topicOf(after) ?? strayTopic(after) }
    default:
      return null
  }
}

/** Command words in a sentence that is not shaped like a command: asked back. */
function readStray(bare: string[]): Reading | null {
  return bare.some((word) => commandOf(word) !== null && word.length > 3) ? unclearOf(bare) : null
}

/** Commands that are no command words here: protocol/command-about.ts reads them. */
const TOPICS: ReadonlyMap<string, string> = new Map([
  ['name', 'name'],
  ['rename', 'name'],
  ['title', 'name'],
  ['describe', 'describe'],
  ['description', 'describe'],
])

function topicOf(words: string[]): string | null {
  for (const word of words) {
    const command = commandOf(word) ?? TOPICS.get(word) ?? null
    if (command !== null && command !== 'help') return command
    if (LATER.has(word) && words.length <= 2) return word
  }
  return null
}

/** Said after `help` without a command being meant. */
const NO_TOPICS = new Set(
  'a again all alone anybody anyone anything everything everyone hello here hey hi i it list me mine more my myself now pub pubs someone somebody that the them there this today topics us we wanted you'.split(
    ' ',
  ),
)

/** The one word after `help` that is no command: whoever asks for it shall hear that there is none. */
function strayTopic(words: string[]): string | null {
  const [word = '', ...more] = withoutCourtesy(words)
  return more.length === 0 && /^[a-z][a-z-]{1,19}$/.test(word) && !NO_TOPICS.has(word) ? word : null
}
