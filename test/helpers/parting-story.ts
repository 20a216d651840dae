/**
 * Leaving with everything, once, for real: from a pub that is stopped, with a start and a dead hub in the middle of it; from
 * one that is suspended, with the words that its owner was told; and from one that is deleted, until a stock ssb-server runs
 * on what came.
 */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tape'
import type { PubView } from '../../protocol/rpc'
import type { BillingFact } from '../../protocol/rpc-billing'
import { startBridge, type TestBridge } from './bridge'
import { type Ended, startCli } from './cli'
import { command, tellAll, tellRestored } from './export-story'
import { around, BLOB_BYTES, cli, fill, joinByLine, type Story, sha256, words } from './export-world'
import { removeFolder, temporaryFolder, until } from './machine'
import { finalAnswer, firstPost, inviteIn, privatePost, readFrom } from './patchwork'
import type { World } from './path-story'
import { openLine } from './proxy'
import { call, dial } from './stock'

const DAY_MS = 24 * 3_600_000
/** The least that they may be: a day until the stop, and a while until the end. */
export const PARTING_SETTINGS = { dues: { unpaidDays: 1, suspendedDays: 8 } }
/** A step of this may wait for a machine that does much else. */
const PATIENCE_MS = 90_000

interface Parting extends Story {
  bridge: TestBridge
  aheadMs: number
  connections: any[]
}

/** The story from end to end. `leftOver`: what is left of readings on the server of the pub. */
export async function tellParting(
  t: Test,
  world: World,
  leftOver: () => Promise<string[]> = async () => [],
): Promise<void> {
  const home = temporaryFolder('parting-cli')
  const line = await openLine(world.provider.port)
  const bridge = await startBridge(world.provider, world.networkKey)
  const story = { t, world, home, line, bridge, aheadMs: 0, connections: [] as any[], blobs: [] as string[] }
  try {
    const parting: Parting = { ...story, ...(await paidPub(story)) }
    parting.blobs = await fill(parting)
    joinByLine(parting)
    await tellStartInTheMiddle(parting)
    const archive = await tellSuspended(parting)
    await tellEnded(parting, archive)
    t.deepEqual(await leftOver(), [], 'nothing is left of what was cut off, nor of what came to its end')
    await tellRestored(parting, archive)
  } finally {
    bridge.stop()
    for (const rpc of story.connections) rpc.close(true, () => {})
    await line.close()
    removeFolder(home)
  }
}

/** What Stripe says, at its own time. Over a connection of its own: a clock that is set ends those that there are. */
async function says(
  { world, bridge, connections, aheadMs }: Pick<Parting, 'world' | 'bridge' | 'connections' | 'aheadMs'>,
  checkout: string,
  status: BillingFact['status'],
): Promise<string> {
  const rpc = await dial(bridge.keys, world.provider.address, world.networkKey, {
    buttcloud: { billingFact: 'async' },
  })
  connections.push(rpc)
  const fact: BillingFact = {
    ...{ subscription: 'sub_1', checkout, session: 'cs_1', customer: 'cus_1', status, plan: 'tiny' },
    ...{ periodEnd: Date.UTC(2039, 0, 1), cancelAt: null, refunded: false, live: false, event: null },
    ...{ email: null, portal: null, receiptUrl: null, invoice: null, stripeTime: Date.now() + aheadMs },
  }
  return (await call<{ outcome: string }>(rpc, 'buttcloud.billingFact', fact)).outcome
}

async function paidPub(
  story: Pick<Parting, 't' | 'world' | 'bridge' | 'connections' | 'aheadMs'>,
): Promise<{ root: string; pub: PubView }> {
  const { owner, provider } = story.world
  const root = await firstPost(owner, provider.id, 'create alice')
  const owed = await story.bridge.until('checkout')
  const session = { session: 'cs_1', url: 'https://pay.example', expiresAt: Date.now() + DAY_MS, live: false }
  await story.bridge.done(owed.id, { checkout: session })
  await until('the session to be known', async () => (await says(story, root, 'active')) !== 'unknown')
  const answer = await finalAnswer(owner, provider.id, root, PATIENCE_MS)
  await call(owner.rpc, 'invite.accept', inviteIn(answer.text))
  const pub = (await provider.admin<PubView[]>('adminPubs')).find((one) => one.pub === root)
  if (pub === undefined) throw new Error('the provider does not know the pub')
  return { root, pub }
}

/** Begins to take everything, and gives what is under way once a good part of it is there. */
async function begun(story: Parting, name: string): Promise<{ file: string; ended: Promise<Ended> }> {
  const file = join(story.home, name)
  story.line.allow(3 * BLOB_BYTES)
  const args = ['all', '--yes', '--json', '--verbose', '--timeout', '120', '-o', file]
  const { ended } = startCli(around(story), words(story, args))
  await until(
    'a part of it',
    () => existsSync(`${file}.part`) && statSync(`${file}.part`).size > BLOB_BYTES,
    PATIENCE_MS,
  )
  return { file, ended }
}

/** What was begun from the volume of a stopped pub goes on at its server, where it was. */
async function tellStartInTheMiddle(story: Parting): Promise<void> {
  const { t, line } = story
  await command(story, 'stop alice')
  const before = line.passed()
  const { file, ended } = await begun(story, 'started.tar')
  await command(story, 'start alice')
  t.equal((await viewOf(story)).phase, 'up', 'who takes something away keeps no pub from starting')
  line.allow(null)
  const { code, stdout, stderr } = await ended
  t.equal(code, 0, `it goes on by itself: ${stderr}`)
  t.match(stderr, /trying again/, 'the start had ended the reading of its files')
  const { sha256: hash, bytes } = JSON.parse(stdout)
  t.equal(hash, sha256(file), 'and is whole')
  const twice = line.passed() - before - bytes
  t.ok(
    twice < BLOB_BYTES,
    `nothing came twice but what was on its way: ${twice} bytes more than the file has`,
  )
}

const viewOf = async ({ world, pub }: Parting): Promise<PubView> =>
  (await world.provider.admin<PubView[]>('adminPubs')).find((one) => one.pub === pub.pub) as PubView

/** Nobody pays: the notice says what to type and until when, and it is so. */
async function tellSuspended(story: Parting): Promise<string> {
  const { t, world, root } = story
  const noticed = (pattern: RegExp) =>
    until(
      `a notice with ${pattern}`,
      async () => {
        const posts = await readFrom(world.owner, world.provider.id)
        const found = posts.find(
          (one) => one.content.buttcloud?.topic === 'payment' && pattern.test(one.text),
        )
        return found?.text ?? null
      },
      PATIENCE_MS,
    )
  await says(story, root, 'unpaid')
  await noticed(/Stripe has given up trying/)
  story.aheadMs += DAY_MS + 60_000
  await world.provider.setClockAhead(story.aheadMs)
  await until(
    'the stop of what is not paid for',
    async () => {
      await says(story, root, 'unpaid')
      await world.provider.admin('adminPermit', { what: 'ends', count: 1 })
      return (await viewOf(story)).suspended
    },
    PATIENCE_MS,
  )
  const text = await noticed(/is suspended/)
  t.match(text, /kept until 20.*Before 20\d\d-.*`buttcloud export alice all` in a terminal/)
  await until('the pub to be down', async () => (await viewOf(story)).phase === 'down', PATIENCE_MS)
  const file = await tellDeadHub(story)
  const secret = await cli(story, 'secret', '--yes', '-o', join(story.home, 'secret'))
  t.match(
    secret.stderr,
    /comes up here by itself when it is paid for.*buttcloud stop alice, and it stays down/,
  )
  return file
}

/** The hub dies in the middle, and the next one goes on. */
async function tellDeadHub(story: Parting): Promise<string> {
  const { t, line, world } = story
  const { file, ended } = await begun(story, 'suspended.tar')
  await world.hub.kill()
  await world.hub.restart()
  line.allow(null)
  const { code, stdout, stderr } = await ended
  t.equal(code, 0, `when its hub is back it goes on: ${stderr}`)
  t.equal(JSON.parse(stdout).sha256, sha256(file))
  return file
}

/** Deleted, and kept until its date: still the same, to its owner alone. */
async function tellEnded(story: Parting, before: string): Promise<void> {
  const { t, world, root } = story
  const { owner, provider } = world
  const asked = await privatePost(owner, [provider.id], 'delete alice', { root, branch: root })
  const question = await finalAnswer(owner, provider.id, asked, PATIENCE_MS)
  const yes = await privatePost(owner, [provider.id], 'yes', { root, branch: question.key })
  const answer = await finalAnswer(owner, provider.id, yes, PATIENCE_MS)
  t.match(answer.text, /taken away.*`buttcloud export alice all` in a terminal/)
  t.equal(sha256(await tellAll(story, 'ended.tar')), sha256(before), 'what lies there is what lay there')
}
