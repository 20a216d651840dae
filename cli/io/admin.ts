/**
 * Calls on a running provider as its operator: who may read its folder; or from elsewhere, with the key pair of a feed that
 * its settings name.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { PROVIDER_MANIFEST } from '../../protocol/rpc'
import { called } from '../../sbot/peers'
import type { Context } from '../context'
import { Failure, firstLine } from '../failure'
import { providerAddress } from '../provider-address'
import { closeClient, configOf, connectClient, connectMaster, keysOf } from './rpc-client'

const ANSWER_MS = 30_000
const CONNECT_MS = 15_000

type Method = keyof typeof PROVIDER_MANIFEST

/** Asks the provider that `--path`, or `--at` and `--as`, name. Throws a Failure. */
export function askAsOperator<T>(context: Context, method: Method, argument?: object): Promise<T> {
  const { at, path, as } = context.given
  if (typeof at === 'string') {
    if (typeof path === 'string')
      throw new Failure(2, '--at asks a provider elsewhere, --path one on this machine: give one of them.')
    return callElsewhere<T>(context, at, method, argument)
  }
  if (typeof as === 'string')
    throw new Failure(2, '--as goes with --at: on its own machine the provider’s own key is used.')
  const folder = typeof path === 'string' ? path : join(context.options.dir, 'provider')
  return callProvider<T>(folder, method, argument)
}

/** What is done with files of the provider's own machine is not done from elsewhere. Throws a Failure (2). */
export function onlyHere({ given }: Context, what: string): void {
  if (given.at !== undefined)
    throw new Failure(2, `${what} is done on the provider's own machine; leave --at out there.`)
}

/** Asks the provider in a folder. Throws a Failure (1) with what to do. */
export async function callProvider<T>(folder: string, method: Method, argument: object = {}): Promise<T> {
  if (!existsSync(join(folder, 'secret')))
    throw new Failure(
      1,
      `There is no provider in ${folder}. Start one with: buttcloud provider, or say where it is with --path; one on another machine with --at.`,
    )
  const master = await connectMaster(folder, { buttcloud: PROVIDER_MANIFEST })
  if (master === null)
    throw new Failure(1, `The provider in ${folder} does not answer. Start it with: buttcloud provider`)
  return answered<T>(master.rpc, method, argument)
}

async function callElsewhere<T>(
  context: Context,
  at: string,
  method: Method,
  argument: object = {},
): Promise<T> {
  const remote = providerAddress(at)
  const folder = keyFolder(context)
  const keys = keysOf(folder)
  if (keys === null)
    throw new Failure(
      1,
      `There is no key pair in ${folder}. Say with --as in which folder the operator's is.`,
    )
  context.explain(`Asking ${remote} as ${keys.id}.`)
  const { networkKey } = configOf(folder)
  const options = {
    keys,
    remote,
    manifest: { buttcloud: PROVIDER_MANIFEST },
    networkKey,
    timeoutMs: CONNECT_MS,
  }
  const rpc = await connectClient(options).catch((error: unknown) => {
    throw new Failure(3, `The provider is out of reach: ${firstLine(error)}.`, { cause: error })
  })
  return answered<T>(rpc, method, argument, keys.id)
}

/** Where the operator's key pair is: as given, else the owner's own, by the rule of `--owner`. */
function keyFolder({ given, options }: Context): string {
  if (typeof given.as === 'string') return resolve(given.as)
  const own = join(options.dir, 'owner')
  if (options.owner === 'own') return own
  return options.owner === 'running' || existsSync(join(options.ssbPath, 'secret')) ? options.ssbPath : own
}

/** `as`: whose name the provider's settings would have to hold. */
async function answered<T>(rpc: any, method: Method, argument: object, as: string | null = null): Promise<T> {
  const late = setTimeout(() => void closeClient(rpc), ANSWER_MS)
  try {
    // The listing methods take nothing but the callback.
    const takes = method !== 'adminHubs' && method !== 'adminPubs'
    return await called<T>((callback) =>
      takes ? rpc.buttcloud[method](argument, callback) : rpc.buttcloud[method](callback),
    )
  } catch (error) {
    const why = firstLine(error)
    if (as !== null && /not in list of allowed methods|only the provider's own key/.test(why))
      throw new Failure(
        1,
        `The provider does not take this from ${as}. Its config.json has to name that feed under operators (docs/OPERATORS.md); backups and the recovery key are for its own machine alone.`,
        { cause: error },
      )
    // Our word for programs at its front says nothing to a person.
    throw new Failure(1, `The provider refused: ${why.replace(/^[a-z-]+: /, '')}`, { cause: error })
  } finally {
    clearTimeout(late)
    await closeClient(rpc)
  }
}
