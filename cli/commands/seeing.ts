/** `buttcloud address [NAME]`, `log [NAME]`, `plans`, `plan [NAME] [PLAN]` */
import type { Command } from 'commander'
import { converse } from '../io/converse'
import { run } from '../io/run'
import { nameArgument, planArgument, words } from '../words'

const VERBS: [verb: 'address' | 'log', does: string][] = [
  ['address', 'say how a pub is reached, and what its owners may call with a client of their own'],
  ['log', 'list what went wrong with a pub lately'],
]

export function register(program: Command): void {
  for (const [verb, does] of VERBS)
    program
      .command(verb)
      .description(does)
      .argument('[name]', 'which pub; may be left out when there is one')
      .addHelpText('after', `\nExamples:\n  $ buttcloud ${verb} alice\n  $ buttcloud ${verb} alice --json`)
      .action(
        run((context, [name]) =>
          converse(context, {
            text: words(verb, name === undefined ? null : nameArgument(name)),
            thread: 'newest',
          }),
        ),
      )
  program
    .command('plans')
    .description('show what plans there are, and what they cost')
    .addHelpText('after', '\nExamples:\n  $ buttcloud plans\n  $ buttcloud plans --json')
    .action(run((context) => converse(context, { text: 'plans', thread: 'newest' })))
  program
    .command('plan')
    .description('show which plan a pub has, or give it another one')
    .argument('[name]', 'which pub; may be left out when there is one')
    .argument('[plan]', 'the plan that it shall have')
    .addHelpText('after', '\nExamples:\n  $ buttcloud plan alice\n  $ buttcloud plan alice personal --json')
    .action(
      run((context, [name, plan]) =>
        converse(context, {
          text: words('plan', name === undefined ? null : nameArgument(name), planArgument(plan)),
          thread: 'newest',
        }),
      ),
    )
}
