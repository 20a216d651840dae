/** `buttcloud open LINK` */
import { type Command, Option } from 'commander'
import { blobLinkOf } from '../blob-links'
import { Failure } from '../failure'
import { showBlob } from '../io/open-blob'
import { run } from '../io/run'

export function register(program: Command): void {
  program
    .command('open')
    .description('open an encrypted file that the provider gave as a link: a long answer, an export')
    .argument('<link>', '&….sha256?unbox=….boxs, in single quotes')
    .addOption(new Option('-o, --output <file>', 'a new file for it (default: stdout)'))
    .addHelpText(
      'after',
      "\nExamples:\n  $ buttcloud open '&….sha256?unbox=….boxs'\n  $ buttcloud open -o alice-secret '&….sha256?unbox=….boxs'",
    )
    .action(
      run(async (context, [given]) => {
        const link = blobLinkOf(String(given))
        if (link === null)
          throw new Failure(
            2,
            'That is no link to an encrypted file. One looks like &….sha256?unbox=….boxs and is best put in single quotes.',
          )
        const { output } = context.given
        await showBlob(context, link, typeof output === 'string' ? output : null)
      }),
    )
}
