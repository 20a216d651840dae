/** `buttcloud open LINK`: a file that the provider gave as a link, onto the screen or the disk. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'
import type { BlobLink } from '../blob-links'
import type { Context } from '../context'
import { Failure, firstLine } from '../failure'
import { harmless } from '../render'
import { openBlob } from './long-answer'
import { startProgress } from './progress'

/** It may be a key pair. */
const OWNER_ONLY = 0o600

/** Writes it to `file`, which must be new, or else to stdout. Throws a Failure. */
export async function showBlob(context: Context, link: BlobLink, file: string | null): Promise<void> {
  const progress = startProgress(context, 'Fetching the file')
  const bytes = await openBlob(context, link).finally(() => progress.end())
  const target = file === null ? null : resolve(file)
  if (target !== null) writeNew(target, bytes)
  const { stdout, options } = context
  const text = textOf(bytes)
  if (options.json)
    return context.print(
      JSON.stringify({
        name: link.name,
        bytes: bytes.length,
        file: target,
        text: target === null ? text : null,
      }),
    )
  if (target !== null) return context.print(target)
  if (stdout.isTTY !== true) return void stdout.write(bytes)
  if (text === null)
    throw new Failure(2, `${link.name} is no text. Say where to put it: buttcloud open -o FILE LINK`)
  context.print(harmless(text))
}

function writeNew(path: string, bytes: Buffer): void {
  try {
    const handle = openSync(path, 'wx', OWNER_ONLY)
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at)
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST'
    const why = isThere ? 'there is such a file already' : firstLine(error)
    throw new Failure(1, `Could not write ${path}: ${why}.`, { cause: error })
  }
}

/** Null where it is no text. */
function textOf(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}
