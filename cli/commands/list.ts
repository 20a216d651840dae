/** `buttcloud list` */
import type { Command } from 'commander'
import { converse } from '../io/converse'
import { run } from '../io/run'

export function register(program: Command): void {
  program
    .command('list')
    .description('show your pubs')
    .addHelpText('after', '\nExamples:\n  $ buttcloud list\n  $ buttcloud list --json')
    .action(run((context) => converse(context, { text: 'list', thread: 'newest' })))
}
