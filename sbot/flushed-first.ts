/**
 * A plugin between ssb-db2 and ssb-ebt that makes "on disk" mean something.
 *
 * ssb-db2 tells everybody about a new message before its log is on disk, so a peer may hold a message that a crash
 * takes from us, and the next one we sign forks the feed. Its `onDrain` doesn't help: what is appended to a block
 * while that block is being written counts as drained when the earlier write ends (async-append-only-log 4.3.10,
 * index.js `write`). So we count offsets ourselves: a record is on disk when the log's `since` has reached it.
 *
 * - Own messages are shown to the other plugins (ssb-ebt sends them to peers) only when on disk, in order.
 * - `createHistoryStream` and `getVectorClock` hold own messages back likewise.
 * - `db.create` is closed to everybody but the durable queue.
 * - The log flushes when nothing was appended for `writeTimeout`; under steady traffic that is never. When a wait
 *   takes too long, incoming messages are held for a moment so that the log comes to rest.
 */
import pull from 'pull-stream'
import type { FeedId } from '../protocol/ids'

/** What the log has and what of it is on disk. */
export interface Durability {
  /** Offset of the newest record the log was given; -1 for none. */
  appended(): number
  /** Offset up to which all is on disk; -1 for none. */
  flushed(): number
  /** Calls back, in order, once everything up to `offset` is on disk; at once where it is. */
  whenFlushed(offset: number, then: () => void): void
  /** Resolves when all that is in the log by now is on disk. */
  settled(): Promise<void>
  /** Lets this one `db.create` call pass; only the durable queue calls it. */
  permit(createOptions: object): void
  /** What happens to other callers of `db.create`, `db.publish` and `ssb.publish`. */
  onForeignCreate(then: ForeignCreate): void
  /** Lets ssb-db2's index build rest while a reader scans the log; call the result to let it go on. */
  holdIndexing(): () => void
}

export type ForeignCreate = (options: any, callback: (error: Error | null, value?: unknown) => void) => void

/** A flush that takes longer than this is starving: ordinary ones take `writeTimeout` and a sync. */
const STARVING_AFTER_MS = 100
/** Incoming messages held at most, while the log comes to rest; more are let through. */
const HELD_MAX = 20_000

const known = new WeakMap<object, Durability>()

/** The durability of a node that was assembled with this plugin; null for any other. */
export function durabilityOf(ssb: object): Durability | null {
  return known.get(ssb) ?? null
}

interface Waiter {
  offset: number
  then: () => void
}

function createFlushWatch(log: any) {
  let appended = -1
  let flushed: number = log.since.value ?? -1
  let waiting: Waiter[] = []
  let held: (() => void)[] = []
  let holding = false
  let timer: NodeJS.Timeout | null = null

  const letGo = () => {
    holding = false
    const released = held
    held = []
    for (const add of released) add()
  }
  const watch = () => {
    if (timer !== null || waiting.length === 0) return
    timer = setTimeout(() => {
      timer = null
      if (waiting.length > 0) holding = true
    }, STARVING_AFTER_MS)
  }
  log.since((offset: number) => {
    flushed = offset
    if (appended < flushed) appended = flushed
    let count = 0
    while (count < waiting.length && (waiting[count]?.offset ?? 0) <= flushed) count++
    if (count === 0) return
    const ready = waiting.slice(0, count)
    waiting = waiting.slice(count)
    if (timer !== null) clearTimeout(timer)
    timer = null
    for (const waiter of ready) waiter.then()
    if (holding) letGo()
    watch()
  })
  const noted = (then: (error: unknown, offset?: any) => void) => (error: unknown, offset?: any) => {
    if (!error) appended = Math.max(appended, Array.isArray(offset) ? (offset.at(-1) ?? -1) : offset)
    then(error, offset)
  }
  // What comes once the log is being closed would be written to a closed file, and the log throws that at nobody.
  let shut = false
  const guarded = (append: any) => (data: unknown, then: any) =>
    shut ? then(new Error('the node is shutting down')) : append(data, noted(then))
  log.append = guarded(log.append)
  log.appendTransaction = guarded(log.appendTransaction)
  return {
    appended: () => appended,
    flushed: () => flushed,
    whenFlushed(offset: number, then: () => void) {
      if (offset <= flushed) return then()
      waiting.push({ offset, then })
      watch()
    },
    shut() {
      shut = true
      held = []
    },
    /** For `db.add`: passes the call on, or keeps it until the log has come to rest. */
    incoming(add: () => void) {
      if (holding && held.length < HELD_MAX) held.push(add)
      else add()
    },
  }
}
type FlushWatch = ReturnType<typeof createFlushWatch>

/** An observable as `obz` makes them: called with every new value, and at once where there is one. */
function gatedObservable(source: any, watch: FlushWatch, self: FeedId) {
  const listeners = new Set<(value: unknown) => unknown>()
  let value: unknown = null
  let queue: { event: any; offset: number }[] = []
  let busy = false

  const show = (event: unknown) => {
    value = event
    for (const listener of [...listeners]) if (listener(event) === false) listeners.delete(listener)
  }
  const work = () => {
    if (busy) return
    busy = true
    let first = queue[0]
    while (first !== undefined && first.offset <= watch.flushed()) {
      queue.shift()
      show(first.event)
      first = queue[0]
    }
    busy = false
    if (first !== undefined) watch.whenFlushed(first.offset, work)
  }
  source((event: any) => {
    const own = event?.kvt?.value?.author === self
    const offset = own ? watch.appended() : -1
    queue.push({ event, offset })
    // While an own message waits, `work` is already booked behind it.
    if (queue.length === 1) work()
  })
  const observable = (listener: (value: unknown) => unknown, immediately?: boolean) => {
    listeners.add(listener)
    if (value !== null && immediately !== false && listener(value) === false) listeners.delete(listener)
    return () => listeners.delete(listener)
  }
  return { observable, forget: () => (queue = []) }
}

/** Keeps the streams that feed ssb-db2's indexes in hand: a held stream stops after the current record. */
function indexingHold(log: any) {
  const streams = new Set<any>()
  let holds = 0
  const stream = log.stream
  log.stream = (options: any) => {
    const opened = stream(options)
    if (!options.updatePrivateIndex || options.live) return opened
    const pipe = opened.pipe.bind(opened)
    opened.pipe = (sink: any) => {
      streams.add(opened)
      const end = sink.end?.bind(sink)
      sink.end = (error: unknown) => {
        streams.delete(opened)
        end?.(error)
      }
      if (holds > 0) sink.paused = true
      return pipe(sink)
    }
    return opened
  }
  return () => {
    holds++
    for (const opened of streams) if (opened.sink) opened.sink.paused = true
    let released = false
    return () => {
      if (released) return
      released = true
      holds--
      if (holds > 0) return
      for (const opened of [...streams]) {
        if (!opened.sink) continue
        opened.sink.paused = false
        opened.resume()
      }
    }
  }
}

function hookReaders(ssb: any, watch: FlushWatch): void {
  const settle = (message: unknown, callback: (error: null, message: unknown) => void) =>
    watch.whenFlushed(watch.appended(), () => callback(null, message))
  ssb.createHistoryStream.hook(function (this: unknown, original: any, args: unknown[]) {
    const source = original.apply(this, args)
    const id = typeof args[0] === 'object' && args[0] !== null ? (args[0] as any).id : args[0]
    return id === ssb.id ? pull(source, pull.asyncMap(settle)) : source
  })
  ssb.getVectorClock.hook(function (this: unknown, original: any, args: any[]) {
    const callback = args.at(-1)
    return original.call(this, (error: unknown, clock: unknown) =>
      watch.whenFlushed(watch.appended(), () => callback(error, clock)),
    )
  })
}

export const flushedFirst = {
  name: 'flushed-first',
  version: '1.0.0',
  manifest: {},
  init(ssb: any) {
    const log = ssb.db.getLog()
    const watch = createFlushWatch(log)
    const permitted = new WeakSet<object>()
    let foreign: ForeignCreate = (_options, callback) =>
      callback(new Error('this node publishes through its durable queue only'))
    ssb.db.onMsgAdded = gatedObservable(ssb.db.onMsgAdded, watch, ssb.id).observable
    ssb.db.create.hook(function (this: unknown, create: any, args: any[]) {
      if (typeof args[0] === 'object' && args[0] !== null && permitted.has(args[0]))
        return create.apply(this, args)
      const callback = args.at(-1)
      foreign(args[0], typeof callback === 'function' ? callback : () => {})
    })
    ssb.db.add.hook(function (this: unknown, add: any, args: any[]) {
      watch.incoming(() => add.apply(this, args))
    })
    hookReaders(ssb, watch)
    ssb.close.hook(function (this: unknown, close: any, args: unknown[]) {
      watch.shut()
      watch.whenFlushed(watch.appended(), () => close.apply(this, args))
    })
    known.set(ssb, {
      appended: watch.appended,
      flushed: watch.flushed,
      whenFlushed: watch.whenFlushed,
      settled: () => new Promise((resolve) => watch.whenFlushed(watch.appended(), resolve)),
      permit: (options) => void permitted.add(options),
      onForeignCreate: (then) => {
        foreign = then
      },
      holdIndexing: indexingHold(log),
    })
    return {}
  },
}
