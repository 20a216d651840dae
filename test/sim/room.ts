/** People who have paid and wait for room: the operator brings more of it, once nothing else is in the way. */
import { paymentFor, unpaidCreates } from '../../plugin/unpaid'
import type { World } from './world'

const LOOK_EVERY_MS = 60_000

/** Looks for these from now on. What is made then, the end of the world asks for. */
export function bringRoom(world: World): void {
  const { timeline, provider, hubs, checks } = world
  timeline.at(LOOK_EVERY_MS, '', () => {
    const state = provider.running?.inbox.state
    for (const told of state === undefined ? [] : unpaidCreates(state)) {
      const { pub, name, plan } = told.content
      if (state === undefined || (paymentFor(state, told)?.goodSince ?? null) === null) continue
      // It is said before anybody has to ask.
      if (!checks.dues.isToldOf(pub)) continue
      const bytes = provider.policy(false).plans.find((one) => one.name === plan)?.size.reservedBytes ?? 0
      world.trace(() => `the operator brings room for ${name}`)
      for (const hub of hubs) {
        hub.place.memoryBytes += bytes
        hub.wake()
      }
    }
    bringRoom(world)
  })
}
