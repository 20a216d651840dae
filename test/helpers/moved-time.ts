/** Time that a test moves in a program under test: its children import this, no program does. */
import { realClock } from '../../sbot/loop'

/** What a test sends to its child; answered with `{moved: id}` once it is so. */
export interface TimeMove {
  id: number
  /** The time of day is set so far ahead of this machine's; no timer moves and nothing has gone by. */
  clockAheadMs?: number
  /** So much time goes by, for every clock and every appointment of this program. */
  passMs?: number
}

interface Appointment {
  dueAt: number
  then: () => void
  cancel: () => void
}

/** Obeys the test's moves from now on. Timeouts of connections stay real: nobody waits longer for an answer. */
export function moveTimeAsTold(): void {
  let aheadMs = 0
  let passedMs = 0
  const timeOfDay = Date.now
  const steady = performance.now.bind(performance)
  const after = realClock.after
  const appointments = new Set<Appointment>()
  const arm = (one: Appointment): void => {
    one.cancel = after(one.dueAt - performance.now(), () => {
      appointments.delete(one)
      one.then()
    })
  }
  Date.now = () => timeOfDay() + aheadMs
  Object.defineProperty(performance, 'now', { value: () => steady() + passedMs })
  realClock.after = (milliseconds, then) => {
    const one: Appointment = { dueAt: performance.now() + milliseconds, then, cancel: () => {} }
    appointments.add(one)
    arm(one)
    return () => {
      one.cancel()
      appointments.delete(one)
    }
  }
  process.on('message', ({ id, clockAheadMs, passMs = 0 }: TimeMove) => {
    aheadMs = (clockAheadMs ?? aheadMs) + passMs
    passedMs += passMs
    if (passMs > 0)
      for (const one of appointments) {
        one.cancel()
        arm(one)
      }
    process.send?.({ moved: id })
  })
}
