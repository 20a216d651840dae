/** `buttcloud web [NAME] [on|off]` */
import type { Command } from 'commander'
import { Failure } from '../failure'
import { converse } from '../io/converse'
import { run } from '../io/run'
import { nameArgument, words } from '../words'

export function register(program: Command): void {
  program
    .command('web')
    .description("switch a pub's web pages on or off, or show whether they are on")
    .argument('[name]', 'which pub; may be left out when there is one')
    .argument('[switch]', 'on or off')
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud web alice\n  $ buttcloud web alice on\n  $ buttcloud web alice off --json',
    )
    .action(
      run((context, [name, given]) => {
        const on = given === undefined ? null : String(given).toLowerCase()
        if (on !== null && on !== 'on' && on !== 'off')
          throw new Failure(2, `The web pages are on or off, not "${String(given)}".`)
        const pub = name === undefined ? null : nameArgument(name)
        return converse(context, { text: words('web', pub, on), thread: 'newest' })
      }),
    )
}
