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

/** Makes both where they are missing; refuses a network in which pubs could talk to each other. */
export async function needSwarmNetwork(docker: Docker, network: string): Promise<void> {
  const settings = settingsNetworkOf(network)
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
  const info = await docker.getNetwork(network).inspect().catch(unless(404))
  if (info === undefined)
    await docker
      .createNetwork({ Name: network, Driver: 'bridge', Scope: 'swarm', ConfigFrom: { Network: settings } })
      // 409: another hub on this swarm was a moment faster.
      .catch(unless(409))
  else if (info.Driver !== 'bridge' || info.Scope !== 'swarm' || info.ConfigFrom?.Network !== settings)
    throw new EngineError(
      'other',
      `the Docker network ${network} is not the one that keeps pubs apart; remove it, and it is made anew as it must be`,
    )
}
