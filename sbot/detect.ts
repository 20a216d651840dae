/** The Sbot of whatever node we are loaded into. */
import { createClassicSbot } from './classic'
import { createDb2Sbot, type GatedSbot } from './db2'
import { durabilityOf } from './flushed-first'
import type { Gate, GateOptions } from './gatekeeper'
import type { Sbot } from './port'

const made = new WeakMap<object, GatedSbot>()

export interface HomeOptions {
  firstStart?: boolean
  gate?: GateOptions
  /** Our own nodes: whether other plugins' writes go through the queue (else they are refused). */
  routeForeignWrites?: boolean
}

/**
 * The Sbot of a node: over ssb-db2 where the node has it as its main log, else over the classic log of a stock
 * ssb-server. Call it as early as possible (in a plugin's `init`, deferred with `setImmediate`): it sees only peers
 * that connect from then on. Every call for one node gives the same Sbot; `options` count the first time.
 */
export function sbotOf(ssb: any, config: any, options: HomeOptions = {}): GatedSbot {
  const known = made.get(ssb)
  if (known !== undefined) return known
  const gate = options.gate ?? {}
  const durability = durabilityOf(ssb)
  const sbot =
    durability !== null
      ? createDb2Sbot({
          ...{ ssb, keys: config.keys, durability, gate },
          firstStart: options.firstStart ?? false,
          routeForeignWrites: options.routeForeignWrites ?? false,
        })
      : createClassicSbot({ ssb, config, gate })
  made.set(ssb, sbot)
  return sbot
}

/** The boot gate of an Sbot: its status, and whose word opens it. */
export function gateOf(sbot: Sbot): Gate {
  return (sbot as GatedSbot).gate
}
