/** The invites of one pub as its owners see them: each with a short id, what is left of it, and who has used it. */
import type { MessageId } from '../protocol/ids'
import type { InviteOp } from '../protocol/messages/op'
import type { InviteView } from '../protocol/rpc'
import type { PubFact, State } from '../protocol/state'
import { feedOf, invitesOf, type Ledger, usesOf } from './query'

/** No vowels and nothing that looks like something else: an id is never a word, nor a number. */
const LETTERS = 'bcdfghjkmnpqrstvwxyz'
const DIGITS = '23456789'
const ID_PAIRS = 3

/**
 * A short id per invite, by the request it was made for: letters and digits in turn, made of the invite's public key.
 * Where an older invite of the same pub has it already, it is longer by a pair; so no id ever changes.
 */
export function inviteIds(invites: readonly InviteOp[]): Map<MessageId, string> {
  const ids = new Map<MessageId, string>()
  const taken = new Set<string>()
  for (const { op, invite } of invites) {
    let pairs = ID_PAIRS
    while (taken.has(idOf(invite.key, pairs))) pairs += 1
    const id = idOf(invite.key, pairs)
    taken.add(id)
    ids.set(op, id)
  }
  return ids
}

function idOf(key: string, pairs: number): string {
  let id = ''
  for (let pair = 0; pair < pairs; pair += 1) {
    const hash = hashOf(`${pair} ${key}`)
    id += `${LETTERS[hash % LETTERS.length]}${DIGITS[Math.floor(hash / LETTERS.length) % DIGITS.length]}`
  }
  return id
}

/** FNV-1a, 32 bits. Nobody chooses an invite's key but the ledger, so it need not be stronger. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash ^ (hash >>> 15)) >>> 0
}

/** What was handed out, newest first. An invite that is still being made, or came to nothing, is not among them. */
export function inviteViews(state: State, pub: PubFact, ledger: Ledger): InviteView[] {
  const { provider } = state
  const uses = usesOf(state, pub, feedOf(state, pub), ledger)
  const invites = invitesOf(state, pub.pub)
  const ids = inviteIds(invites)
  const views: InviteView[] = []
  for (const { op, invite } of invites) {
    if (provider.answers.get(op)?.final !== true || provider.unsuccessful.has(op)) continue
    const used = uses.get(op) ?? []
    const left = Math.max(0, invite.uses - used.length)
    views.push({
      id: ids.get(op) ?? '',
      uses: invite.uses,
      left,
      status: left === 0 ? 'used-up' : provider.revoked.has(invite.key) ? 'taken-back' : 'open',
      note: provider.notes.get(op) ?? null,
      madeAt: provider.opTimes.get(op) ?? pub.createdAt,
      used: used.map(({ member, at }) => ({ member, at })),
    })
  }
  return views.reverse()
}
