/**
 * What follows from the operator's words: a pub that they stop is suspended and its owners are told, once and after it;
 * announcements go out. Each word stands on the feed before anything comes of it.
 */
import { isGood } from '../protocol/evolve-money'
import { ANNOUNCED_AT_ONCE_MAX } from '../protocol/limits-operator'
import type { HaltMessage } from '../protocol/messages/halt'
import type { PubFact } from '../protocol/state'
import type { Told } from '../protocol/state-money'
import { recordsOwed } from './decide-dues'
import { bestPaymentOf } from './entitlement'
import { type Look, notify } from './look'
import { shallBeSuspended } from './operator-facts'
import { announcementText, haltNotice } from './words-operator'

/** Owes what the operator's stops, and their ends, make of pubs. */
export function oweHalts(look: Look): void {
  const { provider } = look.world.state
  if (provider.operator.halts.size === 0) return
  const changed = recordsOwed(look)
  for (const [id, halt] of provider.operator.halts) {
    const pub = provider.pubs.get(id)
    if (pub === undefined || changed.has(id)) continue
    if (pub.record.status === 'live') oweHalt(look, pub, halt)
  }
}

function oweHalt(look: Look, { pub, record }: PubFact, { key, content }: Told<HaltMessage>): void {
  const { state } = look.world
  const suspended = shallBeSuspended(state, pub)
  const follows = content.halted || !suspended
  if (follows && record.suspended !== suspended) {
    look.owe({ kind: 'record', content: { ...record, suspended, answers: key } })
    return
  }
  const dues = state.provider.money.dues.get(pub)?.content ?? null
  const best = bestPaymentOf(state, pub)
  const isPaid = best !== null && isGood(best.content.status)
  const text = haltNotice(record, content, dues, isPaid)
  notify(look, record.owners, text, { pub, topic: 'operator', causes: key })
}

/** Owes the present owners of each set that was not told yet what the operator announces; not all at once. */
export function oweAnnouncements(look: Look): void {
  const { operator, pubs } = look.world.state.provider
  let room = ANNOUNCED_AT_ONCE_MAX
  for (const { key, content, owed } of operator.announcements.values())
    for (const pub of owed) {
      const owners = pubs.get(pub)?.record.owners
      if (owners === undefined) continue
      if (room === 0) return
      room -= 1
      notify(look, owners, announcementText(content.text), { pub, topic: 'announcement', causes: key })
    }
}
