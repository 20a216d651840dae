/** `buttcloud tui` */
import type { Command } from 'commander'
import { run } from '../io/run'

export function register(program: Command): void {
  program
    .command('tui')
    .description('your pubs on the whole terminal: how they do, what to do with them, the conversation')
    .addHelpText(
      'after',
      [
        '',
        'Keys are shown at the bottom, ? explains them, q quits. Everything you do is a message that you see before it is sent.',
        'What was known is shown at once with its age, also while the provider is out of reach.',
        '',
        'Examples:',
        '  $ buttcloud tui',
        '  $ NO_COLOR=1 buttcloud tui           without colours',
        '  $ LC_ALL=C buttcloud tui             with ASCII only',
        "  $ buttcloud tui --provider '@…'      another provider that you have joined",
      ].join('\n'),
    )
    .action(
      run(async (context) => {
        // Loaded when it is wanted: no other command needs a terminal of its own.
        const { runTui } = require('../tui/io/run') as typeof import('../tui/io/run')
        await runTui(context)
      }),
    )
}
