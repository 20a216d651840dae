/** `buttcloud import FILE` */
import type { Command } from 'commander'
import { bringPub } from '../io/import'
import { run } from '../io/run'

export function register(program: Command): void {
  program
    .command('import')
    .description('bring a pub that ran elsewhere to your provider')
    .argument('<file>', 'what `buttcloud export NAME all` gave, or the folder of an ssb-server')
    .option('--name <name>', 'what it shall be called here (default: as the file says)')
    .option('-y, --yes', 'the old one is off for good')
    .addHelpText(
      'after',
      '\nAn upload that was cut goes on when the same command is run again.\n\nExamples:\n  $ buttcloud import alice-all.tar\n  $ buttcloud import ~/.ssb --name alice\n  $ buttcloud import alice-all.tar --yes --json',
    )
    .action(
      run((context, [path]) => {
        const { name } = context.given
        return bringPub(context, { path: String(path), name: typeof name === 'string' ? name : null })
      }),
    )
}
