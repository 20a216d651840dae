/** One request by message, from the words to the final answer. What every verb of the owner does. */
import { createInterface } from 'node:readline/promises'
import type { Context } from '../context'
import { Failure } from '../failure'
import { inviteCodesIn } from '../invite-code'
import type { NewLetter } from '../letter-content'
import {
  type Answered,
  asks,
  type Letter,
  newestThread,
  outcomeOf,
  questionOfOthers,
  type Request,
} from '../letters'
import type { JoinedProvider } from '../owner-book'
import { indented, plainOf } from '../render'
import { Conversation } from './conversation'
import { openOwner, providerFor } from './owner'
import type { OwnerDoor } from './owner-door'
import { type Progress, startProgress } from './progress'

const NOT_CONFIRMED =
  'Not confirmed, so nothing was done. The question stays open: `buttcloud say yes` answers it, or run this again with --yes.'

const SENT_ALL_THE_SAME =
  'The request is sent and stays valid; its answer will come into the thread. Look later with: buttcloud list'

const NOT_CONFIRMED_SHARED =
  'Not confirmed, so nothing was done. The question stays open: `buttcloud say yes --yes` agrees, `buttcloud say no` ends it.'

export interface Wish {
  text: string
  /** A new thread, as a first message from a client has; the newest one; or the one of this letter. */
  thread: 'new' | 'newest' | Letter
}

/** Says it, waits, prints. Throws a Failure for everything that is not `done`. */
export async function converse(context: Context, wish: Wish): Promise<void> {
  const door = await openOwner(context)
  let closing: Promise<void> | null = null
  const close = (): Promise<void> => {
    closing ??= door.close()
    return closing
  }
  try {
    const provider = providerFor(context, door.id)
    const conversation = new Conversation(door, provider.id)
    try {
      await exchange({ context, door, provider, conversation, close }, wish)
    } finally {
      conversation.stop()
    }
  } finally {
    await close()
  }
}

interface Exchange {
  context: Context
  door: OwnerDoor
  provider: JoinedProvider
  conversation: Conversation
  /** Closes the door, once. */
  close(): Promise<void>
}

async function exchange(on: Exchange, wish: Wish): Promise<void> {
  const { context } = on
  const { options } = context
  const end = Date.now() + options.timeoutMs
  const left = () => Math.max(0, end - Date.now())
  if (!(await on.conversation.caughtUp(left())))
    throw new Failure(
      3,
      `The owner's node could not be read within ${options.timeoutMs / 1000} s. Nothing was sent.`,
    )
  const request = await send(on, await aimed(on, wish), left())
  if (!options.wait) return sentOnly(on, request, left())
  const answered = await wait(on, request, left())
  const { final } = answered
  if (final === null) throw await timedOut(on, request, answered)
  if (outcomeOf(final) !== 'asked' || !asks(final, request.owner)) return finish(on, request, answered, final)
  if (!(await confirm(context, final))) {
    report(context, request, answered, final)
    throw new Failure(1, NOT_CONFIRMED)
  }
  await exchange(on, { text: 'yes', thread: final })
}

/** A `yes` or `no` goes to the question about a shared pub that is open; nobody says yes to what they have not read. */
async function aimed(on: Exchange, wish: Wish): Promise<Wish> {
  const word = wish.text.toLowerCase()
  if (wish.thread !== 'newest' || (word !== 'yes' && word !== 'no')) return wish
  const question = questionOfOthers(on.conversation.letters, on.door.id, Date.now())
  if (question === null) return wish
  if (word === 'yes' && !(await confirm(on.context, question))) throw new Failure(1, NOT_CONFIRMED_SHARED)
  return { ...wish, thread: question }
}

async function send(on: Exchange, wish: Wish, timeoutMs: number): Promise<Request> {
  const { context, conversation, door, provider } = on
  const thread = threadFor(wish, conversation.letters)
  const progress = startProgress(context, 'Writing to the provider')
  const sending = door.say({ provider: provider.id, text: wish.text, thread })
  const sent = await within(sending, timeoutMs).finally(() => progress.end())
  if (sent === null) {
    const { problem } = await door.state(provider.id)
    await on.close()
    const late = await sending.catch(() => null)
    const fate =
      late === null
        ? 'Nothing was sent; try again later.'
        : 'It was written at the last moment and goes out later.'
    throw new Failure(
      3,
      `The message could not be written within ${context.options.timeoutMs / 1000} s${problem === null ? '' : ` (${problem})`}. ${fate}`,
    )
  }
  context.explain(`Sent as ${sent.key}.`)
  return { ...sent, owner: door.id }
}

function threadFor(wish: Wish, letters: Letter[]): NewLetter['thread'] {
  if (wish.thread === 'new') return null
  if (wish.thread === 'newest') return newestThread(letters)
  return { root: wish.thread.root ?? wish.thread.key, branch: wish.thread.key }
}

async function wait(on: Exchange, request: Request, timeoutMs: number): Promise<Answered> {
  const { context, conversation } = on
  const progress = startProgress(context, 'Waiting for the provider')
  let said = false
  try {
    await conversation.until(() => {
      const answered = conversation.answered(request)
      if (answered.received !== null && !said && answered.final === null) {
        said = true
        sayReceived(context, progress, answered.received)
      }
      return answered.final
    }, timeoutMs)
  } catch (error) {
    throw brokenOff(on, request, error)
  } finally {
    progress.end()
  }
  return conversation.answered(request)
}

/** The owner's node has ended while somebody waits: what is sent is sent. */
function brokenOff(on: Exchange, request: Request, cause: unknown): Failure {
  const answered = on.conversation.answered(request)
  printJson(on.context, { ...base(request, answered), outcome: 'timeout', final: false, text: null })
  return new Failure(
    3,
    `The connection to your own node broke off before the answer came. ${SENT_ALL_THE_SAME}`,
    {
      cause,
    },
  )
}

function sayReceived(context: Context, progress: Progress, received: Letter): void {
  const text = plainOf(received.text).trim()
  progress.set(text.replace(/\s+/g, ' '))
  if (context.stderr.isTTY !== true && !context.options.json) context.say(text)
}

async function timedOut(on: Exchange, request: Request, answered: Answered): Promise<Failure> {
  const { context, door, provider } = on
  const seconds = context.options.timeoutMs / 1000
  printJson(context, { ...base(request, answered), outcome: 'timeout', final: false, text: null })
  const { problem } = await door.state(provider.id)
  const sofar = answered.received === null ? 'has not answered' : 'is working on it but has not finished'
  const why = problem === null ? '' : ` (${problem})`
  return new Failure(3, `The provider ${sofar} within ${seconds} s${why}. ${SENT_ALL_THE_SAME}`)
}

async function sentOnly(on: Exchange, request: Request, timeoutMs: number): Promise<void> {
  const { context, door, provider } = on
  if (
    (await within(
      door.delivered(provider.id, request.sequence).then(() => true),
      timeoutMs,
    )) === null
  ) {
    const { problem } = await door.state(provider.id)
    throw new Failure(
      3,
      `The message is written but did not reach the provider in time${problem === null ? '' : ` (${problem})`}. It goes out with the next command that connects.`,
    )
  }
  printJson(context, {
    request: request.key,
    outcome: 'sent',
    final: false,
    text: null,
    answer: null,
    invites: [],
  })
  if (!context.options.json) context.print(`Sent as ${request.key}.`)
}

function finish(on: Exchange, request: Request, answered: Answered, final: Letter): void {
  const { context } = on
  report(context, request, answered, final)
  const question = questionOfOthers(on.conversation.letters, request.owner, Date.now())
  if (question !== null)
    context.say(
      `A question waits for you: ${plainOf(question.text).trim()}\nAnswer it with \`buttcloud say yes\` or \`buttcloud say no\`.`,
    )
  const outcome = outcomeOf(final)
  if (outcome === 'done') {
    if (context.options.json) return
    context.print(plainOf(final.text).trim())
    for (const bearer of answered.bearers) context.print(`\n${plainOf(bearer.text).trim()}`)
    return
  }
  throw new Failure(1, plainOf(final.text).trim())
}

function report(context: Context, request: Request, answered: Answered, final: Letter): void {
  printJson(context, {
    ...base(request, answered),
    outcome: outcomeOf(final),
    final: true,
    text: final.text,
    answer: final.key,
    payload: final.payload,
  })
}

function base(request: Request, answered: Answered): object {
  const texts = [answered.final, ...answered.bearers].map((letter) => letter?.text ?? '')
  return {
    request: request.key,
    received: answered.received !== null,
    answer: null,
    payload: null,
    invites: texts.flatMap(inviteCodesIn),
  }
}

function printJson(context: Context, value: object): void {
  if (context.options.json) context.print(JSON.stringify(value))
}

async function confirm(context: Context, question: Letter): Promise<boolean> {
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

/** The value, or null when it takes longer. */
function within<T>(work: Promise<T>, timeoutMs: number): Promise<T | null> {
  let timer: NodeJS.Timeout
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), timeoutMs)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
