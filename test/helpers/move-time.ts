/** The test's side of moved-time.ts. */
import type { ChildProcess } from 'node:child_process'
import { until } from './machine'
import type { TimeMove } from './moved-time'

export type MoveTime = (move: Omit<TimeMove, 'id'>) => Promise<void>

/** How to move this child's time; each move resolves when it is so. */
export function timeMover(child: ChildProcess): MoveTime {
  let last = 0
  let moved = 0
  child.on('message', (message: { moved?: number }) => {
    moved = Math.max(moved, message.moved ?? 0)
  })
  return async (move) => {
    last += 1
    const id = last
    child.send({ id, ...move })
    await until('the child to move its time', () => moved >= id)
  }
}
