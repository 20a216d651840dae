/** Times as the services say them: 2026-11-22T01:10:30.000000Z, and in headers as RFC 9110 has it. */
import type { Millis } from '../protocol/ids'

/** Null where it is none. */
export function timeIn(written: string | null): Millis | null {
  if (written === null) return null
  const at = new Date(written).getTime()
  return Number.isNaN(at) ? null : at
}
