/** `buttcloud admin owners`, `suspend`, `block`, `announce`: the operator and people. */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { ANNOUNCEMENT_CHARS_MAX, REASON_CHARS_MAX } from '../../protocol/limits-operator'
import type { AnnounceView, BlockView, OwnerView, SuspendView } from '../../protocol/rpc-operator'
import type { Context } from '../context'
import { Failure, firstLine } from '../failure'
import { askYes } from '../io/ask-yes'
import { run } from '../io/run'
import { announceText, blocksText, ownersText, suspendText } from '../render-operator'
import { feedArgument } from '../words'

type AdminMethod = 'adminOwners' | 'adminSuspend' | 'adminBlock' | 'adminAnnounce'
type AskProvider = <T>(context: Context, method: AdminMethod, argument?: object) => Promise<T>

const show = (context: Context, value: object, text: string): void =>
  context.print(context.options.json ? JSON.stringify(value) : text)

/** Adds them to `admin`. */
export function registerPeople(admin: Command, ask: AskProvider): void {
  admin
    .command('owners')
    .description(
      'show who has pubs here: how many, on which plans, what they run on, and when they last wrote',
    )
    .addHelpText('after', '\nExamples:\n  $ buttcloud admin owners\n  $ buttcloud admin owners --json')
    .action(
      run(async (context) => {
        const owners = await ask<OwnerView[]>(context, 'adminOwners', {})
        show(context, owners, ownersText(owners, Date.now(), context.second))
      }),
    )
  registerSuspend(admin, ask)
  registerBlock(admin, ask)
  admin
    .command('announce [text...]')
    .description('tell all owners something, in private; shows how many and the text, and asks first')
    .option('--file <file>', 'the text is in this file (Markdown)')
    .option('--yes', "don't ask")
    .addHelpText(
      'after',
      "\nOne message goes to the owners of each pub together, once, also where the provider is cut off in between. At most three within a day.\n\nExamples:\n  $ buttcloud admin announce 'On Sunday from 9 to 10 UTC all pubs are away for an hour.'\n  $ buttcloud admin announce --file news.md --yes",
    )
    .action(run((context, [words]) => announce(context, ask, words as string[])))
}

function registerSuspend(admin: Command, ask: AskProvider): void {
  const said = async (context: Context, pub: unknown, halted: boolean): Promise<void> => {
    const view = await ask<SuspendView>(context, 'adminSuspend', {
      pub: String(pub),
      halted,
      reason: reasonOf(context),
    })
    show(context, view, suspendText(view))
  }
  admin
    .command('suspend <pub>')
    .description('stop a pub (its name or id) and keep it, whatever its owners want and whoever pays')
    .option('--reason <text>', 'why; its owners are told')
    .addHelpText(
      'after',
      "\nAgain with another reason, its owners are told that one.\n\nExamples:\n  $ buttcloud admin suspend alice --reason 'it floods its neighbours'\n  $ buttcloud admin unsuspend alice",
    )
    .action(run((context, [pub]) => said(context, pub, true)))
  admin
    .command('unsuspend <pub>')
    .description('end the suspension of a pub: it is as its owners want it, if it is paid for')
    .option('--reason <text>', 'why; its owners are told')
    .addHelpText('after', '\nExamples:\n  $ buttcloud admin unsuspend alice')
    .action(run((context, [pub]) => said(context, pub, false)))
}

function registerBlock(admin: Command, ask: AskProvider): void {
  const said = async (context: Context, feed: string | null, blocked: boolean): Promise<void> => {
    const reason = feed === null ? null : reasonOf(context)
    const blocks = await ask<BlockView[]>(context, 'adminBlock', { feed, blocked, reason })
    show(context, blocks, blocksText(blocks, context.second))
  }
  admin
    .command('block <feed>')
    .description(
      'refuse what somebody (their feed id) writes, and let them in by no invite; their pubs go on',
    )
    .option('--reason <text>', 'why; they are told')
    .addHelpText(
      'after',
      "\nWhat they write is answered together, at most once a day. What was under way goes on. Their pubs: admin suspend PUB.\n\nExamples:\n  $ buttcloud admin block '@…=.ed25519' --reason 'abuse'",
    )
    .action(run((context, [feed]) => said(context, feedArgument(feed), true)))
  admin
    .command('unblock <feed>')
    .description('answer somebody again who was blocked, from now on')
    .addHelpText('after', "\nExamples:\n  $ buttcloud admin unblock '@…=.ed25519'")
    .action(run((context, [feed]) => said(context, feedArgument(feed), false)))
  admin
    .command('blocks')
    .description('show who is blocked')
    .addHelpText('after', '\nExamples:\n  $ buttcloud admin blocks')
    .action(run((context) => said(context, null, true)))
}

function reasonOf({ given: { reason } }: Context): string | null {
  if (typeof reason !== 'string') return null
  if (reason.length > REASON_CHARS_MAX)
    throw new Failure(2, `--reason takes at most ${REASON_CHARS_MAX} characters; this has ${reason.length}.`)
  return reason
}

async function announce(context: Context, ask: AskProvider, words: string[]): Promise<void> {
  const text = textOf(words, context.given.file)
  const before = await ask<AnnounceView>(context, 'adminAnnounce', { text, send: false })
  if (before.messages === 0) throw new Failure(1, 'Nobody has a pub here yet, so there is nobody to tell.')
  if (!context.options.yes) context.say(announceText(before, context.width))
  if (!(await askYes(context, 'Send it?')))
    throw new Failure(1, 'Nothing was sent. With --yes it is sent without a question.')
  const done = await ask<AnnounceView>(context, 'adminAnnounce', { text, send: true })
  show(context, done, announceText(done, context.width))
}

function textOf(words: string[], file: unknown): string {
  if (typeof file === 'string' && words.length > 0)
    throw new Failure(2, 'The text is in --file or stands behind announce, not both.')
  const text = (typeof file === 'string' ? readText(file) : words.join(' ')).trim()
  if (text === '') throw new Failure(2, "What shall be announced? buttcloud admin announce 'TEXT'")
  if (text.length > ANNOUNCEMENT_CHARS_MAX)
    throw new Failure(
      2,
      `An announcement has at most ${ANNOUNCEMENT_CHARS_MAX} characters; this has ${text.length}. Say less, or link to the rest.`,
    )
  return text
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Failure(2, `--file ${file} can't be read: ${firstLine(error)}`)
  }
}
