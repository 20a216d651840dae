/** `buttcloud domain [NAME] [DOMAIN|off]` */
import type { Command } from 'commander'
import { converse } from '../io/converse'
import { run } from '../io/run'
import { domainArgument, nameArgument, words } from '../words'

export function register(program: Command): void {
  program
    .command('domain')
    .description('have a pub reached by a domain of your own, or show how that is')
    .argument('[name]', 'which pub; may be left out when there is one')
    .argument('[domain]', 'a name like social.example.net, or off')
    .addHelpText(
      'after',
      '\nThe answer says what to enter where you manage that domain; you are told when it leads to your pub.\n\nExamples:\n  $ buttcloud domain alice social.example.net\n  $ buttcloud domain alice\n  $ buttcloud domain alice off --json',
    )
    .action(
      run((context, [name, given]) => {
        const own = given === undefined ? null : domainArgument(String(given))
        const pub = name === undefined ? null : nameArgument(name)
        return converse(context, { text: words('domain', pub, own), thread: 'newest' })
      }),
    )
}
