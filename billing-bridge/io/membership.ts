/** The bridge's own key, and which provider it has joined with it. */
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import type { FeedId, InviteKey } from '../../protocol/ids'
import { CALL_TIMEOUT_MS } from '../../protocol/limits'
import { type BridgeJoinRequest, joinText } from '../../protocol/rpc'
import { parseToken } from '../../protocol/token'
import { connectRemote } from '../../sbot/connect'
import { makeFolder, writeJson } from '../../sbot/durable'
import { loadIdentity } from '../../sbot/identity'
import { checkJoinAnswer, type Membership, membershipIn } from '../../sbot/membership'
import { asError } from '../../sbot/peers'
import { callWithin } from './call'
import type { Log } from './log'

/** The key pair of the bridge, made where the folder is new. A bridge writes no feed. */
export function keysIn(directory: string): { id: FeedId } {
  makeFolder(directory)
  return loadIdentity(directory).keys
}

/** The provider this bridge has joined; null when it has joined none. */
export function readMembership(directory: string): Membership | null {
  return membershipIn(join(directory, 'bridge.json'))
}

export interface JoinOptions {
  directory: string
  token: string
  keys: { id: FeedId }
  networkKey: string
  log: Log
}

/**
 * Joins with a token and remembers the provider. Doing it again with the same token is fine; a token that another bridge
 * has used is refused by the provider, and its sentence is thrown.
 */
export async function joinProvider(options: JoinOptions): Promise<Membership> {
  const { directory, keys, networkKey, log } = options
  const token = parseToken(options.token)
  if (token === null)
    throw new Error('that is no bridge token: expected host:port:@provider.ed25519~seed, copied whole')
  const before = readMembership(directory)
  if (before !== null && before.provider !== token.provider)
    throw new Error(`this bridge belongs to ${before.provider}; use another --path for another provider`)
  const tokenKeys = ssbKeys.generate('ed25519', Buffer.from(token.seed, 'base64'))
  const connection = await connectRemote({
    ...{ host: token.host, port: token.port, key: token.provider, keys: tokenKeys, networkKey },
    manifest: { buttcloud: { join: 'async' } },
    timeoutMs: CALL_TIMEOUT_MS,
  })
  try {
    const proof = ssbKeys.sign(keys, joinText(tokenKeys.id as InviteKey, keys.id))
    const request: BridgeJoinRequest = { bridge: keys.id, proof }
    const answer = checkJoinAnswer(await ask(connection.rpc.buttcloud.join, request, before), '')
    if (!answer.ok)
      throw new Error(`the provider's answer makes no sense: ${answer.field} is ${answer.found}`)
    const { host, port } = token
    const joined: Membership = { provider: token.provider, host, port, label: answer.value.label }
    writeJson(join(directory, 'bridge.json'), joined)
    log.info({ provider: joined.provider }, 'joined the provider')
    return joined
  } finally {
    await connection.close()
  }
}

async function ask(method: unknown, request: BridgeJoinRequest, before: Membership | null): Promise<unknown> {
  try {
    return await callWithin(CALL_TIMEOUT_MS, 'join', (callback) => (method as any)(request, callback))
  } catch (error) {
    const reason = asError(error).message
    // A used or expired token's key is an ordinary stranger's, and strangers may not even call this.
    const used = reason.includes('is not in list of allowed methods')
    // A member that was started with its old token again has nothing left to ask for.
    if (used && before !== null) return { provider: before.provider, label: before.label }
    const why = used
      ? 'the token was used by another program, has expired or was never made here'
      : reason.replace(/^[a-z-]+: /, '').replace(/^could not join: /, '')
    throw new Error(`could not join: ${why}. Get a token with: buttcloud admin bridge-token`, {
      cause: error,
    })
  }
}
