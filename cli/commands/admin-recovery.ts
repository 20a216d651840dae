/** `buttcloud admin restore` and `admin recovery`: bringing a pub back, and the key that makes it possible. */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import type {
  AdminRestoreAnswer,
  AdminRestoreRequest,
  RecoveryRevealed,
  RecoveryView,
} from '../../protocol/rpc-escrow'
import type { Context } from '../context'
import { Failure, firstLine } from '../failure'
import { askYes } from '../io/ask-yes'
import { isBackup } from '../io/backup-file'
import { run } from '../io/run'
import { recoveryText, restoredText } from '../render-recovery'

type AskProvider = <T>(context: Context, method: AdminMethod, argument: object) => Promise<T>
type AdminMethod =
  | 'adminRestore'
  | 'adminRecovery'
  | 'adminRecoveryOffline'
  | 'adminRecoveryOnline'
  | 'adminRecoveryNew'

const STORED =
  'Above is the private half of the recovery key, shown once. Without it, and with the provider no longer holding it, a pub whose server is lost is lost too. Is it stored where you find it again?'
const LOST =
  'A new recovery key is for one that is lost for good. Hubs seal to it what they hold; a pub whose server is gone too stays closed until the old key is found. Go on?'

/** Adds `restore` and `recovery` to `admin`. */
export function registerRecovery(admin: Command, ask: AskProvider): void {
  registerRestore(admin, ask)
  registerKey(admin, ask)
}

function registerRestore(admin: Command, ask: AskProvider): void {
  admin
    .command('restore <pub>')
    .description(
      'bring a pub back whose server, or whose data there, is gone: your word that its former run is over',
    )
    .option(
      '--hub <name>',
      'the hub it shall run on (default: its own while that is connected, else the best one)',
    )
    .option(
      '--yes',
      'also when it is up and connected (that run is cut off), or the provider does not know how far its feed goes',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud admin restore alice\n  $ buttcloud admin restore alice --hub garage',
    )
    .action(
      run(async (context, [pub]) => {
        const { hub } = context.given
        if (isBackup(String(pub)))
          throw new Failure(
            2,
            `${String(pub)} is a backup, and this brings back a pub by its name. A provider's backup goes back with: buttcloud admin restore-backup ${String(pub)}`,
          )
        const wish: AdminRestoreRequest = {
          pub: String(pub),
          hub: typeof hub === 'string' ? hub : null,
          sure: context.options.yes,
        }
        const done = await ask<AdminRestoreAnswer>(context, 'adminRestore', wish)
        context.print(context.options.json ? JSON.stringify(done) : restoredText(done))
      }),
    )
}

function registerKey(admin: Command, ask: AskProvider): void {
  const recovery = admin
    .command('recovery')
    .description('show who can bring a pub back when its server is lost, and change it')
    .addHelpText(
      'after',
      '\nExamples:\n  $ buttcloud admin recovery\n  $ buttcloud admin recovery offline\n  $ buttcloud admin recovery online key.txt',
    )
    .action(run(async (context) => show(context, await ask<RecoveryView>(context, 'adminRecovery', {}))))
  recovery
    .command('offline')
    .description('print the private half of the recovery key once and remove it from the provider')
    .option('--yes', 'remove it without asking')
    .addHelpText('after', '\nExample:\n  $ buttcloud admin recovery offline')
    .action(run((context) => goOffline(context, ask)))
  recovery
    .command('online <keyfile>')
    .description('bring the private half back: pubs can be restored again without you')
    .addHelpText('after', '\nExample:\n  $ buttcloud admin recovery online key.txt')
    .action(
      run(async (context, [path]) => {
        const file = fileAt(String(path))
        show(context, await ask<RecoveryView>(context, 'adminRecoveryOnline', { file }))
      }),
    )
  recovery
    .command('new')
    .description('make a new recovery key instead of an offline one that is lost')
    .option('--yes', 'make it without asking')
    .addHelpText('after', '\nExample:\n  $ buttcloud admin recovery new')
    .action(
      run(async (context) => {
        if (!(await askYes(context, LOST))) throw new Failure(1, 'Not confirmed, so nothing was done.')
        show(context, await ask<RecoveryView>(context, 'adminRecoveryNew', {}))
      }),
    )
}

async function goOffline(context: Context, ask: AskProvider): Promise<void> {
  const { file } = await ask<RecoveryRevealed>(context, 'adminRecovery', { reveal: true })
  if (file === null)
    throw new Failure(1, 'The recovery key is offline already: this provider does not hold it.')
  context.print(file)
  if (!(await askYes(context, STORED)))
    throw new Failure(1, 'Not confirmed, so the provider keeps it and recovery stays automatic.')
  const view = await ask<RecoveryView>(context, 'adminRecoveryOffline', { file })
  context.tell(recoveryText(view))
}

function show(context: Context, view: RecoveryView): void {
  context.print(context.options.json ? JSON.stringify(view) : recoveryText(view))
}

function fileAt(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Failure(1, `could not read ${path}: ${firstLine(error)}`, { cause: error })
  }
}
