/** The feed of somebody who is not here: real keys and signatures, no node. */
import ssbKeys from 'ssb-keys'
import type { FeedId } from '../../protocol/ids'
import type { SignedValue } from '../../sbot/port'
import { keyOf } from '../../sbot/signed'

export interface Writer {
  id: FeedId
  keys: any
  values: SignedValue[]
  /** Signs the feed's next message. */
  next(content: unknown): SignedValue
  /** Signs another message at a sequence that has one. */
  fork(sequence: number, content: unknown): SignedValue
}

/** A new feed, or the continuation of one. */
export function writer(keys: any = ssbKeys.generate('ed25519'), values: SignedValue[] = []): Writer {
  const sign = (sequence: number, content: unknown): SignedValue => {
    const previous = values[sequence - 2]
    return ssbKeys.signObj(keys, null, {
      previous: previous === undefined ? null : keyOf(previous),
      sequence,
      author: keys.id,
      timestamp: Date.now(),
      hash: 'sha256',
      content,
    })
  }
  return {
    ...{ id: keys.id as FeedId, keys, values },
    next(content) {
      const value = sign(values.length + 1, content)
      values.push(value)
      return value
    },
    fork: sign,
  }
}
