/**
 * Which engine a hub goes on with. What ran its pubs first goes on running them: another one would find none of them,
 * and make each a second time with other data.
 */
import type { EngineKind } from './engines/engine'

export interface EngineWish {
  /** What the operator says now; `auto` chooses at the first start alone. */
  asked: EngineKind | 'auto'
  /** What hub.json says; null at the first start, and of a hub from before that was written down. */
  kept: EngineKind | null
  /** What the hub's folder shows, for those. */
  traces: EngineTraces
}

export interface EngineTraces {
  /** The process engine's own folder: not there, empty, or with pubs. */
  runs: 'none' | 'empty' | 'pubs'
  /** Keys of pubs were made here, or are. */
  keys: boolean
}

/** `first`: nothing says anything; `same`: as before; `change`: the operator wants another one than before. */
export type EngineDecision =
  | { kind: 'first'; engine: EngineKind | 'auto' }
  | { kind: 'same'; engine: EngineKind }
  | { kind: 'change'; from: EngineKind; to: EngineKind }

/** Decides; whether a change may be is for `refusalOfChange`, which needs a look at the former engine. */
export function decideEngine({ asked, kept, traces }: EngineWish): EngineDecision {
  const before = kept ?? engineByTraces(traces)
  if (before === null) return { kind: 'first', engine: asked }
  if (asked === 'auto' || asked === before) return { kind: 'same', engine: before }
  return { kind: 'change', from: before, to: asked }
}

/** Only the process engine makes the folder of runs; whoever has keys and no runs in it had containers. */
function engineByTraces({ runs, keys }: EngineTraces): EngineKind | null {
  if (runs === 'pubs') return 'process'
  if (keys) return 'docker'
  return runs === 'empty' ? 'process' : null
}

/** What the former engine said when it was asked what is left of this hub's pubs. */
export type Left = { kind: 'runs'; runs: number; volumes: number } | { kind: 'silent'; reason: string }

/**
 * Why the engine can't be changed, in a sentence; null where it can. `keys`: whether keys of pubs lie here. A hub without any
 * never made a pub, so an engine that does not answer hides none.
 */
export function refusalOfChange(from: EngineKind, to: EngineKind, left: Left, keys: boolean): string | null {
  const start = `this hub's pubs run with the engine ${from}, so it can't be started with --engine ${to}: `
  const end =
    `To go on as it was, start it without --engine. To change, first have its pubs moved (buttcloud admin drain HUB), ` +
    'and wait until their kept volumes have ended, or join a second hub with a --path of its own.'
  if (left.kind === 'silent')
    return keys ? `${start}nobody can say which pubs are left there (${left.reason}). ${end}` : null
  const { runs, volumes } = left
  if (runs === 0 && volumes === 0) return null
  return (
    `${start}${counted(runs, 'run')} and ${counted(volumes, 'volume')} of its pubs are there, ` +
    `and with another engine these pubs would begin anew without their data. ${end}`
  )
}

function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
