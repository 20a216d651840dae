/**
 * Making a service in one piece. Everything that it needs is made before, each under the pub's own name, so that a making that
 * was cut off is made anew over what it left; the service itself is the last, and is made with nothing running.
 */
import type Docker from 'dockerode'
import { LABEL_HUB, labelsOf } from './docker-body'
import { needOwn, statusOf, unless } from './docker-errors'
import { EngineError, type Run } from './engine'
import { serviceBody } from './swarm-body'
import { needAccepted, type Weakness, weaknessesOf } from './swarm-flags'
import { pinnedImage } from './swarm-image'
import { nodesOf } from './swarm-life'
import { needSwarmNetwork } from './swarm-network'
import { chooseNode, fulfils, type SwarmNode, takesTasks } from './swarm-nodes'
import type { SwarmSettings } from './swarm-options'
import type { SwarmTask } from './swarm-seen'
import { type Manager, needLocalVolume, notedVolume, noteVolume } from './swarm-volume'

/** Makes volume, secret and service of a run. Throws `exists`, and a sentence where the swarm protects it less than was agreed to. */
export async function makeService(
  docker: Docker,
  run: Run,
  secret: string,
  settings: SwarmSettings,
  { api, self }: Manager,
): Promise<void> {
  if ((await docker.getService(run.name).inspect().catch(unless(404))) !== undefined)
    throw new EngineError('exists', `could not create ${run.name}: there is a service of that name`)
  const image = await pinnedImage(docker, run.image ?? settings.image, settings)
  const nodes = [...(await nodesOf(docker)).values()]
  needAccepted(weaknessesIn(nodes, settings, api), settings.allowWeaker)
  const { network: base, ports } = settings
  const network = ports === 'host' ? await needSwarmNetwork(docker, base) : base
  const node = await placeVolume(docker, run, nodes, settings, self)
  const secretId = await giveSecret(docker, run, secret, settings)
  await docker.createService(serviceBody(run, { ...settings, network }, { api, image, secretId, node }))
}

/** What the nodes that may have pubs protect them less by. */
export function weaknessesIn(nodes: readonly SwarmNode[], settings: SwarmSettings, api: string): Weakness[] {
  const { constraints, ports, bind } = settings
  const fit = nodes.filter((node) => takesTasks(node) && fulfils(node, constraints))
  return weaknessesOf({ api, nodes: fit, ports, bind })
}

/** Where the volume lies, or shall; it is noted before anything is made. Null where every node has it. */
async function placeVolume(
  docker: Docker,
  run: Run,
  nodes: readonly SwarmNode[],
  settings: SwarmSettings,
  self: string | null,
): Promise<string | null> {
  const { volumeDriver, constraints, hub } = settings
  const note = await notedVolume(docker, run.name)
  if (note !== null) {
    needOwn(`volume ${run.name}`, note.hub, hub)
    return note.node
  }
  const tasks = await docker.listTasks({ filters: JSON.stringify({ 'desired-state': ['running'] }) })
  const taken = new Map<string, number>()
  for (const { NodeID = '', Spec } of tasks as SwarmTask[])
    taken.set(NodeID, (taken.get(NodeID) ?? 0) + (Spec.Resources?.Reservations?.MemoryBytes ?? 0))
  const node = chooseNode(nodes, constraints, taken, run.reservedBytes)
  const place = volumeDriver === null ? node.ID : null
  await noteVolume(docker, hub, run, place)
  if (place === self) await needLocalVolume(docker, run.name, labelsOf(hub, run), settings)
  return place
}

/** A secret can't be read back or changed, so one that a cut-off making has left is made anew. */
async function giveSecret(docker: Docker, run: Run, secret: string, { hub }: SwarmSettings): Promise<string> {
  const Data = Buffer.from(secret, 'utf8').toString('base64')
  const body = { Name: run.name, Labels: labelsOf(hub, run), Data }
  const made = (await docker.createSecret(body).catch(async (error: unknown) => {
    if (statusOf(error) !== 409) throw error
    const old = (await docker.getSecret(run.name).inspect()) as {
      Spec?: { Labels?: Record<string, string> | null }
    }
    needOwn(`secret ${run.name}`, old.Spec?.Labels?.[LABEL_HUB], hub)
    await docker.getSecret(run.name).remove()
    return docker.createSecret(body)
  })) as { id?: string; ID?: string }
  return made.ID ?? made.id ?? ''
}
