/** The pub's own feed in its own log: reading it whole, and appending to it past the hooks of the fence. */
import type { FeedId, MessageId } from '../../protocol/ids'
import type { RawValue } from '../../protocol/rpc'
import { stock } from './stock'

export interface Stored {
  key: MessageId
  sequence: number
  timestamp: number
  content: unknown
}

/** Every message of one's own, oldest first. Rejects when the log's index and the log's state do not agree. */
export async function readOwnFeed(ssb: any): Promise<Stored[]> {
  const pull = stock('pull-stream')
  const messages = await new Promise<any[]>((resolve, reject) =>
    pull(
      ssb.createHistoryStream({ id: ssb.id, seq: 1, keys: true, live: false }),
      pull.collect((error: unknown, found: any[]) => (error ? reject(error) : resolve(found))),
    ),
  )
  const state = await new Promise<{ id: string | null; sequence: number }>((resolve, reject) =>
    ssb.getFeedState(ssb.id, (error: unknown, found: any) => (error ? reject(error) : resolve(found))),
  )
  const last = messages.at(-1)
  if ((last?.value.sequence ?? 0) !== state.sequence || messages.length !== state.sequence)
    throw new Error(
      `the pub's own feed can not be read whole: ${messages.length} messages found, its state says ${state.sequence}. Take the folder "flume" away and start again; the feed comes back from the provider`,
    )
  return messages.map((message) => ({
    key: message.key,
    sequence: message.value.sequence,
    timestamp: message.value.timestamp,
    content: message.value.content,
  }))
}

/** The message stored at this place of one's own feed, as signed. */
export function valueAt(ssb: any, feed: FeedId, sequence: number): Promise<RawValue> {
  return new Promise((resolve, reject) =>
    ssb.getAtSequence([feed, sequence], (error: unknown, data: any) =>
      error ? reject(error) : resolve(data.value),
    ),
  )
}
