/** Looks at everything a person can mend themselves, each within its own time; changes nothing and sends nothing. */
import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { get as httpGet } from 'node:http'
import { dirname, join } from 'node:path'
import type { FeedId } from '../../protocol/ids'
import type { HubView, WhoamiAnswer } from '../../protocol/rpc'
import type { FleetPubView } from '../../protocol/rpc-desk'
import type { DnsView } from '../../protocol/rpc-dns'
import type { MachinesView } from '../../protocol/rpc-machines'
import { machineId } from '../../sbot/other-clocks'
import { called } from '../../sbot/peers'
import { readVersion } from '../../sbot/version'
import type { Context } from '../context'
import {
  type Finding,
  finding,
  judgeClock,
  judgeDisk,
  judgeDocker,
  judgeHubs,
  judgeMachines,
  judgeNames,
  judgePubs,
} from '../doctor'
import { Failure, firstLine } from '../failure'
import { providersOf } from '../owner-book'
import { callProvider as askProvider } from './admin'
import { readBook } from './book-file'
import { caddyOf, hubFolders, hubOf } from './doctor-hub'
import { portOfProvider, portsOfPubs } from './doctor-ports'
import { swarmOf } from './doctor-swarm'
import { openOwner } from './owner'
import type { OwnerDoor } from './owner-door'
import { startProgress } from './progress'
import { callProvider, identityFor } from './provider-call'
import { closeClient, connectMaster } from './rpc-client'

const LOOK_MS = 25_000
const LEVEL_MS = 8_000
const SETTLE_MS = 10_000
const POLL_MS = 100
const DOCKER_MS = 4_000
const DOCKER_SOCKET = '/var/run/docker.sock'

/** Everything, in the order in which one thing leans on another. Never rejects. */
export async function examine(context: Context, dockerSocket: string | null): Promise<Finding[]> {
  const { dir } = context.options
  const findings: Finding[] = [
    finding('program', 'good', `buttcloud ${readVersion()} on Node ${process.versions.node}`),
  ]
  const look = async (what: string, ask: () => Promise<Finding | Finding[]> | Finding | Finding[]) => {
    const progress = startProgress(context, `Looking at ${what}`)
    findings.push(...(await within(what, ask)))
    progress.end()
  }
  await look('folder', () => folderOf(dir))
  await look('disk', () => judgeDisk(dir, freeOf(dir)))
  await look('your node', () => nodeOf(context))
  await look('provider', () => providerOf(context))
  if (existsSync(join(dir, 'provider', 'secret'))) await look('provider here', () => providerHere(dir))
  const hubs = hubFolders(dir)
  for (const folder of hubs) await look('hub here', () => hubOf(folder))
  for (const folder of hubs) await look('Caddy', () => caddyOf(folder))
  const socket = dockerSocket ?? socketOf(process.env.DOCKER_HOST) ?? DOCKER_SOCKET
  await look('Docker', async () => {
    // What runs pubs as child processes needs none.
    return dockerOf(
      socket,
      hubs.some((folder) => !existsSync(join(folder, 'runs'))),
    )
  })
  await look('Swarm', () => swarmOf(socket))
  return findings
}

async function within(
  what: string,
  ask: () => Promise<Finding | Finding[]> | Finding | Finding[],
): Promise<Finding[]> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Finding>((resolve) => {
    const words = `said nothing within ${LOOK_MS / 1000} s`
    timer = setTimeout(
      () => resolve(finding(what, 'warn', words, 'Run this again; is the machine very busy?')),
      LOOK_MS,
    )
  })
  try {
    return [await Promise.race([(async () => ask())(), late])].flat()
  } catch (error) {
    return [finding(what, 'bad', firstLine(error).replace(/\.$/, ''))]
  } finally {
    clearTimeout(timer)
  }
}

/** The nearest folder above that is there: ours may not have been made yet. */
const existing = (path: string): string =>
  existsSync(path) || path === dirname(path) ? path : existing(dirname(path))

function folderOf(dir: string): Finding {
  const place = existing(dir)
  try {
    accessSync(place, constants.W_OK)
  } catch {
    return finding(
      'folder',
      'bad',
      `${place} can't be written to`,
      'Choose another one with --dir, or have this one made yours',
    )
  }
  return finding('folder', 'good', place === dir ? dir : `${dir} (not made yet)`)
}

function freeOf(dir: string): number {
  const { bavail, bsize } = statfsSync(existing(dir))
  return Number(bavail) * Number(bsize)
}

async function hasNode({ options }: Context): Promise<boolean> {
  if (options.owner !== 'running' && existsSync(join(options.dir, 'owner', 'secret'))) return true
  if (options.owner === 'own') return false
  const running = await connectMaster(options.ssbPath, { whoami: 'sync' })
  if (running !== null) await closeClient(running.rpc)
  return running !== null
}

/** Opens the owner's node as every verb does, so that what would hinder them is found. */
async function nodeOf(context: Context): Promise<Finding[]> {
  const { dir } = context.options
  // Opening the embedded node would make a key pair where none is.
  if (!(await hasNode(context)))
    return [
      finding('your node', 'none', 'there is none yet; `buttcloud join INVITE` or `buttcloud up` makes one'),
    ]
  const door = await openOwner(context)
  try {
    const here = finding('your node', 'good', `${door.description}, ${door.id}`)
    const joined = providersOf(readBook(dir), door.id)
    const provider = joined.find(({ id }) => id === context.options.provider) ?? joined.at(-1)
    if (provider === undefined)
      return [
        here,
        finding(
          'your feed',
          'none',
          'has joined no provider yet',
          'Get an invite from one and run: buttcloud join INVITE',
        ),
      ]
    const level = await door.level(provider.id, LEVEL_MS)
    const problem = await lastingProblem(door, provider.id)
    if (problem !== null)
      return [
        here,
        finding(
          'your feed',
          'bad',
          problem.replace(/\.$/, ''),
          'Until then nothing can be sent; what is here stays',
        ),
      ]
    return [
      here,
      level
        ? finding('your feed', 'good', 'may be written, and all that the provider has written is here')
        : finding('your feed', 'warn', 'may be written, and the provider can not be asked for what is new'),
    ]
  } finally {
    await door.close()
  }
}

/** A node that was just opened asks around first whether its feed is whole. */
async function lastingProblem(door: OwnerDoor, provider: FeedId): Promise<string | null> {
  const end = Date.now() + SETTLE_MS
  for (;;) {
    const { problem } = await door.state(provider)
    if (problem === null || Date.now() > end) return problem
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

/** A call that every provider answers, over a connection of its own. */
async function providerOf(context: Context): Promise<Finding[]> {
  const identity = await identityFor(context).catch((error: unknown) => {
    if (error instanceof Failure) return null
    throw error
  })
  if (identity === null) return [finding('provider', 'none', 'none joined')]
  const { provider } = identity
  const begun = Date.now()
  try {
    const connection = await callProvider(identity, { whoami: 'async' })
    try {
      const asked = Date.now()
      const request = { now: asked, machine: machineId() }
      const answer = await called<WhoamiAnswer>((callback) => connection.buttcloud.whoami(request, callback))
      const answered = Date.now()
      return [
        finding(
          'provider',
          'good',
          `${provider.id} answers within ${answered - begun} ms, version ${answer.version}; you are its ${answer.role}`,
        ),
        judgeClock((asked + answered) / 2 - answer.now, answered - asked),
      ]
    } finally {
      await connection.close()
    }
  } catch (error) {
    const why = firstLine(error).replace(/^[a-z-]+: /, '')
    return [
      finding(
        'provider',
        'bad',
        `${provider.id}: ${why}`,
        'Look whether it runs and whether this machine reaches it; what you write meanwhile goes out later',
      ),
    ]
  }
}

async function providerHere(dir: string): Promise<Finding[]> {
  const folder = join(dir, 'provider')
  try {
    const hubs = judgeHubs(await askProvider<HubView[]>(folder, 'adminHubs'))
    const pubs = await askProvider<FleetPubView[]>(folder, 'adminPubs')
    const ports = [...judgePubs(pubs), ...(await portsOfPubs(pubs))]
    // An older one has neither.
    const names = await askProvider<DnsView>(folder, 'adminDns').then(judgeNames, () => [])
    const machines = await askProvider<MachinesView>(folder, 'adminMachines').then(judgeMachines, () => [])
    return [hubs, ...ports, ...names, ...machines]
  } catch (error) {
    const why = firstLine(error).replace(/\. .*$/, '')
    const todo = 'Start it with: buttcloud provider (or buttcloud up)'
    return [finding('provider here', 'warn', why, todo), ...(await portOfProvider(dir))]
  }
}

const socketOf = (address: string | undefined): string | null =>
  /^unix:\/\/(.+)$/.exec(address ?? '')?.[1] ?? null

/** `GET /version` on a unix socket. */
function dockerOf(socket: string, needed: boolean): Promise<Finding> {
  return new Promise((resolve) => {
    const no = (why: string) => resolve(judgeDocker(socket, null, why, needed))
    const request = httpGet({ socketPath: socket, path: '/version', timeout: DOCKER_MS }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        if (text.length < 100_000) text += chunk.toString('utf8')
      })
      response.on('end', () => {
        try {
          const { Version, ApiVersion } = JSON.parse(text) as { Version: unknown; ApiVersion: unknown }
          resolve(judgeDocker(socket, { version: String(Version), api: String(ApiVersion) }, '', needed))
        } catch {
          no('it does not speak as Docker does')
        }
      })
    })
    request.on('timeout', () => request.destroy(new Error(`no answer within ${DOCKER_MS / 1000} s`)))
    request.on('error', (error: NodeJS.ErrnoException) =>
      no(
        error.code === 'ENOENT'
          ? 'there is no such socket'
          : error.code === 'EACCES'
            ? 'this user may not use it'
            : error.message,
      ),
    )
  })
}
