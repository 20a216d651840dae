/** `buttcloud admin backup`, `check-backup` and `restore-backup`: a provider in one encrypted file, and back out of it. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { backUpStopped, restoreProvider } from '../../plugin/main'
import type { BackupItem, BackupManifest } from '../../protocol/rpc-backup'
import { networkKeyOf } from '../../sbot/stacks'
import { afterRestoreText, backupName, backupText } from '../backup-text'
import type { Context } from '../context'
import { Failure, firstLine } from '../failure'
import { onlyHere } from '../io/admin'
import { askPassphrase } from '../io/ask-secret'
import { readBackup, writeBackup } from '../io/backup-file'
import { backupOfRunning } from '../io/backup-source'
import { startProgress } from '../io/progress'
import { run } from '../io/run'

const PASSPHRASE =
  'The passphrase comes from --passphrase-file, from BUTTCLOUD_BACKUP_PASSPHRASE, or is asked for.'

/** Adds the three to `admin`. */
export function registerBackup(admin: Command): void {
  admin
    .command('backup [file]')
    .description('write everything of a provider that nobody could give back to an encrypted file')
    .option('--passphrase-file <file>', 'a file with the passphrase in its first line')
    .addHelpText(
      'after',
      `\nThe provider may run or not. ${PASSPHRASE}\n\nExamples:\n  $ buttcloud admin backup\n  $ buttcloud admin backup /mnt/stick/pubs.backup --passphrase-file /root/passphrase`,
    )
    .action(run((context, [file]) => backUp(context, file)))
  admin
    .command('check-backup <file>')
    .description('read a backup to its end and say what is in it; nothing is written')
    .option('--passphrase-file <file>', 'a file with the passphrase in its first line')
    .addHelpText('after', `\n${PASSPHRASE}\n\nExamples:\n  $ buttcloud admin check-backup pubs.backup`)
    .action(run((context, [file]) => check(context, String(file))))
  admin
    .command('restore-backup <file>')
    .description(
      'put a provider back from its backup, into an empty folder (a pub whose server is lost: admin restore PUB)',
    )
    .option('--passphrase-file <file>', 'a file with the passphrase in its first line')
    .addHelpText(
      'after',
      `\n${PASSPHRASE} The former copy must not run any more.\n\nExamples:\n  $ buttcloud admin restore-backup pubs.backup\n  $ buttcloud admin restore-backup pubs.backup --path /var/lib/buttcloud/provider`,
    )
    .action(run((context, [file]) => putBack(context, String(file))))
}

const folderOf = ({ given, options }: Context): string =>
  resolve(typeof given.path === 'string' ? given.path : join(options.dir, 'provider'))

async function backUp(context: Context, file: unknown): Promise<void> {
  onlyHere(context, 'A backup')
  const folder = folderOf(context)
  if (!existsSync(join(folder, 'secret')))
    throw new Failure(1, `There is no provider in ${folder}; say where it is with --path.`)
  const path = resolve(typeof file === 'string' ? file : backupName(Date.now()))
  const passphrase = await askPassphrase(context, true)
  const progress = startProgress(context, 'Backing up')
  try {
    const items = (await backupOfRunning(folder)) ?? backUpStopped(folder)
    const written = await writeBackup(path, passphrase, items, (messages) =>
      progress.set(`Backing up: ${messages} messages`),
    )
    progress.end()
    const { manifest, messages, bytes, sha256 } = written
    if (context.options.json)
      context.print(
        JSON.stringify({ outcome: 'done', file: path, bytes, sha256, ...factsOf(manifest, messages) }),
      )
    else
      context.print(
        `${path}: ${backupText(manifest, messages)}.\n${bytes} bytes, SHA-256 ${sha256}\nWithout its passphrase nobody opens it, you included. Keep both, apart from each other and from this machine.`,
      )
  } finally {
    progress.end()
  }
}

async function check(context: Context, file: string): Promise<void> {
  const passphrase = await passphraseFor(context, file)
  const progress = startProgress(context, 'Reading the backup')
  let manifest: BackupManifest | null = null
  let messages = 0
  let ended = false
  try {
    for await (const item of readBackup(file, passphrase)) {
      if (item.kind === 'manifest') manifest = item
      if (item.kind === 'messages') messages += item.values.length
      ended = item.kind === 'end' && item.messages === messages
    }
  } finally {
    progress.end()
  }
  if (manifest === null || !ended) throw new Failure(1, `${file} is not whole. Take another copy of it.`)
  if (context.options.json)
    context.print(JSON.stringify({ outcome: 'done', file, ...factsOf(manifest, messages) }))
  else context.print(`${file} is whole: ${backupText(manifest, messages)}.`)
}

async function putBack(context: Context, file: string): Promise<void> {
  onlyHere(context, 'Putting a backup back')
  const dir = folderOf(context)
  const passphrase = await passphraseFor(context, file)
  const progress = startProgress(context, 'Putting back')
  const items: AsyncIterator<BackupItem> = readBackup(file, passphrase)
  try {
    const { manifest, messages } = await restoreProvider({
      ...{ dir, items, now: Date.now(), networkKey: networkKeyOf() },
      progress: (count) => progress.set(`Putting back: ${count} messages`),
    }).catch((error: unknown) => {
      if (error instanceof Failure) throw error
      throw new Failure(1, `Nothing was put back: ${firstLine(error)}.`, { cause: error })
    })
    progress.end()
    const { path } = context.given
    const options = `${typeof path === 'string' ? `--path ${path} ` : ''}--external NAME`
    if (context.options.json)
      context.print(JSON.stringify({ outcome: 'done', dir, ...factsOf(manifest, messages) }))
    else context.print(afterRestoreText(dir, manifest, options))
  } finally {
    progress.end()
    await items.return?.()
  }
}

/** Before a passphrase is asked for: a file that is not there needs none. */
async function passphraseFor(context: Context, file: string): Promise<string> {
  if (!existsSync(file)) throw new Failure(1, `There is no file ${file}.`)
  return askPassphrase(context, false)
}

function factsOf({ provider, madeAt, address, feeds, files }: BackupManifest, messages: number): object {
  return { provider, madeAt, address, messages, files: files.length, feeds }
}
