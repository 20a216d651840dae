/**
 * A world for kill -9: one provider, one hub, six owners who take turns (a person may ask 20 times a minute) and
 * one member, all in processes of their own. The provider's boot gate is as in real life: after each of its starts
 * it waits for its hub's word.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import { pubIdOf, runNameOf } from '../../protocol/ids'
import type { PubView } from '../../protocol/rpc'
import { type Chain, chainAt, chainAtAddress, chainsInFolder, differences, keysIn } from './chains'
import { answered, connected } from './connected'
import { joinHub, type TestHub } from './hub'
import { freePort, randomNetworkKey, until } from './machine'
import { answersTo, firstPost, inviteIn, privatePost } from './patchwork'
import { startProvider, type TestProvider, type TestProviderOptions } from './provider'
import { useInvite } from './redeem'
import { call, dial, netAddress, type StockPeer, startStock } from './stock'

export type Victim = 'provider' | 'hub' | 'pub'

export interface KillWorld {
  networkKey: string
  provider: TestProvider
  providerOptions: TestProviderOptions
  hub: TestHub
  owners: StockPeer[]
  member: StockPeer
}

/** What one round has left behind. */
export interface Made {
  name: string
  owner: StockPeer
  request: string
  code: string
  view: PubView
}

const OWNERS = 6

/** With so many owners who have redeemed the provider's invite. */
export async function openKillWorld(count = OWNERS): Promise<KillWorld> {
  const networkKey = randomNetworkKey()
  const portMin = await freePort()
  const settings = {
    portMin,
    portMax: Math.min(65_535, portMin + 300),
    pubsPerOwnerMax: 1_000,
    retentionMs: 0,
  }
  const first = await startProvider({ networkKey, home: 'own', settings })
  const providerOptions = {
    networkKey,
    settings,
    home: 'own' as const,
    folder: first.folder,
    port: first.port,
  }
  const hub = await joinHub(first, { networkKey, engine: 'process', memoryBytes: 4 * 2 ** 30 })
  const { invite } = await first.admin('adminInvite', { uses: 50 })
  const owners = await Promise.all(
    Array.from({ length: count }, (_, n) => startStock({ networkKey, label: `owner-${n}` })),
  )
  for (const owner of owners) await call(owner.rpc, 'invite.accept', invite)
  const member = await startStock({ networkKey, label: 'member' })
  return { networkKey, provider: first, providerOptions, hub, owners, member }
}

/** Ends everything and removes all folders. */
export async function closeKillWorld(world: KillWorld): Promise<void> {
  const { owners, member, hub, provider } = world
  await Promise.allSettled([...owners, member, hub].map((one) => one.stop()))
  await provider.stop()
}

/** kill -9, then at once the next start, as a supervisor or a person does it. A killed pub its hub starts again. */
export async function killAndRestart(
  world: KillWorld,
  victim: Victim,
  pubPid: () => number | null,
): Promise<void> {
  if (victim === 'provider') {
    await world.provider.kill()
    world.provider = await startProvider(world.providerOptions)
    await comeBack(world)
  } else if (victim === 'hub') {
    await world.hub.kill()
    await world.hub.restart()
  } else {
    // The kill before this one may have been so late that the pub is just being started again.
    const pid = await until('a process of the pub', pubPid)
    process.kill(pid, 'SIGKILL')
  }
}

/** The owners' clients dial the provider again; by themselves they would too, some seconds later. */
async function comeBack(world: KillWorld): Promise<void> {
  for (const owner of world.owners)
    await until('an owner to be connected with the provider again', () =>
      connected(owner, world.provider.id, world.provider.address),
    )
}

/** The process that runs the pub of a request, by the engine's lock; null when there is none. */
export function pidOfPub(world: KillWorld, request: string): number | null {
  const path = join(world.hub.folder, 'runs', runNameOf(pubIdOf(request as never)), 'lock')
  try {
    const { pid } = JSON.parse(readFileSync(path, 'utf8')) as { pid?: number }
    return typeof pid === 'number' && isAlive(pid) ? pid : null
  } catch {
    return null
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Asks for a pub and waits for the invite; `meanwhile` gets the request's key as soon as it is written. */
export async function makePub(
  world: KillWorld,
  owner: StockPeer,
  name: string,
  meanwhile: (request: string) => Promise<void>,
): Promise<Made> {
  const request = await firstPost(owner, world.provider.id, `create ${name}`)
  const [answer] = await Promise.all([answered(owner, () => world.provider, request), meanwhile(request)])
  const code = inviteIn(answer.text)
  if (answer.content.buttcloud.outcome !== 'done' || code === null)
    throw new Error(`create ${name} ended with: ${answer.text}`)
  return { name, owner, request, code, view: await viewOf(world, request) }
}

/** The pub's view once it has a feed and an address: straight after a restart these may still be on their way. */
export function viewOf(world: KillWorld, request: string): Promise<PubView> {
  return until('the provider to know the pub', async () => {
    const pubs = await world.provider.admin<PubView[]>('adminPubs')
    return pubs.find((one) => one.pub === request && one.feed !== null && one.address !== null)
  })
}

/** What somebody else is told who tries this code; null while the pub can't be reached, as after a late kill. */
export function toldToAnother(world: KillWorld, code: string): Promise<string | null> {
  return useInvite(world.networkKey, code, { feed: ssbKeys.generate().id }).then(
    () => 'welcome',
    ({ message }: Error) => (/^(could not connect|unexpected|read|write) /.test(message) ? null : message),
  )
}

/** Asks for the pub's end and confirms; gives the keys of both requests when it is done. */
export async function deletePub(world: KillWorld, made: Made): Promise<string[]> {
  const { owner, request, name } = made
  const asked = await privatePost(owner, [world.provider.id], `delete ${name}`, {
    root: request,
    branch: request,
  })
  const question = await answered(owner, () => world.provider, asked)
  const yes = await privatePost(owner, [world.provider.id], 'yes', { root: request, branch: question.key })
  await answered(owner, () => world.provider, yes, 90_000)
  return [asked, yes]
}

/** What is wrong with the answers to one request: exactly one final, at most one that says it was received. */
export async function wrongAnswers(world: KillWorld, owner: StockPeer, request: string): Promise<string[]> {
  const answers = (await answersTo(owner, world.provider.id, request)).map((one) => one.content.buttcloud)
  const finals = answers.filter((one) => one.final).length
  const received = answers.filter((one) => one.outcome === 'received').length
  return finals === 1 && received <= 1 && answers.length === finals + received
    ? []
    : [`${request} has ${finals} final answers and ${received} received: ${JSON.stringify(answers)}`]
}

/** What is wrong with the number of pubs: one record, one run, and the folder of no other. */
export async function wrongPubs(world: KillWorld, made: Made): Promise<string[]> {
  const pubs = await world.provider.admin<PubView[]>('adminPubs')
  const live = pubs.filter((one) => one.name === made.name)
  const runs = join(world.hub.folder, 'runs')
  const folders = readdirSync(runs).filter((name) => existsSync(join(runs, name, 'run.json')))
  const known = new Set(pubs.map((one) => runNameOf(one.pub)))
  const wrong: string[] = []
  if (live.length !== 1 || live[0]?.status !== 'up')
    wrong.push(`${made.name}: ${JSON.stringify(live.map((one) => [one.pub, one.status]))}`)
  if (!folders.includes(runNameOf(pubIdOf(made.request as never)))) wrong.push(`${made.name} has no run`)
  for (const name of folders) if (!known.has(name)) wrong.push(`${name} runs and nobody knows it`)
  return wrong
}

/** What is wrong with the pub's feed on the pub itself, at the provider, and wherever else it has come. */
export async function wrongPubFeed(world: KillWorld, made: Made): Promise<string[]> {
  const { owner, view } = made
  const feed = view.feed ?? ''
  const [host, port] = (view.address ?? ':').split(':')
  const address = netAddress(host ?? '', Number(port), feed)
  // A kill that came after the deed may have taken the pub along; then it is just coming back.
  const own = await until('the pub to show its feed', () =>
    chainAtAddress(ssbKeys.generate(), address, world.networkKey, feed),
  )
  await until('the member to hold the pub’s feed', async () => {
    await connected(world.member, feed, address)
    return (await chainAt(world.member.rpc, feed)).size >= own.size
  })
  const copies = new Map([['the pub', own]])
  copies.set('the member', await chainAt(world.member.rpc, feed))
  copies.set('the owner', await chainAt(owner.rpc, feed))
  copies.set('the provider', await chainAtProvider(world, feed))
  const wrong = differences(feed, 'the pub', copies)
  if (copies.get('the provider')?.size !== own.size)
    wrong.push(`the provider holds ${copies.get('the provider')?.size} of the pub's ${own.size} messages`)
  return wrong
}

export function chainAtProvider(world: KillWorld, feed: string): Promise<Chain> {
  const { folder, address } = world.provider
  return chainAtAddress(keysIn(folder), address, world.networkKey, feed)
}

/** How often the pub's own feed follows this member with a use of an invite. */
export async function usesOf(world: KillWorld, feed: string, member: string): Promise<number> {
  const { folder, address } = world.provider
  const rpc = await dial(keysIn(folder), address, world.networkKey, { createHistoryStream: 'source' })
  try {
    const values = await valuesOf(rpc, feed)
    return values.filter((one) => one.content.type === 'contact' && one.content.contact === member).length
  } finally {
    rpc.close(true, () => {})
  }
}

function valuesOf(rpc: any, feed: string): Promise<{ content: any }[]> {
  return new Promise((resolve, reject) => {
    const values: { content: any }[] = []
    const read = rpc.createHistoryStream({ id: feed, keys: false, values: true, live: false })
    const next = () =>
      read(null, (end: unknown, value: any) => {
        if (end === true) return resolve(values)
        if (end) return reject(end)
        values.push(value)
        next()
      })
    next()
  })
}

/**
 * At the end of a world: every feed of it on every node, the hub's own folder included (read after the hub has
 * ended). Gives what is wrong and how much was compared.
 */
export async function wrongChains(world: KillWorld): Promise<{ wrong: string[]; compared: number }> {
  const { provider, hub, owners, member, networkKey } = world
  const authors = new Map([['the provider', provider.id as string]])
  authors.set('the hub', hub.id)
  authors.set('the member', member.id)
  owners.forEach((owner, n) => {
    authors.set(`owner ${n}`, owner.id)
  })
  await hub.end()
  const atHub = await chainsInFolder(join(hub.folder, 'node'), networkKey, [...authors.values()])
  const wrong: string[] = []
  let compared = 0
  for (const [author, feed] of authors) {
    const copies = new Map<string, Chain>()
    copies.set('the provider', await chainAtProvider(world, feed))
    copies.set('the hub', atHub.get(feed) ?? new Map())
    copies.set('the member', await chainAt(member.rpc, feed, 'the member'))
    for (const [n, owner] of owners.entries())
      copies.set(`owner ${n}`, await chainAt(owner.rpc, feed, `owner ${n}`))
    wrong.push(...differences(feed, author, copies))
    for (const chain of copies.values()) compared += chain.size
  }
  return { wrong, compared }
}
