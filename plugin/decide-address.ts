/** `address NAME`: where a pub is, and how its owners call it with their own keys. */
import type { Command } from '../protocol/command-kinds'
import type { Request } from '../protocol/state'
import { answer, type Look, pubFor } from './look'
import { addressOf, feedOf, viewOf } from './query'
import { addressWords } from './words-run'

export function answerAddress(
  look: Look,
  request: Request,
  { name }: Extract<Command, { kind: 'address' }>,
): void {
  const { state, ledger, policy } = look.world
  const pub = pubFor(look, request, 'address', name)
  if (pub === null) return
  const options = { command: 'address', pub: pub.pub }
  const address = addressOf(state, pub)
  const feed = feedOf(state, pub)
  if (address === null || feed === null)
    return answer(look, request, 'refused', addressWords.beingMade(pub.record.name), options)
  const isUp = viewOf(state, pub, ledger).status === 'up'
  const { networkKey } = policy
  const text = addressWords.address({ name: pub.record.name, address, feed, networkKey, isUp })
  answer(look, request, 'done', text, options)
}
