/** The words people use around and for our commands. Data and word-level helpers for protocol/command.ts. */
import { COMMANDS, type CommandWord, LATER, SAME_AS, SLIPS } from './command-vocabulary'

/** Words that mean the end of something but are not our word for it: they are asked back, never obeyed. */
const DESTRUCTIVE = new Set(
  `deleting deletion removing removal destroy erase kill drop terminate wipe purge rm del discard trash uninstall
   annihilate nuke löschen loeschen supprimer`.split(/\s+/),
)

const GREETINGS = `hi hello hey hallo hei hej hola moin salut bonjour howdy yo greetings dear hiya ahoy servus`
const COURTESY = `please pls plz bitte kindly thanks thank thx ty cheers danke merci sorry excuse ok okay alright
  great cool nice so just now then also again there asap today tonight soon quickly immediately and but oh ah um
  buttcloud provider`
export const GREETING = new Set(GREETINGS.split(/\s+/))
const POLITE = new Set(`${GREETINGS} ${COURTESY}`.split(/\s+/))
/** True for words that are only polite or say no: as names they would vanish from a sentence, or turn it round. */
export function isPoliteWord(word: string): boolean {
  return POLITE.has(word) || NEGATIONS.has(word)
}

/** Whole runs of words that carry no wish. */
const POLITE_RUNS = runs(
  `thank you very much|thank you so much|thank you|thanks a lot|many thanks|thanks in advance|good morning|
   good afternoon|good evening|good day|how are you doing|how are you|hope you are well|nice to meet you|excuse me|
   best regards|kind regards|all the best|see you|if you can|if you could|if possible|if you please|for me|
   for us|at once|right now|right away|a lot|very much|have a nice day|no rush|no hurry|when you have time`,
)
/** What a request may begin with, a destructive one too: nothing here leaves open whether it is meant. */
const ASKING = runs(
  `can you|could you|would you|will you|would you mind|can you go and|i want to|i want you to|i would like to|i would like you to|
   i need to|i need you to|we want to|we would like to|go ahead and|i am asking you to`,
)
/** What a request that destroys nothing may begin with besides. */
const WISHING = runs(
  `can i have|could i have|may i have|might i have|can i get|could i get|may i get|can we have|could we have|can we get|
   could we get|can i|could i|may i|i want|i would like to have|i would love to have|i would love|i would like|i need|we need|we want|we would like|
   i wish for|give me|give us|get me|get us|send me|send us|show me|show us|show|tell me about|tell me|let me see|let me have|let me know|
   let us|let me|i am looking for|looking for|would it be possible to have|would it be possible to get|would it be possible to|
   is it possible to have|is it possible to get|is it possible to|what is|what are|check on|check|get|print|display|see|
   do you have|do i have|have you got|i was wondering if i could have|i was wondering if you could`,
)
/** The longest first. */
const ASKING_OR_WISHING = [...ASKING, ...WISHING].sort((a, b) => b.length - a.length)
const DETERMINERS = new Set('a an the my our new own another one more me us some all of your'.split(' '))

const NEGATIONS = new Set(
  `not never don't without neither nor unless avoid stop-it nicht kein keine pas`.split(/\s+/),
)
export const YES = new Set(`yes y yeah yep yup ja oui si yess yesss aye confirm confirmed`.split(/\s+/))
export const NO = new Set(`no n nope nah nein non cancel abort`.split(/\s+/))

const NUMBERS = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ')

function runs(text: string): string[][] {
  return text
    .split('|')
    .map((run) => run.trim().split(/\s+/))
    .sort((a, b) => b.length - a.length)
}

/** Commands that any slip of one letter is taken for; of the others only those that are spelled out. */
const SLIPPERY: readonly CommandWord[] = ['help', 'create', 'list', 'status', 'invite', 'restart']

/** What a word can be as a command's head: exact, a synonym, or (where nothing is destroyed) a slip of the finger. */
export function commandOf(word: string): CommandWord | null {
  if ((COMMANDS as readonly string[]).includes(word)) return word as CommandWord
  if (Object.hasOwn(SAME_AS, word)) return SAME_AS[word] ?? null
  if (Object.hasOwn(SLIPS, word)) return SLIPS[word] ?? null
  if (looksDestructive(word) || LATER.has(word)) return null
  return SLIPPERY.find((command) => isSlipOf(word, command)) ?? null
}

/** The commands that are read by forms, under all their spellings; null for any other word. */
export function headOf(word: string): CommandWord | null {
  const command = Object.hasOwn(SAME_AS, word)
    ? SAME_AS[word]
    : Object.hasOwn(SLIPS, word)
      ? SLIPS[word]
      : null
  return command !== null && command !== undefined && FORMED.has(command) ? command : null
}
const FORMED: ReadonlySet<CommandWord> = new Set(COMMANDS.slice(COMMANDS.indexOf('invites')))

/** True for words that read like an end of something but are not exactly `delete` or `remove`. */
export function looksDestructive(word: string): boolean {
  if (word === 'delete' || word === 'remove') return false
  if (DESTRUCTIVE.has(word)) return true
  if (word.length < 4 || word.length > 9) return false
  // Two slips leave four of the six letters; most words have not so many of them, and counting is cheap.
  return (
    (/^(?:[^delt]*[delt]){4}/.test(word) && distance(word, 'delete') <= 2) ||
    (/^(?:[^remov]*[remov]){4}/.test(word) && distance(word, 'remove') <= 2)
  )
}

/** True when the word is there to hurt or to say no: such text is never obeyed without asking. */
export function isNegation(word: string): boolean {
  return NEGATIONS.has(word)
}

/** A whole number in digits or (up to twelve) in words; null for anything else. `5x` and `x5` are numbers too. */
export function numberOf(word: string): number | null {
  const digits = /^x?(-?\d{1,9}(?:\.\d{1,3})?)x?$/.exec(word)?.[1]
  if (digits !== undefined) return Number(digits)
  const at = NUMBERS.indexOf(word)
  return at === -1 ? null : at
}

/** True for words without a letter or digit: smileys, dashes, colons. */
export function isSymbol(word: string): boolean {
  return !/[\p{L}\p{N}]/u.test(word)
}

/** One slip of the finger: a letter too many, missing, wrong, or two swapped; inflected forms are no slips. */
function isSlipOf(word: string, command: string): boolean {
  if (Math.abs(word.length - command.length) > 1) return false
  if (word.length > command.length && /[sdr]$/.test(word)) return false
  // One slip leaves the first letter or the last one.
  if (word[0] !== command[0] && word.at(-1) !== command.at(-1)) return false
  if (command.length < 5) {
    // Four letters have too many real neighbours (hell, last): only swapped or missing letters count.
    return (
      sorted(word) === sorted(command) ||
      (word.length === 3 && distance(word, command) === 1 && word[0] === command[0])
    )
  }
  return distance(word, command) === 1
}

const sorted = (word: string): string => [...word].sort().join('')

/** Optimal string alignment distance: insertions, deletions, substitutions, swaps of neighbours. Short words only. */
export function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, at) => at)]
  const cell = (row: number, column: number): number => rows[row]?.[column] ?? 0
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min(cell(i - 1, j) + 1, (row[j - 1] ?? 0) + 1, cell(i - 1, j - 1) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, cell(i - 2, j - 2) + 1)
      row.push(best)
    }
  }
  return cell(a.length, b.length)
}

const startsWith = (words: string[], run: string[]): boolean => run.every((word, at) => words[at] === word)

/** The words without courtesies at both ends. */
export function withoutCourtesy(words: string[]): string[] {
  let left = words
  for (;;) {
    const run = POLITE_RUNS.find((candidate) => startsWith(left, candidate))
    const first = left[0]
    if (run !== undefined) left = left.slice(run.length)
    else if (first !== undefined && isCourtesy(first)) left = left.slice(1)
    else break
  }
  for (;;) {
    const run = POLITE_RUNS.find(
      (candidate) => candidate.length <= left.length && startsWith(left.slice(-candidate.length), candidate),
    )
    const last = left.at(-1)
    if (run !== undefined) left = left.slice(0, -run.length)
    else if (last !== undefined && isCourtesy(last)) left = left.slice(0, -1)
    else return left
  }
}

const isCourtesy = (word: string): boolean =>
  POLITE.has(word) || word.startsWith('@') || (isSymbol(word) && !/^\?+$/.test(word))

/** What a wish began with. */
export interface Lead {
  rest: string[]
  /** Some asking or wishing words were there. */
  wished: boolean
  /** It spoke of something the writer has: `my pub`, `the pub`. */
  owned: boolean
}

/** Takes off `could you please`; nothing that leaves a doubt. */
export function afterAsking(words: string[]): Lead {
  return afterLead(words, ASKING, false)
}

/** Takes off `could I have another`, `what is the`, and the like. */
export function afterWishing(words: string[]): Lead {
  return afterLead(words, ASKING_OR_WISHING, true)
}

function afterLead(words: string[], leads: string[][], determiners: boolean): Lead {
  let rest = withoutCourtesy(words)
  let wished = false
  let own = false
  let owned = false
  for (;;) {
    const lead = leads.find((candidate) => candidate.length < rest.length && startsWith(rest, candidate))
    const first = rest[0] ?? ''
    if (lead !== undefined) {
      wished = true
      rest = rest.slice(lead.length)
    } else if (determiners && rest.length > 1 && DETERMINERS.has(first)) {
      if (first === 'own') own = true
      else if (first === 'my' || first === 'our' || first === 'the') owned = true
      else wished = true
      rest = rest.slice(1)
    } else if (rest.length > 1 && isCourtesy(first)) rest = rest.slice(1)
    else return { rest, wished, owned: owned && !own }
  }
}
