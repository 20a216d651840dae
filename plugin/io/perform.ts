/** The thin part: each effect becomes one message on the provider's feed. */
import type { FeedId } from '../../protocol/ids'
import { buildPost } from '../../protocol/messages/answer'
import type { Effect, Mail } from '../effects'
import { noticeThread } from '../look'
import type { Asks } from './asks'
import type { Commits } from './commits'
import type { Inbox } from './inbox'
import type { Vault } from './vault'

type Performer = { [K in Effect['kind']]: (effect: Extract<Effect, { kind: K }>) => Promise<unknown> }

/** The performers of one provider: the compiler asks for one per effect. */
export function createPerformer(
  inbox: Inbox,
  self: FeedId,
  asks: Asks,
  commits: Commits,
  queueMail: (mail: Mail) => Promise<void>,
  vault: Pick<Vault, 'forget'>,
): (effect: Effect) => Promise<void> {
  const mention = (id: FeedId) => ({ id, name: id.slice(1, 9) })
  const table: Performer = {
    record: ({ content }) => inbox.say(content, [self]),
    order: ({ content }) => {
      const to = [content.hub, self]
      if (!('revoke' in content)) return inbox.say(content, to)
      // What was committed since this was decided was written before it.
      return commits.between(content.pub, (after) =>
        inbox.say({ ...content, revoke: { ...content.revoke, after } }, to),
      )
    },
    answer: ({ request, recps, text, payload, blobs }) => {
      const root = request.root ?? request.key
      return inbox.say(
        buildPost({
          ...{ text, root, branch: request.key, recps, payload },
          mentions: [mention(request.author)],
          ...(blobs === undefined ? {} : { blobs }),
        }),
        recps,
      )
    },
    notice: ({ owners, text, payload }) => {
      const recps = [...owners, self]
      const thread = noticeThread(inbox.state, recps, payload)
      const root = thread?.root ?? null
      const branch = thread?.head ?? null
      return inbox.say(
        buildPost({ text, root, branch, recps, mentions: owners.map(mention), payload }),
        recps,
      )
    },
    mail: ({ mail }) => queueMail(mail),
    ask: async (effect) => asks.start(effect),
    forget: async ({ pub }) => vault.forget(pub),
    bearer: ({ recps, to, text, payload }) =>
      inbox.say(
        buildPost({ text, root: null, branch: null, recps, mentions: [mention(to)], payload }),
        recps,
      ),
    burst: ({ thread, to, text, payload }) => {
      const recps = [to, self]
      return inbox.say(
        buildPost({
          text,
          root: thread?.root ?? null,
          branch: thread?.branch ?? null,
          recps,
          mentions: [mention(to)],
          payload,
        }),
        recps,
      )
    },
  }
  return async (effect) => {
    await (table[effect.kind] as (effect: Effect) => Promise<unknown>)(effect)
  }
}
