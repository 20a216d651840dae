/**
 * A pub whose disk is nearly full takes no blobs, so that its feeds have room. All blobs that a stock server stores,
 * whoever they come from and whyever, go through `add` of one store: there they are refused.
 */
import { join } from 'node:path'
import * as words from '../words'

export interface BlobGate {
  /** False: nothing new is stored; what is there is given to everybody. */
  takes: boolean
}

type Source = (abort: unknown, callback: (end: unknown, piece?: unknown) => void) => void
type Sink = (read: Source) => void
type Add = (...args: unknown[]) => Sink

const gates = new Map<string, BlobGate>()
let isGuarded = false

/** The gate of the server that is started on this folder; to be called before it is. */
export function blobGateOf(folder: string): BlobGate {
  const gate = { takes: true }
  gates.set(join(folder, 'blobs'), gate)
  return gate
}

/** The module that ssb-blobs makes its store with gives guarded ones from now on; to be called before ssb-blobs is loaded. */
export function guardBlobStore(file: string): void {
  if (isGuarded) return
  isGuarded = true
  const create = require(file) as (folder: string) => { add: Add }
  const loaded = require.cache[file]
  if (loaded === undefined) throw new Error('the blob store of ssb-blobs is not where it was')
  loaded.exports = (folder: string) => guarded(create(folder), gates.get(folder))
}

function guarded(store: { add: Add }, gate: BlobGate | undefined): { add: Add } {
  if (gate === undefined) return store
  const { add } = store
  return Object.assign(store, {
    add: (...args: unknown[]): Sink => (gate.takes ? add.apply(store, args) : refuse(args)),
  })
}

/** Hangs up on whoever brings the blob; the answer says why. */
function refuse(args: unknown[]): Sink {
  const callback = args.at(-1)
  return (read) =>
    read(new Error(words.NO_BLOBS), () => {
      if (typeof callback === 'function') callback(new Error(words.NO_BLOBS))
    })
}
