/** `buttcloud create NAME [PLAN]`, `buttcloud create NAME [--plan PLAN]` */
import type { Command } from 'commander'
import { checkName } from '../../protocol/name'
import { Failure } from '../failure'
import { converse } from '../io/converse'
import { run } from '../io/run'
import { planArgument, planSaid, words } from '../words'

export function register(program: Command): void {
  program
    .command('create')
    .description('ask the provider for a pub of your own; prints the invite to it')
    .argument('<name>', 'its name: letters, digits, hyphens')
    .argument('[plan]', 'which plan it gets; buttcloud plans lists them')
    .option('--plan <plan>', 'the same')
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud create alice\n  $ buttcloud create alice personal\n  $ buttcloud create alice --plan personal\n  $ buttcloud create alice --json\n  $ buttcloud create alice --no-wait',
    )
    .action(
      run(async (context, [name, behind]) => {
        const checked = checkName(String(name))
        if (!checked.ok) {
          const offer =
            checked.suggestion === null ? '' : ` You could use: buttcloud create ${checked.suggestion}`
          throw new Failure(2, `${checked.reason}${offer}`)
        }
        const plan = planSaid(planArgument(behind), planArgument(context.given.plan))
        const text = words('create', checked.name, plan === null ? null : `plan ${plan}`)
        await converse(context, { text, thread: 'new' })
      }),
    )
}
