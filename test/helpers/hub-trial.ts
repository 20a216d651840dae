/** A hub on which alice's pub runs, and a new version of it is ordered. */
import { emptyMemory } from '../../hub-daemon/memory'
import { runOf } from '../../hub-daemon/run'
import type { ObservedMessage } from '../../protocol/messages/observed'
import { CONFIG, HubWorld, pubOf, specOf } from './hub-world'

export const alice = pubOf(1)
export const NEW = { revision: 2, version: '0.2.0', fallback: { version: null } }
export const newShape = runOf(specOf(alice, NEW), CONFIG).shape
export const oldShape = runOf(specOf(alice), CONFIG).shape
export const REPLACE = ['close-session', 'stop', 'remove', 'create', 'start', 'open-session']

export function upWorld(): HubWorld {
  const world = new HubWorld()
  world.order(alice)
  world.settle()
  world.answer(alice)
  world.publish()
  return world
}

/** The new version is ordered, made and started. */
export function trialWorld(): HubWorld {
  const world = upWorld()
  world.order(alice, NEW)
  world.settle()
  return world
}

export const told = (world: HubWorld): string[] =>
  world
    .publish()
    .filter((one): one is ObservedMessage => one.type === 'buttcloud/observed')
    .map(
      ({ phase, revision, version, reverted }) =>
        `${phase} ${revision} ${version}${reverted === null ? '' : `: ${reverted}`}`,
    )

/** A hub that has been killed and started again. */
export function reborn(world: HubWorld): void {
  world.memory = emptyMemory()
  for (const pub of [...world.sessions.keys()]) world.sessions.delete(pub)
}

export const shapeNow = (world: HubWorld): string | undefined => world.runs.get(alice)?.shape
