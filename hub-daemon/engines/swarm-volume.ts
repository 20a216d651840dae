/**
 * The volumes of a swarm. A manager sees only those on its own node, so which there are, and where, is kept as a swarm
 * config of the same name: it is written before anything is made, and goes when the volume has gone.
 */
import type Docker from 'dockerode'
import type { FeedId, PubId } from '../../protocol/ids'
import { SWARM_POLL_MS, SWARM_VOLUME_FREE_MS, SWARM_WIPE_MS } from '../../protocol/limits-swarm'
import { LABEL_HUB, LABEL_PUB, labelsOf } from './docker-body'
import { needOwn, statusOf, unless } from './docker-errors'
import { EngineError, type Run, type VolumeFact } from './engine'
import { wipeBody } from './swarm-body'
import { pinnedImage } from './swarm-image'
import { nodesOf, pause, tasksOf } from './swarm-life'
import { onSwarmNetwork } from './swarm-network'
import { nameOf } from './swarm-nodes'
import type { SwarmSettings } from './swarm-options'
import { newest, progressOf } from './swarm-seen'

/** On which node it lies; not there where it can be had everywhere. */
const LABEL_NODE = 'org.buttcloud.node'

export interface VolumeNote extends VolumeFact {
  hub: FeedId | null
  node: string | null
}

/** The manager that is asked. */
export interface Manager {
  /** The API that is spoken with it. */
  api: string
  /** Its node. */
  self: string | null
}

interface Config {
  ID: string
  Spec?: { Name?: string; Labels?: Record<string, string> | null }
}

/** All that a hub has noted. */
export async function notedVolumes(docker: Docker, hub: FeedId): Promise<VolumeNote[]> {
  const filters = JSON.stringify({ label: [`${LABEL_HUB}=${hub}`] })
  return ((await docker.listConfigs({ filters })) as Config[]).map(noteOf)
}

/** One of them, whoever made it; null where there is none. */
export async function notedVolume(docker: Docker, name: string): Promise<VolumeNote | null> {
  const config = (await docker.getConfig(name).inspect().catch(unless(404))) as Config | undefined
  return config === undefined ? null : noteOf(config)
}

function noteOf({ Spec }: Config): VolumeNote {
  const labels = Spec?.Labels ?? {}
  return {
    name: Spec?.Name ?? '',
    pub: (labels[LABEL_PUB] ?? '') as PubId,
    hub: (labels[LABEL_HUB] ?? null) as FeedId | null,
    node: labels[LABEL_NODE] ?? null,
  }
}

/** Notes that a volume is about to be made. */
export async function noteVolume(docker: Docker, hub: FeedId, run: Run, node: string | null): Promise<void> {
  const Labels = { ...labelsOf(hub, run), ...(node === null ? {} : { [LABEL_NODE]: node }) }
  // Swarm takes no empty config.
  const Data = Buffer.from('volume').toString('base64')
  await docker.createConfig({ Name: run.name, Labels, Data })
}

/** Removes a volume for ever, wherever it lies; `letGo` ends who reads it. Missing is fine. */
export async function purgeVolume(
  docker: Docker,
  name: string,
  settings: SwarmSettings,
  { api, self }: Manager,
  letGo: () => Promise<void>,
): Promise<void> {
  const note = await notedVolume(docker, name)
  if (note === null) return
  needOwn(`volume ${name}`, note.hub, settings.hub)
  if ((await docker.getService(name).inspect().catch(unless(404))) !== undefined)
    throw new EngineError('other', `could not remove the volume ${name}: its service is still there`)
  await letGo()
  // One of a driver is emptied first: what its removal does to the data is the driver's own affair.
  if (note.node !== self || settings.volumeDriver !== null)
    await wipeVolume(docker, settings, note, {
      api,
      image: await pinnedImage(docker, settings.image, settings),
    })
  await removeLocalVolume(docker, name)
  // What a making that was cut off has left.
  await docker.getSecret(name).remove().catch(unless(404))
  await docker.getConfig(name).remove().catch(unless(404))
}

/** Throws where a manager can't read a volume: it sees those of its own node, and those that every node can have. */
export async function needReadable(
  docker: Docker,
  name: string,
  settings: SwarmSettings,
  self: string | null,
): Promise<void> {
  const note = await notedVolume(docker, name)
  if (note === null || note.hub !== settings.hub)
    throw new EngineError('missing', `there is no volume ${name} of this hub`)
  const { node, pub } = note
  if (node !== null && node !== self) {
    const there = (await nodesOf(docker)).get(node)
    const place = there === undefined ? 'a node that has left the swarm' : `the node ${nameOf(there)}`
    throw new EngineError(
      'other',
      `the volume ${name} lies on ${place}, and a manager reads only its own; start the pub to read from it`,
    )
  }
  if (settings.volumeDriver !== null)
    await needLocalVolume(docker, name, { [LABEL_HUB]: settings.hub, [LABEL_PUB]: pub }, settings)
}

/** Makes it on the manager's own node, where Swarm would make it only with the first task. */
export async function needLocalVolume(
  docker: Docker,
  name: string,
  labels: Record<string, string>,
  { volumeDriver, hub }: SwarmSettings,
): Promise<void> {
  const info = await docker.getVolume(name).inspect().catch(unless(404))
  if (info === undefined) {
    const driver =
      volumeDriver === null ? {} : { Driver: volumeDriver.Name, DriverOpts: volumeDriver.Options }
    await docker.createVolume({ Name: name, Labels: labels, ...driver })
  } else if (info.Labels?.[LABEL_HUB] !== hub)
    throw new EngineError('other', `the volume ${name} on the manager was not made by this hub; left alone`)
}

/** Removes a volume of the manager's own node, as soon as the last container on it is cleared away. Missing is fine. */
async function removeLocalVolume(docker: Docker, name: string): Promise<void> {
  const until = Date.now() + SWARM_VOLUME_FREE_MS
  for (;;) {
    try {
      await docker.getVolume(name).remove()
      return
    } catch (error) {
      if (statusOf(error) === 404) return
      if (statusOf(error) !== 409 || Date.now() > until) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, SWARM_POLL_MS))
  }
}

/**
 * Empties a volume that no manager reaches, by a task on its node; its empty name stays there. A node that has left the
 * swarm has taken its volumes with it.
 */
async function wipeVolume(
  docker: Docker,
  settings: SwarmSettings,
  note: VolumeNote,
  place: { api: string; image: string },
): Promise<void> {
  const { name, node } = note
  if (node !== null) {
    const there = (await nodesOf(docker)).get(node)
    if (there === undefined) return
    if (there.Status.State === 'down')
      throw new EngineError(
        'other',
        `could not empty the volume ${name}: the node ${nameOf(there)}, where it lies, is down`,
      )
  }
  const wiper = `${name}-wipe`
  const service = docker.getService(wiper)
  await onSwarmNetwork(docker, settings, async (present) => {
    await service.remove().catch(unless(404))
    const network = present ?? settings.network
    await docker.createService(wipeBody(wiper, name, { ...settings, network }, { ...place, node }))
    try {
      await untilWiped(docker, name, wiper)
    } finally {
      await service.remove().catch(() => undefined)
    }
  })
}

async function untilWiped(docker: Docker, name: string, wiper: string): Promise<void> {
  const until = Date.now() + SWARM_WIPE_MS
  let why = 'it took too long'
  while (Date.now() < until) {
    const task = newest(await tasksOf(docker, wiper))
    if (task?.Status.State === 'complete') return
    const progress = task === null ? null : progressOf(task)
    if (progress?.kind === 'failed' || progress?.kind === 'ended') {
      why = task?.Status.Err ?? 'its task failed'
      break
    }
    await pause()
  }
  throw new EngineError('other', `could not empty the volume ${name} on its node: ${why}`)
}
