/**
 * Pubs whose hub is there and says for long that it can't run them go elsewhere, like those of a hub that is gone. Not where
 * the fault is their own; not to and fro; and where most hubs say the same only from an engine that is dead, and once.
 */
import { CANNOT_RUN_AGAIN_MS, CANNOT_RUN_FOR_MS, CANNOT_RUN_MOVES_MAX } from '../protocol/limits-moving'
import type { PubFact } from '../protocol/state'
import { type Fault, faultOf, inCommon, leftLately, type Trouble } from './cannot-run'
import { recordsOwed } from './decide-dues'
import { moveOf, silentHubs } from './decide-moves'
import type { Look, MovingFacts } from './look'
import { leaseLeftMs, type Storm } from './moving'
import type { RuledOut } from './schedule'
import { moveWords } from './words-moves'

/** What is found out once for all pubs of a look. */
class Around {
  private readonly storms = new Map<Trouble, Storm | null>()
  private ruledOut: RuledOut | null = null

  constructor(
    private readonly look: Look,
    readonly moving: MovingFacts,
  ) {}

  get silent(): RuledOut {
    this.ruledOut ??= silentHubs(this.look, this.moving)
    return this.ruledOut
  }

  storm(trouble: Trouble): Storm | null {
    const { state, policy } = this.look.world
    const known = this.storms.get(trouble)
    if (known !== undefined) return known
    const found = inCommon(state, this.moving, policy.moving, trouble)
    this.storms.set(trouble, found)
    return found
  }
}

/** Owes the records that place pubs elsewhere which their hubs can't run. */
export function oweOffUnable(look: Look): void {
  const { state, facts, policy } = look.world
  const { moving } = facts
  if (moving === undefined || !policy.moving.byItself) return
  const around = new Around(look, moving)
  const taken = recordsOwed(look)
  look.each('unable', (id) => {
    const pub = state.provider.pubs.get(id)
    const fault = pub === undefined ? null : faultOf(state, pub)
    if (pub === undefined || fault === null) return true
    if (!taken.has(id) && !isLeaving(look, moving, pub)) leave(look, around, pub, fault)
    return false
  })
}

/** It goes elsewhere for another reason, or waits to: plugin/decide-moves.ts. */
function isLeaving(look: Look, moving: MovingFacts, { record }: PubFact): boolean {
  const { state, policy } = look.world
  const status = state.provider.hubs.get(record.hub)?.status
  return status === 'draining' || status === 'retired' || leaseLeftMs(moving, policy.moving, record.hub) <= 0
}

function leave(look: Look, around: Around, pub: PubFact, fault: Fault): void {
  const { now } = look.world
  const due = look.deadline(fault.at, CANNOT_RUN_FOR_MS)
  if (now < due) return look.wakeAt(due)
  const why =
    whyNot(look, around, pub, fault) ?? moveOf(look, around.moving, around.silent, pub, 'cannot-run')
  if (why === null) return
  const { name, hub } = pub.record
  look.stuck.push({ pub: pub.pub, name, hub, why, storm: null })
}

function whyNot(look: Look, around: Around, { pub }: PubFact, { trouble }: Fault): string | null {
  const { state, now } = look.world
  const left = leftLately(state, pub, now)
  const [first] = left
  // The earliest hub that it left may be tried again then.
  if (first !== undefined) look.wakeAt(first.at + CANNOT_RUN_AGAIN_MS)
  if (left.length >= CANNOT_RUN_MOVES_MAX) return moveWords.triedMany(left.length)
  const storm = around.storm(trouble)
  if (storm === null) return null
  if (trouble !== 'unreachable') return moveWords.allAtOnce(trouble, storm)
  // An engine that is dead is no silence of ours. What has not come from another such hub can't have brought it along.
  return first === undefined ? null : moveWords.followed(storm)
}
