/**
 * Which bytes the nodes run. A node that is given a name with a tag asks a registry for it at every start, and runs what
 * comes: names of repositories can belong to strangers. So a service is made with what the manager itself has: the digest
 * where that was pulled, which every node may pull by it, else the image's id, which no node ever asks a registry for.
 */
import type Docker from 'dockerode'
import { unless } from './docker-errors'
import { EngineError } from './engine'
import type { SwarmSettings } from './swarm-options'

export async function pinnedImage(docker: Docker, image: string, { pull }: SwarmSettings): Promise<string> {
  const info = await docker.getImage(image).inspect().catch(unless(404))
  if (info === undefined)
    throw new EngineError(
      'no-image',
      `there is no image ${image} on this manager; make it with \`npm run image\` or pull it there, and on every node`,
    )
  const repository = repositoryOf(image)
  const digest = (info.RepoDigests ?? []).find((one) => one.split('@')[0] === repository)
  return digest === undefined || pull === false ? info.Id : digest
}

function repositoryOf(image: string): string {
  const name = image.split('@')[0] ?? image
  const colon = name.lastIndexOf(':')
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name
}
