/** `buttcloud invites [NAME]`, `uninvite NAME ID` */
import type { Command } from 'commander'
import { converse } from '../io/converse'
import { run } from '../io/run'
import { inviteIdArgument, nameArgument, words } from '../words'

export function register(program: Command): void {
  program
    .command('invites')
    .description("list a pub's invites: the used ones, by whom and when, and the unused ones")
    .argument('[name]', 'which pub; may be left out when there is one')
    .addHelpText('after', '\nExamples:\n  $ buttcloud invites alice\n  $ buttcloud invites alice --json')
    .action(
      run((context, [name]) =>
        converse(context, {
          text: words('invites', name === undefined ? null : nameArgument(name)),
          thread: 'newest',
        }),
      ),
    )
  program
    .command('uninvite')
    .description('take an invite back; who has used it already stays a member')
    .argument('<name>', 'which pub')
    .argument('<id>', 'which invite, as `buttcloud invites` shows it')
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud uninvite alice k3m7\n  $ buttcloud uninvite alice k3m7 --json',
    )
    .action(
      run((context, [name, id]) =>
        converse(context, {
          text: words('uninvite', nameArgument(name), inviteIdArgument(id)),
          thread: 'newest',
        }),
      ),
    )
}
