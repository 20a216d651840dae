/** Goal: what is sent along with the provider's invite, in whatever shape, never ends the provider. */
import test from 'tape'
import { hookInviteUse } from '../../plugin/io/onboarding'
import type { FeedId } from '../../protocol/ids'
import { initialState } from '../../protocol/state'
import { alice, feed, provider } from '../helpers/story'

type Use = (this: unknown, ...args: unknown[]) => void

/** `invite.use` as the hook makes it, over a table that takes everybody in. */
function hookedUse(redeemed: FeedId[]): Use {
  let hooked: Use = () => {}
  const hook = (then: (this: unknown, original: unknown, args: unknown[]) => void) => {
    hooked = function (...args) {
      then.call(this, () => {}, args)
    }
  }
  const redeem = (_key: unknown, one: FeedId): FeedId[] => {
    redeemed.push(one)
    return []
  }
  const tables = { admitsInvite: () => true, redeem }
  const inbox = {
    state: initialState(provider),
    want: async () => {},
    unwant: () => {},
  }
  hookInviteUse({ invite: { use: { hook } } }, tables as never, () => inbox as never)
  return hooked
}

test('invite.use with more arguments than it has answers the callback, which is the last one', async (t) => {
  const redeemed: FeedId[] = []
  const use = hookedUse(redeemed)
  for (const extra of [[], [1], ['two', null, {}]]) {
    const value = await new Promise((resolve, reject) =>
      use.call({ id: feed('i') }, { feed: alice }, ...extra, (error: unknown, answer: unknown) =>
        error ? reject(error) : resolve(answer),
      ),
    )
    t.deepEqual(value, { ok: true }, `${extra.length} arguments too many`)
  }
  t.deepEqual(redeemed, [alice, alice, alice])
  const refused = await new Promise((resolve) => use.call({ id: feed('i') }, resolve))
  t.match((refused as Error).message, /feed to follow is missing/, 'no request at all')
  t.end()
})
