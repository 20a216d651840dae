/** Which task of each service counts, and how it ended. */
import type Docker from 'dockerode'
import type { FeedId } from '../../protocol/ids'
import { LABEL_HUB } from './docker-body'
import { unless } from './docker-errors'
import { newest, replicasOf, type SwarmService, type SwarmTask } from './swarm-seen'

/** Of every service its newest task: those that shall run are asked for together, the rest only where one is missing. */
export async function newestTasks(
  docker: Docker,
  hub: FeedId,
  services: readonly SwarmService[],
): Promise<Map<string, SwarmTask>> {
  const found = new Map<string, SwarmTask>()
  const wanted = services.filter((service) => replicasOf(service) > 0)
  if (wanted.length === 0) return found
  const take = async (filters: object): Promise<void> => {
    for (const task of (await docker.listTasks({ filters: JSON.stringify(filters) })) as SwarmTask[]) {
      const known = found.get(task.ServiceID)
      found.set(task.ServiceID, newest(known === undefined ? [task] : [task, known]) ?? task)
    }
  }
  await take({ 'desired-state': ['running'], label: [`${LABEL_HUB}=${hub}`] })
  const missing = wanted.filter(({ ID }) => !found.has(ID)).map(({ ID }) => ID)
  if (missing.length > 0) await take({ service: missing })
  return found
}

/** Whether tasks ended for want of memory. Only a node's own engine says so; of other nodes a manager hears the exit code alone. */
export class MemoryEnds {
  /** By container. */
  private readonly known = new Map<string, boolean>()

  /** `self` is the node of the manager that is asked. */
  async of(docker: Docker, { Status, NodeID }: SwarmTask, self: string | null): Promise<boolean> {
    const id = Status.ContainerStatus?.ContainerID
    if (id === undefined || NodeID !== self || Status.State === 'running') return false
    const known = this.known.get(id)
    if (known !== undefined) return known
    const info = await docker.getContainer(id).inspect().catch(unless(404))
    if (info?.State.Running === true) return false
    const outOfMemory = info?.State.OOMKilled === true
    this.known.set(id, outOfMemory)
    return outOfMemory
  }

  /** Keeps what is still listed. */
  keep(tasks: Iterable<SwarmTask>): void {
    const listed = new Set([...tasks].map(({ Status }) => Status.ContainerStatus?.ContainerID))
    for (const id of this.known.keys()) if (!listed.has(id)) this.known.delete(id)
  }
}
