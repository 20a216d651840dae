/**
 * The crypto of the invite ledger. An invite's seed is derived from the provider's own secret key and the key of
 * the request: the same after a crash, stored nowhere, and on no feed but in the answer to its owners. So is the token of
 * a machine, by the machine's name.
 */
import { createHash, createHmac } from 'node:crypto'
import ssbKeys from 'ssb-keys'
import type { FeedId, InviteKey, MessageId } from '../../protocol/ids'
import { useNote } from '../../sbot/use-note'
import type { Ledger } from '../query'

const CACHE_MAX = 10_000

/** A ledger for the provider with these keys (ssb-keys form). */
export function createLedger(keys: { private: string }): Ledger {
  const master = createHash('sha256').update('buttcloud invite ledger 1\n').update(keys.private).digest()
  const invites = new Map<MessageId, { key: InviteKey; seed: string; tag: string }>()
  return {
    invite(request: MessageId) {
      const known = invites.get(request)
      if (known !== undefined) return known
      const seed = createHmac('sha256', master).update(`seed ${request}`).digest()
      const tag = createHmac('sha256', master)
        .update(`tag ${request}`)
        .digest()
        .subarray(0, 18)
        .toString('base64')
      const key = ssbKeys.generate('ed25519', seed).id as InviteKey
      const invite = { key, seed: seed.toString('base64'), tag }
      if (invites.size >= CACHE_MAX) invites.clear()
      invites.set(request, invite)
      return invite
    },
    machine(name: string) {
      const seed = createHmac('sha256', master).update(`machine ${name}`).digest()
      return {
        key: ssbKeys.generate('ed25519', seed).id as InviteKey,
        seed: seed.toString('base64'),
      }
    },
    note(tag: string, member: FeedId): string {
      return useNote(tag, member)
    },
  }
}
