/**
 * Pubs that an operator has made for somebody: record, order and first invite follow from the operator's word; when it is up its
 * owners get the invite in a notice, which is the final answer that nobody asked for. One that does not come up ends.
 */
import { CREATE_DEADLINE_MS } from '../protocol/limits'
import type { CommissionMessage } from '../protocol/messages/commission'
import type { PubFact } from '../protocol/state'
import type { Told } from '../protocol/state-money'
import { commissionOwes } from './commission'
import { endFailed, HOPELESS, nextOrder, oweInvite } from './decide-create'
import { placesAnew } from './decide-first-place'
import { inviteCode } from './decide-invite'
import { type Look, notify } from './look'
import { addressOf, feedOf, observationOf, resultOf } from './query'
import { commissionNotice } from './words-amend'

/** Owes whatever is missing of each. Before anybody's request is looked at: the name is taken. */
export function oweCommissions(look: Look): void {
  const { state, policy } = look.world
  for (const [id, told] of state.provider.operator.commissions) {
    const pub = state.provider.pubs.get(id)
    if (pub !== undefined) {
      continueCommission(look, pub, told)
      continue
    }
    look.names.add(told.content.name)
    for (const content of commissionOwes(state, policy, told, () => look.places.freePort()))
      look.owe({ kind: 'record', content })
  }
}

function continueCommission(look: Look, pub: PubFact, { key, content }: Told<CommissionMessage>): void {
  const { state, now, ledger } = look.world
  const { record } = pub
  const spec = state.provider.specs.get(pub.pub)
  const op = state.provider.ops.get(key)
  const order = nextOrder(look, record)
  if (order !== null) look.owe({ kind: 'order', content: order })
  if (op === undefined) oweInvite(look, { key }, record, record.owners.length)
  if (spec === undefined || order !== null || op === undefined) return
  const observed = observationOf(state, pub)
  const deadline = look.deadline(pub.createdAt, CREATE_DEADLINE_MS)
  if (observed?.phase === 'failed' && observed.revision === spec.revision) {
    if (now < deadline && placesAnew(look, pub)) return look.wakeAt(deadline)
    if (now >= deadline || HOPELESS.has(observed.trouble)) return endFailed(look, { key }, pub)
    if (observed.trouble === 'port-taken') return movePorts(look, pub)
  }
  const result = resultOf(state, op)
  if (observed?.phase === 'up' && feedOf(state, pub) !== null && result !== null) {
    const isGood = result.ok && op.kind === 'invite' && ledger.invite(key).key === op.invite.key
    const invite = isGood ? { code: inviteCode(look.world, pub, op), uses: op.invite.uses } : null
    const me = state.provider.id
    const text = commissionNotice(record, content.by, me, addressOf(state, pub) ?? '', invite)
    return notify(look, record.owners, text, { pub: pub.pub, topic: 'operator', causes: key })
  }
  if (now >= deadline) return endFailed(look, { key }, pub)
  look.wakeAt(deadline)
}

/** Somebody else sits on one of its ports over there, and nobody says on which. */
function movePorts(look: Look, { record }: PubFact): void {
  const port = look.places.freePort(record.port)
  const webPort = record.webPort === null ? null : look.places.freePort(record.webPort)
  if (port !== null && (record.webPort === null || webPort !== null))
    look.owe({ kind: 'record', content: { ...record, port, webPort } })
}
