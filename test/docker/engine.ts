/** Real Docker engines for tests: private ones, on sockets, folders and bridges of their own. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { releaseLock, startOf, takeLock } from '../../hub-daemon/engines/process-lock'
import { until } from '../helpers/machine'
import { hasProgram, needPrograms, progress, runProgram } from './machine'

/** Images, layers and the stand-in's archive are kept here from one test run to the next. */
export const CACHE = process.env.BUTTCLOUD_TEST_CACHE ?? '/var/cache/buttcloud-test'
/** Set by the test runner, so that all files of the group share one engine. */
export const SHARED_ENGINE = 'BUTTCLOUD_TEST_DOCKER'
const READY_MS = 60_000
const STOP_MS = 30_000

export interface EngineOptions {
  keep?: boolean
  /** The network namespace to run in, by its name. */
  namespace?: string
}

export interface TestEngine {
  /** As in DOCKER_HOST. */
  host: string
  socketPath: string
  /** False when it ran before; then `stop` leaves it running. */
  mine: boolean
  stop(): Promise<void>
}

/**
 * An engine for one test file: the shared one where the runner has started it, else one of its own. `index` 2 and up
 * are further engines, each a machine of its own to a hub.
 */
export async function engineForTests(index = 1, namespace?: string): Promise<TestEngine> {
  const shared = process.env[SHARED_ENGINE]
  if (index === 1 && shared !== undefined)
    return {
      host: shared,
      socketPath: shared.slice('unix://'.length),
      mine: false,
      stop: async () => undefined,
    }
  return startEngine(index, namespace === undefined ? {} : { namespace })
}

/**
 * Starts engine `index`, or finds it running. Its images stay from run to run; containers and volumes stay only
 * where `keep` is true. With a namespace all of its networks are in there.
 */
export async function startEngine(index: number, options: EngineOptions = {}): Promise<TestEngine> {
  const { keep = false, namespace } = options
  await needPrograms()
  const folder = join(CACHE, `engine-${index}`)
  mkdirSync(folder, { recursive: true })
  const lock = join(folder, 'starting')
  await until('another program that starts this engine', () => takeLock(lock) === null, READY_MS)
  try {
    const socketPath = join(folder, 'docker.sock')
    const engine = { host: `unix://${socketPath}`, socketPath }
    if (await answers(socketPath)) return { ...engine, mine: false, stop: async () => undefined }
    await stopEngine(index)
    await launch(index, folder, socketPath, namespace)
    if (!keep) await sweep(engine.host)
    return { ...engine, mine: true, stop: () => stopEngine(index) }
  } finally {
    releaseLock(lock)
  }
}

/** Ends the engine with its containers, by its process id; fine when it does not run. */
export async function stopEngine(index: number): Promise<void> {
  const folder = join(CACHE, `engine-${index}`)
  const pid = pidOf(folder)
  if (pid !== null) {
    process.kill(pid, 'SIGTERM')
    const ended = until('the engine to end', () => pidOf(folder) === null, STOP_MS)
    await ended.catch(() => process.kill(pid, 'SIGKILL'))
  }
  rmSync(join(folder, 'docker.sock'), { force: true })
  rmSync(join(folder, 'pid'), { force: true })
  if (hasProgram('ip')) await runProgram('ip', ['link', 'del', bridgeOf(index)]).catch(() => undefined)
}

/** Makes an engine that does not run a fresh machine, but for its images: no swarm, and no network that was left by half. */
export function forgetNetworks(index: number): void {
  const folder = join(CACHE, `engine-${index}`)
  if (pidOf(folder) !== null) return
  for (const part of ['swarm', 'network'])
    rmSync(join(folder, 'data', part), { recursive: true, force: true })
}

/** The process id of a running engine, null when there is none. */
export function pidOf(folder: string): number | null {
  try {
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
    const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1')
    return command.includes('dockerd') && command.includes(folder) ? pid : null
  } catch {
    return null
  }
}

/** Makes an engine go away without a goodbye, for tests of that. */
export async function killEngine(index: number): Promise<void> {
  const folder = join(CACHE, `engine-${index}`)
  const pid = pidOf(folder)
  if (pid === null) return
  process.kill(pid, 'SIGKILL')
  await until('the engine to be gone', () => pidOf(folder) === null, STOP_MS)
  // Its containerd dies with it, a moment later. Where nobody buries the dead a new engine takes it for living.
  const helperPath = join(folder, 'exec/containerd/containerd.pid')
  const helper = numberIn(helperPath)
  if (helper !== null) await until('its containerd to be gone', () => startOf(helper) === null, STOP_MS)
  rmSync(helperPath, { force: true })
}

function numberIn(path: string): number | null {
  return existsSync(path) ? Number(readFileSync(path, 'utf8')) : null
}

const bridgeOf = (index: number): string => `bctest${index}`

async function launch(index: number, folder: string, socketPath: string, namespace?: string): Promise<void> {
  progress(`starting engine ${index} on ${socketPath}`)
  const bridge = bridgeOf(index)
  // Addresses of its own for every engine: two engines know nothing of each other's networks.
  const net = `10.${200 + index}`
  const there = namespace === undefined ? [] : ['-n', namespace]
  const ip = (...words: string[]) => runProgram('ip', [...there, ...words])
  // A former engine in this namespace, that was killed, has left its own.
  if (namespace !== undefined) await ip('link', 'del', bridge).catch(() => undefined)
  await ip('link', 'add', bridge, 'type', 'bridge')
  await ip('addr', 'add', `${net}.255.1/24`, 'dev', bridge)
  await ip('link', 'set', bridge, 'up')
  const log = openSync(join(folder, 'log'), 'w')
  const args = [
    ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
    ...['--host', `unix://${socketPath}`, '--pidfile', join(folder, 'pid')],
    ...['--bridge', bridge, '--fixed-cidr', `${net}.255.0/24`],
    ...['--default-address-pool', `base=${net}.0.0/17,size=24`],
  ]
  const words = ['dockerd', ...args]
  if (namespace !== undefined) words.unshift('nsenter', `--net=/var/run/netns/${namespace}`)
  const dockerd = spawn(words[0] ?? '', words.slice(1), {
    stdio: ['ignore', log, log],
    detached: true,
    env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` },
  })
  const failed = new Promise<never>((_resolve, reject) => dockerd.once('error', reject))
  let over = false
  dockerd.once('exit', () => {
    over = true
  })
  dockerd.unref()
  const ready = until('the engine to answer', async () => over || (await answers(socketPath)), READY_MS)
  await Promise.race([ready, failed])
  if (over) throw new Error(`dockerd ended at once; it said:\n${tailOf(join(folder, 'log'))}`)
}

/** What a test run that was ended by force has left behind. */
async function sweep(host: string): Promise<void> {
  const docker = (...args: string[]) => runProgram('docker', args, { environment: { DOCKER_HOST: host } })
  const containers = (await docker('ps', '-aq')).split('\n').filter(Boolean)
  if (containers.length > 0) await docker('rm', '-f', ...containers)
  const volumes = (await docker('volume', 'ls', '-q')).split('\n').filter(Boolean)
  if (volumes.length > 0) await docker('volume', 'rm', '-f', ...volumes)
}

function answers(socketPath: string): Promise<boolean> {
  if (!existsSync(socketPath)) return Promise.resolve(false)
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/_ping', timeout: 5_000 }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    asked.on('error', () => resolve(false))
    asked.on('timeout', () => asked.destroy())
    asked.end()
  })
}

function tailOf(path: string): string {
  return readFileSync(path, 'utf8').split('\n').slice(-15).join('\n')
}
