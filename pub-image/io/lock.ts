/**
 * One process per data folder, whatever it runs in. The lock is a record lock of the kernel on the folder's own
 * file, taken by LevelDB (which ssb-server brings along) when a database is opened. The kernel gives it up with the process, so
 * none is ever stale; it holds between containers that share a volume on one machine, where process ids say nothing
 * (each container counts its own from 1); and two that come at once can't both get it, as they could with a file that is looked at first.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stockOf } from './stock'

/** LevelDB closes a database that nothing refers to any more, and the lock would be gone with it. */
let held: unknown = null

/** Takes the lock for the life of this process. False when another process holds it; rejects on a broken folder. */
export async function lockFolder(folder: string, epoch: number | null): Promise<boolean> {
  mkdirSync(folder, { recursive: true })
  const taken = await new Promise<boolean>((resolve, reject) => {
    held = stockOf('ssb-invite', 'level')(join(folder, 'lock'), (error: Error | null) => {
      // LevelDB's words: the kernel's EAGAIN for another process, its own for a second time in this one.
      if (!error) resolve(true)
      else if (/lock .*(temporarily unavailable|already held)/.test(error.message)) resolve(false)
      else reject(error)
    })
  })
  if (!taken || held === null) return false
  // For people who look around in the folder; nothing decides by it.
  const holder = { pid: process.pid, epoch, startedAt: new Date().toISOString() }
  writeFileSync(join(folder, 'holder.json'), `${JSON.stringify(holder)}\n`)
  return true
}
