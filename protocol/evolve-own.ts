/** What the state keeps of names of owners' own. */
import type { Folded } from './evolve'
import type { NoticePayload } from './messages/answer'
import type { PubMessage } from './messages/pub'
import type { ProviderFold } from './state'

/** A record; `before` is the one before it of the same pub. */
export function noteOwn(
  { own: known }: ProviderFold,
  { key }: Pick<Folded, 'key'>,
  before: PubMessage | null,
  { pub, own, status }: PubMessage,
): void {
  if (status === 'ended' || own === null) known.delete(pub)
  else if (!known.has(pub) || before?.own?.name !== own.name || before.own.since !== own.since)
    known.set(pub, { asked: key, told: null })
}

/** What its owners were told of it. */
export function noteOwnTold(
  { own: known }: ProviderFold,
  { key, claimedAt }: Pick<Folded, 'key' | 'claimedAt'>,
  { topic, pub }: NoticePayload,
): void {
  const fact = known.get(pub)
  if (topic === 'domain' && fact !== undefined) fact.told = { key, at: claimedAt }
}
