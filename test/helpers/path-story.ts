/**
 * The whole path, once, for real: the owner (stock ssb-server 16, standing for Patchwork) redeems the provider's
 * invite, writes as Patchwork would, gets the invite to a pub that runs, redeems it; a member redeems a second one
 * and reads the owner's posts through the pub while the owner is offline.
 */
import pull from 'pull-stream'
import ssbKeys from 'ssb-keys'
import test, { type Test } from 'tape'
import type { PubView } from '../../protocol/rpc'
import { answered } from './connected'
import { joinHub, type TestHub, type TestHubOptions } from './hub'
import { freePort, randomNetworkKey, until } from './machine'
import { answersTo, finalAnswer, firstPost, inviteIn, privatePost, readFrom } from './patchwork'
import { type Home, startProvider, type TestProvider } from './provider'
import { call, dial, netAddress, type StockPeer, startStock } from './stock'

export interface World {
  networkKey: string
  provider: TestProvider
  hub: TestHub
  owner: StockPeer
}

/** Provider, one hub, one owner who has redeemed the provider's invite. Pubs get ports that are free here. */
export async function openWorld(
  home: Home,
  hubOptions: Omit<TestHubOptions, 'networkKey'>,
  more: Record<string, unknown> = {},
): Promise<World> {
  const networkKey = randomNetworkKey()
  const portMin = await freePort()
  const settings = { portMin, portMax: Math.min(65_535, portMin + 200), ...more }
  const provider = await startProvider({ networkKey, home, settings, nobodyElse: true })
  const hub = await joinHub(provider, { networkKey, ...hubOptions })
  const owner = await startStock({ networkKey, label: 'owner' })
  const { invite } = await provider.admin('adminInvite', { uses: 50 })
  await call(owner.rpc, 'invite.accept', invite)
  return { networkKey, provider, hub, owner }
}

export async function closeWorld(world: World): Promise<void> {
  await Promise.allSettled([world.owner.stop(), world.hub.stop()])
  await world.provider.stop()
}

/** Tells a story in a world, and shows what was printed there when it fails. */
export async function inside<W extends World>(t: Test, world: W, tell: () => Promise<void>): Promise<void> {
  try {
    await tell()
  } catch (error) {
    t.comment(world.provider.output().slice(-4_000))
    // A world may not have got its first hub yet.
    t.comment(world.hub?.lines().slice(-6_000) ?? 'no hub')
    t.comment(await connectionOf(world))
    throw error
  }
}

/** How the owner's node sees the provider: connected or not, and what the two have told each other of feeds. */
async function connectionOf({ owner, provider }: World): Promise<string> {
  const ask = (method: string, ...words: string[]): Promise<unknown> =>
    call(owner.rpc, method, ...words).catch((error: Error) => error.message)
  const [peers, feeds] = await Promise.all([ask('gossip.peers'), ask('ebt.peerStatus', provider.id)])
  return JSON.stringify({ peers, feeds }).slice(0, 4_000)
}

/** A test that tells a story on the process engine, in a world of its own. */
export function onProcesses(
  title: string,
  tell: (t: Test, world: World) => Promise<void>,
  { home = 'own', settings = {} }: { home?: Home; settings?: Record<string, unknown> } = {},
): void {
  test(title, async (t) => {
    const world = await openWorld(home, { engine: 'process' }, settings)
    await inside(t, world, () => tell(t, world)).finally(() => closeWorld(world))
    t.end()
  })
}

/** Asks for a pub and gives its invite code; checks the answers' form on the way. */
export async function askForPub(
  t: Test,
  world: World,
  name: string,
): Promise<{ request: string; code: string; pub: PubView }> {
  const { owner, provider } = world
  const request = await firstPost(owner, provider.id, `create ${name}`)
  const answer = await answered(owner, () => provider, request, 90_000)
  t.equal(answer.content.buttcloud.outcome, 'done', `create ${name}: ${answer.text.slice(0, 80)}`)
  t.equal(answer.content.root, request, 'the invite came in the same thread')
  const code = inviteIn(answer.text)
  if (code === null) throw new Error(`no invite in: ${answer.text}`)
  const pubs = await provider.admin<PubView[]>('adminPubs')
  const pub = pubs.find((one) => one.pub === request)
  if (pub === undefined) throw new Error('the provider does not know the pub')
  return { request, code, pub }
}

/** The story from end to end. */
export async function tellPath(t: Test, world: World): Promise<void> {
  const { owner, provider, networkKey } = world
  const { request, code, pub } = await askForPub(t, world, 'alice')
  t.equal(pub.status, 'up')
  const answers = await answersTo(owner, provider.id, request)
  t.deepEqual(
    answers.map((one) => one.content.buttcloud.outcome),
    ['received', 'done'],
  )

  await call(owner.rpc, 'invite.accept', code)
  await until('the pub to follow its owner', async () =>
    (await provider.admin<PubView[]>('adminPubs')).some((one) => one.invites.used === 1),
  )
  const said = await call<any>(owner.rpc, 'publish', { type: 'post', text: 'hello from the owner' })

  const asked = await privatePost(owner, [provider.id], 'another invite for alice please, for 2 people', {
    root: request,
    branch: request,
  })
  const second = inviteIn((await finalAnswer(owner, provider.id, asked)).text)
  t.ok(second !== null, 'a second invite')
  await until('the pub to hold the post', async () => {
    const latest = await call<any>(owner.rpc, 'getLatest', pub.feed)
    return latest !== undefined
  })
  const peek = await until('the pub to have the owner’s post', () => holdsPost(world, pub, said.key))
  t.ok(peek)
  await owner.kill()

  const member = await startStock({ networkKey, label: 'member' })
  try {
    await call(member.rpc, 'invite.accept', second)
    const post = await until('the member to read the owner’s post through the pub', async () =>
      (await readFrom(member, owner.id)).find((one) => one.key === said.key),
    )
    t.equal(post.text, 'hello from the owner', 'read with the owner offline')
    t.ok((await readFrom(member, pub.feed ?? '')).length > 0, 'the pub’s own feed arrives too')
    await until('the ledger to show both uses', async () => {
      const [one] = await provider.admin<PubView[]>('adminPubs')
      return one?.invites.used === 2
    })
  } finally {
    await member.stop()
  }
}

/** True when the pub serves this message of the owner to anybody who asks (as any peer may). */
export async function holdsPost(world: World, pub: PubView, key: string): Promise<boolean> {
  const [host, port] = (pub.address ?? ':').split(':')
  const rpc = await dial(
    ssbKeys.generate(),
    netAddress(host ?? '', Number(port), pub.feed ?? ''),
    world.networkKey,
    {
      createHistoryStream: 'source',
    },
  )
  try {
    return await new Promise<boolean>((resolve) => {
      pull(
        rpc.createHistoryStream({ id: world.owner.id, keys: true, live: false }),
        pull.collect((error: unknown, messages: { key: string }[]) =>
          resolve(!error && messages.some((one) => one.key === key)),
        ),
      )
    })
  } finally {
    rpc.close(true, () => {})
  }
}
