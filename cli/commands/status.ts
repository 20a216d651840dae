/** `buttcloud status [NAME]` */
import type { Command } from 'commander'
import { converse } from '../io/converse'
import { run } from '../io/run'
import { watchPubs } from '../io/watch'
import { nameArgument } from '../words'

export function register(program: Command): void {
  program
    .command('status')
    .description('say how a pub is doing')
    .argument('[name]', 'which pub; may be left out when there is one')
    .option('-w, --watch', 'show your pubs, or this one, and every change until Ctrl-C; no message is sent')
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud status alice\n  $ buttcloud status --watch\n  $ buttcloud status --json',
    )
    .action(
      run(async (context, [name]) => {
        const pub = name === undefined ? null : nameArgument(name)
        if (context.given.watch === true) return watchPubs(context, pub)
        const text = pub === null ? 'status' : `status ${pub}`
        await converse(context, { text, thread: 'newest' })
      }),
    )
}
