/** Docker's event stream as a hint to look again. Events get lost (the engine keeps 256), so nothing is read in them. */
import { ENGINE_WATCH_AGAIN_MAX_MS, ENGINE_WATCH_AGAIN_MIN_MS } from '../../protocol/limits'

export interface Watching {
  /** Opens the stream. */
  open(signal: AbortSignal): Promise<NodeJS.ReadableStream>
  /** Called for every event, and whenever the stream was away: anything may have happened meanwhile. */
  wake(): void
  /** The stream ended. */
  lost(): void
}

/** Keeps a stream open, with growing pauses while it fails. Returns the way to stop. */
export function watchEvents(watching: Watching): () => void {
  const abort = new AbortController()
  let timer: NodeJS.Timeout | null = null
  let current: NodeJS.ReadableStream | null = null
  let pauseMs = ENGINE_WATCH_AGAIN_MIN_MS

  const again = () => {
    if (abort.signal.aborted || timer !== null) return
    watching.lost()
    watching.wake()
    timer = setTimeout(() => {
      timer = null
      connect()
    }, pauseMs)
    pauseMs = Math.min(pauseMs * 2, ENGINE_WATCH_AGAIN_MAX_MS)
  }

  const connect = () => {
    watching.open(abort.signal).then((stream) => {
      if (abort.signal.aborted) return destroy(stream)
      current = stream
      // The end of a stream is told as `end`, `error` or `close`, and often as two of them.
      const ended = () => {
        if (current !== stream) return
        current = null
        destroy(stream)
        again()
      }
      stream.on('data', () => {
        // Only a stream that brings something counts as well again; one that opens and ends at once does not.
        pauseMs = ENGINE_WATCH_AGAIN_MIN_MS
        watching.wake()
      })
      for (const end of ['error', 'end', 'close']) stream.on(end, ended)
      watching.wake()
    }, again)
  }

  connect()
  return () => {
    abort.abort()
    if (timer !== null) clearTimeout(timer)
    if (current !== null) destroy(current)
    current = null
  }
}

function destroy(stream: NodeJS.ReadableStream): void {
  // An aborted stream may say so as an error, to nobody.
  stream.on('error', () => undefined)
  ;(stream as NodeJS.ReadableStream & { destroy?: () => void }).destroy?.()
}
