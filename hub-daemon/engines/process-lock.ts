/**
 * Who holds a run's folder: a file with a process id and when that process started, so that a later process with
 * the same id is not taken for it. Used by the daemon and, at its very start, by the child itself.
 */
import { execFileSync } from 'node:child_process'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

export interface Holder {
  pid: number
  /** Opaque; equal for the same process only. */
  started: string
}

/** The process itself as a holder. */
export function self(): Holder {
  return { pid: process.pid, started: startOf(process.pid) ?? 'unknown' }
}

/**
 * When a process started, as text that differs for any other process which ever has the same id; null when there is
 * none, or only its remains (a zombie holds no port and no file).
 */
export function startOf(pid: number): string | null {
  if (process.platform !== 'linux') return startByPs(pid)
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // proc(5): field 2 is the name in parentheses, which may hold anything; field 3 the state; field 22 the start
    // in ticks since boot.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // Field 20: threads. Of a dying process the first thread is a zombie while others still hold its files and its
    // port; only a zombie that is alone has let go of them.
    const alone = Number(fields[17]) <= 1
    if ((fields[0] === 'Z' && alone) || fields[0] === 'X') return null
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    return `${boot}/${fields[19]}`
  } catch {
    return null
  }
}

function startByPs(pid: number): string | null {
  try {
    const text = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    return text === '' ? null : text
  } catch {
    return null
  }
}

/** The living holder of a lock file, or null when nobody holds it (no file, damaged, or the process has ended). */
export function holderOf(path: string): Holder | null {
  try {
    const { pid, started } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder>
    if (typeof pid !== 'number' || typeof started !== 'string') return null
    return startOf(pid) === started ? { pid, started } : null
  } catch {
    return null
  }
}

/** Takes the lock for this process. Returns null when taken, else who holds it. */
export function takeLock(path: string): Holder | null {
  const me = self()
  const draft = `${path}.${me.pid}`
  writeFileSync(draft, JSON.stringify(me))
  try {
    for (;;) {
      try {
        // A link fails when the name is there: of two takers one wins.
        linkSync(draft, path)
        return null
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      const holder = holderOf(path)
      if (holder !== null) return holder
      clearStale(path, me.pid)
    }
  } finally {
    rmSync(draft, { force: true })
  }
}

/**
 * Moves a dead holder's file away before deleting it; if it turns out to be a living one's it goes back. Only three
 * takers within the same microseconds could get past this, and behind it stand the port and the write-ahead.
 */
function clearStale(path: string, pid: number): void {
  const aside = `${path}.stale.${pid}`
  try {
    renameSync(path, aside)
    if (holderOf(aside) !== null) linkSync(aside, path)
  } catch {
    // Another taker was faster; the next round sees what it did.
  } finally {
    rmSync(aside, { force: true })
  }
}

/** Lets go of a lock that this process holds; somebody else's is left. */
export function releaseLock(path: string): void {
  const holder = holderOf(path)
  if (holder?.pid === process.pid) rmSync(path, { force: true })
}

/** Sends a signal to the holder, if it still is the same process. */
export function signalHolder(holder: Holder, signal: NodeJS.Signals): void {
  if (startOf(holder.pid) !== holder.started) return
  try {
    process.kill(holder.pid, signal)
  } catch {
    // It ended in between.
  }
}
