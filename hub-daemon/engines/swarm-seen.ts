/** What a swarm says of services and tasks, and what that means for a run; plain data. */
import type { ServiceSpec } from 'dockerode'
import type { PubId } from '../../protocol/ids'
import { LABEL_EPOCH, LABEL_PUB, LABEL_SHAPE } from './docker-body'
import type { RunFact } from './engine'
import type { SwarmNode } from './swarm-nodes'

/** The part of `GET /services` that matters here. */
export interface SwarmService {
  ID: string
  Version: { Index: number }
  Spec: ServiceSpec
}

/** The part of `GET /tasks` that matters here. */
export interface SwarmTask {
  ID: string
  CreatedAt: string
  ServiceID: string
  NodeID?: string
  DesiredState: string
  Spec: { ForceUpdate?: number; Resources?: { Reservations?: { MemoryBytes?: number } } }
  Status: {
    State: string
    Timestamp: string
    Err?: string
    Message?: string
    ContainerStatus?: { ContainerID?: string; PID?: number; ExitCode?: number }
  }
}

/** Of a service whose run was ended: when, and how. Swarm forgets a task that was scaled away. */
const LABEL_ENDED = 'org.buttcloud.ended'
const OVER = new Set(['complete', 'shutdown', 'failed', 'rejected', 'remove', 'orphaned'])

export interface Ended {
  at: number
  code: number | null
  outOfMemory: boolean
}

export function replicasOf({ Spec }: SwarmService): number {
  return Spec.Mode?.Replicated?.Replicas ?? 0
}

/** The same service with another number of tasks; what is told of its end goes with it. */
export function scaled(spec: ServiceSpec, replicas: 0 | 1, ended: Ended | null): ServiceSpec {
  const { [LABEL_ENDED]: _before, ...labels } = spec.Labels ?? {}
  return {
    ...spec,
    Labels: ended === null ? labels : { ...labels, [LABEL_ENDED]: JSON.stringify(ended) },
    Mode: { Replicated: { Replicas: replicas } },
  }
}

export function endedOf({ Spec }: SwarmService): Ended | null {
  const text = Spec.Labels?.[LABEL_ENDED]
  if (text === undefined) return null
  try {
    const { at, code, outOfMemory } = JSON.parse(text) as Partial<Ended>
    return {
      at: typeof at === 'number' ? at : 0,
      code: typeof code === 'number' ? code : null,
      outOfMemory: outOfMemory === true,
    }
  } catch {
    return { at: 0, code: null, outOfMemory: false }
  }
}

/** The task that was made last; null where there is none. */
export function newest(tasks: readonly SwarmTask[]): SwarmTask | null {
  return tasks.reduce<SwarmTask | null>(
    (best, task) => (best === null || task.CreatedAt > best.CreatedAt ? task : best),
    null,
  )
}

/** True where a container of it may run. A node that is down has its task told to end when it comes back. */
export function isAlive({ Status, NodeID }: SwarmTask, nodes: ReadonlyMap<string, SwarmNode>): boolean {
  if (OVER.has(Status.State)) return false
  return NodeID === undefined || NodeID === '' || nodes.get(NodeID)?.Status.State !== 'down'
}

/** How a task has ended, as far as the manager knows. */
export function endOf({ Status }: SwarmTask, outOfMemory: boolean): Ended {
  const code = Status.State === 'complete' ? 0 : (Status.ContainerStatus?.ExitCode ?? null)
  return { at: millisOf(Status.Timestamp) ?? 0, code, outOfMemory }
}

/** How far a task is that was asked for. `ended`: it has run. */
export type Progress =
  | { kind: 'running' | 'ended' | 'preparing' }
  | { kind: 'waiting'; why: string }
  | { kind: 'failed'; why: string }

export function progressOf({ Status }: SwarmTask): Progress {
  const { State, Err = '', Message = '', ContainerStatus } = Status
  if (State === 'running') return { kind: 'running' }
  if (State === 'preparing') return { kind: 'preparing' }
  if (!OVER.has(State)) return { kind: 'waiting', why: Err || Message || State }
  const ran = State === 'complete' || (ContainerStatus?.ExitCode ?? 0) !== 0 || /non-zero exit/.test(Err)
  // What could not be started has an exit code of the runtime's own (128 and 127) and says so.
  if (ran && !/^starting container failed/.test(Err)) return { kind: 'ended' }
  return { kind: 'failed', why: Err || Message || State }
}

/**
 * What service and newest task say of a run. `outOfMemory` is known of containers on the manager's own node.
 * A task that no node has begun yet is `created`.
 */
export function factOfService(
  service: SwarmService,
  task: SwarmTask | null,
  nodes: ReadonlyMap<string, SwarmNode>,
  outOfMemory: boolean,
): RunFact {
  const labels = service.Spec.Labels ?? {}
  const common = {
    name: service.Spec.Name ?? '',
    pub: (labels[LABEL_PUB] ?? '') as PubId,
    epoch: Number(labels[LABEL_EPOCH] ?? 0),
    shape: labels[LABEL_SHAPE] ?? '',
  }
  const created = { ...common, status: 'created', exitCode: null, outOfMemory: false, since: null } as const
  const ended = replicasOf(service) === 0 || task === null ? endedOf(service) : null
  if (ended !== null || replicasOf(service) === 0 || task === null)
    return ended === null ? created : exited(common, ended)
  if (!isAlive(task, nodes)) return exited(common, endOf(task, outOfMemory))
  if (task.Status.State !== 'running') return created
  return {
    ...common,
    ...{ status: 'running', exitCode: null, outOfMemory: false },
    since: millisOf(task.Status.Timestamp),
  }
}

function exited(common: Pick<RunFact, 'name' | 'pub' | 'epoch' | 'shape'>, ended: Ended): RunFact {
  const { at, code, outOfMemory } = ended
  return { ...common, status: 'exited', exitCode: code, outOfMemory, since: at > 0 ? at : null }
}

function millisOf(time: string): number | null {
  const millis = Date.parse(time)
  return Number.isFinite(millis) && millis > 0 ? millis : null
}
