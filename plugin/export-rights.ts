/**
 * Whether an owner may take a pub's key pair: alone where they own it alone, else with a second owner's yes. And which hub has what is
 * taken out.
 */
import type { ExportHere } from '../protocol/export'
import type { FeedId, Millis } from '../protocol/ids'
import type { PubMessage } from '../protocol/messages/pub'
import type { OpenQuestion, PubFact, State } from '../protocol/state'
import { desiredOf } from './change'
import { needsSecond } from './question'

type Reached = Pick<ReadonlySet<FeedId>, 'has'>

/** What has to be thought of before a copy of the pub runs elsewhere. What its owners want counts before what is owed. */
export function hereOf(record: PubMessage): ExportHere {
  if (record.status === 'ended') return 'ended'
  if (record.desired === 'down') return 'stopped'
  return record.suspended ? 'suspended' : 'running'
}

/** True when nobody else needs to be asked, or somebody else has said yes within the question's time. */
export function mayExportSecret(state: State, pub: PubFact, owner: FeedId, now: Millis): boolean {
  if (!pub.record.owners.includes(owner)) return false
  if (!needsSecond(pub)) return true
  for (const question of state.provider.questions.values())
    if (question.pub === pub.pub && question.expiresAt > now && isAgreed(state, question, owner)) return true
  return false
}

/** Another one has said yes to what this owner asked for. */
function isAgreed(state: State, question: OpenQuestion, owner: FeedId): boolean {
  if (question.kind !== 'export-secret' && question.kind !== 'export-all') return false
  // Who was asked is not who wants it; and of those who were not, only one wrote the request.
  const wanted = question.by === owner || state.authors.get(owner)?.requests.has(question.request) === true
  return wanted && !question.asked.includes(owner) && state.provider.agreed.has(question.key)
}

/**
 * True of a pub that was down when it was put on another hub and has not run there since: that hub has nothing of it, not even
 * its key, which goes where it starts.
 */
export function isNowhereYet(state: State, { pub, record, placed }: PubFact): boolean {
  if (record.status !== 'live' || desiredOf(record) === 'up' || placed.from === null) return false
  return state.authors.get(record.hub)?.feeds.has(pub) !== true
}

/**
 * The hub that what a pub holds is read from: its own; and of one that is nowhere yet, that on which it was last, which keeps its
 * volume and key until their date. Null where that one is not connected.
 */
export function hubToRead(state: State, connected: Reached, fact: PubFact): FeedId | null {
  const { pub, record } = fact
  if (!isNowhereYet(state, fact)) return record.hub
  let last: { hub: FeedId; epoch: number; isThere: boolean } | null = null
  for (const { hub } of state.provider.places.get(pub) ?? []) {
    const author = state.authors.get(hub)
    const said = author?.observed.get(pub)
    if (hub === record.hub || said === undefined || author?.feeds.has(pub) !== true) continue
    // The next hub ran under the epoch under which the former one was told to end its run.
    const one = { hub, epoch: said.epoch, isThere: said.phase !== 'removed' }
    const isLater =
      last === null || one.epoch > last.epoch || (one.epoch === last.epoch && one.isThere && !last.isThere)
    if (isLater) last = one
  }
  return last !== null && connected.has(last.hub) ? last.hub : null
}
