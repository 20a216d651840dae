/**
 * Goal: people who are in a thread but own nothing, owners who write what only we write, and programs that answer
 * programs: nothing happens that its author may not ask for.
 */
import { join } from 'node:path'
import test from 'tape'
import type { HubView, PubView } from '../../protocol/rpc'
import { answered } from '../helpers/connected'
import { randomNetworkKey } from '../helpers/machine'
import { boxed, heldAt, invited, outcomeOf } from '../helpers/odd-input'
import { answersTo, inviteIn, madeUpFeed, privatePost, readFrom } from '../helpers/patchwork'
import { askForPub, closeWorld, openWorld, type World } from '../helpers/path-story'
import { call, type StockPeer, startStock } from '../helpers/stock'

test('with a third person in the thread the invite goes elsewhere, and their commands touch nothing', async (t) => {
  const world = await openWorld('own', { engine: 'process' })
  const third = await startStock({ networkKey: world.networkKey, label: 'third' })
  try {
    const { provider, owner } = world
    await invited(provider, third)
    await call(owner.rpc, 'publish', { type: 'contact', contact: third.id, following: true })
    const all = [provider.id, third.id]
    const request = await privatePost(owner, all, `[@p](${provider.id}) [@t](${third.id})\n\ncreate alice`)
    const answer = await answered(owner, () => provider, request)
    t.equal(outcomeOf(answer), 'done', answer.text.slice(0, 100))
    t.equal(inviteIn(answer.text), null, 'no invite where others read along')
    t.deepEqual(new Set(answer.content.recps), new Set([owner.id, ...all]))
    const bearers = (await readFrom(owner, provider.id)).filter(
      (post) => post.content.buttcloud?.kind === 'bearer',
    )
    t.equal(bearers.length, 1, 'it came once')
    t.equal(bearers[0]?.content.root, undefined, 'in a thread of its own')
    t.deepEqual(new Set(bearers[0]?.content.recps), new Set([owner.id, provider.id]), 'to the owner alone')
    t.ok(inviteIn(bearers[0]?.text ?? '') !== null)

    const others = [provider.id, owner.id]
    const asThird = async (text: string, branch: string) => {
      const key = await privatePost(third, others, text, { root: request, branch })
      return answered(third, () => provider, key)
    }
    const theirs = await asThird('delete alice', request)
    t.equal(outcomeOf(theirs), 'refused', theirs.text)
    const asked = await privatePost(owner, all, 'delete alice', { root: request, branch: request })
    const question = await answered(owner, () => provider, asked)
    t.equal(outcomeOf(question), 'asked')
    const yes = await asThird('yes', question.key)
    t.equal(outcomeOf(yes), 'refused', yes.text)
    const [pub] = await provider.admin<PubView[]>('adminPubs')
    t.equal(pub?.status, 'up', 'alice is up')
    const opened = await readFrom(third, provider.id)
    t.notOk(
      opened.some((post) => inviteIn(post.text) !== null),
      'the third person can open no invite',
    )
    const own = await privatePost(owner, all, 'yes', { root: request, branch: question.key })
    t.equal(outcomeOf(await answered(owner, () => provider, own)), 'done', "the owner's own yes counts")
  } finally {
    await third.stop()
    await closeWorld(world)
  }
  t.end()
})

test('forged messages of our own kinds from an owner, and posts by programs, do nothing', async (t) => {
  const world = await openWorld('own', { engine: 'process' })
  try {
    const { provider, owner, hub } = world
    const { pub, request } = await askForPub(t, world, 'alice')
    const before = await picture(world)
    const published = await heldAt(provider, world.networkKey, provider.id)
    for (const content of forgeries(world, pub)) await boxed(owner, content, [provider.id, hub.id])
    const fact = (await answersTo(owner, provider.id, request)).at(-1)?.content.buttcloud
    const byProgram = [{}, null, 7, { v: 1, kind: 'answer' }, fact]
    const posts = await Promise.all(
      byProgram.map((buttcloud) =>
        boxed(owner, { type: 'post', text: 'create bob', recps: [owner.id, provider.id], buttcloud }, [
          provider.id,
        ]),
      ),
    )
    const list = await privatePost(owner, [provider.id], 'list')
    const { text } = await answered(owner, () => provider, list)
    t.notOk(/bob|stolen/.test(text), text)
    t.deepEqual(await picture(world), before, 'nothing has changed')
    for (const key of posts)
      t.equal((await answersTo(owner, provider.id, key)).length, 0, 'programs get no answer')
    t.equal(await heldAt(provider, world.networkKey, provider.id), published + 1, 'one message, the list')
  } finally {
    await closeWorld(world)
  }
  t.end()
})

/** All that an operator sees, but for leases, which run down by themselves. */
async function picture(world: World): Promise<[PubView[], HubView[]]> {
  const hubs = await world.provider.admin<HubView[]>('adminHubs')
  return [await world.provider.admin('adminPubs'), hubs.map((hub) => ({ ...hub, lease: null }))]
}

/** One of each of our own kinds, as its rightful author would write it, but by an owner. */
function forgeries(world: World, pub: PubView): object[] {
  const { owner, hub } = world
  const answers = pub.pub
  const record = {
    pub: pub.pub,
    name: 'stolen',
    owners: [owner.id],
    plan: 'tiny',
    size: { memoryBytes: 1, reservedBytes: 1, diskBytes: 1 },
    suspended: false,
    status: 'live',
    port: 9_000,
  }
  const about = { pub: pub.pub, revision: 99, epoch: 1 }
  const spec = {
    desired: 'none',
    name: 'stolen',
    description: '',
    memoryBytes: 1,
    reservedBytes: 1,
    diskBytes: 1,
  }
  const observed = { phase: 'removed', reason: null, trouble: null, feed: owner.id, host: null, port: null }
  const invite = { key: madeUpFeed(), uses: 100, tag: 'tag' }
  return [
    { type: 'buttcloud/pub', v: 1, ...record, hub: owner.id, epoch: 9, keepUntil: null, answers },
    { type: 'buttcloud/owner', v: 1, owner: madeUpFeed(), answers },
    { type: 'buttcloud/halt', v: 1, pub: pub.pub, halted: true, reason: null, by: world.provider.id },
    { type: 'buttcloud/block', v: 1, feed: world.provider.id, blocked: true, reason: null, by: owner.id },
    { type: 'buttcloud/announcement', v: 1, text: 'all pubs are mine', by: world.provider.id },
    { type: 'buttcloud/hub', v: 1, hub: owner.id, status: 'admitted', label: 'mine', token: null },
    { type: 'buttcloud/hub', v: 1, hub: hub.id, status: 'retired', label: 'gone', token: null },
    { type: 'buttcloud/spec', v: 1, ...about, hub: hub.id, ...spec, port: 9_000, keepUntil: 1, answers },
    { type: 'buttcloud/op', v: 1, op: answers, hub: hub.id, pub: pub.pub, kind: 'invite', invite },
    { type: 'buttcloud/observed', v: 1, ...about, ...observed },
    { type: 'buttcloud/result', v: 1, op: answers, pub: pub.pub, ok: false, reason: 'forged' },
    {
      type: 'buttcloud/capacity',
      v: 1,
      memoryBytes: 1e15,
      diskBytes: 1e15,
      engine: 'docker',
      host: 'x',
      version: '9',
    },
  ]
}

test('two providers that write to each other do not fall into a loop', async (t) => {
  const networkKey = randomNetworkKey()
  const plugins = { [join('buttcloud-under-test', 'plugin')]: 'buttcloud' }
  const nodeModules = { 'buttcloud-under-test': join(__dirname, '..', '..') }
  const config = { buttcloud: { nobodyElse: true } }
  const both = await Promise.all(
    ['one', 'two'].map((label) => startStock({ networkKey, label, plugins, nodeModules, config })),
  )
  const [one, two] = both as [StockPeer, StockPeer]
  try {
    for (const [host, guest] of [
      [one, two],
      [two, one],
    ] as const) {
      const { invite } = await call<any>(host.rpc, 'buttcloud.adminInvite', { uses: 2 })
      await call(guest.rpc, 'invite.accept', invite)
    }
    for (let round = 0; round < 3; round += 1) {
      for (const [from, to] of [
        [one, two],
        [two, one],
      ] as const)
        await answered(from, () => to, await privatePost(from, [to.id], 'list'))
    }
    for (const [from, to] of [
      [one, two],
      [two, one],
    ] as const) {
      const posts = (await readFrom(from, from.id)).filter((post) => post.content.buttcloud)
      t.equal(posts.length, 3, 'three questions came, three answers went out, and none for an answer')
      t.ok((await readFrom(to, from.id)).length > 0)
    }
  } finally {
    await Promise.all(both.map((peer) => peer.stop()))
  }
  t.end()
})
