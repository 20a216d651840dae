/** What is special to `upgrade`: the version may turn out bad, and then everything is as it was. */
import type { ObservedMessage } from '../protocol/messages/observed'
import type { PubMessage } from '../protocol/messages/pub'
import type { SpecMessage } from '../protocol/messages/spec'
import type { PubFact, Request } from '../protocol/state'
import { isVersion } from '../protocol/version'
import { desiredOf, revertOf } from './change'
import type { Look } from './look'
import { observationOf } from './query'
import { upgradeWords } from './words-upgrade'

/** Troubles that waiting does not mend: nobody is kept waiting for the deadline then. */
const HOPELESS: ReadonlySet<ObservedMessage['trouble']> = new Set(['no-image', 'crashing', 'out-of-memory'])

/** True when the hub has said that it can't be done, and waiting would not help. */
export function isHopeless(says: ObservedMessage | null): boolean {
  return says?.phase === 'failed' && HOPELESS.has(says.trouble)
}

/** Why this upgrade is not begun, in a sentence; null when it is. */
export function refusalOfUpgrade(record: PubMessage, wanted: PubMessage): string | null {
  const version = wanted.version ?? ''
  if (!isVersion(version)) return upgradeWords.notAVersion(version)
  return desiredOf(record) === 'down' ? upgradeWords.isStopped(record.name) : null
}

/** True when the pub runs the wanted version and nothing else was ordered, by whatever name. */
export function runsAlready(look: Look, pub: PubFact, wanted: PubMessage): boolean {
  const { version } = pub.record
  if (version !== null && version !== wanted.version) return false
  return observationOf(look.world.state, pub)?.version === wanted.version
}

/** The final answer to an upgrade from which the hub has gone back; null while that is under way. */
export function endUpgrade(look: Look, request: Request, pub: PubFact, isLate: boolean): string | null {
  const { state, now } = look.world
  const { record } = pub
  const observed = observationOf(state, pub)
  const back = revertOf(state.provider.specs.get(pub.pub), observed)
  if (back === null || observed === null) return null
  const version = record.version ?? ''
  if (observed.phase === 'up') {
    const at = state.authors.get(record.hub)?.observedAt.get(pub.pub) ?? now
    const runs = observed.version ?? back.to
    return upgradeWords.wentBack(record.name, version, runs, back.why, at - request.receivedAt)
  }
  if (!isLate && !isHopeless(observed)) return null
  return upgradeWords.neither(record.name, version, back.to, back.why, observed.reason ?? 'it is not up yet')
}

/**
 * Puts the version before back into the record of a pub whose hub has gone back to it, once nobody waits for an
 * answer about the newer one any more: the reason is in the hub's last word, and the next order ends that.
 */
export function oweRevert(look: Look, fact: PubFact, spec: SpecMessage): void {
  const { state } = look.world
  const { pub, record } = fact
  const back = revertOf(spec, observationOf(state, fact))
  if (back === null) return
  for (const change of state.provider.changes.values())
    if (change.pub === pub && change.record.version === spec.version) return
  look.owe({ kind: 'record', content: { ...record, version: back.to } })
}
