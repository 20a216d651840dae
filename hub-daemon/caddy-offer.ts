/** Whether a hub offers HTTPS: what its Caddy has shown of itself, and for how long it has not. */
import type { Millis } from '../protocol/ids'
import { CADDY_GONE_AFTER_MS } from '../protocol/limits-caddy'

/** What the last look at Caddy came to. */
export interface CaddyFacts {
  /** It answered, and has what it shall have. */
  reachable: boolean
  /** Why not, in words; null where nothing is wrong, and before the first look. */
  trouble: string | null
  /** Since when not, at first since the hub began; null while it is reachable. */
  awaySince: Millis | null
  /** Names that it serves for this hub, as of the last look that came to an end. */
  names: number
}

/** `said`: what this hub has last offered. A Caddy that is started anew, or a hub that is, changes no offer. */
export function offersHttps(facts: CaddyFacts, said: 'yes' | null, now: Millis): 'yes' | null {
  if (facts.reachable) return 'yes'
  const isGone = facts.awaySince === null || now - facts.awaySince >= CADDY_GONE_AFTER_MS
  return isGone ? null : said
}
