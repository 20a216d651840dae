/** What a swarm engine is told when it is made, checked once. */
import type { Millis } from '../../protocol/ids'
import { STOP_GRACE_MS } from '../../protocol/limits'
import { type DockerEngineOptions, type DockerSettings, dockerSettings } from './docker-options'
import { EngineError } from './engine'
import { parseConstraint } from './swarm-nodes'

export interface SwarmChoice {
  /** Where pubs may be put, in Swarm's own words, as in `node.labels.pubs==yes`. */
  constraints?: readonly string[]
  /**
   * `host`: a pub is reached at the node it runs on, and pubs can't reach each other. `ingress`: at every node, through
   * Swarm's routing mesh, whose network all pubs share.
   */
  ports?: 'host' | 'ingress'
  /** A volume driver whose volumes can be had on every node; without one a volume lies on one node, and holds its pub there. */
  volumeDriver?: string
  /** `name=value` for that driver. */
  volumeOptions?: readonly string[]
  /** Names of the protections that this swarm may do without (swarm-flags.ts). */
  allowWeaker?: readonly string[]
  /** How long a pub may take to end by itself; Swarm takes it with the service, not with the order to end. */
  graceMs?: Millis
}

export interface SwarmSettings extends DockerSettings {
  constraints: readonly string[]
  ports: 'host' | 'ingress'
  /** Null where a volume lies on one node. */
  volumeDriver: { Name: string; Options: Record<string, string> } | null
  allowWeaker: readonly string[]
  graceMs: Millis
}

const DEFAULT_NETWORK = 'buttcloud-swarm'

/** Fills in what was left out. Throws a sentence where something can't be meant. */
export function swarmSettings(options: DockerEngineOptions & SwarmChoice): SwarmSettings {
  const { constraints = [], ports = 'host', volumeDriver, volumeOptions = [], allowWeaker = [] } = options
  for (const one of constraints)
    if (parseConstraint(one) === null)
      throw new EngineError(
        'other',
        `"${one}" is no placement constraint of Swarm; write one like node.labels.pubs==yes or node.hostname!=office`,
      )
  if (volumeDriver === undefined && volumeOptions.length > 0)
    throw new EngineError('other', 'options of a volume driver were given, and no volume driver')
  return {
    ...dockerSettings({ ...options, network: options.network ?? DEFAULT_NETWORK }),
    ...{ constraints, ports, allowWeaker, graceMs: options.graceMs ?? STOP_GRACE_MS },
    volumeDriver: volumeDriver === undefined ? null : { Name: volumeDriver, Options: pairsOf(volumeOptions) },
  }
}

function pairsOf(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=')
      if (at < 1)
        throw new EngineError('other', `"${word}" is no option of a volume driver; write name=value`)
      return [word.slice(0, at), word.slice(at + 1)]
    }),
  )
}
