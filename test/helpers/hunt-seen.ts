/** Everything that anybody was ever seen to hold of the hunted feeds: a fork shows as two messages in one place. */
import type { Chain } from './chains'

export class Seen {
  /** Feed and sequence to the message, and who was first seen to hold it. */
  private readonly places = new Map<string, { message: string; holder: string }>()
  readonly forks: string[] = []
  looks = 0

  /** Takes in what a holder has of a feed. */
  add(feed: string, holder: string, chain: Chain): void {
    this.looks += 1
    for (const [sequence, message] of chain) {
      const place = `${feed} ${sequence}`
      const before = this.places.get(place)
      if (before === undefined) this.places.set(place, { message, holder })
      else if (before.message !== message)
        this.forks.push(
          `FORK: message ${sequence} of ${feed} is ${message.slice(0, 20)} at ${holder} and ${before.message.slice(0, 20)} at ${before.holder}`,
        )
    }
  }

  /** How many messages are known of a feed, without a gap. */
  lengthOf(feed: string): number {
    let length = 0
    while (this.places.has(`${feed} ${length + 1}`)) length += 1
    return length
  }
}
