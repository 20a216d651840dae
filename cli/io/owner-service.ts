/** What the owner's embedded node does, in-process. The same methods go over its unix socket (owner-plugin.ts). */
import type { FeedId } from '../../protocol/ids'
import { createLoop } from '../../sbot/loop'
import { drain } from '../../sbot/peers'
import type { OpenedNode } from '../../sbot/stacks'
import { networkKeyOf } from '../../sbot/stacks'
import { firstLine } from '../failure'
import { addressOf, parseInviteCode } from '../invite-code'
import { letterContent } from '../letter-content'
import { type JoinedProvider, providersOf } from '../owner-book'
import { readBook, rememberProvider } from './book-file'
import type { OwnerDoor } from './owner-door'
import { redeemInvite } from './redeem'

const POLL_MS = 150
const DIAL_FIRST_PAUSE_MS = 300
const DIAL_CEILING_PAUSE_MS = 15_000

/** The first sentence of an error, without keys: it stands in brackets in a longer one. */
function briefly(error: unknown): string {
  return firstLine(error)
    .replace(/~shs:[A-Za-z0-9+/=]+/g, '')
    .replace(/\. .*$/, '')
}

/** Starts dialling the joined providers, and gives the door to the node. Closing the door closes the node. */
export function createOwnerService(node: OpenedNode, folder: string): OwnerDoor {
  const { sbot } = node
  const problems = new Map<FeedId, string>()
  const joined = (): JoinedProvider[] => providersOf(readBook(folder), sbot.id)
  const connectedTo = (provider: FeedId): boolean => sbot.peers().some((peer) => peer.id === provider)
  /** Asked of the provider itself: what EBT remembers of a peer is as old as the connection. */
  const holds = async (provider: FeedId, sequence: number): Promise<boolean> => {
    const rpc: any = sbot.peers().find((peer) => peer.id === provider)?.rpc
    if (rpc === undefined) return false
    let found = false
    const query = { id: sbot.id, seq: sequence, sequence, limit: 1, live: false, keys: false, values: true }
    await drain(rpc.createHistoryStream(query), (value) => {
      found ||= value?.sequence === sequence
    }).catch(() => {})
    return found
  }
  /** True when the provider has nothing of its own that is not here. */
  const isLevel = async (provider: FeedId): Promise<boolean> => {
    const rpc: any = sbot.peers().find((peer) => peer.id === provider)?.rpc
    if (rpc === undefined) return false
    const next = ((await sbot.head(provider))?.sequence ?? 0) + 1
    const query = {
      id: provider,
      seq: next,
      sequence: next,
      limit: 1,
      live: false,
      keys: false,
      values: true,
    }
    let more = false
    return drain(rpc.createHistoryStream(query), () => {
      more = true
    }).then(
      () => !more,
      () => false,
    )
  }
  const look = async () => {
    const failed: Error[] = []
    for (const provider of joined()) {
      sbot.request(provider.id, true)
      if (connectedTo(provider.id)) continue
      try {
        await sbot.dial(provider.address)
        problems.delete(provider.id)
      } catch (error) {
        problems.set(provider.id, briefly(error))
        failed.push(error as Error)
      }
    }
    if (failed[0] !== undefined) throw failed[0]
  }
  const dialling = createLoop({
    look,
    firstPauseMs: DIAL_FIRST_PAUSE_MS,
    ceilingPauseMs: DIAL_CEILING_PAUSE_MS,
  })
  sbot.onPeer((peer) => peer.onClose(() => dialling.wake()))
  dialling.wake()

  return {
    id: sbot.id,
    description: `the embedded node in ${folder}/owner`,
    async say(letter) {
      const { content, recps } = letterContent(letter, sbot.id)
      const stored = await sbot.publish(content, recps)
      return { key: stored.key, sequence: stored.sequence }
    },
    conversation(provider, listener) {
      const reading = sbot.read({
        wants: (author) => author === sbot.id || author === provider,
        onMessage(message) {
          if (!message.private) return
          const { key, author, sequence, claimedAt, content } = message
          listener.onLetter({ key, author, sequence, claimedAt, content })
        },
        onCaughtUp: () => listener.onCaughtUp(),
        onError: (error) => listener.onError(error),
      })
      return () => reading.stop()
    },
    async accept(invite) {
      const code = parseInviteCode(invite)
      if (code === null) throw new Error('that is not an invite; one looks like host:port:@…ed25519~…')
      const known = joined().some((provider) => provider.id === code.key)
      await redeemInvite(code, sbot.id, networkKeyOf())
      const provider = { owner: sbot.id, id: code.key, address: addressOf(code) }
      // Remembered before anything is written: the boot gate asks those who are known.
      rememberProvider(folder, provider)
      node.gate.lookAgain()
      dialling.wake()
      if (!known) {
        await sbot.publishPublic({ type: 'contact', following: true, autofollow: true, contact: code.key })
        await sbot.publishPublic({
          type: 'pub',
          address: { host: code.host, port: code.port, key: code.key },
        })
      }
      return provider
    },
    async state(provider) {
      const gate = node.gate.status()
      const connected = connectedTo(provider)
      const why = connected ? null : (problems.get(provider) ?? 'no connection to the provider yet')
      return { connected, problem: why ?? (gate.open ? null : gate.why) }
    },
    async level(provider, timeoutMs) {
      for (const end = Date.now() + timeoutMs; Date.now() < end; ) {
        if (await isLevel(provider)) return true
        await new Promise((resolve) => setTimeout(resolve, POLL_MS))
      }
      return false
    },
    async delivered(provider, sequence) {
      while (!(await holds(provider, sequence))) await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    },
    async close() {
      // Not awaited: a dial to somebody who is gone may take long, and closing the node ends it.
      void dialling.stop()
      await node.close()
    },
  }
}
