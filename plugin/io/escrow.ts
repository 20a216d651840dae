/**
 * What hubs ask of the escrow. Only the hub of a pub's record, under its present epoch, is answered; who it is SHS has
 * proven. A secret leaves here over that connection and no other way.
 */
import { type FeedId, isFeedId } from '../../protocol/ids'
import type { EscrowAnswer, SecretAnswer } from '../../protocol/rpc-escrow'
import { isBoxKey } from '../../sbot/sealed-box'
import { type Commits, fieldsOf, refusal } from './commits'
import type { Log } from './provider'
import type { Vault } from './vault'

export class Escrow {
  constructor(
    readonly vault: Vault,
    private readonly commits: Commits,
    /** Resolves when the epochs we know are the last ones we gave. */
    private readonly current: () => Promise<void>,
    private readonly log: Log,
  ) {}

  /** `buttcloud.escrow`: keeps a sealed secret, or says whether it is kept. */
  async escrow(caller: FeedId, request: unknown): Promise<EscrowAnswer> {
    const { pub: id, epoch, feed, key, sealed } = fieldsOf(request)
    await this.current()
    const fact = this.commits.permitted(caller, id, epoch)
    const { pub } = fact
    if (!isFeedId(feed)) throw refusal('bad-argument', 'feed: expected a feed id')
    if (sealed !== null && (typeof sealed !== 'string' || !isBoxKey(key)))
      throw refusal(
        'bad-argument',
        'sealed: expected a sealed secret and the key that it is sealed to, or null',
      )
    this.commits.claim(fact, feed)
    const { vault } = this
    if (sealed !== null && key === vault.recovery.key && !vault.holds(pub, feed)) {
      vault.put(pub, feed, key as string, sealed as string)
      this.log('info', "a pub's secret is in escrow", { pub, feed, hub: caller })
    }
    return { held: vault.holds(pub, feed), key: vault.recovery.key }
  }

  /** `buttcloud.secret`: the secret back, to the hub that shall run the pub. */
  async secret(caller: FeedId, request: unknown): Promise<SecretAnswer> {
    const { pub: id, epoch } = fieldsOf(request)
    await this.current()
    const fact = this.commits.permitted(caller, id, epoch)
    // A feed that only a connection has named was neither sealed nor ever run: such a pub gets its key where it starts.
    const feed = this.commits.lastingFeed(fact)
    if (feed === null) return { feed: null, secret: null }
    if (this.vault.feedOf(fact.pub) === null)
      throw refusal(
        'refused',
        `this pub is ${feed}, and its key is neither on its server nor in escrow; only a copy of it from a backup brings the pub back`,
      )
    const secret = this.vault.take(fact.pub)
    if (secret.feed !== feed) throw refusal('refused', `what is in escrow is not the key of ${feed}`)
    this.log('warn', "a pub's secret goes from escrow to its hub", {
      pub: fact.pub,
      feed,
      hub: caller,
      epoch,
    })
    return { feed, secret: secret.text }
  }
}
