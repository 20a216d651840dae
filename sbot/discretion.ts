/**
 * Whom a node asks for is its own business. EBT tells every peer the whole list of feeds that a node replicates, and
 * so would `ebt.clock` and `createHistoryStream`: from a provider anybody could read who its customers are. What is
 * hidden here is told to nobody but to its own author. Imports no package.
 */
type Hides = (feed: string) => boolean

const hiders = new Map<string, Hides>()

/** From now on the node with this id keeps quiet about the feeds that `hides` names. */
export function keepQuiet(self: string, hides: Hides): void {
  hiders.set(self, hides)
}

/** True when the node may let this peer know that it holds this feed. */
function mayTell(self: string, remote: string, feed: string): boolean {
  if (feed === self || feed === remote || remote === self) return true
  return !(hiders.get(self)?.(feed) ?? false)
}

/** Takes out of a clock (in place) what this peer is not told of. */
export function quietClock(self: string, remote: string, clock: Record<string, unknown>): void {
  if (!hiders.has(self)) return
  for (const feed of Object.keys(clock)) if (!mayTell(self, remote, feed)) delete clock[feed]
}

/** A source that ends at once. */
function nothing(abort: unknown, callback: (end: unknown) => void): void {
  callback(abort || true)
}

/** Answers peers' questions about hidden feeds as if they were not there. */
export function hookQuestions(ssb: any): void {
  const remoteOf = (caller: any): string | null =>
    typeof caller?.id === 'string' && caller.id !== ssb.id ? caller.id : null
  ssb.createHistoryStream?.hook?.(function (this: any, original: any, args: any[]) {
    const remote = remoteOf(this)
    const feed = args[0]?.id
    if (remote !== null && typeof feed === 'string' && !mayTell(ssb.id, remote, feed)) return nothing
    return original.apply(this, args)
  })
  if (typeof ssb.replicate?.request === 'function') hookAsking(ssb)
  ssb.ebt?.clock?.hook?.(function (this: any, original: any, args: any[]) {
    const remote = remoteOf(this)
    const callback = args.at(-1)
    if (remote === null || typeof callback !== 'function') return original.apply(this, args)
    const quiet = (error: unknown, clock: Record<string, unknown> | undefined) => {
      const told = { ...clock }
      quietClock(ssb.id, remote, told)
      callback(error, error ? undefined : told)
    }
    return original.apply(this, [...args.slice(0, -1), quiet])
  })
}

/** ssb-replicate of a stock server asks whoever has asked it something for every feed that it wants, one by one. */
function hookAsking(ssb: any): void {
  ssb.prependListener('rpc:connect', (rpc: any) => {
    const ask = rpc.createHistoryStream
    if (rpc.id === ssb.id || typeof ask !== 'function') return
    rpc.createHistoryStream = (...args: any[]) => {
      const feed = args[0]?.id
      return typeof feed === 'string' && !mayTell(ssb.id, rpc.id, feed) ? nothing : ask(...args)
    }
  })
}
