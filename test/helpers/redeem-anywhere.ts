/** Invites and runs of a pub that moves between addresses: a code for another place, and what a guest is told there. */
import ssbKeys from 'ssb-keys'
import { useInvite } from './redeem'

/** How somebody's try to redeem ended. */
export interface Told {
  guest: string
  /** Where it was tried: host:port. */
  at: string
  outcome: 'in' | 'try-again' | 'cut-off' | 'silent' | 'expired' | 'other'
  words: string
}

/** The same invite for another address, as a member's client has it once the pub's name or address leads there. */
export function codeAt(code: string, host: string): string {
  const [, port, rest] = /^[^:]+:(\d+):(.*)$/.exec(code) ?? []
  return `${host}:${port}:${rest}`
}

/** A pub has this long to answer: twice what its fence may wait, and some more for a slow machine. */
const ANSWER_BY_MS = 60_000

/** One try of one guest, whose feed may be given so that it is a second one. Never rejects. */
export async function tryInvite(networkKey: string, code: string, guest?: string): Promise<Told> {
  const feed = guest ?? (ssbKeys.generate().id as string)
  const at = code.split(':').slice(0, 2).join(':')
  const told = { guest: feed, at }
  try {
    const isIn = useInvite(networkKey, code, { feed }).then(() => true)
    if (await Promise.race([isIn, answerLate()])) return { ...told, outcome: 'in', words: 'welcome' }
    return { ...told, outcome: 'silent', words: `no answer within ${ANSWER_BY_MS} ms` }
  } catch (error) {
    const words = (error as Error).message
    return { ...told, outcome: outcomeOf(words), words }
  }
}

function answerLate(): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ANSWER_BY_MS).unref())
}

function outcomeOf(words: string): Told['outcome'] {
  if (/try again|try-again/.test(words)) return 'try-again'
  if (/^invite has expired/.test(words)) return 'expired'
  // Nobody is there, or whoever was there is gone: every client says so in words of its own.
  const away =
    /could not connect|unexpected|hangup|ECONN|ended|closed|stream|timeout|socket|read |write |reset/i
  return away.test(words) ? 'cut-off' : 'other'
}
