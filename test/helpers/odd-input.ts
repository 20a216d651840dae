/** Writing to a provider as no client would, and looking at what it holds. */
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import { chainAtAddress, keysIn } from './chains'
import type { ThreadPost } from './patchwork'
import type { TestProvider } from './provider'
import { call, type StockPeer } from './stock'

/** The outcome that an answer names. */
export const outcomeOf = (answer: ThreadPost): string => answer.content.buttcloud.outcome

/** Publishes exactly this content, boxed by hand for these people. */
export async function boxed(peer: StockPeer, content: object, to: string[]): Promise<string> {
  return (await call<any>(peer.rpc, 'publish', ssbKeys.box(content, [peer.id, ...to]))).key
}

/** A peer becomes a newcomer of the provider. */
export async function invited(provider: TestProvider, peer: StockPeer): Promise<void> {
  const { invite } = await provider.admin('adminInvite', { uses: 10 })
  await call(peer.rpc, 'invite.accept', invite)
}

/** The provider's own keys, as its operator has them. */
export function keysOf(provider: TestProvider): any {
  return keysIn(provider.home === 'own' ? provider.folder : join(provider.folder, '.ssb'))
}

/** How many messages of a feed the provider holds. */
export async function heldAt(provider: TestProvider, networkKey: string, feed: string): Promise<number> {
  return (await chainAtAddress(keysOf(provider), provider.address, networkKey, feed)).size
}
