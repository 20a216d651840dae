/** One question to the provider from a command, over a connection of its own beside the program's. */
import { CALL_TIMEOUT_MS } from '../../protocol/limits'
import { BILLING_METHODS } from '../../protocol/rpc-billing'
import { connectRemote } from '../../sbot/connect'
import type { Membership } from '../../sbot/membership'
import type { ProviderPort } from '../port'
import { portOf } from './link'
import { keysIn, readMembership } from './membership'

/** The membership of the bridge in a folder. Throws a sentence where there is none. */
export function memberIn(directory: string): Membership {
  const membership = readMembership(directory)
  if (membership !== null) return membership
  throw new Error(
    `the billing bridge in ${directory} has joined no provider yet: get a token there with ` +
      '"buttcloud admin bridge-token" and start "buttcloud billing --join TOKEN"',
  )
}

/** Asks, and hangs up. Rejects with a sentence when the provider is out of reach or refuses. */
export async function askOnce<T>(
  directory: string,
  networkKey: string,
  ask: (port: ProviderPort) => Promise<T>,
): Promise<T> {
  const { host, port, provider } = memberIn(directory)
  const connection = await connectRemote({
    ...{ host, port, key: provider, keys: keysIn(directory), networkKey },
    manifest: { buttcloud: BILLING_METHODS },
    timeoutMs: CALL_TIMEOUT_MS,
  })
  try {
    return await ask(portOf(() => connection.rpc))
  } finally {
    await connection.close()
  }
}
