/** A disk that is soon full: a small tmpfs. Mounting one needs root on Linux; elsewhere this fails and says so. */
import { execFileSync } from 'node:child_process'
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { removeFolder, temporaryFolder } from './machine'

export interface SmallDisk {
  folder: string
  /** Takes every byte that is left. */
  fill(): void
  makeRoom(): void
  freeBytes(): number
  remove(): void
}

const PIECES = [64 * 1024, 4096, 1]

export function smallDisk(megabytes: number): SmallDisk {
  const folder = temporaryFolder('small-disk')
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs', folder], {
      stdio: 'pipe',
    })
  } catch (error) {
    removeFolder(folder)
    throw new Error(
      `A small disk could not be mounted: ${(error as Error).message.trim()}. The tests of full disks need Linux and root; run them so.`,
      { cause: error },
    )
  }
  const filler = join(folder, 'filler')
  return {
    folder,
    fill() {
      const file = openSync(filler, 'a')
      try {
        for (const size of PIECES) fillWith(file, Buffer.alloc(size))
      } finally {
        closeSync(file)
      }
    },
    makeRoom: () => rmSync(filler, { force: true }),
    freeBytes: () => {
      const { bavail, bsize } = statfsSync(folder)
      return bavail * bsize
    },
    remove() {
      // Lazily, should a process still hold it for a moment.
      execFileSync('umount', ['-l', folder])
      removeFolder(folder)
    },
  }
}

function fillWith(file: number, piece: Buffer): void {
  for (;;) {
    try {
      if (writeSync(file, piece) < piece.length) return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return
      throw error
    }
  }
}
