/** `buttcloud say TEXT` */
import type { Command } from 'commander'
import { COMMAND_CHARS_MAX } from '../../protocol/limits'
import { Failure } from '../failure'
import { converse } from '../io/converse'
import { run } from '../io/run'

export function register(program: Command): void {
  program
    .command('say')
    .description('send the provider any sentence, as you would in your client')
    .argument('<text...>', 'what to say')
    .option('-y, --yes', "answer the provider's question, if one comes back, with yes")
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud say help\n  $ buttcloud say "please could I have a pub called alice?"\n  $ buttcloud say yes',
    )
    .action(
      run(async (context, [words]) => {
        const text = (words as string[]).join(' ').trim()
        if (text === '') throw new Failure(2, 'There is nothing to say: the text is empty.')
        if (text.length > COMMAND_CHARS_MAX)
          throw new Failure(
            2,
            `The text has ${text.length} characters; the provider reads at most ${COMMAND_CHARS_MAX}.`,
          )
        await converse(context, { text, thread: 'newest' })
      }),
    )
}
