/**
 * Small local files that must survive a power cut: written whole to a temporary file, synced, renamed over the old
 * one, and the folder synced. A reader sees the old content or the new, never half of it.
 */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

const SECRET_MODE = 0o600

/** Makes what was created, renamed or removed in a folder survive a power cut. */
export function syncFolder(folder: string): void {
  // Windows can't open folders; its file systems keep the order of renames by themselves.
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Creates a folder (0700) with its parents and makes that survive a power cut. */
export function makeFolder(folder: string): void {
  if (existsSync(folder) && statSync(folder).isDirectory()) return
  // Not with `recursive`: where a parent exists and takes no folders (/proc), Node never comes back from that.
  const parent = dirname(folder)
  if (parent !== folder) makeFolder(parent)
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    // Somebody else made it meanwhile.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && statSync(folder).isDirectory()) return
    throw error
  }
  syncFolder(parent)
}

/** Writes a file durably, readable by its user only. Throws a sentence that says which file and why. */
export function writeDurably(path: string, content: string | Uint8Array): void {
  const temporary = join(dirname(path), `.${randomBytes(6).toString('hex')}.tmp`)
  try {
    const handle = openSync(temporary, 'wx', SECRET_MODE)
    try {
      fchmodSync(handle, SECRET_MODE)
      const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content
      for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(temporary, path)
    syncFolder(dirname(path))
  } catch (error) {
    rmSync(temporary, { force: true })
    throw new Error(`could not write ${path}: ${(error as Error).message}`, { cause: error })
  }
}

/** Writes a value as JSON, durably. */
export function writeJson(path: string, value: unknown): void {
  writeDurably(path, `${JSON.stringify(value, null, 2)}\n`)
}

/** Removes a file durably; true when it was there. */
export function removeDurably(path: string): boolean {
  try {
    unlinkSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw new Error(`could not remove ${path}: ${(error as Error).message}`, { cause: error })
  }
  syncFolder(dirname(path))
  return true
}

/** The text of a file; null where there is none. */
export function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new Error(`could not read ${path}: ${(error as Error).message}`, { cause: error })
  }
}

/**
 * A JSON file; null where there is none. A corrupt one is kept aside as `<name>.bad-<n>` (never overwritten) and the
 * thrown sentence says where, so that a person can look and the next start is not stuck on it.
 */
export function readJson(path: string): unknown {
  const text = readText(path)
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch (error) {
    const aside = keepAside(path)
    throw new Error(
      `${path} is not valid JSON (${(error as Error).message}). It was moved to ${aside}; ` +
        'put a good copy in its place, or start again without it.',
      { cause: error },
    )
  }
}

function keepAside(path: string): string {
  for (let number = 1; ; number++) {
    const aside = `${path}.bad-${number}`
    if (readText(aside) !== null) continue
    renameSync(path, aside)
    syncFolder(dirname(path))
    return aside
  }
}
