/** Beginning and ending the one task of a service, and waiting until Swarm has done it. */
import type Docker from 'dockerode'
import type { ServiceSpec } from 'dockerode'
import { ENGINE_ANSWER_MS, IMAGE_PULL_MS, STOP_GRACE_MS } from '../../protocol/limits'
import {
  SWARM_CHANGE_TRIES_MAX,
  SWARM_END_MS,
  SWARM_PLACE_MS,
  SWARM_POLL_MS,
} from '../../protocol/limits-swarm'
import { EngineError } from './engine'
import { onSwarmNetwork, settingsCommand } from './swarm-network'
import { absenceOf, type SwarmNode } from './swarm-nodes'
import type { SwarmSettings } from './swarm-options'
import {
  type Ended,
  endOf,
  isAlive,
  newest,
  progressOf,
  replicasOf,
  type SwarmService,
  type SwarmTask,
  scaled,
} from './swarm-seen'

/** All tasks of a service that Swarm still remembers. */
export async function tasksOf(docker: Docker, service: string): Promise<SwarmTask[]> {
  return (await docker.listTasks({ filters: JSON.stringify({ service: [service] }) })) as SwarmTask[]
}

/** The nodes by their ids. */
export async function nodesOf(docker: Docker): Promise<Map<string, SwarmNode>> {
  const nodes = (await docker.listNodes()) as SwarmNode[]
  return new Map(nodes.map((node) => [node.ID, node]))
}

/** Changes a service, and tries again where somebody else changed it meanwhile. Gives the spec it has now. */
export async function change(
  docker: Docker,
  name: string,
  next: (service: SwarmService) => ServiceSpec,
): Promise<ServiceSpec> {
  const service = docker.getService(name)
  for (let tries = 1; ; tries += 1) {
    const now = (await service.inspect()) as SwarmService
    const spec = next(now)
    try {
      await service.update({ _query: { version: now.Version.Index }, _body: spec })
      return spec
    } catch (error) {
      if (tries >= SWARM_CHANGE_TRIES_MAX || !/out of sequence/.test(String(error))) throw error
    }
  }
}

/** Begins the task on the network of pubs; on another one where its node can't make that any more. */
export async function begin(docker: Docker, name: string, settings: SwarmSettings): Promise<void> {
  await onSwarmNetwork(docker, settings, (network) => beginOn(docker, name, network))
}

/** Begins the task and waits until it runs. One that runs or is on its way is waited for. */
async function beginOn(docker: Docker, name: string, network: string | null): Promise<void> {
  const nodes = await nodesOf(docker)
  const service = (await docker.getService(name).inspect()) as SwarmService
  const task = replicasOf(service) === 0 ? null : newest(await tasksOf(docker, name))
  let force = service.Spec.TaskTemplate?.ForceUpdate ?? 0
  const isUnderWay = task !== null && task.DesiredState !== 'shutdown' && isAlive(task, nodes)
  if (!isUnderWay) {
    // Swarm would only say that no node is suitable, and that after a while.
    const absence = absenceOf(service.Spec.TaskTemplate?.Placement?.Constraints ?? [], nodes)
    if (absence !== null)
      return callBack(docker, name, new EngineError('unreachable', `could not start ${name}: ${absence}`))
    const spec = await change(docker, name, (now) => {
      force = (now.Spec.TaskTemplate?.ForceUpdate ?? 0) + 1
      const next = scaled(now.Spec, 1, null)
      const Networks = network === null ? next.TaskTemplate?.Networks : [{ Target: network }]
      return { ...next, TaskTemplate: { ...next.TaskTemplate, Networks, ForceUpdate: force } } as ServiceSpec
    })
    force = spec.TaskTemplate?.ForceUpdate ?? force
  }
  const failure = await untilBegun(docker, name, force)
  if (failure !== null) await callBack(docker, name, failure)
}

/** What does not start now shall not start at some other time, when nobody counts with it. */
async function callBack(docker: Docker, name: string, failure: EngineError): Promise<never> {
  await change(docker, name, (now) => scaled(now.Spec, 0, null))
  throw failure
}

/** Null once it runs, or has run; else why not. */
async function untilBegun(docker: Docker, name: string, force: number): Promise<EngineError | null> {
  const began = Date.now()
  let why = 'no task was made'
  for (;;) {
    const task = newest((await tasksOf(docker, name)).filter((one) => (one.Spec.ForceUpdate ?? 0) === force))
    const progress = task === null ? null : progressOf(task)
    if (progress?.kind === 'running' || progress?.kind === 'ended') return null
    if (progress?.kind === 'failed') return failureOf(name, progress.why)
    if (progress?.kind === 'waiting') why = progress.why
    const limitMs = progress?.kind === 'preparing' ? IMAGE_PULL_MS : SWARM_PLACE_MS
    if (Date.now() - began > limitMs) return failureOf(name, why)
    await pause()
  }
}

/** Swarm's and the node's words for a task that did not start, as the hub knows trouble. */
export function failureOf(name: string, why: string): EngineError {
  const make = (kind: EngineError['kind']) => new EngineError(kind, `could not start ${name}: ${why}`)
  if (/port is already allocated|address already in use|host-mode port already in use/i.test(why))
    return make('port-taken')
  if (/no such image/i.test(why))
    return new EngineError(
      'no-image',
      `could not start ${name}: the node that it was put on lacks the manager's image, and can't pull it (${why})`,
    )
  const [, network] = /configuration network "?([^" ]+)"? (?:does not exist|not found)/i.exec(why) ?? []
  if (network !== undefined)
    return new EngineError(
      'other',
      `could not start ${name}: the node that it was put on lacks what keeps pubs apart; run \`${settingsCommand(network)}\` there`,
    )
  if (/no space left on device|disk quota exceeded/i.test(why)) return make('disk-full')
  return make('other')
}

/**
 * Ends the task and waits until it has ended; by then Swarm has forgotten it, so how it ended is written on the service.
 * A service with nothing to end is only told to begin nothing.
 */
export async function end(
  docker: Docker,
  name: string,
  outOfMemoryOf: (task: SwarmTask) => Promise<boolean>,
): Promise<void> {
  const nodes = await nodesOf(docker)
  const service = (await docker.getService(name).inspect()) as SwarmService
  let last = newest(await tasksOf(docker, name))
  if (replicasOf(service) === 0 && (last === null || !isAlive(last, nodes))) return
  const wasAlive = last !== null && isAlive(last, nodes)
  const known: Ended | null =
    last === null || wasAlive ? null : endOf(last, await outOfMemoryOf(last).catch(() => false))
  const now: Ended = { at: Date.now(), code: null, outOfMemory: false }
  if (replicasOf(service) > 0) await change(docker, name, (one) => scaled(one.Spec, 0, known ?? now))
  if (!wasAlive) return
  const until = Date.now() + STOP_GRACE_MS + SWARM_END_MS
  for (;;) {
    const tasks = await tasksOf(docker, name)
    last = newest(tasks.filter(({ ID }) => last === null || ID === last.ID)) ?? last
    if (!tasks.some((task) => isAlive(task, nodes))) break
    if (Date.now() > until)
      throw new EngineError('other', `could not stop ${name}: Swarm has been ending it for too long`)
    await pause()
    for (const [id, node] of await nodesOf(docker)) nodes.set(id, node)
  }
  const code = last === null || isAlive(last, nodes) ? null : endOf(last, false).code
  const ended: Ended = { at: Date.now(), code, outOfMemory: false }
  await change(docker, name, (one) => scaled(one.Spec, 0, ended))
}

export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SWARM_POLL_MS))
}

/** For clients of work that is waited for: longer than all of it. */
export const BEGIN_EXTRA_MS = IMAGE_PULL_MS
export const END_EXTRA_MS = STOP_GRACE_MS + SWARM_END_MS + ENGINE_ANSWER_MS
