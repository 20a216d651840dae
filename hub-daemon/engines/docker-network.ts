/** The network that the pubs of one engine share, and in which they can't talk to each other. */
import type Docker from 'dockerode'
import { unless } from './docker-errors'
import { EngineError } from './engine'

export const ICC_OPTION = 'com.docker.network.bridge.enable_icc'

/** Makes it if it is missing; refuses one in which pubs could talk to each other. */
export async function needNetwork(docker: Docker, name: string): Promise<void> {
  const info = await docker.getNetwork(name).inspect().catch(unless(404))
  if (info === undefined)
    await docker
      .createNetwork({
        Name: name,
        Driver: 'bridge',
        CheckDuplicate: true,
        Options: { [ICC_OPTION]: 'false' },
      })
      // 409: another hub on this engine was a moment faster.
      .catch(unless(409))
  else if (info.Options?.[ICC_OPTION] !== 'false')
    throw new EngineError(
      'other',
      `the Docker network ${name} lets pubs talk to each other; remove it, and it is made anew as it must be`,
    )
}
