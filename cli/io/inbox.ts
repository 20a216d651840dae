/** `buttcloud inbox`: what the provider wrote that no command has shown, and with --follow what comes from now on. */
import type { FeedId, MessageId } from '../../protocol/ids'
import type { Context } from '../context'
import { Failure } from '../failure'
import { type InboxItem, type InboxWish, inboxOf, itemText } from '../inbox'
import { questionOfOthers } from '../letters'
import { Conversation } from './conversation'
import { openOwner, providerFor, untilLevel } from './owner'
import type { OwnerDoor } from './owner-door'
import { readShown } from './shown-file'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** Shows it. With `follow` it ends well with Ctrl-C. Throws a Failure where nothing can be read. */
export async function showInbox(context: Context, wish: InboxWish, follow: boolean): Promise<void> {
  const door = await openOwner(context, follow)
  try {
    const provider = providerFor(context, door.id)
    await lookForNews(context, door, provider.id)
    const conversation = new Conversation(door, provider.id)
    try {
      if (!(await conversation.caughtUp(context.options.timeoutMs)))
        throw new Failure(
          3,
          `The owner's node could not be read within ${context.options.timeoutMs / 1000} s.`,
        )
      const shown = new Set<MessageId>(readShown(context.options.dir).keys)
      const items = inboxOf(conversation.letters, provider.id, shown, wish)
      const print = (item: InboxItem): void => show(context, item, conversation, door)
      for (const item of items) print(item)
      if (items.length === 0) context.tell(nothing(wish, follow))
      if (follow) await followOn(conversation, provider.id, print)
    } finally {
      conversation.stop()
    }
  } finally {
    await door.close()
  }
}

/** Waits a while for what is new; tells where it can't be had. */
export async function lookForNews(context: Context, door: OwnerDoor, provider: FeedId): Promise<void> {
  if (await untilLevel(context, door, provider)) return
  const { problem } = await door.state(provider)
  context.tell(
    `The provider could not be asked for what is new${problem === null ? '' : ` (${problem})`}; this is what came before.`,
  )
}

function nothing(wish: InboxWish, follow: boolean): string {
  const since = wish.since === null ? '' : ' in that time'
  const more = wish.all ? '' : ' What commands have shown already comes with --all.'
  return follow
    ? `Nothing has come that you have not seen${since}. Waiting for more; Ctrl-C ends it.`
    : `Nothing has come that you have not seen${since}.${more}`
}

function show(context: Context, item: InboxItem, conversation: Conversation, door: OwnerDoor): void {
  if (context.options.json) return context.print(JSON.stringify(item))
  const open = questionOfOthers(conversation.letters, door.id, Date.now())
  const { width, paint, when } = context
  const view = { width, paint, when, question: open?.key === item.key }
  context.print(`${itemText(item, view)}\n`)
}

/** Whatever the provider writes from now on, as it comes, until Ctrl-C. */
async function followOn(
  conversation: Conversation,
  provider: FeedId,
  print: (item: InboxItem) => void,
): Promise<void> {
  const wish: InboxWish = { last: Number.POSITIVE_INFINITY, since: null, all: true }
  const seen = new Set<MessageId>(conversation.letters.map(({ key }) => key))
  const look = (): void => {
    if (conversation.letters.every(({ key }) => seen.has(key))) return
    for (const item of inboxOf(conversation.letters, provider, new Set(), wish))
      if (!seen.has(item.key)) print(item)
    for (const { key } of conversation.letters) seen.add(key)
  }
  let stop = (): void => {}
  const stopped = new Promise<void>((resolve) => {
    stop = resolve
  })
  for (const signal of SIGNALS) process.once(signal, stop)
  // Whoever reads our output has gone.
  process.stdout.once('error', stop)
  try {
    await Promise.race([stopped, conversation.watch(look)])
  } catch (cause) {
    throw new Failure(1, 'The connection to your own node broke off; run this again to go on.', { cause })
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop)
    process.stdout.off('error', stop)
  }
}
