/** `buttcloud pay [NAME]`, `portal [NAME]` and `cancel [NAME]`: what pays for a pub. (`buttcloud billing` is the bridge.) */
import type { Command } from 'commander'
import { parseCommand } from '../../protocol/command'
import { converse } from '../io/converse'
import { run } from '../io/run'
import { nameArgument } from '../words'

type Says = 'pay' | 'billing' | 'cancel'

/** Without a name; a bare `cancel` would be a no. */
const ONLY: Record<Says, string> = { pay: 'pay', billing: 'billing', cancel: 'cancel my subscription' }
/** For a pub whose bare name would be read as something else. */
const LONG: Record<Says, string> = {
  pay: 'pay for',
  billing: 'billing of',
  cancel: 'cancel the subscription of',
}

function sentenceFor(says: Says, pub: string): string {
  const read = parseCommand(`${says} ${pub}`)
  return read.kind === says && read.name === pub ? `${says} ${pub}` : `${LONG[says]} ${pub}`
}

const VERBS: [verb: string, says: Says, does: string][] = [
  ['pay', 'pay', 'get a link to pay for a pub; anybody may pay by it'],
  ['portal', 'billing', 'have the page for cards, receipts and cancelling mailed to who pays for a pub'],
  ['cancel', 'cancel', "end a pub's subscription with what is paid; the answer says when that is"],
]

export function register(program: Command): void {
  for (const [verb, says, does] of VERBS)
    program
      .command(verb)
      .description(does)
      .argument('[name]', 'which pub; may be left out when there is one')
      .addHelpText('after', `\nExamples:\n  $ buttcloud ${verb} alice\n  $ buttcloud ${verb} --json`)
      .action(
        run(async (context, [name]) => {
          const text = name === undefined ? ONLY[says] : sentenceFor(says, nameArgument(name))
          await converse(context, { text, thread: 'newest' })
        }),
      )
}
