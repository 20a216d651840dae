/** `email ADDRESS|CODE|off`. The address goes to the local store and nowhere else: no answer says it again. */
import type { Command } from '../protocol/command-kinds'
import type { EmailReply, EmailSet } from '../protocol/mail'
import type { Outcome } from '../protocol/messages/answer'
import type { Request } from '../protocol/state'
import { answer, type Look } from './look'
import { emailWords } from './words-email'

/** Takes an address or forgets it. */
export function answerEmail(
  look: Look,
  request: Request,
  { address }: Extract<Command, { kind: 'email' }>,
): void {
  ask(look, request, { address, code: null })
}

/** Takes the code that was sent to the address. */
export function answerEmailCode(
  look: Look,
  request: Request,
  { code }: Extract<Command, { kind: 'email-code' }>,
): void {
  ask(look, request, { address: null, code })
}

function ask(look: Look, request: Request, set: EmailSet): void {
  const { facts, state } = look.world
  const say = (outcome: Outcome, text: string): void =>
    answer(look, request, outcome, text, { command: 'email' })
  if (facts.mail === undefined || facts.mail === null)
    return set.address === null && set.code === null
      ? say('done', emailWords.noneToForget)
      : say('refused', emailWords.notKept)
  const reply = facts.replies.get(request.key)
  switch (reply?.state) {
    case undefined:
      return look.owe({
        ...{ kind: 'ask', request: request.key, hub: state.provider.id },
        ask: { kind: 'email', owner: request.author, set },
      })
    case 'waiting':
      return
    case 'failed':
      return say('failed', emailWords.failed(reply.reason))
    case 'done': {
      const [outcome, text] = SAID[reply.value as EmailReply]
      return say(outcome, text)
    }
  }
}

const SAID: Record<EmailReply, [Outcome, string]> = {
  'code-sent': ['done', emailWords.codeSent],
  confirmed: ['done', emailWords.confirmed],
  'wrong-code': ['refused', emailWords.wrongCode],
  'no-code': ['refused', emailWords.noCode],
  forgotten: ['done', emailWords.forgotten],
  none: ['done', emailWords.none],
  'too-many': ['refused', emailWords.tooMany],
}
