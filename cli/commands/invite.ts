/** `buttcloud invite NAME [USES] [note TEXT]` */
import type { Command } from 'commander'
import { INVITE_NOTE_CHARS_MAX, INVITE_USES_MAX } from '../../protocol/limits'
import { converse } from '../io/converse'
import { run } from '../io/run'
import { wholeOption } from '../options'
import { beginsNote, nameArgument, noteArgument } from '../words'

export function register(program: Command): void {
  program
    .command('invite')
    .description('make an invite to a pub that you can pass on')
    .argument('<name>', 'which pub')
    .argument('[uses]', `how many people it lets in, at most ${INVITE_USES_MAX} (default: 1)`)
    .argument('[note...]', `"note" and a line for its owners, at most ${INVITE_NOTE_CHARS_MAX} characters`)
    .option('--note <text>', 'the same')
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud invite alice\n  $ buttcloud invite alice 5\n  $ buttcloud invite alice 5 note for the garden club\n  $ buttcloud invite alice --note "for the garden club"\n  $ buttcloud invite alice --json',
    )
    .action(
      run(async (context, [name, ...given]) => {
        const rest = given.flat().filter((word) => word !== undefined)
        // The number may be left out and the note may not be far: `invite alice note for bob`.
        const [uses, ...noted] = beginsNote(rest[0]) ? [undefined, ...rest] : rest
        const count = uses === undefined ? '' : ` ${wholeOption('uses', uses, 1, INVITE_USES_MAX)}`
        const note = noteArgument(context.given.note, noted.map(String))
        await converse(context, { text: `invite ${nameArgument(name)}${count}${note}`, thread: 'newest' })
      }),
    )
}
