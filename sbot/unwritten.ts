/**
 * "This identity has never written anything", remembered where no copy of a folder can bring it back: in memory, as a
 * file on a tmpfs of this boot. It is made at the first start of an identity and removed before its first message is
 * signed. A folder put back to an old copy finds it gone; a machine put back to an old disk has booted since, and
 * finds it gone too. So while it is there, and the feed is empty, nobody holds a message of this feed, and a program
 * that was only started, stopped and started again need not ask anybody. Not caught: a virtual machine put back
 * together with its memory, which brings a program with an open gate back just the same (docs/OPERATORS.md). Where there is no tmpfs (not Linux) the
 * record is never there, and the boot gate asks as ever.
 */
import { createHmac } from 'node:crypto'
import { lstatSync, readFileSync, statfsSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** `f_type` of a tmpfs, from linux/magic.h. */
const TMPFS_MAGIC = 0x01021994
const MEMORY_FOLDER = '/dev/shm'
const NAME_CHARS = 32

export interface Unwritten {
  /** Makes the record; for the first start of a new identity only. */
  make(): void
  /** True while the record is there and ours. */
  holds(): boolean
  /** Takes the record away for good. Throws where that fails: then nothing may be written. */
  forget(): void
}

/**
 * The record of the identity in a node's folder. Bound to its secret key, so that no other user of the machine can
 * make one, and to this very folder: of two copies that run side by side only the first one has it.
 */
export function unwrittenRecord(
  keys: { private: string },
  nodeFolder: string,
  memory: string = MEMORY_FOLDER,
): Unwritten {
  const macOf = (text: string): string => createHmac('sha256', keys.private).update(text).digest('hex')
  const { dev, ino } = statSync(nodeFolder)
  const path = join(memory, `buttcloud-unwritten-${macOf('name').slice(0, NAME_CHARS)}`)
  const text = macOf(`nothing written yet in ${dev}:${ino}`)
  let forgotten = false
  return {
    make() {
      if (!inMemory(memory)) return
      try {
        writeFileSync(path, text, { mode: 0o600, flag: 'wx' })
      } catch {
        // No record is the careful side: the gate asks.
      }
    },
    holds() {
      try {
        return inMemory(memory) && lstatSync(path).isFile() && readFileSync(path, 'utf8') === text
      } catch {
        return false
      }
    },
    forget() {
      if (forgotten) return
      try {
        unlinkSync(path)
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException
        if (code !== 'ENOENT' && code !== 'ENOTDIR')
          throw new Error(`try-again: could not remove ${path}: ${message}. Remove it by hand.`, {
            cause: error,
          })
      }
      forgotten = true
    },
  }
}

function inMemory(memory: string): boolean {
  try {
    return process.platform === 'linux' && statfsSync(memory).type === TMPFS_MAGIC
  } catch {
    return false
  }
}
