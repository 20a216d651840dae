/** `buttcloud create NAME` */
import type { Command } from 'commander'
import { checkName } from '../../protocol/name'
import { Failure } from '../failure'
import { converse } from '../io/converse'
import { run } from '../io/run'

export function register(program: Command): void {
  program
    .command('create')
    .description('ask the provider for a pub of your own; prints the invite to it')
    .argument('<name>', 'its name: letters, digits, hyphens')
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud create alice\n  $ buttcloud create alice --json\n  $ buttcloud create alice --no-wait',
    )
    .action(
      run(async (context, [name]) => {
        const checked = checkName(String(name))
        if (!checked.ok) {
          const offer =
            checked.suggestion === null ? '' : ` You could use: buttcloud create ${checked.suggestion}`
          throw new Failure(2, `${checked.reason}${offer}`)
        }
        await converse(context, { text: `create ${checked.name}`, thread: 'new' })
      }),
    )
}
