/** One feed, checked message by message: who signed it, that none is missing, and that each follows the one before. */
import validate from 'ssb-validate'
import type { FeedId, MessageId } from '../protocol/ids'
import type { Head, SignedValue } from './port'

export class FeedChain {
  private readonly state: any = validate.initial()
  /** Where it ends so far. */
  head: Head = { sequence: 0, key: null }

  constructor(readonly feed: FeedId) {}

  /** Takes the next message. Throws a sentence where it is not the next one of this feed; nothing is taken then. */
  add(value: SignedValue): void {
    const wanted = this.head.sequence + 1
    if (typeof value !== 'object' || value === null) throw new Error(`message ${wanted} is no message`)
    const { author, sequence, previous } = value
    if (author !== this.feed) throw new Error(`message ${wanted} is not of ${this.feed}`)
    if (sequence !== wanted)
      throw new Error(`message ${wanted} is missing: ${String(sequence)} stands in its place`)
    if (previous !== this.head.key)
      throw new Error(
        `message ${wanted} does not follow message ${wanted - 1}: the feed is forked or damaged`,
      )
    try {
      validate.append(this.state, null, value)
    } catch (error) {
      // ssb-validate's own texts hold the whole message.
      const why = /signature/.test(String(error)) ? 'its signature is wrong' : 'no feed may hold it'
      throw new Error(`message ${wanted} is not sound: ${why}`, { cause: error })
    }
    // It keeps what it has checked for somebody who would store it.
    const key = this.state.queue.pop()?.key as MessageId
    this.state.queue.length = 0
    this.head = { sequence, key }
  }
}
