/** Which node is the owner's: the one that runs already, or our own. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { FeedId } from '../../protocol/ids'
import type { Context } from '../context'
import { Failure } from '../failure'
import { type JoinedProvider, providersOf } from '../owner-book'
import { readBook } from './book-file'
import type { OwnerDoor } from './owner-door'
import { reachEmbedded } from './owner-embedded'
import { openRunning } from './owner-running'

/**
 * Opens the door. `auto` takes the running ssb-server, unless it has joined no provider and the embedded node has.
 * Throws a Failure (1) with a sentence.
 */
export async function openOwner(context: Context): Promise<OwnerDoor> {
  const { options } = context
  const book = readBook(options.dir)
  if (options.owner !== 'own') {
    const running = await openRunning(options.ssbPath, options.dir)
    const ownJoined = existsSync(join(options.dir, 'owner', 'secret')) && book.providers.length > 0
    if (running !== null) {
      const use = options.owner === 'running' || providersOf(book, running.id).length > 0 || !ownJoined
      if (use) return told(context, running)
      context.explain(
        `The ssb-server on ${options.ssbPath} runs, but has joined no provider; the embedded node has.`,
      )
      await running.close()
    } else if (options.owner === 'running')
      throw new Failure(1, `No ssb-server answers on ${options.ssbPath}. Start it, or leave --owner out.`)
  }
  return told(context, await reachEmbedded(options.dir, context.say, context.explain))
}

function told(context: Context, door: OwnerDoor): OwnerDoor {
  context.explain(`Using ${door.description}, as ${door.id}.`)
  return door
}

/** The provider that is meant: the one given, else the newest joined. Throws a Failure (1). */
export function providerFor(context: Context, owner: FeedId): JoinedProvider {
  const { dir, provider } = context.options
  const joined = providersOf(readBook(dir), owner)
  const found = provider === null ? joined.at(-1) : joined.find((one) => one.id === provider)
  if (found !== undefined) return found
  if (provider !== null)
    throw new Failure(
      1,
      `${owner} has not joined the provider ${provider}. Get an invite from it and run: buttcloud join INVITE`,
    )
  throw new Failure(
    1,
    'No provider has been joined yet. Get an invite from one and run: buttcloud join INVITE (or try everything on this machine with: buttcloud up)',
  )
}
