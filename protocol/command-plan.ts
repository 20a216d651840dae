/** Where a sentence about a new pub names its plan: `alice plan big`, `alice with the big plan`, `a big pub called alice`. */

import { commandOf } from './command-words'
import { checkName } from './name'

/** The plan, and the words without it. An empty plan: the word alone stands there. */
export interface PlanSaid {
  plan: string
  rest: string[]
}

const PLAN = /^[a-z][a-z0-9-]{0,31}$/
/** What leads to a plan behind a name. */
const LEADS = new Set('with on in at using under onto and the a an your , ; ('.split(' '))
/** What people call any pub: no plan is meant. */
const ADJECTIVES = new Set(
  `new nice little own cool good great lovely public private simple quick shiny second third another first fresh test
   ssb scuttlebutt secure my our the a an me us one more own please just pub server whole real proper`.split(
    /\s+/,
  ),
)
const NAMING = new Set(['called', 'named', 'name', ':', '=', 'as'])

/** Finds the plan among the words behind `create`; null where none is said. */
export function planIn(words: string[]): PlanSaid | null {
  return behind(words) ?? before(words) ?? bare(words)
}

/** `alice plan big`, `alice on the big plan`, `a pub with the big plan called alice`. */
function behind(words: string[]): PlanSaid | null {
  const at = words.lastIndexOf('plan')
  if (at < 1) return null
  const after = words.slice(at + 1).filter((word) => !/^(?:[:=–-]|is)$/.test(word))
  const [first] = after
  const front = withoutLead(words.slice(0, at - 1))
  const word = words[at - 1] ?? ''
  const led = front.length < at - 1 && front.length > 0 && PLAN.test(word) && !LEADS.has(word)
  if (led && (after.length === 0 || NAMING.has(first ?? '')))
    return { plan: word, rest: [...front, ...after] }
  if (after.length > 1) return null
  const rest = withoutLead(words.slice(0, at))
  return first === undefined || PLAN.test(first) ? { plan: first ?? '', rest } : null
}

/** `a big pub called alice`. */
function before(words: string[]): PlanSaid | null {
  const at = pubCalled(words)
  const word = words[at - 1]
  if (word === undefined || ADJECTIVES.has(word) || !PLAN.test(word)) return null
  const isOnly = words.slice(0, at - 1).every((one) => ADJECTIVES.has(one))
  return isOnly ? { plan: word, rest: words.slice(at) } : null
}

/** True for `big pub called alice`: a pub with a word before it, and its name behind. */
export function isPubCalled(words: string[]): boolean {
  return pubCalled(words) > 0
}

const pubCalled = (words: string[]): number =>
  words.findIndex((word, at) => (word === 'pub' || word === 'server') && NAMING.has(words[at + 1] ?? ''))

/** `alice big`: a name has no spaces. */
function bare(words: string[]): PlanSaid | null {
  const from = words.findIndex((word) => !ADJECTIVES.has(word))
  const [name = '', plan = '', ...more] = words.slice(Math.max(0, from))
  return more.length === 0 && isPlain(name) && isPlain(plan) && PLAN.test(plan)
    ? { plan, rest: [name] }
    : null
}

/** A word that says nothing else in such a sentence. */
const isPlain = (word: string): boolean =>
  checkName(word).ok &&
  commandOf(word) === null &&
  !ADJECTIVES.has(word) &&
  !LEADS.has(word) &&
  !/^(?:tomorrow|later|there|here|instead|if)$/.test(word)

function withoutLead(words: string[]): string[] {
  let left = words
  while (left.length > 0 && LEADS.has(left.at(-1) ?? '')) left = left.slice(0, -1)
  return left
}
