/** `buttcloud status [NAME]` */
import type { Command } from 'commander'
import { converse } from '../io/converse'
import { run } from '../io/run'
import { nameArgument } from '../words'

export function register(program: Command): void {
  program
    .command('status')
    .description('say how a pub is doing')
    .argument('[name]', 'which pub; may be left out when there is one')
    .addHelpText('after', '\nExamples:\n  $ buttcloud status alice\n  $ buttcloud status --json')
    .action(
      run(async (context, [name]) => {
        const text = name === undefined ? 'status' : `status ${nameArgument(name)}`
        await converse(context, { text, thread: 'newest' })
      }),
    )
}
