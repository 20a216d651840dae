/** `buttcloud logs [NAME]` */
import { type Command, Option } from 'commander'
import { OUTPUT_LINES_DEFAULT, OUTPUT_LINES_MAX } from '../../protocol/limits-log'
import { showLogs } from '../io/logs'
import { run } from '../io/run'
import { wholeOption } from '../options'
import { nameArgument } from '../words'

export function register(program: Command): void {
  program
    .command('logs')
    .description('show what a pub printed, without secrets and addresses (what went wrong with it: log)')
    .argument('[name]', 'which pub; may be left out when there is one')
    .addOption(
      new Option('-n, --last <n>', `so many lines, at most ${OUTPUT_LINES_MAX}`).default(
        OUTPUT_LINES_DEFAULT,
      ),
    )
    .option('-f, --follow', 'go on with whatever it prints, until Ctrl-C')
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud logs alice\n  $ buttcloud logs alice --last 200\n  $ buttcloud logs alice --follow\n  $ buttcloud logs alice --json',
    )
    .action(
      run(async (context, [name]) => {
        const { last, follow } = context.given
        await showLogs(context, name === undefined ? null : nameArgument(name), {
          last: wholeOption('--last', last, 1, OUTPUT_LINES_MAX),
          follow: follow === true,
        })
      }),
    )
}
