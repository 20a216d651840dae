/** Which node is the owner's: the one that runs already, or our own. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { FeedId } from '../../protocol/ids'
import type { Context } from '../context'
import { Failure } from '../failure'
import { type JoinedProvider, providersOf } from '../owner-book'
import { readBook } from './book-file'
import type { OwnerDoor } from './owner-door'
import { openRunning } from './owner-running'
import { startProgress } from './progress'

/**
 * Opens the door. `auto` takes the running ssb-server, unless it has joined no provider and the embedded node has.
 * Throws a Failure (1) with a sentence. `stays`: for a command that goes on for long.
 */
export async function openOwner(context: Context, stays = false): Promise<OwnerDoor> {
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
  // Only here: with a running ssb-server nobody waits until a whole node is read in.
  const { reachEmbedded } = await import('./owner-embedded.js')
  return told(
    context,
    await reachEmbedded(options.dir, { log: context.say, explain: context.explain, stays }),
  )
}

function told(context: Context, door: OwnerDoor): OwnerDoor {
  context.explain(`Using ${door.description}, as ${door.id}.`)
  return door
}

/** How long the provider is asked for what is new; what came before is here in any case. */
const LEVEL_MS = 10_000

/** Waits until what the provider has written is here; false when it can't be asked. */
export async function untilLevel(context: Context, door: OwnerDoor, provider: FeedId): Promise<boolean> {
  const progress = startProgress(context, 'Looking for what is new')
  const waitMs = Math.min(LEVEL_MS, context.options.timeoutMs)
  return door.level(provider, waitMs).finally(() => progress.end())
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
