/** `buttcloud delete NAME` */
import type { Command } from 'commander'
import { converse } from '../io/converse'
import { run } from '../io/run'
import { nameArgument } from '../words'

export function register(program: Command): void {
  program
    .command('delete')
    .description('end a pub; the provider asks once before it does')
    .argument('<name>', 'which pub: its exact name')
    .option('-y, --yes', "answer the provider's question with yes")
    .addHelpText('after', '\nExamples:\n  $ buttcloud delete alice\n  $ buttcloud delete alice --yes')
    .action(
      run((context, [name]) => converse(context, { text: `delete ${nameArgument(name)}`, thread: 'new' })),
    )
}
