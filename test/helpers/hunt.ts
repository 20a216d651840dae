/** One hunt: so many rounds of accidents by chance, and the judgement over everything at the end. */
import { join } from 'node:path'
import type { PubView } from '../../protocol/rpc'
import { followsAt } from './chains'
import {
  areConnected,
  closeHunt,
  type HuntedHub,
  type HuntedPub,
  type HuntOptions,
  type HuntWorld,
  learn,
  lookAtPeer,
  lookEverywhere,
  lookIntoVolumes,
  openHunt,
  processesOf,
  restartProvider,
  signal,
  viewOf,
} from './hunt-world'
import { until } from './machine'
import { startPub } from './pub'
import { codeAt, tryInvite } from './redeem-anywhere'
import { call, dial, netAddress } from './stock'

/** What befalls a hub; each gives the way back. */
type Accident = (world: HuntWorld, hunted: HuntedHub) => Promise<() => Promise<void>>

const ACCIDENTS: Record<string, Accident> = {
  async 'kill of the hub'(_world, { hub }) {
    await hub.kill()
    return () => hub.restart()
  },
  async 'kill of the hub and its pubs'(world, hunted) {
    const pids = processesOf(world, hunted)
    for (const pid of pids.slice(1)) signal(pid, 'SIGKILL')
    await hunted.hub.kill()
    return () => hunted.hub.restart()
  },
  async 'stop of the hub'(_world, { hub }) {
    signal(hub.pid(), 'SIGSTOP')
    return async () => signal(hub.pid(), 'SIGCONT')
  },
  async 'stop of everything'(world, hunted) {
    const pids = processesOf(world, hunted)
    for (const pid of pids) signal(pid, 'SIGSTOP')
    return async () => {
      for (const pid of pids) signal(pid, 'SIGCONT')
    }
  },
  async 'cut cable'(_world, { cable }) {
    cable.set('cut')
    return async () => cable.set('fine')
  },
  async 'held cable'(_world, { cable }) {
    cable.set('held')
    return async () => cable.set('fine')
  },
}

export interface HuntReport {
  rounds: number
  byKind: Record<string, number>
  moves: number
  redeemed: number
  tryAgain: number
  cutOff: number
  longestUnwritableMs: number
  messages: number
  looks: number
  wrong: string[]
  /** Peers that hold one chain and not all of it: a stock client catches up by itself, some time. */
  behind: string[]
}

export interface HuntWish extends Omit<HuntOptions, 'comment' | 'random'> {
  rounds: number
  /** No new round begins after this. */
  untilMs: number
  random(): number
  comment(text: string): void
  /** Starts a run without a fence in the middle: the hunt must find the fork. */
  plant?: boolean
}

const UP_BY_MS = 90_000
/** A guest is told within half a minute, and then tries again. */
const LAST_GUESTS_MS = 120_000

export async function hunt(wish: HuntWish): Promise<HuntReport> {
  const world = await openHunt(wish)
  try {
    return await huntIn(world, wish)
  } catch (error) {
    wish.comment(world.provider.output().slice(-3_000))
    for (const { hub, host } of world.hubs) wish.comment(`${host}: ${hub.lines().slice(-2_500)}`)
    throw error
  } finally {
    await closeHunt(world)
  }
}

async function huntIn(world: HuntWorld, wish: HuntWish): Promise<HuntReport> {
  const byKind: Record<string, number> = {}
  let rounds = 0
  let longestUnwritableMs = 0
  const began = Date.now()
  let moves = 0
  while (rounds < wish.rounds && Date.now() - began < wish.untilMs) {
    rounds += 1
    const { kind, unwritableMs, moved } = await round(world, wish, rounds)
    byKind[kind] = (byKind[kind] ?? 0) + 1
    moves += moved
    longestUnwritableMs = Math.max(longestUnwritableMs, unwritableMs)
    await lookEverywhere(world)
    world.comment(
      `round ${rounds}: ${kind}, ${moved} moved, unwritable ${unwritableMs} ms, at ${Math.round((Date.now() - began) / 1000)} s`,
    )
    if (world.seen.forks.length > 0) break
    if (wish.plant === true && rounds === 1) await plant(world)
  }
  const behind: string[] = []
  const wrong = [...world.seen.forks, ...(await judge(world, behind))]
  const sum = (of: (pub: HuntedPub) => number) => world.pubs.reduce((total, pub) => total + of(pub), 0)
  return {
    ...{ rounds, byKind, moves, longestUnwritableMs, wrong, behind, looks: world.seen.looks },
    redeemed: sum(({ guests }) => guests.welcome.size),
    tryAgain: sum(({ guests }) => guests.counts['try-again']),
    cutOff: sum(({ guests }) => guests.counts['cut-off']),
    messages: sum(({ feed }) => world.seen.lengthOf(feed)),
  }
}

/** One accident, or one wish of the operator, until every pub is up and written by guests again. */
async function round(world: HuntWorld, wish: HuntWish, at: number) {
  const { random } = world
  const before = new Map(world.pubs.map(({ name, host }) => [name, host]))
  const withPubs = world.hubs.filter(({ host }) => world.pubs.some((pub) => pub.host === host))
  const hunted = pick(withPubs, random)
  const chance = random()
  const beganAt = Date.now()
  let kind: string
  if (chance < 0.2) kind = await planned(world)
  else if (chance < 0.27) kind = await drain(world, hunted)
  else if (chance < 0.37) kind = await providerKill(world)
  else {
    kind = pick(Object.keys(ACCIDENTS), random)
    const mend = await (ACCIDENTS[kind] as Accident)(world, hunted)
    const silenceMs = wish.leaseMs + 3_000
    // A third is over before its lease is; a third ends about when the epoch is raised; a third after the move.
    const lasts = random() * silenceMs * 2.2
    const alsoPlanned = random() < 0.15
    const alsoProvider = random() < 0.15
    if (alsoPlanned) kind += ` and ${await planned(world)}`
    if (alsoProvider) kind += ` and ${await providerKill(world)}`
    await pause(Math.max(0, lasts - (Date.now() - beganAt)))
    await mend()
  }
  const sinceAt = Date.now()
  await until(
    `all pubs to be up after ${kind}, round ${at}`,
    async () => (await learn(world)) && (await areConnected(world)),
    UP_BY_MS,
  )
  const writable = () => world.pubs.every(({ guests }) => guests.lastInAt > sinceAt)
  await until(
    `guests to be let in everywhere after ${kind}, round ${at}`,
    async () => (await learn(world)) && writable(),
    UP_BY_MS,
  )
  const moved = world.pubs.filter(({ name, host }) => before.get(name) !== host).length
  return {
    kind,
    moved,
    unwritableMs: Math.max(0, ...world.pubs.map(({ guests }) => guests.worstMs(beganAt))),
  }
}

/** The operator moves a pub, whether it is up or not. */
async function planned(world: HuntWorld): Promise<string> {
  const { random } = world
  const pub = pick(world.pubs, random)
  const to = pick(
    world.hubs.filter(({ host }) => host !== pub.host),
    random,
  )
  const wish = { pub: pub.name, hub: to.hub.id }
  // By force: the operator says that the former run is gone, which it is not.
  const byForce = random() < 0.4
  const asked = byForce
    ? world.provider.admin('adminRestore', { ...wish, sure: true })
    : world.provider.admin('adminMove', wish)
  // Refused where that hub is away: then it stays where it is.
  const done = await asked.then(
    () => true,
    () => false,
  )
  return `${done ? '' : 'refused '}${byForce ? 'restore' : 'move'}`
}

/** A hub is emptied, and taken into use again. */
async function drain(world: HuntWorld, { hub, host }: HuntedHub): Promise<string> {
  const set = (status: string) => world.provider.admin('adminHubSet', { hub: hub.id, status })
  await set('draining')
  const isEmpty = async () => (await learn(world)) && world.pubs.every((pub) => pub.host !== host)
  await until('a hub that is drained to be empty', isEmpty, UP_BY_MS)
  await set('admitted')
  return 'drain'
}

async function providerKill(world: HuntWorld): Promise<string> {
  await restartProvider(world)
  return 'kill of the provider'
}

/** A hole in a fence: a run that asks nobody, on the log of a former run, writes one message. */
async function plant(world: HuntWorld): Promise<void> {
  const [pub] = world.pubs
  if (pub === undefined) return
  const hunted = world.hubs.find(({ host }) => host === pub.host)
  if (hunted === undefined) return
  await hunted.hub.kill()
  for (const pid of processesOf(world, hunted).slice(1)) signal(pid, 'SIGKILL')
  const data = join(hunted.hub.folder, 'runs', pub.run, 'volume')
  const twin = await until('the run without a fence', () =>
    startPub({ networkKey: world.networkKey, data, mode: 'standalone' }),
  )
  const rpc = await dial(twin.keys, twin.address, world.networkKey)
  await call(rpc, 'publish', { type: 'post', text: 'written by a run that asked nobody' })
  rpc.close(true, () => {})
  await twin.stop()
  await until(
    'the pub to be up elsewhere',
    async () => (await learn(world)) && pub.host !== hunted.host,
    UP_BY_MS,
  )
  await hunted.hub.restart()
}

/** Everything that must hold at the end: one chain everywhere, every use somebody's, what is left still good. */
async function judge(world: HuntWorld, behind: string[]): Promise<string[]> {
  if (world.seen.forks.length > 0) return []
  const wrong: string[] = []
  world.comment('the last guests')
  const ends = Promise.all(world.pubs.map(({ guests }) => guests.end()))
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, LAST_GUESTS_MS)
  })
  await Promise.race([ends, late])
  clearTimeout(timer)
  for (const { name, guests } of world.pubs)
    if (guests.now.size > 0)
      wrong.push(`${name}: guests who got no end: ${[...guests.now.values()].join(', ')}`)
  for (const { name, guests } of world.pubs)
    for (const told of guests.wrong) wrong.push(`${name}: a guest with a good invite was told: ${told.words}`)
  for (const pub of world.pubs) wrong.push(...(await wrongUses(world, pub)))
  await lookEverywhere(world)
  for (const [name, peer] of Object.entries({ 'the owner': world.owner, 'a member': world.member }))
    behind.push(...(await lookAtPeer(world, peer, name)))
  for (const { hub } of world.hubs) await hub.end()
  const logs = await lookIntoVolumes(world)
  if (logs < world.pubs.length) wrong.push(`only ${logs} logs were there to be read`)
  for (const { hub, host } of world.hubs)
    if (/its feed here is another one|holds another message in this place/.test(hub.lines()))
      wrong.push(`the hub at ${host} found another message at the provider than in its run`)
  return [...wrong, ...world.seen.forks]
}

async function wrongUses(world: HuntWorld, pub: HuntedPub): Promise<string[]> {
  const { name, request, guests, feed, host, port } = pub
  const wrong: string[] = []
  const first = await tryInvite(world.networkKey, codeAt(pub.firstCode, host))
  if (first.outcome !== 'in')
    wrong.push(`${name}: an invite from before the hunt is met with: ${first.words}`)
  guests.welcome.add(first.guest)
  const view = await until('the ledger to show all uses', async () => {
    const one: PubView | null = await viewOf(world, request)
    return one !== null && one.invites.used >= guests.welcome.size && one
  })
  if (view.invites.used !== guests.welcome.size)
    wrong.push(`${name}: ${guests.welcome.size} guests were let in, and ${view.invites.used} uses are gone`)
  const follows = await followsAt(netAddress(host, port, feed), world.networkKey, feed)
  for (const guest of guests.welcome)
    if (follows.filter((one) => one === guest).length !== 1)
      wrong.push(`${name}: ${guest} was let in and is followed not once`)
  const others = follows.filter((one) => !guests.welcome.has(one) && one !== world.owner.id)
  if (others.length > 0) wrong.push(`${name}: ${others.length} are followed that nobody let in`)
  return wrong
}

function pick<T>(from: T[], random: () => number): T {
  return from[Math.floor(random() * from.length)] as T
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
