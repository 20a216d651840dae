/** One message per place of a feed, over all disks and all time; and none of a pub's that its provider lacks. */
import type { FeedId, MessageId } from '../../../protocol/ids'
import type { Message } from '../messages'
import type { Violate } from './violation'

export class OneChain {
  private readonly places = new Map<FeedId, (MessageId | undefined)[]>()
  /** Places with two messages. */
  forks = 0

  constructor(private readonly violate: Violate) {}

  stored(message: Message, where: string): void {
    let places = this.places.get(message.author)
    if (places === undefined) {
      places = []
      this.places.set(message.author, places)
    }
    const known = places[message.sequence]
    places[message.sequence] = message.key
    if (known === undefined || known === message.key) return
    this.forks += 1
    this.violate(
      'one-chain',
      `${where} holds another message ${message.sequence} of ${message.author.slice(0, 7)}`,
    )
  }
}
