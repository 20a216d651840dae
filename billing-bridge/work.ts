/** Which owed calls are to be made now: state of the worker, without its doing. */
import type { Millis } from '../protocol/ids'
import { CALLS_AT_ONCE_MAX } from '../protocol/limits-bridge'
import type { OwedCall } from '../protocol/rpc-billing'
import { laneOf } from './calls'

export interface Work {
  call: OwedCall
  /** done: told to the provider, which has not shown its list since. refused: likewise, that it can't be done. */
  state: 'waiting' | 'running' | 'done' | 'refused'
  /** Failures in a row. */
  failures: number
  notBefore: Millis
  /** What the provider's list has shown while it ran: `gone` owed no more, `again` owed anew after that. */
  shown: 'owed' | 'gone' | 'again'
}

/** By the call's id, in the order in which they were owed. */
export type Works = Map<string, Work>

/** Takes over the provider's list: what is no longer on it is owed no more. */
export function owe(works: Works, calls: readonly OwedCall[]): void {
  const wanted = new Set(calls.map((call) => call.id))
  for (const [id, work] of works)
    if (!wanted.has(id)) {
      // Told while we wait for the answer to what we told: the list comes first, and does not come twice.
      if (work.state === 'running') work.shown = 'gone'
      else works.delete(id)
    }
  for (const call of calls) {
    const work = works.get(call.id)
    if (work === undefined)
      works.set(call.id, { call, state: 'waiting', failures: 0, notBefore: 0, shown: 'owed' })
    else {
      work.call = call
      if (work.shown === 'gone') work.shown = 'again'
    }
  }
}

/** On a new connection the provider may have lost what it was told: what it lists there is owed anew. */
export function oweAnew(works: Works): void {
  for (const work of works.values())
    if (work.state === 'done' || work.state === 'refused') work.state = 'waiting'
}

/** What was refused for good and is owed nevertheless is tried again: somebody may have mended it in Stripe. */
export function oweRefused(works: Works): void {
  for (const work of works.values()) if (work.state === 'refused') work.state = 'waiting'
}

/** The calls to begin now: one per lane, the oldest first. */
export function startable(works: Works, now: Millis): OwedCall[] {
  const running = [...works.values()].filter((work) => work.state === 'running')
  const busy = new Set(running.map((work) => laneOf(work.call)))
  const found: OwedCall[] = []
  for (const { call, state, notBefore } of works.values()) {
    if (running.length + found.length >= CALLS_AT_ONCE_MAX) break
    const lane = laneOf(call)
    if (state !== 'waiting' || busy.has(lane)) continue
    // Also where the first one waits after a failure: a later one must not overtake it.
    busy.add(lane)
    if (notBefore <= now) found.push(call)
  }
  return found
}

/** When the next one may be tried that waits after a failure; null when none does. */
export function nextAt(works: Works, now: Millis): Millis | null {
  const times = [...works.values()]
    .filter((work) => work.state === 'waiting' && work.notBefore > now)
    .map((work) => work.notBefore)
  return times.length === 0 ? null : Math.min(...times)
}

/** Notes how a call ended. */
export function noteEnd(works: Works, id: string, end: 'done' | 'refused' | { retryAt: Millis }): void {
  const work = works.get(id)
  if (work === undefined) return
  const { shown } = work
  work.shown = 'owed'
  if (shown === 'gone') {
    works.delete(id)
    return
  }
  if (end === 'done' || end === 'refused') {
    work.state = shown === 'again' ? 'waiting' : end
    work.failures = 0
    return
  }
  work.state = 'waiting'
  work.failures += 1
  work.notBefore = end.retryAt
}
