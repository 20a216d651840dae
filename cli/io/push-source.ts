/** A pull-stream source that is pushed into. */
import { CONVERSATION_QUEUE_MAX } from '../../protocol/limits'

type Callback = (end: unknown, item?: unknown) => void

export interface PushSource {
  source: (abort: unknown, callback: Callback) => void
  push(item: unknown): void
  fail(error: Error): void
}

/** `onStop` is called once, when the reader goes away or falls too far behind. */
export function pushSource(onStop: () => void): PushSource {
  const queue: unknown[] = []
  let waiting: Callback | null = null
  let ended: unknown = null
  const end = (why: unknown) => {
    if (ended !== null) return
    ended = why
    onStop()
    const callback = waiting
    waiting = null
    callback?.(ended)
  }
  return {
    source(abort, callback) {
      if (abort) {
        end(abort)
        callback(ended)
      } else if (queue.length > 0) callback(null, queue.shift())
      else if (ended !== null) callback(ended)
      else waiting = callback
    },
    push(item) {
      if (ended !== null) return
      const callback = waiting
      waiting = null
      if (callback !== null) callback(null, item)
      else if (queue.length < CONVERSATION_QUEUE_MAX) queue.push(item)
      else end(new Error('the reader of this conversation is too slow; read it again'))
    },
    fail: end,
  }
}
