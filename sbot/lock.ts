/**
 * One process per folder. The lock is LevelDB's file lock, which the kernel takes away with the process: after
 * kill -9 nothing stale is left, and no process id is ever guessed at.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import level from 'level'
import { readText } from './durable'
import { called } from './peers'

export interface Lock {
  release(): Promise<void>
}

/** Locks a node's folder. Throws a sentence when another process, or this one, has it open. */
export async function lockFolder(folder: string): Promise<Lock> {
  const holder = join(folder, 'lock.holder')
  let held: any
  try {
    held = await called((callback) => level(join(folder, 'lock'), {}, callback))
  } catch (error) {
    const message = (error as Error).message
    if (!/lock/i.test(message)) throw new Error(`could not lock ${folder}: ${message}`, { cause: error })
    const process = readText(holder)?.trim()
    throw new Error(
      `the folder ${folder} is in use by another program${process ? ` (process ${process})` : ''}. ` +
        'Two programs writing one feed would destroy it. Stop the other one, or use another folder.',
      { cause: error },
    )
  }
  // For people only, so it need not survive a power cut.
  writeFileSync(holder, `${process.pid}\n`)
  return { release: () => called<void>((callback) => held.close(callback)) }
}
