/** A passphrase: from a file, from the environment, or typed in without being shown; never from an argument. */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { BACKUP_PASSPHRASE_CHARS_MIN } from '../../protocol/limits-backup'
import type { Context } from '../context'
import { Failure, firstLine } from '../failure'

const VARIABLE = 'BUTTCLOUD_BACKUP_PASSPHRASE'

/** The passphrase of a backup; `fresh`: a new one, typed twice and not too short. Throws a Failure. */
export async function askPassphrase(context: Context, fresh: boolean): Promise<string> {
  const { passphraseFile } = context.given
  const given = typeof passphraseFile === 'string' ? fileText(passphraseFile) : (process.env[VARIABLE] ?? '')
  if (given !== '') return checked(given, fresh)
  if (typeof passphraseFile === 'string') throw new Failure(1, `${passphraseFile} is empty.`)
  if (context.stdin.isTTY !== true)
    throw new Failure(
      2,
      `A backup is encrypted with a passphrase: name a file that holds it with --passphrase-file, or set ${VARIABLE}.`,
    )
  const typed = checked(await typedIn(context, 'Passphrase of the backup: '), fresh)
  if (fresh && (await typedIn(context, 'The same again: ')) !== typed)
    throw new Failure(1, 'These were two different passphrases; nothing was done.')
  return typed
}

function checked(passphrase: string, fresh: boolean): string {
  if (fresh && passphrase.length < BACKUP_PASSPHRASE_CHARS_MIN)
    throw new Failure(
      1,
      `The passphrase has ${passphrase.length} characters; take at least ${BACKUP_PASSPHRASE_CHARS_MIN}, because whoever finds the backup may try as often as they like.`,
    )
  return passphrase
}

/** The first line: editors and `echo` put an end of line behind it. */
function fileText(path: string): string {
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/, 1)[0] ?? ''
  } catch (error) {
    throw new Failure(1, `could not read ${path}: ${firstLine(error)}`, { cause: error })
  }
}

async function typedIn(context: Context, question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: context.stdin, output: nowhere, terminal: true })
  context.stderr.write(question)
  try {
    return await terminal.question('')
  } catch (error) {
    throw new Failure(1, 'No passphrase, so nothing was done.', { cause: error })
  } finally {
    terminal.close()
    context.stderr.write('\n')
  }
}
