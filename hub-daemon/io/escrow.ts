/**
 * A pub's key before its first start: on this hub's disk, and sealed with the provider. Where it is gone from here it comes
 * back from there. A pub that has a feed never gets another one.
 */
import type { FeedId } from '../../protocol/ids'
import { reasonOf } from '../../protocol/rpc'
import { type FeedSecret, readFeedSecret } from '../../sbot/feed-secret'
import type { Log } from '../../sbot/log'
import { sealTo } from '../../sbot/sealed-box'
import type { Step } from '../steps'
import type { ProviderCalls } from './provider-link'
import type { Secrets } from './secrets'

/** There is no key to start the pub with, and waiting alone does not bring one. The message is a sentence for people. */
export class KeyError extends Error {}

export interface EscrowContext {
  secrets: Secrets
  provider: ProviderCalls
  /** The feed that the pub is known by here; null before it was ever up. */
  known: FeedId | null
  log: Log
}

/** The recovery key may be replaced between our question and our answer to it; not more often than this. */
const SEAL_TRIES = 3

/** Resolves when the provider has the secret on its disk. Throws KeyError, or `try-again` as the provider's calls do. */
export async function keepInEscrow(
  { pub, epoch, name }: Extract<Step, { kind: 'escrow' }>,
  { secrets, provider, known, log }: EscrowContext,
): Promise<void> {
  const asked = <T>(call: Promise<T>): Promise<T> => call.catch(asKeyError)
  const back = async (): Promise<FeedSecret> => {
    const found = await asked(provider.secret({ pub, epoch }))
    if (found.secret === null && known !== null)
      throw new KeyError(`its feed is ${known}, and its key is neither here nor in escrow`)
    if (found.secret === null) return secrets.make(name)
    const secret = readFeedSecret(found.secret)
    if (secret === null || secret.feed !== found.feed)
      throw new KeyError('what came from escrow is no key of its feed')
    log.warn({ pub, feed: secret.feed }, 'the key of a pub came back from escrow')
    return secrets.keep(name, secret)
  }
  let secret = secrets.read(name) ?? (await back())
  // Made under an order that was over before the provider had it: nothing ever ran with it, and the pub has its own by now.
  if (known !== null && known !== secret.feed && !secrets.wasSealed(name)) secret = await back()
  const { feed, text } = secret
  if (known !== null && known !== feed)
    throw new KeyError(`its feed is ${known}, and the key on this server is of ${feed}`)
  let answer = await asked(provider.escrow({ pub, epoch, feed, key: null, sealed: null }))
  for (let tries = 0; !answer.held && tries < SEAL_TRIES; tries += 1) {
    const { key } = answer
    answer = await asked(provider.escrow({ pub, epoch, feed, key, sealed: sealTo(key, text) }))
  }
  if (!answer.held) throw new Error('try-again: the provider did not take the key into escrow')
  secrets.noteSealed(name, feed, answer.key)
}

/** What the provider refuses in words is no trouble of the line. */
function asKeyError(error: unknown): never {
  const why = reasonOf(error)
  const message = error instanceof Error ? error.message : String(error)
  if (why === 'refused' || why === 'bad-argument') throw new KeyError(message.replace(/^[a-z-]+: /, ''))
  throw error
}
