/** A provider, hubs on real Docker and an owner, with settings of the test's own; and looking at what Docker has. */

import test, { type Test } from 'tape'
import { LABEL_HUB } from '../../hub-daemon/engines/docker-body'
import type { FeedId } from '../../protocol/ids'
import { ELSEWHERE } from '../helpers/elsewhere'
import { joinHub, type TestHub, type TestHubOptions } from '../helpers/hub'
import { freePort, randomNetworkKey, until } from '../helpers/machine'
import { inside, type World } from '../helpers/path-story'
import { type Home, startProvider, type TestProvider } from '../helpers/provider'
import { call, startStock } from '../helpers/stock'
import { engineForTests, type TestEngine } from './engine'
import { runProgram } from './machine'

export type Docker = (...args: string[]) => Promise<string>

/** The docker program on one engine; gives what it printed. */
export function dockerOn(host: string): Docker {
  return (...args) => runProgram('docker', args, { environment: { DOCKER_HOST: host } })
}

export interface WorldOptions {
  home?: Home
  hub?: Omit<TestHubOptions, 'networkKey'>
  settings?: Record<string, unknown>
  /** The address that others reach the provider by, where that is not 127.0.0.1. */
  external?: string
}

export interface DockerWorld extends World {
  /** Engines that hubs of this world have made containers on. */
  hosts: Set<string>
  /** One more hub. */
  addHub(options: Omit<TestHubOptions, 'networkKey'>): Promise<TestHub>
  /** The provider again, on its folder and port, after it was killed; with this lease from then on. */
  restartProvider(leaseMs?: number): Promise<void>
  close(): Promise<void>
}

/** Opens a world; without `hub` it has none yet, and `world.hub` must not be touched. */
export async function openDockerWorld(options: WorldOptions): Promise<DockerWorld> {
  const networkKey = randomNetworkKey()
  const portMin = await freePort()
  const settings = { portMin, portMax: Math.min(65_535, portMin + 200), ...options.settings }
  const home = options.home ?? 'own'
  const { external } = options
  const common = { networkKey, home, settings, ...(external === undefined ? {} : { external }) }
  const provider = await startProvider({ ...common, nobodyElse: true })
  const hubs: TestHub[] = []
  const hosts = new Set<string>()
  const addHub = async (more: Omit<TestHubOptions, 'networkKey'>): Promise<TestHub> => {
    if (more.dockerSocket !== undefined) hosts.add(`unix://${more.dockerSocket}`)
    const hub = await joinHub(provider, { networkKey, ...more })
    hubs.push(hub)
    return hub
  }
  const hub = options.hub === undefined ? (undefined as unknown as TestHub) : await addHub(options.hub)
  const owner = await newcomer(provider, networkKey, 'owner')
  const world: DockerWorld = {
    ...{ networkKey, provider, hub, owner, hosts, addHub },
    async restartProvider(leaseMs?: number) {
      const { folder, port } = provider
      const lease = leaseMs === undefined ? {} : { leaseMs }
      world.provider = await startProvider({ ...common, ...lease, folder, port })
    },
    async close() {
      await Promise.allSettled([owner.stop(), ...hubs.map((one) => one.stop())])
      await world.provider.stop()
      await provider.stop()
      for (const host of hosts) for (const one of hubs) await sweepHub(dockerOn(host), one.id)
    },
  }
  return world
}

/** Runs a story in a world of its own, and tells what was said when it fails. */
export async function inWorld(
  t: Test,
  options: WorldOptions,
  story: (world: DockerWorld) => Promise<void>,
): Promise<void> {
  const world = await openDockerWorld(options)
  await inside(t, world, () => story(world)).finally(() => world.close())
}

/** A test that tells a story on one Docker engine, in a world of its own. */
export function onDocker(
  title: string,
  tell: (t: Test, world: DockerWorld, engine: TestEngine) => Promise<void>,
  options: Omit<WorldOptions, 'hub'> = {},
): void {
  test(title, async (t) => {
    const engine = await engineForTests()
    const hub = { engine: 'docker' as const, dockerSocket: engine.socketPath }
    await inWorld(t, { ...options, hub }, (world) => tell(t, world, engine)).finally(() => engine.stop())
    t.end()
  })
}

/** A stock ssb-server that has redeemed an invite of the provider. */
export async function newcomer(provider: TestProvider, networkKey: string, label: string) {
  const peer = await startStock({ networkKey, label, ...ELSEWHERE })
  const { invite } = await provider.admin('adminInvite', { uses: 50 })
  await call(peer.rpc, 'invite.accept', invite)
  return peer
}

/** Takes away all containers and volumes of a hub that has ended. */
export async function sweepHub(docker: Docker, hub: FeedId): Promise<void> {
  const filter = `label=${LABEL_HUB}=${hub}`
  const containers = words(await docker('ps', '-aq', '--filter', filter))
  if (containers.length > 0) await docker('rm', '-f', ...containers)
  const volumes = words(await docker('volume', 'ls', '-q', '--filter', filter))
  if (volumes.length > 0) await docker('volume', 'rm', '-f', ...volumes)
}

/** Names of the containers of a hub, the stopped ones too. */
export async function containersOf(docker: Docker, hub: FeedId): Promise<string[]> {
  return words(await docker('ps', '-a', '--format', '{{.Names}}', '--filter', `label=${LABEL_HUB}=${hub}`))
}

/** `none` where there is no such container. */
export async function stateOf(docker: Docker, name: string): Promise<string> {
  return docker('inspect', '-f', '{{.State.Status}}', name).then(
    (text) => text.trim(),
    () => 'none',
  )
}

export async function volumesOf(docker: Docker, hub: FeedId): Promise<string[]> {
  return words(await docker('volume', 'ls', '-q', '--filter', `label=${LABEL_HUB}=${hub}`))
}

/** What tells one life of a container from another: its id and when it was started. */
export async function lifeOf(docker: Docker, name: string): Promise<string> {
  return (await docker('inspect', '-f', '{{.Id}} {{.State.StartedAt}} {{.State.Running}}', name)).trim()
}

/** Waits until a container runs that lives another life than before. */
export function nextLife(docker: Docker, name: string, before: string, deadlineMs = 30_000): Promise<string> {
  return until(
    `another life of ${name}`,
    async () => {
      const now = await lifeOf(docker, name)
      return now !== before && now.endsWith('true') ? now : null
    },
    deadlineMs,
  )
}

const words = (text: string): string[] => text.split(/\s+/).filter(Boolean)
