/**
 * A pub outlives the data of its server, its server, and the return of its server's old copy. Told on any engine: with the
 * recovery key offline at first, then brought by the operator, all by the commands that an operator has.
 */
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import type { Test } from 'tape'
import { runNameOf } from '../../protocol/ids'
import type { PubView } from '../../protocol/rpc'
import { type Chain, chainAt, chainAtAddress, contentsIn, differences, keysIn } from './chains'
import { runCli } from './cli'
import { ELSEWHERE } from './elsewhere'
import type { TestHub } from './hub'
import { until } from './machine'
import { tellMoved } from './moved-story'
import { finalAnswer, inviteIn, privatePost } from './patchwork'
import { askForPub, type World } from './path-story'
import { redeem, useInvite } from './redeem'
import { filesWith, formsOf, processWords, secretsIn } from './secret-scan'
import { call, dial, netAddress, type StockPeer, startStock } from './stock'

export interface Ground {
  world: World
  /** All that the hub had of its pubs is gone, and its own log; its identity is left. */
  loseData(hub: TestHub): Promise<void>
  /** The machine of the hub is off, with everything that ran on it. */
  switchOff(hub: TestHub): Promise<void>
  addHub(): Promise<TestHub>
  /** What that hub is reached by, where it is other than the first. */
  newHost?: string
  /** The provider again, on its folder and port. */
  restartProvider(): Promise<void>
  /** What the engine says of its containers. */
  engineWords?(): Promise<string[]>
}

interface Story extends Ground {
  t: Test
  pub: PubView
  /** An invite for several, of which some uses are left. */
  code: string
  member: StockPeer
  secrets: string[]
}

/** The story from end to end. */
export async function tellRestore(t: Test, ground: Ground): Promise<void> {
  const { world } = ground
  const { request: root, code: first, pub } = await askForPub(t, world, 'alice')
  await call(world.owner.rpc, 'invite.accept', first)
  const asked = await privatePost(world.owner, [world.provider.id], 'invite alice 5', { root, branch: root })
  const code = inviteIn((await finalAnswer(world.owner, world.provider.id, asked, 60_000)).text) ?? ''
  const member = await startStock({ networkKey: world.networkKey, label: 'member', ...ELSEWHERE })
  try {
    await redeem(member, code)
    const story: Story = { t, ...ground, pub, code, member, secrets: secretsIn(world.hub.folder) }
    t.ok(story.secrets.length > 0, 'the hub has the secret of the pub')
    await tellShown(story)
    await tellLostData(story)
    await tellRefusals(story)
    const second = await tellLostHub(story)
    await tellReturn(story, second)
    await tellOneChain(story)
    await tellNothingSaid(story, [world.hub, second])
    await second.stop()
  } finally {
    await member.stop()
  }
}

/** An operator's command, on the folder of the provider that runs. */
async function admin(
  story: Story,
  ...args: string[]
): Promise<{ code: number | null; said: string; out: string }> {
  const { provider, networkKey } = story.world
  const around = { home: provider.folder, networkKey }
  const { code, stdout, stderr } = await runCli(around, ['admin', ...args, '--path', provider.folder])
  return { code, said: `${stdout}${stderr}`, out: stdout }
}

const keyFile = (story: Story): string => join(story.world.provider.folder, 'recovery-key.txt')

async function tellShown(story: Story): Promise<void> {
  const { t, world } = story
  const { said } = await admin(story, 'recovery')
  t.match(said, /Recovery: automatic\./, 'which kind is on is shown')
  t.match(said, /in escrow: 1 of 1/)
  t.match(world.provider.output(), /"recovery":"automatic"/, 'and said at the start')
  const half = await admin(story, 'recovery', 'offline')
  t.equal(half.code, 1, 'taking the key away asks first')
  t.match(half.said, /stays automatic/)
  const gone = await admin(story, 'recovery', 'offline', '--yes')
  t.equal(gone.code, 0)
  t.match(gone.said, /Recovery: offline\./)
  writeFileSync(keyFile(story), gone.out)
  t.match((await admin(story, 'recovery', 'offline', '--yes')).said, /offline already/)
}

/** The same hub, without anything of its pubs; the recovery key is offline, and is brought. */
async function tellLostData(story: Story): Promise<void> {
  const { t, world, pub } = story
  const before = await chainAtProvider(story)
  await story.switchOff(world.hub)
  await story.loseData(world.hub)
  await world.hub.restart()
  const waiting = await until(
    'the pub to wait for its key',
    async () => {
      const view = await viewOf(story)
      return view.phase === 'failed' ? view : null
    },
    90_000,
  )
  t.match(waiting.reason ?? '', /no key for it: the recovery key is offline/, waiting.reason ?? '')
  const brought = await admin(story, 'recovery', 'online', keyFile(story))
  t.match(brought.said, /Recovery: automatic\./)
  await isBack(story, before, world.hub)
  t.deepEqual(secretsIn(world.hub.folder), story.secrets, 'it has the identity that it had')
  t.equal((await viewOf(story)).feed, pub.feed)
}

async function tellRefusals(story: Story): Promise<void> {
  const { t } = story
  const up = await until(
    'the pub to be up for the provider',
    async () => (await viewOf(story)).phase === 'up',
    60_000,
  )
  t.ok(up)
  const cut = await admin(story, 'restore', 'alice')
  t.equal(cut.code, 1)
  t.match(cut.said, /alice is up on .*would cut that run off.*--yes/)
  t.match((await admin(story, 'restore', 'alicia')).said, /no pub called "alicia"/)
  t.match(
    (await admin(story, 'restore', 'alice', '--hub', 'attic', '--yes')).said,
    /no hub is called "attic"/,
  )
}

/** The first hub is off for good, as far as anybody knows. */
async function tellLostHub(story: Story): Promise<TestHub> {
  const { t, world, pub } = story
  const before = await chainAtProvider(story)
  await story.switchOff(world.hub)
  await until('the provider to miss the hub', async () => {
    const hubs = await world.provider.admin<{ hub: string; connected: boolean }[]>('adminHubs')
    return hubs.find((one) => one.hub === world.hub.id)?.connected === false
  })
  t.match((await admin(story, 'restore', 'alice')).said, /no hub with room for alice is connected|is full/)
  const second = await story.addHub()
  const done = await admin(story, 'restore', 'alice')
  t.equal(done.code, 0, done.said)
  t.match(done.said, /alice goes to second under epoch 2/)
  await isBack(story, before, second)
  await tellMoved({ ...story, feed: pub.feed ?? '', port: pub.port })
  return second
}

/** The first hub comes back from the data it had, at another address, and finds the provider only later. */
async function tellReturn(story: Story, second: TestHub): Promise<void> {
  const { t, world, pub } = story
  const before = await chainAtPub(story)
  await world.provider.kill()
  await world.hub.restart({ host: '127.0.0.2', bind: '127.0.0.2' })
  const keys = keysIn(join(world.hub.folder, 'node'))
  const address = netAddress('127.0.0.2', pub.port, pub.feed ?? '')
  const old = await until(
    'the old run to answer its hub',
    () => dial(keys, address, world.networkKey, { publish: 'async', fence: { status: 'async' } }),
    60_000,
  )
  const publish = () => call(old, 'publish', { type: 'post', text: 'written by a run whose time is over' })
  t.match(await sentence(publish()), /try again|try-again/, 'without the provider it writes nothing')
  t.equal((await call<{ open: boolean }>(old, 'fence.status')).open, false, 'its fence is shut')
  await story.restartProvider()
  let accepted = 0
  const attempts = async () => {
    for (;;) {
      const said = await sentence(publish())
      if (said === 'done') accepted += 1
      if (/closed|ended|gone|stream/.test(said)) return
    }
  }
  const trying = attempts()
  const removed = new RegExp(`remove ${runNameOf(pub.pub)}`)
  await until('the former hub to remove its run', () => removed.test(world.hub.lines()), 90_000)
  old.close(true, () => {})
  await trying
  t.equal(accepted, 0, 'with it neither: its epoch is over')
  await isBack(story, before, second)
}

/** One chain on everybody's disk, to its end. */
async function tellOneChain(story: Story): Promise<void> {
  const { t, world, pub, member } = story
  const feed = pub.feed ?? ''
  const copies = new Map<string, Chain>([
    ['the pub', await chainAtPub(story)],
    ['the provider', await chainAtProvider(story)],
    ['its owner', await chainAt(world.owner.rpc, feed, 'the owner')],
    ['a member', await chainAt(member.rpc, feed, 'a member')],
  ])
  t.deepEqual(differences(feed, 'the pub', copies), [], 'one chain')
  t.equal(copies.get('the provider')?.size, copies.get('the pub')?.size, 'the provider holds all of it')
}

/** No part of the secret in anything that was said, or that others may see of a process. */
async function tellNothingSaid(story: Story, hubs: TestHub[]): Promise<void> {
  const { t, world, secrets } = story
  const said = [world.provider.output(), ...hubs.map((hub) => hub.lines()), ...processWords()]
  said.push(...((await story.engineWords?.()) ?? []))
  const forms = secrets.flatMap(formsOf)
  const tells = (text: string) => forms.some((form) => text.includes(form))
  t.equal(said.filter(tells).length, 0, 'the secret is in no log, argument or environment')
  await world.provider.kill()
  const contents = await contentsIn(world.provider.folder, world.networkKey)
  t.ok(contents.length > 20 && contents.some((one) => one.includes('buttcloud/spec')), 'every feed, opened')
  t.equal(contents.filter(tells).length, 0, 'has none of it')
  t.deepEqual(filesWith(world.provider.folder, tells), [], 'nor has a file of the provider')
  for (const hub of hubs)
    t.deepEqual(filesWith(join(hub.folder, 'node'), tells), [], 'nor one of the node of a hub')
}

/** The pub is up with all that it had, and honours an invite that was made before; the use is its next message. */
async function isBack(story: Story, before: Chain, hub: TestHub): Promise<void> {
  const { t, world, code } = story
  const guest = ssbKeys.generate()
  await until(
    'the invite to be honoured',
    () => useInvite(world.networkKey, code, { feed: guest.id }),
    120_000,
  )
  const after = await chainAtPub(story)
  const kept = [...before].filter(([sequence, message]) => after.get(sequence) === message)
  t.equal(kept.length, before.size, `all ${before.size} messages of the feed are there`)
  t.ok(after.size > before.size, `and it goes on: ${after.size}`)
  const view = await until(
    'the provider to know that it is up',
    async () => {
      const one = await viewOf(story)
      return one.phase === 'up' ? one : null
    },
    60_000,
  )
  t.equal(view.port, story.pub.port, 'at its port')
  const hubs = await world.provider.admin<{ hub: string; pubs: number }[]>('adminHubs')
  t.equal(hubs.find((one) => one.hub === hub.id)?.pubs, 1, 'on the hub where it should be')
}

async function viewOf(story: Story): Promise<PubView> {
  const views = await story.world.provider.admin<PubView[]>('adminPubs')
  const view = views.find((one) => one.pub === story.pub.pub)
  if (view === undefined) throw new Error('the provider does not know the pub')
  return view
}

function chainAtPub({ world, pub }: Story): Promise<Chain> {
  const address = netAddress('127.0.0.1', pub.port, pub.feed ?? '')
  return chainAtAddress(ssbKeys.generate(), address, world.networkKey, pub.feed ?? '')
}

function chainAtProvider({ world, pub }: Story): Promise<Chain> {
  const { folder, address } = world.provider
  return chainAtAddress(keysIn(folder), address, world.networkKey, pub.feed ?? '')
}

function sentence(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: Error) => error.message,
  )
}

/** What a hub had of its pubs and its own log, gone; its own key and what it joined are left. */
export function removeData(folder: string): void {
  // A pub whose hub was killed writes what it still has before it ends.
  const patiently = { recursive: true, force: true, maxRetries: 100, retryDelay: 100 } as const
  for (const name of ['pubs', 'runs']) rmSync(join(folder, name), patiently)
  for (const name of readdirSync(join(folder, 'node')))
    if (name !== 'secret') rmSync(join(folder, 'node', name), { recursive: true, force: true })
}
