/** `buttcloud up`: everything on this machine, with the first pub asked for and answered. */
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import type { FeedId } from '../../protocol/ids'
import type { Context } from '../context'
import { Failure } from '../failure'
import { inviteCodesIn } from '../invite-code'
import { untilStopped } from '../io/child-life'
import { endOnTheUncaught } from '../io/last-words'
import { oneOf } from '../io/one-of'
import { run } from '../io/run'
import { rememberShown } from '../io/shown-file'
import { Everything, firstConversation, pubsUp, startOwner, startServers } from '../io/up'
import { inOrder, type Letter } from '../letters'
import { wholeOption } from '../options'
import { conversationText } from '../render'
import { nextSteps, prefixFor, pubLines } from '../up-plan'

/** Of a conversation that was there before, only the end is shown. */
const LETTERS_SHOWN_MAX = 4
const LOOPBACK = /^(?:127\.|localhost$|::1$)/

export function register(program: Command): void {
  program
    .command('up')
    .description('try it all on this machine: provider, hub and a node of yours, and a first pub')
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .addOption(
      oneOf('--engine <kind>', 'what runs the pubs (default: process the first time, then as it was)', [
        'process',
        'docker',
        'auto',
      ]),
    )
    .option('--port <n>', "the provider's port, the first time (default: chosen)")
    .option('--pub-port <n>', 'the first of the ports for pubs, the first time (default: chosen)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud up\n  $ buttcloud up --dir /tmp/try --host 192.168.1.20\n  $ buttcloud up --engine docker',
    )
    .action(run(up))
}

async function up(context: Context): Promise<void> {
  const { given, options } = context
  endOnTheUncaught('buttcloud up', options.verbose)
  const engine = given.engine === undefined ? null : String(given.engine)
  if (engine !== null && !['process', 'docker', 'auto'].includes(engine))
    throw new Failure(2, `--engine is one of process, docker and auto, not "${engine}".`)
  const port = (name: string, value: unknown): number | null =>
    value === undefined ? null : wholeOption(name, value, 1, 65_435)
  const everything = new Everything(context, {
    dir: options.dir,
    host: String(given.host),
    engine,
    port: port('--port', given.port),
    pubPort: port('--pub-port', given.pubPort),
  })
  process.once('exit', () => everything.kill())
  let broken: (error: Error) => void = () => {}
  const failed = new Promise<Error>((resolve) => {
    broken = resolve
  })
  let told = false
  let trouble = false
  const running = untilStopped(async () => {
    told = true
    if (!trouble) context.say('\nStopping …')
    await everything.stop()
  }, failed)
  bringUp(everything).catch((error: Error) => {
    // What fails because it is being stopped is no news.
    if (told) return
    trouble = true
    broken(error)
  })
  await running
}

async function bringUp(everything: Everything): Promise<void> {
  const { context, options } = everything
  const record = await everything.begin()
  const { provider, hub } = await startServers(everything, record)
  const door = await startOwner(everything, provider)
  const id = provider.facts.id as FeedId
  const { letters, first } = await firstConversation(everything, door, id)
  const pubs = await pubsUp(everything)
  if (context.options.json) {
    const invites = letters.flatMap((letter) => inviteCodesIn(letter.text))
    context.print(
      JSON.stringify({
        outcome: 'up',
        first,
        provider: provider.facts,
        hub: hub.facts,
        owner: door.id,
        pubs,
        invites,
      }),
    )
  } else {
    context.print(`\n${conversationOf(context, letters, first, door.id)}\n`)
    rememberShown(context, shownOf(letters, first))
    if (pubs.length > 0) context.print(`${pubLines(pubs)}\n`)
    const { paint, width } = context
    const prefix = prefixFor(callName(), options.dir, join(homedir(), '.buttcloud'))
    const thisMachineOnly = LOOPBACK.test(options.host)
    const invited = shownOf(letters, first).some((letter) => inviteCodesIn(letter.text).length > 0)
    context.print(nextSteps({ ...{ paint, width, prefix, thisMachineOnly, invited }, dir: options.dir }))
  }
  const part = await everything.brokenPart()
  // Its last words may come a moment after its end.
  await new Promise(setImmediate)
  throw new Failure(
    1,
    `The part ${part.name} has ended by itself, so everything ends: ${part.end()} Its log: ${part.logPath}. Start again with the same command; nothing that was acknowledged is lost.`,
  )
}

/** The whole conversation the first time, later its end. */
const shownOf = (letters: Letter[], first: boolean): Letter[] =>
  first ? letters : inOrder(letters).slice(-LETTERS_SHOWN_MAX)

function conversationOf(context: Context, letters: Letter[], first: boolean, owner: FeedId): string {
  const shown = shownOf(letters, first)
  const heading = first
    ? 'Your conversation with the provider, by private message:'
    : 'Everything is as you left it. The end of your conversation with the provider:'
  const view = {
    owner,
    names: { owner: 'you', provider: 'provider' },
    width: context.width,
    paint: context.paint,
  }
  return `${heading}\n\n${conversationText(shown, view)}`
}

/** How people call us: installed, or from a clone. */
function callName(): string {
  return process.env.npm_lifecycle_event === undefined ? 'buttcloud' : 'npm run buttcloud --'
}
