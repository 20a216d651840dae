/** `buttcloud email ADDRESS|off` */
import type { Command } from 'commander'
import { converse } from '../io/converse'
import { run } from '../io/run'
import { emailArgument, words } from '../words'

export function register(program: Command): void {
  program
    .command('email')
    .description('say where mail about your pubs goes, or that none does')
    .argument('<address>', 'a mail address, or off')
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud email alice@example.org\n  $ buttcloud email off --json',
    )
    .action(
      run((context, [address]) =>
        converse(context, { text: words('email', emailArgument(address)), thread: 'newest' }),
      ),
    )
}
