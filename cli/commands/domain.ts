/** `buttcloud domain [NAME] [DOMAIN|off]` */
import type { Command } from 'commander'
import { checkOwnName } from '../../protocol/own-name'
import { Failure } from '../failure'
import { converse } from '../io/converse'
import { run } from '../io/run'
import { nameArgument, words } from '../words'

/** What shall be sent of it. Throws a failure with a sentence. */
function domainArgument(written: string): string {
  if (written.toLowerCase() === 'off') return 'off'
  const checked = checkOwnName(written)
  if (!checked.ok) throw new Failure(2, checked.reason)
  return checked.name
}

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
