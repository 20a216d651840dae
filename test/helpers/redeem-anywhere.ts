/** Invites and runs of a pub that moves between addresses: a code for another place, and what a guest is told there. */
import ssbKeys from 'ssb-keys'
import { useInvite } from './redeem'

/** How somebody's try to redeem ended. */
export interface Told {
  guest: string
  /** Where it was tried: host:port. */
  at: string
  outcome: 'in' | 'try-again' | 'cut-off' | 'expired' | 'other'
  words: string
}

/** The same invite for another address, as a member's client has it once the pub's name or address leads there. */
export function codeAt(code: string, host: string): string {
  const [, port, rest] = /^[^:]+:(\d+):(.*)$/.exec(code) ?? []
  return `${host}:${port}:${rest}`
}

/** One try of one guest, whose feed may be given so that it is a second one. Never rejects. */
export async function tryInvite(networkKey: string, code: string, guest?: string): Promise<Told> {
  const feed = guest ?? (ssbKeys.generate().id as string)
  const at = code.split(':').slice(0, 2).join(':')
  const told = { guest: feed, at }
  try {
    await useInvite(networkKey, code, { feed })
    return { ...told, outcome: 'in', words: 'welcome' }
  } catch (error) {
    const words = (error as Error).message
    return { ...told, outcome: outcomeOf(words), words }
  }
}

function outcomeOf(words: string): Told['outcome'] {
  if (/try again|try-again/.test(words)) return 'try-again'
  if (/^invite has expired/.test(words)) return 'expired'
  // Nobody is there, or whoever was there is gone: every client says so in words of its own.
  const away =
    /could not connect|unexpected|hangup|ECONN|ended|closed|stream|timeout|socket|read |write |reset/i
  return away.test(words) ? 'cut-off' : 'other'
}
