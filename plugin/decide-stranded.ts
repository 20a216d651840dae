/**
 * Owners of a pub that nobody can reach, or write in, for long are told so once, and once more when that is over: where its
 * server fell silent and no other can take it, and where it is on its way to another one and does not come up there.
 */
import type { FeedId, MessageId } from '../protocol/ids'
import { STRANDED_TOLD_AFTER_MS, STRANDED_TOLD_AGAIN_MS } from '../protocol/limits-moving'
import type { PubFact } from '../protocol/state'
import { desiredOf } from './change'
import { recordsOwed } from './decide-dues'
import { type Look, type MovingFacts, notify } from './look'
import { leaseLeftMs, stormOf } from './moving'
import { isThere, movingViewOf } from './on-the-way'
import { moveWords } from './words-moves'

/** Owes these notices. After the moves of a look: what goes elsewhere just now is not stuck. */
export function tellStranded(look: Look): void {
  const { state, facts, policy, now } = look.world
  const { moving } = facts
  if (moving === undefined) return
  const { provider } = state
  const taken = recordsOwed(look)
  const told = (pub: PubFact, text: string): void => {
    if (taken.has(pub.pub)) return
    // Its next hub may have fallen silent while it was on its way: that is one word, not two.
    taken.add(pub.pub)
    tell(look, pub, text)
  }
  for (const hub of provider.hubs.keys()) {
    const silentMs = moving.silence.get(hub) ?? 0
    if (leaseLeftMs(moving, policy.moving, hub) > 0) continue
    if (silentMs < STRANDED_TOLD_AFTER_MS) {
      look.wakeAt(now + STRANDED_TOLD_AFTER_MS - silentMs)
      continue
    }
    // Where many are silent it is more likely we who hear nobody.
    if (stormOf(state, moving, policy.moving, hub) !== null) continue
    for (const id of state.byHub.get(hub) ?? []) {
      const pub = provider.pubs.get(id)
      if (pub !== undefined) told(pub, moveWords.owners.stranded(pub.record.name))
    }
  }
  for (const [id, { at }] of provider.moves) {
    const pub = provider.pubs.get(id)
    if (pub === undefined || movingViewOf(state, pub) === null) continue
    const due = look.deadline(at, STRANDED_TOLD_AFTER_MS)
    if (now < due) look.wakeAt(due)
    else told(pub, moveWords.owners.onItsWay(pub.record.name))
  }
  for (const [id, { key, isOver }] of provider.stranded) {
    const pub = provider.pubs.get(id)
    if (isOver || pub === undefined || taken.has(id) || !isBack(look, moving, pub)) continue
    const text = moveWords.owners.back(pub.record.name)
    notify(look, pub.record.owners, text, { pub: id, topic: 'back', causes: key })
  }
}

function tell(look: Look, pub: PubFact, text: string): void {
  const { state, now } = look.world
  const { record } = pub
  const { stranded, answers } = state.provider
  if (record.status !== 'live' || desiredOf(record) !== 'up') return
  // What asked for it has an answer of its own.
  if (answers.get(pub.pub as string as MessageId)?.final !== true) return
  const before = stranded.get(pub.pub)
  if (before !== undefined) {
    if (!before.isOver) return
    const again = look.deadline(before.at, STRANDED_TOLD_AGAIN_MS)
    if (now < again) return look.wakeAt(again)
  }
  // One for each time that it is so: the former one is a message, too.
  const causes = before?.key ?? pub.placed.key
  notify(look, record.owners, text, { pub: pub.pub, topic: 'stranded', causes })
}

/** Its hub is heard, and its write-ahead is open there. Of one that has moved, the notice of that says so. */
function isBack({ world }: Look, moving: MovingFacts, pub: PubFact): boolean {
  const { state, facts, policy } = world
  const { hub } = pub.record
  const isHeard = (id: FeedId): boolean =>
    facts.connected.has(id) && moving.heard.has(id) && leaseLeftMs(moving, policy.moving, id) > 0
  const isUp = desiredOf(pub.record) === 'up' && isThere(state, pub) && isHeard(hub)
  return isUp && !state.provider.moves.has(pub.pub) && (moving.isOpen?.(pub.pub) ?? true)
}
