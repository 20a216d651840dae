/**
 * What protects a pub and its neighbours as a container, and can't be asked for as a service of this swarm: Swarm took over
 * the options of containers one by one, and an older node leaves out what it does not know without a word. So it is found out
 * beforehand, node by node; what is security needs the operator's yes by its name.
 */
import { EngineError } from './engine'
import { nameOf, type SwarmNode } from './swarm-nodes'

export interface Weakness {
  name: string
  /** A sentence's end: "… can't be set: WHAT". */
  what: string
  /** True: nothing runs without the operator's yes. False: it is only told of. */
  needsYes: boolean
  /** On which nodes; empty: on all. */
  nodes: string[]
}

/** From which engine on a node knows the option, and from which API on a manager takes it (moby, API version history). */
interface Option {
  name: string
  what: string
  engine: string
  api: string
}

/** Where ports are published when nothing narrows it. */
const EVERY_ADDRESS = '0.0.0.0'
export const NO_NEW_PRIVILEGES_API = '1.44'

const OPTIONS: readonly Option[] = [
  {
    ...{ name: 'no-new-privileges', engine: '25.0', api: NO_NEW_PRIVILEGES_API },
    what: 'a program in the pub may gain rights by a set-uid file; Docker 25 can forbid it for services',
  },
  {
    ...{ name: 'capabilities', engine: '20.10', api: '1.41' },
    what: "Docker's default capabilities are not taken away; Docker 20.10 can do that for services",
  },
  {
    ...{ name: 'processes', engine: '20.10', api: '1.41' },
    what: 'the number of processes is not bounded; Docker 20.10 can do that for services',
  },
  {
    ...{ name: 'open-files', engine: '20.10', api: '1.41' },
    what: 'the number of open files is not bounded; Docker 20.10 can do that for services',
  },
]

/** What no swarm can, and does little harm. */
const TOLD: readonly Omit<Weakness, 'needsYes' | 'nodes'>[] = [
  { name: 'swap', what: 'on a node with swap a pub may use as much of it again as its limit of memory' },
  {
    name: 'soft-memory',
    what: 'what is reserved for a pub counts where it is placed, and is no soft limit in the kernel',
  },
  { name: 'ipc', what: "a pub has the shared memory that the node's default says; Docker's own is private" },
]

export interface FlagsWish {
  /** The API that is spoken with the manager. */
  api: string
  /** Those that may have pubs. */
  nodes: readonly SwarmNode[]
  ports: 'host' | 'ingress'
  bind: string
}

/** All that is weaker than as a container, worst first. */
export function weaknessesOf({ api, nodes, ports, bind }: FlagsWish): Weakness[] {
  const found: Weakness[] = []
  for (const { name, what, engine, api: since } of OPTIONS) {
    const old = nodes.filter((node) => isBelow(node.Description.Engine?.EngineVersion ?? '0', engine))
    if (isBelow(api, since)) found.push({ name, what, needsYes: true, nodes: [] })
    else if (old.length > 0) found.push({ name, what, needsYes: true, nodes: old.map(nameOf) })
  }
  if (ports === 'ingress')
    found.push({
      name: 'isolation',
      what: "pubs can reach each other inside Swarm's ingress network, and none sees where its callers come from; ports in host mode keep them apart",
      ...{ needsYes: true, nodes: [] },
    })
  if (bind !== EVERY_ADDRESS)
    found.push({
      name: 'bind',
      what: `ports are published on every address of a node, not on ${bind} alone`,
      ...{ needsYes: true, nodes: [] },
    })
  return [...found, ...TOLD.map((one) => ({ ...one, needsYes: false, nodes: [] }))]
}

/** Of them those that need a yes which was not given. */
export function unaccepted(weaknesses: readonly Weakness[], allowed: readonly string[]): Weakness[] {
  return weaknesses.filter(({ name, needsYes }) => needsYes && !allowed.includes(name))
}

/** One weakness in words. */
export function describeWeakness({ name, what, nodes }: Weakness): string {
  return `${name}${nodes.length === 0 ? '' : ` (on ${nodes.join(', ')})`}: ${what}`
}

/** Throws where this swarm protects pubs less than the operator has agreed to. */
export function needAccepted(weaknesses: readonly Weakness[], allowed: readonly string[]): void {
  const open = unaccepted(weaknesses, allowed)
  if (open.length === 0) return
  const options = open.map(({ name }) => `--allow-weaker ${name}`).join(' ')
  throw new EngineError(
    'other',
    `this swarm can't protect pubs as a Docker engine by itself does. ${open.map(describeWeakness).join('. ')}. Where that is all right, start the hub with ${options}`,
  )
}

/** Compares versions like 20.10.24+dfsg1 by their numbers; what has none is older than all. */
export function isBelow(version: string, than: string): boolean {
  const numbers = (text: string) =>
    text
      .split(/[^\d.]/, 1)[0]
      ?.split('.')
      .map(Number) ?? []
  const [left, right] = [numbers(version), numbers(than)]
  for (let at = 0; at < right.length; at += 1) {
    const difference = (left[at] || 0) - (right[at] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}
