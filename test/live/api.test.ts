/**
 * Goal: what a caller sees over muxrpc is theirs only and is live; and a pub costs exactly the messages that
 * docs/LIFECYCLE.md says, and none when it idles.
 */
import pull from 'pull-stream'
import test from 'tape'
import type { PlansAnswer, PubView, WhoamiAnswer } from '../../protocol/rpc'
import { until } from '../helpers/machine'
import { finalAnswer, firstPost, privatePost } from '../helpers/patchwork'
import { askForPub, closeWorld, openWorld } from '../helpers/path-story'
import { call, dial, type StockPeer, startStock } from '../helpers/stock'

const MANIFEST = {
  buttcloud: {
    whoami: 'async',
    pubs: 'async',
    plans: 'async',
    watch: 'source',
    commit: 'async',
    feed: 'source',
  },
}

/** How many messages of a feed this peer holds. */
async function count(peer: StockPeer, feed: string): Promise<number> {
  const latest = await call<any>(peer.rpc, 'getLatest', feed).catch(() => undefined)
  return latest?.value?.sequence ?? 0
}

test('whoami, pubs and watch show callers what is theirs, and nothing else', async (t) => {
  const world = await openWorld('own', { engine: 'process' })
  const bob = await startStock({ networkKey: world.networkKey, label: 'bob' })
  try {
    const { provider, owner, networkKey } = world
    const { invite } = await provider.admin('adminInvite', {})
    await call(bob.rpc, 'invite.accept', invite)
    const asOwner = await dial(owner.keys, provider.address, networkKey, MANIFEST)
    const asBob = await dial(bob.keys, provider.address, networkKey, MANIFEST)
    const seen: PubView[][] = []
    pull(
      asOwner.buttcloud.watch(),
      pull.drain(
        (views: PubView[]) => {
          seen.push(views)
        },
        () => undefined,
      ),
    )
    await until('the first picture', () => seen.length > 0)
    t.deepEqual(seen[0], [], 'nothing yet')
    const { pub } = await askForPub(t, world, 'shed')
    await until('the picture of a pub that is up', () => seen.some((views) => views[0]?.status === 'up'))
    t.ok(
      seen.some((views) => views[0]?.phase === 'placed'),
      'it was seen on its way',
    )
    const mine = await call<PubView[]>(asOwner, 'buttcloud.pubs')
    t.deepEqual(
      mine.map((one) => one.name),
      ['shed'],
    )
    t.deepEqual(await call(asBob, 'buttcloud.pubs'), [], 'bob has none and sees none')
    const { plans } = await call<PlansAnswer>(asBob, 'buttcloud.plans')
    t.ok(plans.length > 0, 'who was invited may see what plans there are')
    t.equal((await call<WhoamiAnswer>(asOwner, 'buttcloud.whoami')).role, 'owner')
    t.equal((await call<WhoamiAnswer>(asBob, 'buttcloud.whoami')).role, 'newcomer')
    const foreign = await call(asBob, 'buttcloud.commit', {
      pub: pub.pub,
      epoch: 1,
      value: {},
      invite: null,
    }).then(
      () => 'taken',
      (error: { message: string }) => error.message,
    )
    t.match(foreign, /^unknown:/, 'who is no hub commits nothing')
    const read = await new Promise<string>((resolve) =>
      pull(
        asBob.buttcloud.feed({ pub: pub.pub, after: 0 }),
        pull.collect((error: { message: string } | null) => resolve(error?.message ?? 'given')),
      ),
    )
    t.match(read, /^unknown:/, 'nor is given a feed by that door')
    asOwner.close(true, () => {})
    asBob.close(true, () => {})
  } finally {
    await bob.stop()
    await closeWorld(world)
  }
  t.end()
})

test('a pub costs the messages that docs/LIFECYCLE.md says, and none when it idles', async (t) => {
  const world = await openWorld('own', { engine: 'process' })
  try {
    const { provider, owner } = world
    await finalAnswer(owner, provider.id, await firstPost(owner, provider.id, 'list'))
    const before = await count(owner, provider.id)
    const { request } = await askForPub(t, world, 'shed')
    t.equal((await count(owner, provider.id)) - before, 5, 'record, order, invite, received, final')
    const asked = await privatePost(owner, [provider.id], 'invite shed', { root: request, branch: request })
    await finalAnswer(owner, provider.id, asked)
    t.equal((await count(owner, provider.id)) - before, 7, 'an invite: op and final')
    const idle = await count(owner, provider.id)
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    t.equal(await count(owner, provider.id), idle, 'an idle pub: none')
    const removal = await privatePost(owner, [provider.id], 'delete shed', { root: request, branch: asked })
    const question = await finalAnswer(owner, provider.id, removal)
    const yes = await privatePost(owner, [provider.id], 'yes', { root: request, branch: question.key })
    await finalAnswer(owner, provider.id, yes)
    t.equal((await count(owner, provider.id)) - idle, 4, 'delete: question, record, order, final')
  } finally {
    await closeWorld(world)
  }
  t.end()
})
