/** Redeeming invites: what a client sends, without a client's own server, and what a person does when it fails. */
import ssbKeys from 'ssb-keys'
import { until } from './machine'
import { call, dial, netAddress, type StockPeer } from './stock'

/** The parts of an invite code. */
export function partsOf(code: string): { address: string; feed: string; keys: any } {
  const [place, seed] = code.split('~')
  const [host, port, feed] = (place ?? '').split(':')
  const keys = ssbKeys.generate('ed25519', Buffer.from(seed ?? '', 'base64'))
  return { address: netAddress(host ?? '', Number(port), feed ?? ''), feed: feed ?? '', keys }
}

/** Sends `invite.use` with these words as whoever holds the code; rejects with the pub's sentence. */
export async function useInvite(networkKey: string, code: string, request: unknown): Promise<unknown> {
  const { address, keys } = partsOf(code)
  const rpc = await dial(keys, address, networkKey, { invite: { use: 'async' } })
  try {
    return await call(rpc, 'invite.use', request)
  } finally {
    rpc.close(true, () => {})
  }
}

/** A member redeems as a person does: when it does not work, with the same code again. Gives the refusals. */
export async function redeem(member: StockPeer, code: string): Promise<string[]> {
  const refusals: string[] = []
  const attempt = async () => {
    try {
      await call(member.rpc, 'invite.accept', code)
      return true
    } catch (error) {
      refusals.push(sentenceOf(error))
      return false
    }
  }
  await until('the member to redeem an invite', attempt, 60_000).catch((error) => {
    const [first] = refusals
    throw new Error(
      `${error.message}: ${refusals.length} refusals, first and last: ${first} | ${refusals.at(-1)}`,
    )
  })
  return refusals
}

/** An error of stock's `explain` has its cause in its stack only. */
function sentenceOf(error: unknown): string {
  const { message, stack } = error as Error
  const cause = /^\s*Error: (.*)$/m.exec((stack ?? '').split('\n').slice(1).join('\n'))?.[1]
  return cause === undefined ? message : `${message}: ${cause}`
}
