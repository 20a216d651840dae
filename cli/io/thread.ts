/** `buttcloud thread`: what is on the owner's own node, which also works while the provider is away. */
import type { Context } from '../context'
import { Failure } from '../failure'
import { type ThreadWish, threadItemText, threadOf } from '../thread'
import { Conversation } from './conversation'
import { lookForNews } from './inbox'
import { openOwner, providerFor } from './owner'

/** Prints it. Throws a Failure where nothing can be read. */
export async function showThread(context: Context, wish: ThreadWish): Promise<void> {
  const door = await openOwner(context)
  try {
    const provider = providerFor(context, door.id)
    await lookForNews(context, door, provider.id)
    const conversation = new Conversation(door, provider.id)
    try {
      const { timeoutMs } = context.options
      if (!(await conversation.caughtUp(timeoutMs)))
        throw new Failure(3, `The owner's node could not be read within ${timeoutMs / 1000} s.`)
      const items = threadOf(conversation.letters, { owner: door.id, provider: provider.id }, wish)
      for (const item of items)
        context.print(context.options.json ? JSON.stringify(item) : `${threadItemText(item, context)}\n`)
      if (items.length === 0) context.tell('Nothing has been written. Begin with: buttcloud create NAME')
    } finally {
      conversation.stop()
    }
  } finally {
    await door.close()
  }
}
