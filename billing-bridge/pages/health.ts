/** What /healthz says: for a proxy or a watcher that asks every few seconds. */
import type { Millis } from '../../protocol/ids'
import { PROVIDER_AWAY_MS } from '../../protocol/limits-http'
import { ageText } from './words'

/** `awayMs` null: the provider is there. One that is being started anew is no trouble yet. */
export function healthOf(awayMs: Millis | null): { ok: boolean; why: string | null } {
  if (awayMs === null) return { ok: true, why: null }
  return { ok: awayMs < PROVIDER_AWAY_MS, why: `the provider has been out of reach for ${ageText(awayMs)}` }
}
