/**
 * A pub that is being made, on a hub that can't run it, is placed on another one at once: nobody is in it yet, and whoever asked
 * for it waits. What moves a pub that people are in waits for long, and looks whether most hubs say the same
 * (plugin/decide-cannot-run.ts); this needs neither, because a try costs three messages and ends after as many hubs.
 */
import { CANNOT_RUN_MOVES_MAX } from '../protocol/limits-moving'
import type { PubFact } from '../protocol/state'
import { faultOf, leftLately } from './cannot-run'
import { moveOf, silentHubs } from './decide-moves'
import type { Look } from './look'

/**
 * True where something comes of it: the record of another place is owed, or it is too early to say that there is none. A port
 * that somebody has there is no such fault: first it gets another port.
 */
export function placesAnew(look: Look, pub: PubFact): boolean {
  const { state, facts, now } = look.world
  const { moving } = facts
  const fault = faultOf(state, pub)
  if (moving === undefined || fault === null || fault.trouble === 'port-taken') return false
  if (leftLately(state, pub.pub, now).length >= CANNOT_RUN_MOVES_MAX) return false
  if (moveOf(look, moving, silentHubs(look, moving), pub, 'cannot-run') === null) return true
  // Right after our own start the others are just coming.
  const heardAt = look.heardBy(now)
  const areComing = [...state.provider.hubs].some(
    ([hub, { status }]) => hub !== pub.record.hub && status === 'admitted' && !moving.heard.has(hub),
  )
  if (heardAt <= now || !areComing) return false
  look.wakeAt(heardAt)
  return true
}
