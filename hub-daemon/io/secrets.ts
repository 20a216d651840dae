/** The secrets of this hub's pubs: made once, on disk before anything is made with them. */
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import type { FeedId } from '../../protocol/ids'
import { isFeedId } from '../../protocol/ids'
import { makeFolder, readText, removeDurably, writeDurably } from '../../sbot/durable'

export interface PubSecret {
  feed: FeedId
  /** The text of the file `secret` as ssb-keys reads it. */
  text: string
}

export class Secrets {
  constructor(private readonly directory: string) {}

  /** The secret of a run; null where there is none. Throws when it is there and can't be read. */
  read(name: string): PubSecret | null {
    const path = this.path(name)
    const text = readText(path)
    if (text === null) return null
    let feed: unknown
    try {
      feed = (JSON.parse(text) as { id?: unknown }).id
    } catch (error) {
      throw new Error(`${path} is damaged; put a good copy in its place`, { cause: error })
    }
    if (!isFeedId(feed)) throw new Error(`${path} holds no feed's secret; put a good copy in its place`)
    return { feed, text }
  }

  /**
   * The secret of a run, made when there is none yet. `known` is the feed that the pub is known by: a pub that has
   * been up never gets another identity, so a lost secret is an error and not a new pub.
   */
  ensure(name: string, known: FeedId | null): PubSecret {
    const present = this.read(name)
    if (present !== null) return present
    if (known !== null)
      throw new Error(`the secret of ${known} is gone from ${this.path(name)}; bring it back from a backup`)
    const keys = ssbKeys.generate('ed25519')
    const text = `${JSON.stringify(keys, null, 2)}\n`
    makeFolder(join(this.directory, name))
    writeDurably(this.path(name), text)
    return { feed: keys.id as FeedId, text }
  }

  /** Removes it for ever. Missing is fine. */
  forget(name: string): void {
    removeDurably(this.path(name))
  }

  private path(name: string): string {
    return join(this.directory, name, 'secret')
  }
}
