/** What an operator changed of pubs is told to their owners, once; web pages that a pub does not come up with go off again. */
import { CHANGE_DEADLINE_MS } from '../protocol/limits'
import type { PubMessage } from '../protocol/messages/pub'
import type { PubFact } from '../protocol/state'
import type { AmendFact } from '../protocol/state-operator'
import { desiredOf, isOrdered, isReached } from './change'
import { mendWeb } from './decide-web'
import { type Look, notify } from './look'
import { oweMail } from './mail-facts'
import { observationOf, webAddressOf } from './query'
import { amendEnd, amendNotice, endNotice } from './words-amend'
import { mailWords } from './words-mail'

/** Owes the present owners, and those who are none any more, the notice of every change. */
export function tellAmends(look: Look): void {
  const { state } = look.world
  for (const fact of state.provider.operator.amends.values()) {
    const pub = state.provider.pubs.get(fact.pub)
    // Who they are, another change of this look decides first.
    if (pub === undefined || look.pubsChanged.has(fact.pub) || look.pubsEnded.has(fact.pub)) continue
    if (isSettled(look, pub, fact)) tell(look, pub, fact)
  }
}

function tell(look: Look, of: PubFact, fact: AmendFact): void {
  const { state } = look.world
  const { pub, record } = of
  const { id } = state.provider
  const { key: causes, by, before, after, ended } = fact
  if (ended !== null) {
    const said = endNotice(record, by, ended, id)
    mailTo(look, record, causes, said)
    return notify(look, record.owners, said, { pub, topic: 'operator', causes })
  }
  const isOthers =
    before.owners.length !== after.owners.length || before.owners.some((one) => !after.owners.includes(one))
  const topic = isOthers ? ('owners' as const) : ('operator' as const)
  const web = record.web ? webAddressOf(state, of) : null
  notify(look, record.owners, amendNotice(record, fact, id, web), { pub, topic, causes })
  for (const former of fact.gone)
    notify(look, [former], amendEnd(record.name, by, id), { pub, topic: 'owners', causes, to: former })
}

/** Before the notice, after which nothing of it is owed. */
function mailTo(look: Look, { name, owners }: PubMessage, cause: string, text: string): void {
  const { facts, policy } = look.world
  const words = mailWords.ended(policy.providerName, name, text)
  for (const owner of owners)
    if (facts.mail != null)
      oweMail(look, facts.mail, `ended ${cause} ${owner}`, { kind: 'owner', owner }, words)
}

/** Web pages that go on are told of when they are there, or can't be. */
function isSettled(look: Look, pub: PubFact, { before, after, at }: AmendFact): boolean {
  const { state, now } = look.world
  const { record } = pub
  if (record.status === 'ended') return true
  const isAwaited = after.web && !before.web && record.web && desiredOf(record) === 'up'
  if (!isAwaited) return true
  const spec = state.provider.specs.get(pub.pub)
  if (spec !== undefined && isOrdered(record, spec) && isReached(spec, observationOf(state, pub))) return true
  const deadline = look.deadline(at, CHANGE_DEADLINE_MS)
  if (mendWeb(look, pub, deadline) !== null) return false
  if (now >= deadline) return true
  look.wakeAt(deadline)
  return false
}
