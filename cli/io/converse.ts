/** One request by message, from the words to the final answer. What every verb of the owner does. */
import { REQUESTS_PER_MINUTE_MAX } from '../../protocol/limits'
import { CHECKOUT_EXPIRES_MS } from '../../protocol/limits-money'
import type { Context } from '../context'
import { Failure } from '../failure'
import { inviteCodesIn } from '../invite-code'
import type { NewLetter } from '../letter-content'
import {
  type Answered,
  asks,
  isCrowded,
  type Letter,
  newestThread,
  outcomeOf,
  questionOfOthers,
  type Request,
} from '../letters'
import type { JoinedProvider } from '../owner-book'
import { paymentLinks } from '../payment-link'
import { plainOf } from '../render'
import { Conversation } from './conversation'
import { type Whole, wholeResult } from './long-answer'
import { openOwner, providerFor, untilLevel } from './owner'
import type { OwnerDoor } from './owner-door'
import { type Progress, startProgress } from './progress'
import { aimed, confirm, isWord, NOT_CONFIRMED } from './questions'
import { rememberShown } from './shown-file'
import { tellSilence } from './silence'

const CROWDED = `More than ${REQUESTS_PER_MINUTE_MAX} of your messages within a minute: the provider may take a minute over this one, or not look at it.`

const SENT_ALL_THE_SAME =
  'The request is sent and stays valid; its answer will come into the thread. Look later with: buttcloud inbox'

const GOES_OUT = 'The request is written and goes out when it is reached.'

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
    const level = isWord(wish) ? await untilLevel(context, door, provider.id) : true
    const conversation = new Conversation(door, provider.id)
    try {
      await exchange({ context, door, provider, conversation, level, close }, wish)
    } finally {
      conversation.stop()
    }
  } finally {
    await close()
  }
}

export interface Exchange {
  context: Context
  door: OwnerDoor
  provider: JoinedProvider
  conversation: Conversation
  /** False where the provider may have written what is not here yet. */
  level: boolean
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
  const confirmed = await confirm(context, final)
  rememberShown(context, [final])
  if (!confirmed) {
    report(context, request, answered, final, null)
    throw new Failure(1, NOT_CONFIRMED)
  }
  await exchange(on, { text: 'yes', thread: final })
}

async function send(on: Exchange, wish: Wish, timeoutMs: number): Promise<Request> {
  const { context, conversation, door, provider } = on
  const thread = threadFor(wish, conversation.letters)
  const text = 'Writing to the provider'
  const progress = startProgress(context, text)
  const otherwise = 'Nothing is sent before.'
  const stop = tellSilence({ context, door, provider: provider.id, progress, text, otherwise })
  const sending = door.say({ provider: provider.id, text: wish.text, thread })
  const sent = await within(sending, timeoutMs).finally(() => {
    stop()
    progress.end()
  })
  if (sent === null) {
    const { problem } = await door.state(provider.id)
    await on.close()
    const late = await sending.catch(() => null)
    const fate =
      late === null
        ? 'Nothing was sent. Try again later; `buttcloud doctor` says what of it can be reached, and `--timeout` how long to wait.'
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
  const { context, conversation, door, provider } = on
  if (isCrowded(conversation.letters, request, Date.now())) context.say(CROWDED)
  const text = 'Waiting for the provider'
  const progress = startProgress(context, text)
  const stop = tellSilence({ context, door, provider: provider.id, progress, text, otherwise: GOES_OUT })
  let said = false
  const links = new Set<string>()
  const look = (): Answered => {
    const answered = conversation.answered(request)
    if (answered.final !== null) return answered
    if (answered.received !== null || answered.bearers.length > 0) stop()
    if (answered.received !== null && !said) sayReceived(context, progress, answered.received)
    said ||= answered.received !== null
    for (const link of paymentLinks([answered.received, ...answered.bearers])) {
      if (!links.has(link)) sayLink(context, progress, link)
      links.add(link)
    }
    return answered
  }
  // Paying takes a person longer than answering takes a provider. Who sits at a terminal can end it with Ctrl-C.
  const patient = context.stderr.isTTY === true && !context.options.json
  try {
    await conversation.until(() => look().final ?? (patient && links.size > 0 ? true : null), timeoutMs)
    if (links.size > 0 && patient) await conversation.until(() => look().final, CHECKOUT_EXPIRES_MS)
  } catch (error) {
    throw brokenOff(on, request, error)
  } finally {
    stop()
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

/** To stderr, also where the output is for a program: a person pays. */
function sayLink(context: Context, progress: Progress, link: string): void {
  progress.set('Waiting until it is paid; Ctrl-C ends the waiting, and nothing else')
  context.say(`\nTo pay, open this in a browser:\n\n${link}\n`)
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

async function finish(on: Exchange, request: Request, answered: Answered, final: Letter): Promise<void> {
  const { context } = on
  const whole = await wholeResult(context, answered)
  report(context, request, answered, final, whole)
  const question = questionOfOthers(on.conversation.letters, request.owner, Date.now())
  if (question !== null)
    context.say(
      `A question waits for you: ${plainOf(question.text).trim()}\nAnswer it with \`buttcloud say yes\` or \`buttcloud say no\`.`,
    )
  if (outcomeOf(final) !== 'done') throw new Failure(1, plainOf(final.text).trim())
  if (context.options.json) return
  const textOf = (letter: Letter): string =>
    plainOf(whole?.letter === letter ? whole.text : letter.text).trim()
  context.print(textOf(final))
  for (const bearer of answered.bearers) context.print(`\n${textOf(bearer)}`)
}

function report(
  context: Context,
  request: Request,
  answered: Answered,
  final: Letter,
  whole: Whole | null,
): void {
  printJson(context, {
    ...base(request, answered),
    outcome: outcomeOf(final),
    final: true,
    text: final.text,
    answer: final.key,
    payload: final.payload,
    bearers: answered.bearers.map(({ text }) => text),
    whole: whole?.value ?? null,
  })
  // What has been said here is no news in the inbox.
  rememberShown(context, [final, ...answered.bearers])
}

function base(request: Request, answered: Answered): object {
  const texts = [answered.final, ...answered.bearers].map((letter) => letter?.text ?? '')
  return {
    request: request.key,
    received: answered.received !== null,
    answer: null,
    payload: null,
    invites: texts.flatMap(inviteCodesIn),
    links: paymentLinks([answered.received, answered.final, ...answered.bearers]),
  }
}

function printJson(context: Context, value: object): void {
  if (context.options.json) context.print(JSON.stringify(value))
}

/** The value, or null when it takes longer. */
function within<T>(work: Promise<T>, timeoutMs: number): Promise<T | null> {
  let timer: NodeJS.Timeout
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), timeoutMs)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
