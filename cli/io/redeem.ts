/** Redeeming an invite with the keys of its seed, as ssb-invite's accept does. */
import ssbKeys from 'ssb-keys'
import type { FeedId } from '../../protocol/ids'
import { called } from '../../sbot/peers'
import { firstLine } from '../failure'
import { addressOf, type InviteCode } from '../invite-code'
import { closeClient, connectClient } from './rpc-client'

const REDEEM_MS = 15_000
const MANIFEST = { invite: { use: 'async' }, getAddress: 'async' }

/** Resolves when the invite's giver has let `owner` in; false when they had before. Rejects with a sentence. */
export async function redeemInvite(code: InviteCode, owner: FeedId, networkKey: string): Promise<boolean> {
  const keys = ssbKeys.generate('ed25519', Buffer.from(code.seed, 'base64'))
  const rpc = await connectClient({
    keys,
    remote: addressOf(code),
    manifest: MANIFEST,
    networkKey,
    timeoutMs: REDEEM_MS,
  })
  try {
    await called((callback) => rpc.invite.use({ feed: owner }, callback))
    return true
  } catch (error) {
    const why = firstLine(error)
    if (/already following/.test(why)) return false
    if (/not in list of allowed methods|invite code has been|expired/.test(why))
      throw new Error(
        'the invite is used up, was withdrawn, or is not from this provider. Ask for a new one.',
        { cause: error },
      )
    throw new Error(`the invite was not accepted: ${why}`, { cause: error })
  } finally {
    await closeClient(rpc)
  }
}
