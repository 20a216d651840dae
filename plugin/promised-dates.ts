/** What the public pages say of dates: the numbers of the policy that counts, never a copy of them. */
import type { PromisedDates } from '../protocol/rpc-billing'
import type { Policy } from './policy'

export function promisedDates({ dues, retentionMs }: Policy): PromisedDates {
  const { graceMs, remindMs, suspendedMs, lastWeekMs, lastDayMs } = dues
  return { graceMs: { ...graceMs }, remindMs, suspendedMs, lastWeekMs, lastDayMs, retentionMs }
}
