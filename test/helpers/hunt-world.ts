/**
 * A small fleet to hunt for forks in: a provider, three hubs on the process engine with a cable each, pubs that are
 * redeemed all the time, and what can befall them. Every hub has an address of its own on this machine.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import { holderOf } from '../../hub-daemon/engines/process-lock'
import { runNameOf } from '../../protocol/ids'
import type { HubView, PubView } from '../../protocol/rpc'
import { type Cable, layCable } from './cable'
import { type Chain, chainAt, chainAtAddress, keysIn } from './chains'
import { answered, connectedAt } from './connected'
import { joinHub, type TestHub } from './hub'
import { Guests } from './hunt-guests'
import { Seen } from './hunt-seen'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from './machine'
import { firstPost, inviteIn, privatePost } from './patchwork'
import { startProvider, type TestProvider, type TestProviderOptions } from './provider'
import { call, netAddress, type StockPeer, startStock } from './stock'

export interface HuntedHub {
  hub: TestHub
  host: string
  cable: Cable
}

export interface HuntedPub {
  name: string
  request: string
  feed: string
  port: number
  run: string
  /** By the provider's last word. */
  host: string
  guests: Guests
  /** Of the invite that came with the pub; nobody uses it before the end. */
  firstCode: string
}

export interface HuntWorld {
  networkKey: string
  provider: TestProvider
  providerOptions: TestProviderOptions
  hubs: HuntedHub[]
  pubs: HuntedPub[]
  owner: StockPeer
  /** Follows every pub, and hears of it wherever it is. */
  member: StockPeer
  seen: Seen
  peersByMs: number
  random(): number
  comment(text: string): void
}

export interface HuntOptions {
  hubs: number
  pubs: number
  leaseMs: number
  /** How long one waits for a peer to have all of a feed at the end. */
  peersByMs: number
  random(): number
  comment(text: string): void
}

const USES_EACH = 100
const REST_MS = 1_500

export async function openHunt(options: HuntOptions): Promise<HuntWorld> {
  const networkKey = randomNetworkKey()
  const portMin = await freePort()
  const settings = { portMin, portMax: Math.min(65_535, portMin + 300), pubsPerOwnerMax: 100 }
  const common = { networkKey, settings, home: 'own' as const, leaseMs: options.leaseMs }
  const provider = await startProvider({ ...common, nobodyElse: true })
  const { folder, port } = provider
  const { random, comment, peersByMs } = options
  const owner = await startStock({ networkKey, label: 'owner' })
  const member = await startStock({ networkKey, label: 'member' })
  const world: HuntWorld = {
    ...{
      networkKey,
      provider,
      hubs: [],
      pubs: [],
      owner,
      member,
      seen: new Seen(),
      random,
      comment,
      peersByMs,
    },
    providerOptions: { ...common, folder, port },
  }
  const { invite } = await provider.admin('adminInvite', { uses: 50 })
  await call(owner.rpc, 'invite.accept', invite)
  for (let at = 0; at < options.hubs; at += 1) await addHub(world, `127.0.0.${at + 11}`, `hub-${at}`)
  for (let at = 0; at < options.pubs; at += 1) await addPub(world, `pub-${at}`)
  return world
}

async function addHub(world: HuntWorld, host: string, label: string): Promise<void> {
  const { networkKey, provider } = world
  const cable = await layCable(provider.port)
  const there = { host, bind: host, label, providerPort: cable.port, memoryBytes: 4 * 2 ** 30 }
  const hub = await joinHub(provider, { networkKey, engine: 'process', ...there })
  world.hubs.push({ hub, host, cable })
}

async function addPub(world: HuntWorld, name: string): Promise<void> {
  const { owner, provider, networkKey } = world
  const request = await firstPost(owner, provider.id, `create ${name}`)
  const { text } = await answered(owner, () => world.provider, request, 90_000)
  const view = await viewOf(world, request)
  if (view?.feed == null || view.address === null) throw new Error(`${name} is not up`)
  for (const peer of [owner, world.member])
    await call(peer.rpc, 'publish', { type: 'contact', contact: view.feed, following: true })
  const known: Omit<HuntedPub, 'guests'> = {
    ...{ name, request, feed: view.feed, port: view.port, run: runNameOf(view.pub) },
    ...{ host: view.address.split(':')[0] ?? '', firstCode: inviteIn(text) ?? '' },
  }
  let code: Promise<string> | null = null
  let left = 0
  const next = async () => {
    if (left === 0) {
      left = USES_EACH
      code = inviteFor(world, known)
    }
    left -= 1
    return code ?? ''
  }
  const hosts = world.hubs.map(({ host }) => host)
  const { random } = world
  const guests = new Guests({
    ...{ networkKey, hosts, random, code: next, count: 2, restMs: REST_MS },
    host: () => pub.host,
  })
  const pub: HuntedPub = { ...known, guests }
  world.pubs.push(pub)
}

/** Asks the owner for an invite for many, however long it takes; the provider may be down just then. */
async function inviteFor(world: HuntWorld, { request, name }: Omit<HuntedPub, 'guests'>): Promise<string> {
  const { owner } = world
  const words = `another invite for ${name} please, for ${USES_EACH} people`
  const asked = await privatePost(owner, [world.provider.id], words, { root: request, branch: request })
  const { text } = await answered(owner, () => world.provider, asked, 600_000)
  const code = inviteIn(text)
  if (code === null) throw new Error(`no invite for ${name}: ${text}`)
  return code
}

export async function viewOf(world: HuntWorld, request: string): Promise<PubView | null> {
  const views = await world.provider.admin<PubView[]>('adminPubs')
  return views.find((one) => one.pub === request) ?? null
}

/** Learns from the provider where every pub is; gives true where all are up. */
export async function learn(world: HuntWorld): Promise<boolean> {
  const views = await world.provider.admin<PubView[]>('adminPubs')
  let up = true
  for (const pub of world.pubs) {
    const view = views.find((one) => one.pub === pub.request)
    if (view?.address != null) pub.host = view.address.split(':')[0] ?? pub.host
    if (view?.phase !== 'up' || view.status !== 'up') up = false
  }
  return up
}

export async function restartProvider(world: HuntWorld): Promise<void> {
  await world.provider.kill()
  world.provider = await startProvider(world.providerOptions)
}

/** The processes of a hub and of the pubs that it runs. */
export function processesOf(world: HuntWorld, { hub }: HuntedHub): number[] {
  const locks = world.pubs.map(({ run }) => join(hub.folder, 'runs', run, 'lock'))
  return [hub.pid(), ...locks.map((path) => holderOf(path)?.pid ?? 0)].filter((pid) => pid > 0)
}

export async function areConnected(world: HuntWorld): Promise<boolean> {
  const views = await world.provider.admin<HubView[]>('adminHubs')
  return world.hubs.every(({ hub }) => views.find((one) => one.hub === hub.id)?.connected === true)
}

/** What provider and member have of every pub, and what each run serves that can be reached now: all of it into the record. */
export async function lookEverywhere(world: HuntWorld): Promise<void> {
  const { networkKey, seen, member } = world
  for (const { feed, port, name, host: present } of world.pubs) {
    await connectedAt(member, feed, present, port).catch(() => false)
    const { folder, address } = world.provider
    seen.add(feed, 'the provider', await chainAtAddress(keysIn(folder), address, networkKey, feed))
    for (const { host } of world.hubs) {
      const chain = await chainAtAddress(
        ssbKeys.generate(),
        netAddress(host, port, feed),
        networkKey,
        feed,
      ).catch((error: Error) => {
        // Nobody is there, mostly; a feed that is broken in itself is told of.
        if (/ stands after | does not follow |not its own/.test(error.message)) seen.forks.push(error.message)
        return null
      })
      if (chain !== null) seen.add(feed, `the run of ${name} at ${host}`, chain)
    }
    seen.add(feed, 'a member', await chainAt(world.member.rpc, feed, 'a member'))
  }
}

/** The logs of all runs that any hub still has, where they lie: stock servers read copies of them. */
export async function lookIntoVolumes(world: HuntWorld): Promise<number> {
  let logs = 0
  for (const { hub, host } of world.hubs)
    for (const { run, feed, name } of world.pubs) {
      const volume = join(hub.folder, 'runs', run, 'volume')
      if (!existsSync(join(volume, 'flume'))) continue
      world.seen.add(
        feed,
        `the log of ${name} on ${host}`,
        await chainInVolume(volume, world.networkKey, feed),
      )
      logs += 1
    }
  return logs
}

/** What a run that does not run any more has of its own feed in its log. */
export async function chainInVolume(volume: string, networkKey: string, feed: string): Promise<Chain> {
  const home = temporaryFolder('volume')
  mkdirSync(join(home, '.ssb'))
  // Where the secret lies in memory its place in the volume is an empty file.
  for (const name of readdirSync(volume))
    if (name === 'flume' || (name === 'secret' && statSync(join(volume, name)).size > 0))
      cpSync(join(volume, name), join(home, '.ssb', name), { recursive: true })
  const reader = await startStock({ networkKey, home, appname: 'ssb' })
  try {
    return await chainAt(reader.rpc, feed, volume)
  } finally {
    await reader.stop()
    removeFolder(home)
  }
}

/** What a peer has of every pub's feed goes into the record; gives what it did not get within a while. */
export async function lookAtPeer(world: HuntWorld, peer: StockPeer, name: string): Promise<string[]> {
  const behind: string[] = []
  for (const { feed, host, port } of world.pubs) {
    const want = world.seen.lengthOf(feed)
    const had = async () => {
      await connectedAt(peer, feed, host, port)
      return (await chainAt(peer.rpc, feed, name)).size >= want
    }
    const isBehind = await until('all of a feed', had, world.peersByMs).then(
      () => false,
      () => true,
    )
    const chain = await chainAt(peer.rpc, feed, name)
    world.seen.add(feed, name, chain)
    if (isBehind) behind.push(`${name} has ${chain.size} of ${want} of ${feed}`)
  }
  return behind
}

export async function closeHunt(world: HuntWorld): Promise<void> {
  for (const hunted of world.hubs) {
    hunted.cable.set('fine')
    for (const pid of processesOf(world, hunted)) signal(pid, 'SIGCONT')
  }
  await Promise.allSettled([
    world.owner.stop(),
    world.member.stop(),
    ...world.hubs.map(({ hub }) => hub.stop()),
  ])
  await Promise.allSettled(world.hubs.map(({ cable }) => cable.close()))
  await world.provider.stop()
  removeFolder(world.provider.folder)
}

/** To a process that may have ended since. */
export function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has.
  }
}
