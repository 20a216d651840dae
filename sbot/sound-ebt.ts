/**
 * EBT as ssb-ebt 5 and 9 have it believes what a peer sends: `null` where a clock is expected, or a message before the
 * first clock, is thrown at nobody, and the process ends. Anybody who can connect can send that. Here whatever is no
 * message and no clock ends that peer's stream and nothing else. Imports no package; pubs use it too.
 */
import { dirname } from 'node:path'

/** Entries of one clock: more feeds than any node of ours asks for; what is beyond would be kept per peer. */
const CLOCK_FEEDS_MAX = 200_000
const FEED_CHARS_MAX = 200

type Write = (this: any, data: unknown) => void
type StreamModule = (events: unknown) => {
  prototype: { write: Write; resume(): void; end(error?: unknown): void; abort(error?: unknown): void }
}
/** Takes out of a clock what the peer `remote` shall not be told, or may not ask for. */
type Quiet = (self: string, remote: string, clock: Record<string, unknown>) => void
type End = true | Error | null
type Read = (abort: End, callback: (end: End, data?: unknown) => void) => void

/** True for what may be handed to EBT: an object that reads as a message, or a clock of feeds and whole numbers. */
export function isSound(data: unknown): boolean {
  if (Buffer.isBuffer(data)) return true
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return false
  const fields = data as Record<string, unknown>
  if (typeof fields.author === 'string') return true
  const nested = fields.clock
  return isClock(typeof nested === 'object' && nested !== null ? nested : fields)
}

/** The clock in something sound; null where it is a message. */
function clockIn(data: unknown): Record<string, unknown> | null {
  if (Buffer.isBuffer(data)) return null
  const fields = data as Record<string, unknown>
  if (typeof fields.author === 'string') return null
  const nested = fields.clock
  return typeof nested === 'object' && nested !== null ? (nested as Record<string, unknown>) : fields
}

function isClock(clock: object): boolean {
  const entries = Object.entries(clock)
  if (entries.length > CLOCK_FEEDS_MAX) return false
  return entries.every(
    ([feed, sequence]) =>
      feed.length <= FEED_CHARS_MAX && Number.isSafeInteger(sequence) && (sequence as number) >= -1,
  )
}

/** Before ssb-ebt is loaded: guards every stream, whoever dialled. `from` is the file of the ssb-ebt that is used. */
export function guardStreams(from: string, quiet: Quiet = () => {}): void {
  const index = require.resolve('epidemic-broadcast-trees', { paths: [dirname(from)] })
  const place = require.resolve('./stream', { paths: [dirname(index)] })
  const make = require(place) as StreamModule
  const loaded = require.cache[place]
  if (loaded === undefined) throw new Error(`could not guard ${place}: it is not in the module cache`)
  loaded.exports = (events: unknown) => {
    const Stream = make(events)
    const { write, resume, end } = Stream.prototype
    // EBT looks up by the peer what to end: a stream that is told twice would end the one that came after it.
    const endOnce = function (this: any, error?: unknown): void {
      if (!this.ended) end.call(this, error)
    }
    Stream.prototype.end = endOnce
    Stream.prototype.abort = endOnce
    Stream.prototype.resume = function (this: any) {
      const notes = this.peer.state.peers[this.remote]?.notes
      if (notes) quiet(this.peer.id, this.remote, notes)
      resume.call(this)
    }
    Stream.prototype.write = function (data) {
      if (this.ended) return
      try {
        if (!isSound(data)) throw new Error('that is neither a message nor a clock')
        const clock = clockIn(data)
        if (clock !== null) quiet(this.peer.id, this.remote, clock)
        write.call(this, data)
      } catch (error) {
        this.end(error)
      }
    }
    return Stream
  }
}

/** Where ssb-ebt was loaded before we came (a stock server): guards the streams of those who dial us, and whom it dials. */
export function guardReplicate(ssb: any, quiet: Quiet = () => {}): void {
  if (typeof ssb.ebt?.replicate?.hook !== 'function') return
  const hushFor = (remote: string) => (data: unknown) => {
    const clock = isSound(data) ? clockIn(data) : null
    if (clock !== null) quiet(ssb.id, remote, clock)
  }
  ssb.ebt.replicate.hook(function (this: { id?: string } | undefined, replicate: any, args: unknown[]) {
    const { source, sink } = replicate.apply(this, args)
    const hush = hushFor(this?.id ?? '')
    return { source: hushed(source, hush), sink: (read: Read) => sink(guarded(read, hush)) }
  })
  // Before ssb-ebt hears of the connection and begins a stream on it.
  ssb.prependListener('rpc:connect', (rpc: any) => {
    if (rpc.id === ssb.id) return
    const { replicate } = rpc.ebt
    const hush = hushFor(rpc.id)
    rpc.ebt.replicate = (...args: unknown[]) => {
      const { source, sink } = replicate(...args)
      return { source: guarded(source, hush), sink: (read: Read) => sink(hushed(read, hush)) }
    }
  })
}

/** The same source, with every clock in it hushed. */
function hushed(read: Read, hush: (data: unknown) => void): Read {
  return (abort, callback) =>
    read(abort, (end, data) => {
      if (!end) hush(data)
      callback(end, data)
    })
}

/** The same source, ended at the first thing that is unsound or that its reader throws at. */
function guarded(read: Read, hush: (data: unknown) => void): Read {
  let ended: End = null
  return (abort, callback) => {
    if (ended !== null) return callback(ended)
    read(abort, (end, data) => {
      if (ended !== null) return
      const fail = (error: Error): void => {
        ended = error
        read(error, () => {})
      }
      try {
        if (!end && isSound(data)) hush(data)
        if (end || isSound(data)) return callback(end, data)
        fail(new Error('that is neither a message nor a clock'))
        callback(ended)
      } catch (error) {
        fail(error as Error)
      }
    })
  }
}
