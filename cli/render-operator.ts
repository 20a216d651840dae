/** The operator's words about people as text: what fits a terminal of eighty columns, and feed ids whole, to be copied. */
import type { AnnounceView, BlockView, OwnerView, SuspendView } from '../protocol/rpc-operator'
import { harmless, indented, plainOf, table } from './render'
import { ageText } from './tui/age'

/** A time to the second, as the reader counts it. */
type Second = (at: number) => string
const PLANS_CHARS = 20

/** Two lines each: how they stand, and their feed. */
export function ownersText(owners: OwnerView[], now: number, second: Second): string {
  if (owners.length === 0)
    return 'Nobody has asked for a pub here yet. `buttcloud admin invite` prints an invite for them.'
  const [heading = '', ...lines] = table(
    ['PUBS', 'QUOTA', 'PLANS', 'MONEY', 'SINCE', 'HEARD OF', ''],
    owners.map((one) => [
      `${one.pubs.length}${one.ended === 0 ? '' : ` (+${one.ended} ended)`}`,
      `${one.quota.used} of ${one.quota.max}`,
      plansOf(one),
      moneyOf(one),
      one.since === null ? '-' : second(one.since).slice(0, 10),
      one.heardAt === null ? 'never' : ageText(one.heardAt, now),
      stateOf(one),
    ]),
  ).split('\n')
  const people = owners.map(({ owner, blocked }, index) => {
    const why = blocked?.reason == null ? '' : `\n  blocked: ${harmless(blocked.reason)}`
    return `${lines[index] ?? ''}\n  ${owner}${why}`
  })
  return `${heading}\n${people.join('\n')}`
}

function plansOf({ pubs }: OwnerView): string {
  const counts = new Map<string, number>()
  for (const { plan } of pubs) counts.set(plan, (counts.get(plan) ?? 0) + 1)
  const text = [...counts].map(([plan, count]) => (count === 1 ? plan : `${count} ${plan}`)).join(', ')
  return text === '' ? '-' : text.length > PLANS_CHARS ? `${text.slice(0, PLANS_CHARS - 1)}…` : text
}

function moneyOf({ money }: OwnerView): string {
  const parts = (['paid', 'given', 'free', 'owed'] as const).filter((kind) => money[kind] > 0)
  return parts.length === 0 ? '-' : parts.map((kind) => `${money[kind]} ${kind}`).join(', ')
}

function stateOf({ blocked, since, pubs }: OwnerView): string {
  if (blocked !== null) return 'blocked'
  const suspended = pubs.filter((one) => one.suspended).length
  if (suspended > 0) return `${suspended} suspended`
  return since === null ? 'made one by others' : ''
}

/** What follows from a stop, or its end. */
export function suspendText({ name, owners, halted, reason, unpaid, paid }: SuspendView): string {
  const told = `Its owner${owners.length === 1 ? ' is' : 's are'} told`
  if (halted)
    return `${name} is suspended: it is stopped, its data is kept, and nobody but you brings it up again. ${told}${reason === null ? ', without a reason (--reason TEXT gives one)' : `: ${reason}`}.${paid ? ' The subscription for it goes on; ending that is for you or who pays.' : ''}`
  if (unpaid)
    return `Your suspension of ${name} is over. It stays suspended, because it is not paid for. ${told}.`
  return `${name} is not suspended any more, and is as its owners want it. ${told}.`
}

/** Who is blocked, or the one that was just spoken of. */
export function blocksText(blocks: BlockView[], second: Second): string {
  if (blocks.length === 0) return 'Nobody is blocked.'
  return blocks.map((one) => blockText(one, second)).join('\n')
}

function blockText({ feed, blocked, reason, at, pubs }: BlockView, second: Second): string {
  if (!blocked) return `${feed} is not blocked any more; what they write from now on is answered.`
  const go =
    pubs.length === 0
      ? 'They have no pub.'
      : `Their pub${pubs.length === 1 ? '' : 's'} ${pubs.join(', ')} go${pubs.length === 1 ? 'es' : ''} on until you suspend ${pubs.length === 1 ? 'it' : 'them'}.`
  return `${feed} is blocked since ${second(at).slice(0, 10)}${reason === null ? '' : ` (${harmless(reason)})`}. ${go}`
}

/** What would be sent, or was. */
export function announceText({ text, messages, people, sent }: AnnounceView, width: number): string {
  const whom = `${people} ${people === 1 ? 'person' : 'people'}`
  const count = `${messages} private message${messages === 1 ? '' : 's'}, one to the owners of each pub together`
  const shown = indented(plainOf(text), width)
  if (sent) return `It stands on the feed, and goes out to ${whom}: ${count}.`
  return `This would go out to ${whom}, as ${count}:\n\n${shown}\n`
}
