/** `buttcloud admin tui` */
import { join } from 'node:path'
import type { Command } from 'commander'
import { run } from '../io/run'

/** Adds it to `admin`. */
export function registerAdminTui(admin: Command): void {
  admin
    .command('tui')
    .description('the whole fleet on the terminal: hubs, pubs, what happens, money, mail')
    .addHelpText(
      'after',
      [
        '',
        'Keys are shown at the bottom, ? explains them, q quits. It looks, and changes nothing without asking.',
        '',
        'Examples:',
        '  $ buttcloud admin tui',
        '  $ buttcloud admin --path ~/.ssb tui',
        '  $ NO_COLOR=1 LC_ALL=C buttcloud admin tui   without colours, with ASCII only',
      ].join('\n'),
    )
    .action(
      run(async (context) => {
        // Loaded when it is wanted: no other command needs a terminal of its own.
        const { runAdminTui } = require('../tui/admin/io/run') as typeof import('../tui/admin/io/run')
        const path = context.given.path
        await runAdminTui(context, typeof path === 'string' ? path : join(context.options.dir, 'provider'))
      }),
    )
}
