/** What a suspended pub does not do. Who asks for it hears why, what to do, and that the data is kept. */
import type { Parsed } from '../protocol/command'
import type { PubFact, Request, State } from '../protocol/state'
import { answer, type Look } from './look'
import { haltOf } from './operator-facts'
import { livePubsOf } from './owners'
import { pubNamed } from './query'
import { suspendedText } from './words-operator'

/** What needs a running pub; all else goes on as for a stopped one. */
const NEEDS_IT_UP: ReadonlySet<Parsed['kind']> = new Set([
  ...(['start', 'restart', 'upgrade', 'rebuild', 'web', 'invite', 'run'] as const),
  ...(['follow', 'unfollow', 'block', 'unblock'] as const),
])

/** True when the command was refused because its pub is suspended. */
export function refuseSuspended(look: Look, request: Request, command: Parsed): boolean {
  if (!NEEDS_IT_UP.has(command.kind) || !('name' in command)) return false
  // To ask how it is costs nothing.
  if (command.kind === 'web' && command.on === null) return false
  const { state } = look.world
  const live = livePubsOf(state, request.author)
  const only = live.length === 1 ? (live[0] ?? null) : null
  const pub = command.name === null ? only : pubNamed(state, request.author, command.name)
  if (pub === null || !pub.record.suspended) return false
  const text = whySuspended(state, pub)
  answer(look, request, 'refused', text, { command: command.kind, pub: pub.pub })
  return true
}

/** Why a suspended pub does nothing: on its operator's word, or for want of payment. */
export function whySuspended(state: State, { pub, record }: PubFact): string {
  const dues = state.provider.money.dues.get(pub)?.content ?? null
  return suspendedText(record.name, haltOf(state, pub)?.content ?? null, dues)
}
