/**
 * The ssb-server that the owner already runs (Patchwork, Oasis, `ssb-server start`), through ssb-client. We box as
 * Patchwork does and hand over the finished string: one feed, one writer, and that is the server.
 */
import ssbKeys from 'ssb-keys'
import { type FeedId, isFeedId, isMessageId } from '../../protocol/ids'
import { called, drain } from '../../sbot/peers'
import { firstLine } from '../failure'
import { addressOf, parseInviteCode } from '../invite-code'
import { letterContent } from '../letter-content'
import type { RawLetter } from '../letters'
import { rememberProvider } from './book-file'
import type { OwnerDoor } from './owner-door'
import { closeClient, connectMaster, type Master } from './rpc-client'

const MANIFEST = {
  whoami: 'sync',
  publish: 'async',
  createUserStream: 'source',
  invite: { accept: 'async' },
}

/** The server of this SSB folder; null where none answers. `folder` is our own, where providers are remembered. */
export async function openRunning(ssbFolder: string, folder: string): Promise<OwnerDoor | null> {
  const master = await connectMaster(ssbFolder, MANIFEST)
  return master === null ? null : doorOf(master, ssbFolder, folder)
}

function doorOf(master: Master, ssbFolder: string, folder: string): OwnerDoor {
  const { rpc, keys, id } = master
  return {
    id,
    description: `the ssb-server that runs on ${ssbFolder}, over ${master.how}`,
    async say(letter) {
      const { content, recps } = letterContent(letter, id)
      const stored: any = await called((callback) => rpc.publish(ssbKeys.box(content, recps), callback))
      return { key: stored.key, sequence: stored.value.sequence }
    },
    conversation(provider, listener) {
      let stopped = false
      const read = async (author: FeedId, after: number, live: boolean): Promise<number> => {
        let last = after
        const source = rpc.createUserStream({
          id: author,
          gt: after,
          live,
          old: true,
          sync: false,
          limit: -1,
        })
        await drain(source, (message) => {
          if (stopped) throw new Error('stopped')
          const letter = rawLetterOf(message, keys)
          if (Number.isSafeInteger(message?.value?.sequence)) last = message.value.sequence
          if (letter !== null) listener.onLetter(letter)
        })
        return last
      }
      const run = async () => {
        const [own, theirs] = await Promise.all([read(id, 0, false), read(provider, 0, false)])
        if (stopped) return
        listener.onCaughtUp()
        await Promise.race([read(id, own, true), read(provider, theirs, true)])
        throw new Error('the connection to the ssb-server ended')
      }
      run().catch((error: Error) => !stopped && listener.onError(error))
      return () => {
        stopped = true
      }
    },
    async accept(invite) {
      const code = parseInviteCode(invite)
      if (code === null) throw new Error('that is not an invite; one looks like host:port:@…ed25519~…')
      await called((callback) => rpc.invite.accept(invite, callback)).catch((error: unknown) => {
        throw new Error(`the ssb-server could not accept the invite: ${firstLine(error)}`, { cause: error })
      })
      const joined = { owner: id, id: code.key, address: addressOf(code) }
      rememberProvider(folder, joined)
      return joined
    },
    state: async () => ({ connected: null, problem: null }),
    level: async () => true,
    delivered: async () => {},
    close: () => closeClient(rpc),
  }
}

/** A private message of a stream, opened with the owner's key; null for everything else. */
function rawLetterOf(message: any, keys: any): RawLetter | null {
  const { key, value } = message ?? {}
  if (!isMessageId(key) || !isFeedId(value?.author) || typeof value.sequence !== 'number') return null
  const boxed = typeof value.content === 'string' && value.content.endsWith('.box')
  const content = boxed ? ssbKeys.unbox(value.content, keys) : null
  if (content === null || content === undefined) return null
  return { key, author: value.author, sequence: value.sequence, claimedAt: value.timestamp, content }
}
