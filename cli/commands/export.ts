/** `buttcloud export NAME PART` */
import { type Command, Option } from 'commander'
import { EXPORT_PARTS, type ExportPart } from '../../protocol/command-kinds'
import { Failure } from '../failure'
import { takeExport } from '../io/export'
import { run } from '../io/run'
import { nameArgument } from '../words'

export function register(program: Command): void {
  program
    .command('export')
    .description('take away what your pub holds, into a file')
    .argument('<name>', 'which pub')
    .argument('<part>', `one of ${EXPORT_PARTS.join(', ')}`)
    .addOption(new Option('-o, --out <file>', 'where to (default: NAME-PART in this folder)'))
    .option('-y, --yes', 'you know what the key pair of a pub is, for secret and all')
    .addHelpText(
      'after',
      '\nA download that was cut goes on when the same command is run again.\n\nExamples:\n  $ buttcloud export alice all --yes\n  $ buttcloud export alice log -o /mnt/backup/alice.tar\n  $ buttcloud export alice blobs --json',
    )
    .action(
      run((context, [name, part]) => {
        const out = context.given.out
        return takeExport(context, {
          name: nameArgument(name),
          part: partArgument(part),
          file: typeof out === 'string' && out !== '' ? out : null,
        })
      }),
    )
}

function partArgument(given: unknown): ExportPart {
  const found = EXPORT_PARTS.find((part) => part === String(given).toLowerCase())
  if (found !== undefined) return found
  throw new Failure(2, `"${String(given)}" is no part of a pub; say one of ${EXPORT_PARTS.join(', ')}.`)
}
