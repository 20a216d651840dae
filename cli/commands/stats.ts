/** `buttcloud stats [NAME]` */
import { type Command, Option } from 'commander'
import { run } from '../io/run'
import { watchStats } from '../io/stats'
import { wholeOption } from '../options'
import { nameArgument } from '../words'

const COUNT_MAX = 1_000_000

export function register(program: Command): void {
  program
    .command('stats')
    .description('show what a pub uses and moves, one line a second, until Ctrl-C')
    .argument('[name]', 'which pub; may be left out when there is one')
    .addOption(new Option('--count <n>', 'end after so many lines'))
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud stats alice\n  $ buttcloud stats alice --json --count 60 > minute.jsonl',
    )
    .action(
      run(async (context, [name]) => {
        const { count } = context.given
        await watchStats(
          context,
          name === undefined ? null : nameArgument(name),
          count === undefined ? null : wholeOption('--count', count, 1, COUNT_MAX),
        )
      }),
    )
}
