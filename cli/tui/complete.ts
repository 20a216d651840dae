/** What Tab can write next, from the words that the provider understands and the names that are known here. Pure. */
import { GROUPS } from '../../protocol/help-entries'
import { RUN_NAMES } from '../../protocol/run-methods'

export interface KnownNames {
  pubs: string[]
  plans: string[]
  /** Of invites that can still be taken back. */
  invites: string[]
}

export interface Completion {
  /** Where in the text the word begins that is being written. */
  from: number
  options: string[]
}

interface Usage {
  command: string
  /** `NAME`, `[USES]`, `on|off` … */
  slots: string[]
}

const USAGES: Usage[] = GROUPS.flatMap(([, entries]) =>
  Object.values(entries).map(({ usage }) => {
    const [command = '', ...slots] = usage.replace(/\[|\]/g, '').split(' ')
    return { command, slots }
  }),
)
export const COMMAND_WORDS: readonly string[] = [...USAGES.map(({ command }) => command), 'yes', 'no']
/** These make a name instead of naming what is there. */
const MAKING = new Set(['create', 'import'])

/** What the word at the end of a text can become; nothing where there is nothing to choose from. */
export function completionOf(text: string, known: KnownNames): Completion {
  const words = text.trimStart().split(/\s+/)
  const begun = words.at(-1) ?? ''
  const from = text.length - begun.length
  const options = optionsAt(
    words.slice(0, -1).map((word) => word.toLowerCase()),
    known,
  )
  const fitting = options.filter((option) => option.toLowerCase().startsWith(begun.toLowerCase()))
  return { from, options: [...new Set(fitting)].filter((option) => option !== begun) }
}

function optionsAt(before: string[], known: KnownNames): string[] {
  const [command, ...given] = before
  if (command === undefined) return [...COMMAND_WORDS]
  const usage = USAGES.find((one) => one.command === command)
  const slot = usage?.slots[given.length]
  if (usage === undefined || slot === undefined) return []
  switch (slot) {
    case 'NAME':
      return MAKING.has(command) ? [] : known.pubs
    case 'PLAN':
      return known.plans
    case 'COMMAND':
      return COMMAND_WORDS.filter((word) => word !== 'yes' && word !== 'no')
    case 'METHOD':
      return [...RUN_NAMES]
    case 'ID':
      return known.invites
    default:
      // What is said of something in capitals is for the person who writes it.
      return slot.split('|').filter((word) => /^[a-z]+$/.test(word))
  }
}

/** As far as all options agree. */
export function commonStart([first = '', ...others]: string[]): string {
  let length = first.length
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length -= 1
  return first.slice(0, length)
}
