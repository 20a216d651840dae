/**
 * ssb-classic remembers the id of every message it has ever seen, in a Map that nothing is taken out of: a node that
 * runs for years would hold all of its log in memory. This puts the same function with a WeakMap in its place, before
 * ssb-db2 loads it. To be imported first.
 */
import { dirname } from 'node:path'
import ssbKeys from 'ssb-keys'

const ids = new WeakMap<object, string>()

/** The id of a classic message: the hash of its canonical JSON (Scuttlebutt protocol guide, "Message ID"). */
export function messageIdOf(value: object): string {
  const known = ids.get(value)
  if (known !== undefined) return known
  const id = `%${ssbKeys.hash(JSON.stringify(value, null, 2))}`
  ids.set(value, id)
  return id
}

const place = require.resolve('ssb-classic/get-msg-id', { paths: [dirname(require.resolve('ssb-db2'))] })
// Loaded once the ordinary way, so that the cache holds a true module, whose exports are then replaced.
require(place)
const loaded = require.cache[place]
if (loaded === undefined) throw new Error(`could not replace ${place}: it is not in the module cache`)
loaded.exports = messageIdOf
