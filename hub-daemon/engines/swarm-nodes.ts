/** The nodes of a swarm: which of them may have pubs, what they offer together, and which one a new volume lies on. */
import { HUB_RESERVE_BYTES, HUB_RESERVE_SHARE } from '../../protocol/limits'
import { EngineError } from './engine'

/** The part of `GET /nodes` that matters here. */
export interface SwarmNode {
  ID: string
  Spec: { Availability?: string; Role?: string; Labels?: Record<string, string> | null }
  Description: {
    Hostname?: string
    Platform?: { Architecture?: string; OS?: string }
    Resources?: { MemoryBytes?: number }
    Engine?: { EngineVersion?: string; Labels?: Record<string, string> | null }
  }
  Status: { State?: string; Addr?: string }
}

export interface Constraint {
  key: string
  equal: boolean
  value: string
}

const KEYS = /^(node\.(id|hostname|ip|role|platform\.(os|arch)|labels\.[\w.-]+)|engine\.labels\.[\w.-]+)$/

/** A placement constraint as swarmkit reads one (`constraint.Parse`); null where it would refuse it. */
export function parseConstraint(text: string): Constraint | null {
  const [, key, sign, value] = /^\s*([^\s=!]+)\s*(==|!=)\s*(\S.*?)\s*$/.exec(text) ?? []
  if (key === undefined || value === undefined || !KEYS.test(key)) return null
  return { key, equal: sign === '==', value }
}

/** True where a node fulfils all of them. Values are compared without regard to case, labels that are not there are empty. */
export function fulfils(node: SwarmNode, constraints: readonly string[]): boolean {
  return constraints.every((text) => {
    const constraint = parseConstraint(text)
    if (constraint === null) return false
    const is = keyValueOf(node, constraint.key).toLowerCase() === constraint.value.toLowerCase()
    return is === constraint.equal
  })
}

function keyValueOf({ ID, Spec, Description, Status }: SwarmNode, key: string): string {
  if (key.startsWith('node.labels.')) return Spec.Labels?.[key.slice('node.labels.'.length)] ?? ''
  if (key.startsWith('engine.labels.'))
    return Description.Engine?.Labels?.[key.slice('engine.labels.'.length)] ?? ''
  const values: Record<string, string | undefined> = {
    'node.id': ID,
    'node.hostname': Description.Hostname,
    'node.ip': Status.Addr,
    'node.role': Spec.Role,
    'node.platform.os': Description.Platform?.OS,
    'node.platform.arch': Description.Platform?.Architecture,
  }
  return values[key] ?? ''
}

/** True while Swarm would put something there. */
export function takesTasks({ Spec, Status }: SwarmNode): boolean {
  return Status.State === 'ready' && Spec.Availability === 'active'
}

/** Why a run can't be where its volume lies, in words; null where it can, or where every node can have it. */
export function absenceOf(
  constraints: readonly string[],
  nodes: ReadonlyMap<string, SwarmNode>,
): string | null {
  for (const text of constraints) {
    const constraint = parseConstraint(text)
    if (constraint?.key !== 'node.id' || !constraint.equal) continue
    const node = nodes.get(constraint.value)
    if (node === undefined) return 'its volume lies on a node that has left the swarm'
    // A manager that has just begun knows nothing of its nodes for a moment (`unknown`): that is waited for.
    const state = node.Status.State === 'down' ? 'down' : (node.Spec.Availability ?? 'active')
    if (state !== 'active')
      return `the node ${nameOf(node)}, where its volume lies, is not there for it (${state})`
  }
  return null
}

/** How a node is called in sentences. */
export function nameOf(node: SwarmNode): string {
  return node.Description.Hostname ?? node.ID
}

/** What one node has for pubs: the same reserve is kept as on a server by itself. */
export function roomOf({ Description }: SwarmNode): number {
  const bytes = Description.Resources?.MemoryBytes ?? 0
  return Math.max(0, Math.floor(bytes - Math.max(HUB_RESERVE_BYTES, bytes * HUB_RESERVE_SHARE)))
}

/** What all nodes that may have pubs offer together. The largest of them bounds a single pub. */
export function roomOfAll(nodes: readonly SwarmNode[], constraints: readonly string[]): number {
  return nodes
    .filter((node) => takesTasks(node) && fulfils(node, constraints))
    .reduce((bytes, node) => bytes + roomOf(node), 0)
}

/**
 * The node for a new volume: the one with the most memory that nobody has reserved; of equals the first by id. `taken` is
 * what is reserved on each, in bytes by node id. Throws a sentence where none has room.
 */
export function chooseNode(
  nodes: readonly SwarmNode[],
  constraints: readonly string[],
  taken: ReadonlyMap<string, number>,
  neededBytes: number,
): SwarmNode {
  const fit = nodes.filter((node) => fulfils(node, constraints))
  const left = (node: SwarmNode) => roomOf(node) - (taken.get(node.ID) ?? 0)
  const [best] = fit
    .filter((node) => takesTasks(node) && left(node) >= neededBytes)
    .sort((a, b) => left(b) - left(a) || (a.ID < b.ID ? -1 : 1))
  if (best !== undefined) return best
  if (fit.length === 0)
    throw new EngineError('other', `no node of this swarm fulfils ${constraints.join(', ')}`)
  const each = fit.map((node) => `${nameOf(node)} ${takesTasks(node) ? megabytes(left(node)) : 'is away'}`)
  throw new EngineError(
    'other',
    `no node of this swarm has ${megabytes(neededBytes)} left for it: ${each.join(', ')}`,
  )
}

function megabytes(bytes: number): string {
  return `${Math.max(0, Math.floor(bytes / (1024 * 1024)))} MB`
}
