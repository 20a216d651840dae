/** `buttcloud upgrade NAME [VERSION]`, `rebuild [NAME]` */
import type { Command } from 'commander'
import { converse } from '../io/converse'
import { run } from '../io/run'
import { nameArgument, versionArgument, words } from '../words'

export function register(program: Command): void {
  program
    .command('upgrade')
    .description("bring a pub to the provider's present version; it goes back by itself when it fails there")
    .argument('<name>', 'which pub')
    .argument('[version...]', 'another version than the present one; a leading "to" is left out')
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud upgrade alice\n  $ buttcloud upgrade alice 0.1.0\n  $ buttcloud upgrade alice to 0.1.0 --json',
    )
    .action(
      run((context, [name, version]) =>
        converse(context, {
          text: words('upgrade', nameArgument(name), versionArgument(version as string[])),
          thread: 'newest',
        }),
      ),
    )
  program
    .command('rebuild')
    .description("make a pub's container anew; its identity and its messages stay")
    .argument('[name]', 'which pub; may be left out when there is one')
    .addHelpText('after', '\nExamples:\n  $ buttcloud rebuild alice\n  $ buttcloud rebuild alice --json')
    .action(
      run((context, [name]) =>
        converse(context, {
          text: words('rebuild', name === undefined ? null : nameArgument(name)),
          thread: 'newest',
        }),
      ),
    )
}
