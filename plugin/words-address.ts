/** What owners are told of the address of a pub when it has, or may have, another address than before. Facts in, sentences out. */
import { ANSWER_BYTES_MAX } from '../protocol/limits'
import { jsonBytes } from './look'

/** A pub whose owners know another address than the one it has. */
export interface Readdress {
  name: string
  /** host:port as it is now. */
  address: string
  /** host:port as they know it; null where nobody can say it any more. */
  former: string | null
  /** Invites that have uses left, the latest first, with the address of now. */
  invites: { code: string; left: number; note: string | null }[]
}

export const addressWords = {
  server: (name: string): string =>
    `The server that **${name}** runs on has another address than before; the pub is the same, and where it was.`,
  same: 'Its address is what it was, and so are its invites; you need not do anything.',
  now: ({ name, address, former }: Readdress): string =>
    `The address of **${name}** is now \`${address}\`${former === null ? '' : `; before it was \`${former}\``}. It says so in public, so most members' apps find it again as soon as somebody passes that on to them; a member whose app does not can accept an invite with the new address, which uses nothing of it up.`,
  invites:
    'Invites that have not been used up are as good as before, but those that you have sent say the old address. Here they are with the new one:',
  more: (count: number, { former, address }: Readdress): string =>
    former === null
      ? `* … and ${count} older ones: put \`${address}\` in place of all that stands before \`:@\`.`
      : `* … and ${count} older ones: put \`${address}\` where they say \`${former}\`.`,
} as const

function line({ code, left, note }: Readdress['invites'][number]): string {
  const who = left === 1 ? 'one person' : `${left} people`
  return `* for ${who}${note === null ? '' : `, “${note}”`}: \`${code}\``
}

/**
 * What the owners are told of a move, as long as one message may be: first what was `said` of it besides, then the address, then
 * the invites, of which the latest stand here whole. No readdress: the address is what they know.
 */
export function movedText(said: string | null, readdress: Readdress | null): string {
  const before = said === null ? [] : [said]
  if (readdress === null) return [...before, addressWords.same].join(' ')
  const head = [...before, addressWords.now(readdress)].join(' ')
  const lines = readdress.invites.map(line)
  if (lines.length === 0) return head
  const textOf = (count: number): string => {
    const rest = lines.length - count
    const more = rest === 0 ? [] : [addressWords.more(rest, readdress)]
    return [head, '', addressWords.invites, '', ...lines.slice(0, count), ...more].join('\n')
  }
  let count = lines.length
  while (count > 0 && jsonBytes(textOf(count)) > ANSWER_BYTES_MAX) count -= 1
  return textOf(count)
}
