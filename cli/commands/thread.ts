/** `buttcloud thread` */
import { type Command, Option } from 'commander'
import { Failure } from '../failure'
import { sinceOf } from '../inbox'
import { run } from '../io/run'
import { showThread } from '../io/thread'
import { wholeOption } from '../options'

const LAST_DEFAULT = 20
const LAST_MAX = 100_000

export function register(program: Command): void {
  program
    .command('thread')
    .description('show the conversation with the provider, both sides, as your client shows it')
    .addOption(new Option('-n, --last <n>', 'at most so many letters, the newest').default(LAST_DEFAULT))
    .option('--since <when>', 'nothing older: 90m, 12h, 3d, 2w, or a date like 2026-11-20')
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud thread\n  $ buttcloud thread --last 200 | less\n  $ buttcloud thread --since 3d --json',
    )
    .action(
      run(async (context) => {
        const { last, since } = context.given
        const from = since === undefined ? null : sinceOf(String(since), Date.now())
        if (since !== undefined && from === null)
          throw new Failure(
            2,
            `--since takes 90m, 12h, 3d, 2w or a date like 2026-11-20, not "${String(since)}".`,
          )
        await showThread(context, { last: wholeOption('--last', last, 1, LAST_MAX), since: from })
      }),
    )
}
