/** Reading the folder of a pub that is a process, and does not run. */
import { constants } from 'node:fs'
import { lstat, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { RestingFile, RestingVolume } from './engine'

const PIECE_BYTES = 64 * 1024

/** The volume at `root`. A pub that turned bad may have left links there: they lead nowhere. */
export function volumeIn(root: string): RestingVolume {
  const life = { over: false }
  return {
    async *files(path) {
      // The way to it may hold no link either.
      let at = root
      for (const part of path.split('/').slice(0, -1)) {
        at = join(at, part)
        if ((await lookAt(at))?.isDirectory() !== true) return
      }
      yield* filesAt(join(root, path), '', life)
    },
    async close() {
      life.over = true
    },
  }
}

async function* filesAt(full: string, path: string, life: { over: boolean }): AsyncGenerator<RestingFile> {
  if (life.over) throw new Error('the volume was let go')
  const found = await lookAt(full)
  if (found === null) return
  if (found.isFile()) yield { path, sizeBytes: found.size, at: found.ctimeMs, bytes: bytesOf(full, life) }
  if (!found.isDirectory()) return
  // In the order of their bytes, as Docker gives them.
  for (const name of (await readdir(full)).sort())
    yield* filesAt(join(full, name), path === '' ? name : `${path}/${name}`, life)
}

async function* bytesOf(path: string, life: { over: boolean }): AsyncGenerator<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    for (;;) {
      if (life.over) throw new Error('the volume was let go')
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(PIECE_BYTES), 0, PIECE_BYTES)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

async function lookAt(path: string) {
  try {
    return await lstat(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
