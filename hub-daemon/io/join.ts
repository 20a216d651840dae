/** Joining a provider with a one-time token, and remembering it. */
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import type { FeedId, InviteKey } from '../../protocol/ids'
import { CALL_TIMEOUT_MS } from '../../protocol/limits'
import { type JoinRequest, joinText } from '../../protocol/rpc'
import { parseToken } from '../../protocol/token'
import { makeFolder, readJson, writeJson } from '../../sbot/durable'
import type { Log } from '../../sbot/log'
import { checkJoinAnswer, type Membership, membershipIn } from '../../sbot/membership'
import { call } from './calls'
import { connectTo } from './client'

/** The provider this hub has joined; null when it has joined none. */
export function readMembership(directory: string): Membership | null {
  return membershipIn(join(directory, 'hub.json'))
}

export interface JoinOptions {
  directory: string
  token: string
  keys: { id: FeedId }
  capsShs: string | null
  label?: string
  log: Log
}

/**
 * Joins with a token and remembers the provider. Doing it again with the same token is fine; a token that another
 * hub has used is refused by the provider, and its sentence is thrown.
 */
export async function joinProvider(options: JoinOptions): Promise<Membership> {
  const token = parseToken(options.token)
  if (token === null)
    throw new Error('that is no hub token: expected host:port:@provider.ed25519~seed, copied whole')
  const before = readMembership(options.directory)
  if (before !== null && before.provider !== token.provider)
    throw new Error(`this hub belongs to ${before.provider}; use another --dir for another provider`)
  const tokenKeys = ssbKeys.generate('ed25519', Buffer.from(token.seed, 'base64'))
  const client = await connectTo({
    host: token.host,
    port: token.port,
    feed: token.provider,
    keys: tokenKeys,
    capsShs: options.capsShs,
    manifest: { buttcloud: { join: 'async' } },
    timeoutMs: CALL_TIMEOUT_MS,
  })
  try {
    const request: JoinRequest = {
      hub: options.keys.id,
      proof: ssbKeys.sign(options.keys, joinText(tokenKeys.id as InviteKey, options.keys.id)),
      ...(options.label === undefined ? {} : { label: options.label }),
    }
    const answer = checkJoinAnswer(await joinCall(client.rpc.buttcloud.join, request, before), '')
    if (!answer.ok)
      throw new Error(`the provider's answer makes no sense: ${answer.field} is ${answer.found}`)
    const joined: Membership = {
      provider: token.provider,
      host: token.host,
      port: token.port,
      label: answer.value.label,
    }
    makeFolder(options.directory)
    const path = join(options.directory, 'hub.json')
    // What else stands there stays: which engine has its pubs.
    writeJson(path, { ...(readJson(path) as object | null), ...joined })
    options.log.info({ provider: joined.provider, label: joined.label }, 'joined the provider')
    return joined
  } finally {
    client.close()
  }
}

async function joinCall(method: any, request: JoinRequest, before: Membership | null): Promise<unknown> {
  try {
    return await call(method, [request], 'join')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    // A used or expired token's key is an ordinary stranger's, and strangers may not even call this.
    const used = reason.includes('is not in list of allowed methods')
    // A member that was started with its old token again has nothing left to ask for.
    if (used && before !== null) return { provider: before.provider, label: before.label }
    if (used)
      throw new Error(
        'the provider refused the token: it was used by another hub, has expired or was never made here. ' +
          'Ask for a new one with `buttcloud admin hub-token`.',
      )
    const why = reason.replace(/^(?:refused|try-again): /, '').replace(/^could not join: /, '')
    const todo = reason.startsWith('refused: ')
      ? 'Ask for a new token with `buttcloud admin hub-token`.'
      : 'The token is still good: look at the provider\'s log and docs/OPERATORS.md ("waiting for"), then start this again.'
    throw new Error(`could not join: ${why}. ${todo}`, { cause: error })
  }
}
