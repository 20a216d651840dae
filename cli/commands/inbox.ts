/** `buttcloud inbox` */
import { type Command, Option } from 'commander'
import { Failure } from '../failure'
import { sinceOf } from '../inbox'
import { showInbox } from '../io/inbox'
import { run } from '../io/run'
import { wholeOption } from '../options'

const LAST_DEFAULT = 20
const LAST_MAX = 10_000

export function register(program: Command): void {
  program
    .command('inbox')
    .description(
      'show what the provider wrote that no command of yours has shown: notices, late answers, links',
    )
    .addOption(new Option('-n, --last <n>', 'at most so many, the newest').default(LAST_DEFAULT))
    .option('--since <when>', 'nothing older: 90m, 12h, 3d, 2w, or a date like 2026-11-20')
    .option('--all', 'also the answers that commands have shown')
    .option('-f, --follow', 'go on with whatever comes, until Ctrl-C')
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud inbox\n  $ buttcloud inbox --since 3d --all\n  $ buttcloud inbox --follow\n  $ buttcloud inbox --json',
    )
    .action(
      run(async (context) => {
        const { last, since, all, follow } = context.given
        const from = since === undefined ? null : sinceOf(String(since), Date.now())
        if (since !== undefined && from === null)
          throw new Failure(
            2,
            `--since takes 90m, 12h, 3d, 2w or a date like 2026-11-20, not "${String(since)}".`,
          )
        const wish = { last: wholeOption('--last', last, 1, LAST_MAX), since: from, all: all === true }
        await showInbox(context, wish, follow === true)
      }),
    )
}
