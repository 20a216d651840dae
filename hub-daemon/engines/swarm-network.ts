/**
 * The network of pubs whose ports are published on their node: a bridge on each node in which they can't talk to each other.
 * Swarm takes options of a bridge only by way of a network of settings, which has to be on every node; where it is missing,
 * a node starts no pub.
 */
import type Docker from 'dockerode'
import { unless } from './docker-errors'
import { ICC_OPTION } from './docker-network'
import { EngineError } from './engine'

/** The name of the settings on each node. */
export function settingsNetworkOf(network: string): string {
  return `${network}-settings`
}

/** What makes the settings of this name on a node that is not the manager. */
export function settingsCommand(settings: string): string {
  return `docker network create --config-only --opt ${ICC_OPTION}=false ${settings}`
}

/** Makes both where they are missing, and says by which name the network goes; refuses one in which pubs could talk to each other. */
export async function needSwarmNetwork(docker: Docker, base: string): Promise<string> {
  return (await needNetwork(docker, base)).name
}

/** `id`: null where it was made just now. */
async function needNetwork(docker: Docker, base: string): Promise<{ name: string; id: string | null }> {
  await needSettings(docker, base)
  // All of them: where one has exactly the name that is asked for, others that begin with it are left out.
  const all = await docker.listNetworks()
  const [present, ...former] = generationsIn(all, base)
  // Its services leave a former one as they start; Swarm refuses until the last has.
  for (const { Id } of former)
    await docker
      .getNetwork(Id)
      .remove()
      .catch(() => undefined)
  if (present !== undefined) return { name: present.Name, id: present.Id }
  if (all.some(({ Name }) => Name === base))
    throw new EngineError(
      'other',
      `the Docker network ${base} is not the one that keeps pubs apart; remove it, and it is made anew as it must be`,
    )
  await makeNetwork(docker, base, base)
  return { name: base, id: null }
}

/**
 * The id of a network that a node can't make any more; null where that is not what went wrong. An engine that ends uncleanly
 * (a power cut) remembers a bridge of a swarm by half, and refuses each task on it from then on, whatever is restarted
 * (https://github.com/moby/moby/issues/37087; seen with Docker 20.10).
 */
export function staleNetworkIn(error: unknown): string | null {
  return /network "?(\w+)"? exists/.exec(error instanceof Error ? error.message : String(error))?.[1] ?? null
}

/** Does what begins a task on the network of pubs (null: on Swarm's own); and once more on the next one where a node can't make that. */
export async function onSwarmNetwork(
  docker: Docker,
  { ports, network: base }: { ports: 'host' | 'ingress'; network: string },
  attempt: (network: string | null) => Promise<void>,
): Promise<void> {
  if (ports !== 'host') return attempt(null)
  try {
    await attempt(await needSwarmNetwork(docker, base))
  } catch (error) {
    const stale = staleNetworkIn(error)
    if (stale === null) throw error
    await attempt(await nextSwarmNetwork(docker, base, stale))
  }
}

/** The next network of the same kind, in place of one that a node can't make any more; the present one, where that is another already. */
async function nextSwarmNetwork(docker: Docker, base: string, stale: string): Promise<string> {
  const { name: present, id } = await needNetwork(docker, base)
  if (id !== stale) return present
  const next = nextGeneration(
    (await docker.listNetworks()).map(({ Name }) => Name),
    base,
    present,
  )
  await makeNetwork(docker, base, next)
  return next
}

async function needSettings(docker: Docker, base: string): Promise<void> {
  const settings = settingsNetworkOf(base)
  const there = await docker.getNetwork(settings).inspect().catch(unless(404))
  if (there === undefined)
    await docker
      .createNetwork({ Name: settings, ConfigOnly: true, Options: { [ICC_OPTION]: 'false' } })
      .catch(unless(409))
  else if (there.ConfigOnly !== true || there.Options?.[ICC_OPTION] !== 'false')
    throw new EngineError(
      'other',
      `the Docker network ${settings} lets pubs talk to each other; remove it, and it is made anew as it must be`,
    )
}

async function makeNetwork(docker: Docker, base: string, name: string): Promise<void> {
  const ConfigFrom = { Network: settingsNetworkOf(base) }
  // 409: another hub on this swarm was a moment faster.
  await docker.createNetwork({ Name: name, Driver: 'bridge', Scope: 'swarm', ConfigFrom }).catch(unless(409))
}

type Listed = Pick<Docker.NetworkInspectInfo, 'Name' | 'Id' | 'Driver' | 'Scope' | 'ConfigFrom'>

/** Of all networks the one that was made for pubs and those that came in its place, newest first; not what a stranger calls alike. */
export function generationsIn<One extends Omit<Listed, 'Id'>>(all: readonly One[], base: string): One[] {
  return all
    .filter(({ Driver, Scope }) => Driver === 'bridge' && Scope === 'swarm')
    .filter(({ ConfigFrom }) => ConfigFrom?.Network === settingsNetworkOf(base))
    .filter(({ Name }) => generationOf(Name, base) > 0)
    .sort((one, other) => generationOf(other.Name, base) - generationOf(one.Name, base))
}

/** The name of the network that comes after `present`: the first one that nobody has. */
export function nextGeneration(taken: readonly string[], base: string, present: string): string {
  let next = generationOf(present, base) + 1
  while (taken.includes(`${base}-${next}`)) next += 1
  return `${base}-${next}`
}

/** 1 for the first one, 2 for `NAME-2`; 0 for what is none of them. */
export function generationOf(name: string, base: string): number {
  if (name === base) return 1
  const [, number] = name.startsWith(base) ? (/^-([1-9]\d{0,5})$/.exec(name.slice(base.length)) ?? []) : []
  return number === undefined ? 0 : Number(number)
}
