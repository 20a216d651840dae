/** Which of their live pubs somebody means. */
import type { PubFact, Request } from '../protocol/state'
import { answer, type Look } from './look'
import { pubNamed, pubsOf } from './query'
import { words } from './words'

/** The pub of that name, or their only one; null after it was refused, with the names of those they have. */
export function choosePub(
  look: Look,
  request: Request,
  command: string,
  name: string | null,
): PubFact | null {
  const { state } = look.world
  const live = pubsOf(state, request.author).filter((pub) => pub.record.status === 'live')
  const only = live.length === 1 ? (live[0] ?? null) : null
  const pub = name === null ? only : pubNamed(state, request.author, name)
  if (pub !== null) return pub
  const names = live.map((one) => one.record.name)
  const text = name === null ? words.whichPub(command, names) : words.noSuchPub(name, names)
  answer(look, request, 'refused', text, { command })
  return null
}
