/**
 * The secrets of this hub's pubs: on disk before anything is made with them. Beside each one stands, once the provider
 * has it in escrow, that it has: no pub starts before that.
 */
import { join } from 'node:path'
import type { FeedId, PubId } from '../../protocol/ids'
import { runNameOf } from '../../protocol/ids'
import { makeFolder, readText, removeDurably, writeDurably } from '../../sbot/durable'
import { type FeedSecret, makeFeedSecret, readFeedSecret } from '../../sbot/feed-secret'

export class Secrets {
  /** Runs that are known to have both on disk: every look asks for all of them. */
  private readonly sealed = new Set<string>()

  constructor(private readonly directory: string) {}

  /** The secret of a run; null where there is none. Throws when it is there and can't be read. */
  read(name: string): FeedSecret | null {
    const path = this.path(name)
    const text = readText(path)
    if (text === null) {
      this.sealed.delete(name)
      return null
    }
    const secret = readFeedSecret(text)
    if (secret === null) throw new Error(`${path} is damaged; put a good copy in its place, or remove it`)
    return secret
  }

  /** Makes an identity. Only for a pub that has none: whoever calls has asked the provider. */
  make(name: string): FeedSecret {
    return this.keep(name, makeFeedSecret())
  }

  /** Writes a secret that came back from escrow. */
  keep(name: string, secret: FeedSecret): FeedSecret {
    makeFolder(join(this.directory, name))
    writeDurably(this.path(name), secret.text)
    return secret
  }

  /** The provider has the secret of this feed in escrow, sealed to this key. */
  noteSealed(name: string, feed: FeedId, key: string): void {
    writeDurably(this.path(name, 'escrow'), `${feed} ${key}\n`)
    this.sealed.add(name)
  }

  /** True where the provider has ever had a secret of this run in escrow: without that no run was started. */
  wasSealed(name: string): boolean {
    return readText(this.path(name, 'escrow')) !== null
  }

  /** Those of these pubs that have a secret here which is in escrow. */
  sealedOf(pubs: Iterable<PubId>): Set<PubId> {
    const found = new Set<PubId>()
    for (const pub of pubs) if (this.isSealed(runNameOf(pub))) found.add(pub)
    return found
  }

  /** Removes it for ever. Missing is fine. */
  forget(name: string): void {
    this.sealed.delete(name)
    removeDurably(this.path(name, 'escrow'))
    removeDurably(this.path(name))
  }

  private isSealed(name: string): boolean {
    if (this.sealed.has(name)) return true
    const noted = readText(this.path(name, 'escrow'))
    const text = noted === null ? null : readText(this.path(name))
    if (noted === null || text === null) return false
    // One that is damaged, or another one, is no sealed one: the step that looks after it says so in words.
    if (readFeedSecret(text)?.feed !== noted.split(' ')[0]) return false
    this.sealed.add(name)
    return true
  }

  private path(name: string, file = 'secret'): string {
    return join(this.directory, name, file)
  }
}
