/** `buttcloud invite NAME [USES]` */
import type { Command } from 'commander'
import { INVITE_USES_MAX } from '../../protocol/limits'
import { converse } from '../io/converse'
import { run } from '../io/run'
import { wholeOption } from '../options'
import { nameArgument } from '../words'

export function register(program: Command): void {
  program
    .command('invite')
    .description('make an invite to a pub that you can pass on')
    .argument('<name>', 'which pub')
    .argument('[uses]', `how many people it lets in, at most ${INVITE_USES_MAX} (default: 1)`)
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud invite alice\n  $ buttcloud invite alice 5\n  $ buttcloud invite alice --json',
    )
    .action(
      run(async (context, [name, uses]) => {
        const count = uses === undefined ? '' : ` ${wholeOption('uses', uses, 1, INVITE_USES_MAX)}`
        await converse(context, { text: `invite ${nameArgument(name)}${count}`, thread: 'newest' })
      }),
    )
}
