/** The provider's questions: which one is open, and whether the owner says yes to it. */
import { createInterface } from 'node:readline/promises'
import type { Context } from '../context'
import { Failure } from '../failure'
import { type Letter, ownQuestion, questionOfOthers } from '../letters'
import { indented, plainOf } from '../render'
import type { Exchange, Wish } from './converse'

export const NOT_CONFIRMED =
  'Not confirmed, so nothing was done. The question stays open: `buttcloud say yes` answers it, or run this again with --yes.'

const NOT_CONFIRMED_SHARED =
  'Not confirmed, so nothing was done. The question stays open: `buttcloud say yes --yes` agrees, `buttcloud say no` ends it.'

/** How long a server that fetches by itself is given to bring a question that is not here yet. */
const QUESTION_GRACE_MS = 5_000

/** True for a yes or no, which answers a question and is nothing without one. */
export function isWord(wish: Wish): boolean {
  return wish.thread === 'newest' && /^(?:yes|no)$/i.test(wish.text)
}

/** A `yes` or `no` goes to the question that is open; nobody says yes to what they have not read. */
export async function aimed(on: Exchange, wish: Wish): Promise<Wish> {
  if (!isWord(wish)) return wish
  const { context, conversation, door } = on
  const own = (): Letter | null => ownQuestion(conversation.letters, door.id, Date.now())
  const others = (): Letter | null => questionOfOthers(conversation.letters, door.id, Date.now())
  // A server that has just been started fetches by itself, and says nothing of how far it is.
  const { connected, problem } = await door.state(on.provider.id)
  const graceMs = connected === null ? QUESTION_GRACE_MS : 0
  const question = await conversation.until(() => own() ?? others(), graceMs)
  if (question === null) throw new Failure(on.level ? 1 : 3, noQuestion(on.level, problem))
  if (question === own()) context.say(`Answering: ${plainOf(question.text).trim()}`)
  else if (wish.text.toLowerCase() === 'yes' && !(await confirm(context, question)))
    throw new Failure(1, NOT_CONFIRMED_SHARED)
  return { ...wish, thread: question }
}

function noQuestion(level: boolean, problem: string | null): string {
  if (level)
    return 'I see no open question that you could answer. Nothing was sent. What came: buttcloud inbox --all'
  const why = problem === null ? '' : ` (${problem})`
  return `I see no open question here, and the provider could not be asked for newer ones${why}. Nothing was sent; try again when it is back.`
}

/** True with --yes, or when a person says so; without a terminal the question is only shown. */
export async function confirm(context: Context, question: Letter): Promise<boolean> {
  if (context.options.yes) return true
  if (context.stdin.isTTY !== true || context.stderr.isTTY !== true) {
    context.say(plainOf(question.text).trim())
    return false
  }
  context.say(indented(plainOf(question.text).trim(), context.width, ''))
  const lines = createInterface({ input: context.stdin, output: context.stderr })
  try {
    return /^y(?:es)?$/i.test((await lines.question('Do it? [y/N] ')).trim())
  } catch (error) {
    context.say('')
    throw new Failure(1, NOT_CONFIRMED, { cause: error })
  } finally {
    lines.close()
  }
}
