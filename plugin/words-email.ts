/** What is answered to `email`. No sentence has a place for an address. */
import {
  EMAIL_CODE_DIGITS,
  EMAIL_CODES_PER_ADDRESS_PER_DAY_MAX,
  EMAIL_CODES_PER_HOUR_MAX,
} from '../protocol/limits-mail'

const HERE = 'What I have to tell you comes here, as a private message.'

export const emailWords = {
  notKept: `This provider sends no mail yet, so I did not keep the address: I have it nowhere, and nobody writes to it. Your message itself stays on your own feed, encrypted to those in this thread, because feeds keep everything. ${HERE}`,
  noneToForget: `This provider sends no mail and has no address of yours, so there is nothing to switch off. ${HERE}`,
  codeSent: `I sent a code of ${EMAIL_CODE_DIGITS} digits to the address that you gave. Write it to me as \`email CODE\`; until then nothing else is mailed there. It is good for two hours. If nothing arrives, look among the junk, and at how you wrote the address.\n\nI keep the address sealed, on no feed, and never say it again; \`email off\` deletes it. Your own message with it stays on your feed, encrypted to those in this thread, because feeds keep everything. The command line hands an address over without a message: \`buttcloud email ADDRESS\`.`,
  confirmed:
    'That is the code. From now on I mail you what matters about your pubs: that one is up, is down for long, is not paid for, or is about to be deleted. `email off` ends it.',
  wrongCode:
    'That is not the code that I sent last. Look at the newest mail; after a few wrong ones the code is void, and `email ADDRESS` sends another.',
  noCode:
    'I am not waiting for a code: none was sent, or it was used, is too old, or was given wrongly too often. `email ADDRESS` sends a new one.',
  forgotten: `Done: I have deleted your address and mail you nothing more. ${HERE}`,
  none: `I have no address of yours, so there is nothing to switch off. ${HERE}`,
  tooMany: `I send no more than ${EMAIL_CODES_PER_HOUR_MAX} codes an hour to one person and ${EMAIL_CODES_PER_ADDRESS_PER_DAY_MAX} a day to one address, so I sent none now. A code that you got already still counts. Try again in an hour, or tomorrow where that address has had its ${EMAIL_CODES_PER_ADDRESS_PER_DAY_MAX} for today.`,
  failed: (reason: string): string => `I could not do that: ${reason}. Please try again.`,
} as const
