/** What `buttcloud doctor` says of a swarm. */
import type { FeedId } from '../../protocol/ids'
import { createSwarmEngine } from '../engines/swarm'
import { describeWeakness } from '../engines/swarm-flags'

export interface SwarmLook {
  /** Names of the protections that a hub has to be allowed to do without. */
  toAllow: string[]
  /** All that pubs have less of than as containers of one engine, in words. */
  weaker: string[]
}

/** Looks at the swarm that the engine at a socket manages, as a hub with its ports on the nodes would. Throws a sentence. */
export async function lookAtSwarm(socketPath: string): Promise<SwarmLook> {
  // Nothing is made, so neither the hub nor the image matters.
  const engine = createSwarmEngine({
    socketPath,
    hub: '@none.ed25519' as FeedId,
    image: 'none',
    bind: '0.0.0.0',
  })
  try {
    const all = await engine.weaknesses()
    return {
      toAllow: all.filter(({ needsYes }) => needsYes).map(({ name }) => name),
      weaker: all.map(describeWeakness),
    }
  } finally {
    await engine.close()
  }
}
