/** `email ADDRESS|off`. No mail is sent here, so no address is kept, and none is said again in an answer. */
import type { Command } from '../protocol/command-kinds'
import type { Request } from '../protocol/state'
import { answer, type Look } from './look'
import { planWords } from './words-plans'

export function answerEmail(
  look: Look,
  request: Request,
  { address }: Extract<Command, { kind: 'email' }>,
): void {
  const options = { command: 'email' }
  if (address === null) return answer(look, request, 'done', planWords.noEmail, options)
  answer(look, request, 'refused', planWords.emailNotKept, options)
}
