/**
 * Own messages, one queue, committed in groups: all that wait are written, then one wait for the disk answers them
 * all. While that wait lasts the next group gathers, so a burst costs a few waits and a single message costs one.
 */
import { PUBLISH_GROUP_MAX, PUBLISH_QUEUE_MAX } from '../protocol/limits'
import type { Outgoing } from './outgoing'
import type { Incoming } from './port'

export interface PublishQueueOptions {
  /** Resolves when the node may write at all (the boot gate). */
  mayWrite(): Promise<void>
  /** Signs and stores one message; called in order, without waiting in between. */
  create(message: Outgoing): Promise<Incoming>
  /** Resolves when everything created so far is on disk. */
  settle(): Promise<void>
}

export interface PublishQueue {
  /** Resolves when the message is on disk. */
  publish(message: Outgoing): Promise<Incoming>
  /** Refuses what waits, lets the running group end. */
  close(): Promise<void>
}

interface Job {
  message: Outgoing
  resolve(done: Incoming): void
  reject(error: Error): void
}

const CLOSING = 'try-again: the node is shutting down, the message was not published'

/** See PublishQueueOptions. */
export function createPublishQueue(options: PublishQueueOptions): PublishQueue {
  const waiting: Job[] = []
  let running = false
  let closed = false
  let committing: Promise<void> = Promise.resolve()

  const commit = async (group: Job[]) => {
    const outcomes = await Promise.allSettled(group.map((job) => options.create(job.message)))
    try {
      if (outcomes.some((outcome) => outcome.status === 'fulfilled')) await options.settle()
    } catch (error) {
      for (const job of group) job.reject(asError(error))
      return
    }
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') group[index]?.resolve(outcome.value)
      else group[index]?.reject(asError(outcome.reason))
    }
  }
  const run = async () => {
    while (waiting.length > 0) {
      await options.mayWrite()
      // One turn, so that what is published in the same breath goes in one group.
      await new Promise((resolve) => setImmediate(resolve))
      if (closed) return
      committing = commit(waiting.splice(0, PUBLISH_GROUP_MAX))
      await committing
    }
  }
  const start = () => {
    if (running) return
    running = true
    run()
      .catch((error: unknown) => {
        for (const job of waiting.splice(0)) job.reject(asError(error))
      })
      .finally(() => {
        running = false
        if (waiting.length > 0 && !closed) start()
      })
  }
  return {
    publish(message) {
      if (closed) return Promise.reject(new Error(CLOSING))
      if (waiting.length >= PUBLISH_QUEUE_MAX)
        return Promise.reject(
          new Error(`try-again: ${PUBLISH_QUEUE_MAX} messages already wait to be published on this node`),
        )
      return new Promise((resolve, reject) => {
        waiting.push({ message, resolve, reject })
        start()
      })
    },
    async close() {
      closed = true
      for (const job of waiting.splice(0)) job.reject(new Error(CLOSING))
      await committing
    },
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
