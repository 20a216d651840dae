/** Calls on a running provider as its operator, who is whoever may read its folder. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PROVIDER_MANIFEST } from '../../protocol/rpc'
import { called } from '../../sbot/peers'
import { Failure, firstLine } from '../failure'
import { closeClient, connectMaster } from './rpc-client'

const ANSWER_MS = 30_000

/** Asks the provider in a folder. Throws a Failure (1) with what to do. */
export async function callProvider<T>(
  folder: string,
  method: keyof typeof PROVIDER_MANIFEST,
  argument: object = {},
): Promise<T> {
  if (!existsSync(join(folder, 'secret')))
    throw new Failure(
      1,
      `There is no provider in ${folder}. Start one with: buttcloud provider, or say where it is with --path.`,
    )
  const master = await connectMaster(folder, { buttcloud: PROVIDER_MANIFEST })
  if (master === null)
    throw new Failure(1, `The provider in ${folder} does not answer. Start it with: buttcloud provider`)
  const late = setTimeout(() => void closeClient(master.rpc), ANSWER_MS)
  try {
    // The listing methods take nothing but the callback.
    const takes = method !== 'adminHubs' && method !== 'adminPubs'
    return await called<T>((callback) =>
      takes ? master.rpc.buttcloud[method](argument, callback) : master.rpc.buttcloud[method](callback),
    )
  } catch (error) {
    // Our word for programs at its front says nothing to a person.
    throw new Failure(1, `The provider refused: ${firstLine(error).replace(/^[a-z-]+: /, '')}`, {
      cause: error,
    })
  } finally {
    clearTimeout(late)
    await closeClient(master.rpc)
  }
}
