/** `buttcloud install` and `uninstall`: a program as a service of systemd. */
import type { Command } from 'commander'
import { Failure } from '../failure'
import { install, uninstall, unitHere } from '../io/install'
import { run } from '../io/run'
import { INSTALLABLE, type Installable } from '../systemd-unit'

const TOKENS: Partial<Record<Installable, string>> = {
  hub: 'BUTTCLOUD_HUB_TOKEN',
  billing: 'BUTTCLOUD_BRIDGE_TOKEN',
}

export function register(program: Command): void {
  program
    .command('install <program> [options...]')
    .description('run provider, hub or billing as a service of systemd, as a user of its own (needs root)')
    .option('--join <token>', 'the one-time token of a hub or a bridge; kept in a file for root only')
    .option('--print', 'print the unit and change nothing')
    .option('--root <folder>', 'write below this folder, for an image; nothing is made or started', '/')
    .addHelpText(
      'after',
      "\nWhat stands behind -- goes to the program.\n\nExamples:\n  $ sudo buttcloud install provider -- --external pubs.example.org\n  $ sudo buttcloud install hub --join 'TOKEN' -- --host hub1.example.org\n  $ buttcloud install billing --print -- --public-url https://pubs.example.org",
    )
    .action(
      run(async (context, [name, given]) => {
        const which = programOf(name)
        const options = (given as string[]).map(String)
        const { join: token, print, root } = context.given
        if (print === true) return context.print(unitHere({ program: which, options }).trimEnd())
        const variable = TOKENS[which]
        if (typeof token === 'string' && variable === undefined)
          throw new Failure(2, `A ${which} joins nobody, so it takes no --join.`)
        if (typeof token === 'string' && !/^[\x21-\x26\x28-\x7e]+$/.test(token))
          throw new Failure(2, '--join takes a token, copied whole.')
        const secrets = typeof token === 'string' && variable !== undefined ? { [variable]: token } : {}
        const done = install({ program: which, options, secrets, root: String(root) })
        context.print(context.options.json ? JSON.stringify({ outcome: 'done', done }) : done.join('\n'))
      }),
    )
  program
    .command('uninstall <program>')
    .description('end such a service and remove it; its data stays')
    .option('--root <folder>', 'as with install', '/')
    .addHelpText('after', '\nExamples:\n  $ sudo buttcloud uninstall hub')
    .action(
      run(async (context, [name]) => {
        const done = uninstall(programOf(name), String(context.given.root))
        context.print(context.options.json ? JSON.stringify({ outcome: 'done', done }) : done.join('\n'))
      }),
    )
}

function programOf(name: unknown): Installable {
  const found = INSTALLABLE.find((one) => one === name)
  if (found !== undefined) return found
  throw new Failure(2, `install and uninstall take one of ${INSTALLABLE.join(', ')}, not "${String(name)}".`)
}
