/** The parts of a hub: how some of them are made, and in which order they end. */
import type { PubId } from '../../protocol/ids'
import { addressOf } from '../../protocol/token'
import type { Log } from '../../sbot/log'
import type { Membership } from '../../sbot/membership'
import type { Monitor } from '../../sbot/monitor'
import type { Sbot } from '../../sbot/port'
import type { Engine } from '../engines/engine'
import { type Place, placeOf as readingPlaceOf } from '../reading-place'
import type { HubState } from '../state'
import type { AtRest } from './at-rest'
import type { CaddyDoor } from './caddy-door'
import { Exports } from './exports'
import type { Meter } from './meter'
import { Observer } from './observe'
import { createProviderLink, type ProviderLink } from './provider-link'
import type { Reconciler } from './reconcile'
import type { Secrets } from './secrets'

/** What runs in a hub, and ends with it. */
export interface HubParts {
  exports: Exports
  meter: Meter
  running: Reconciler
  caddy: CaddyDoor
  link: ProviderLink
  monitor: Monitor
  engine: Engine
  node: { close(): Promise<void> }
  log: Log
}

/** Whoever asks others ends before them. */
export async function endHub({
  exports,
  meter,
  running,
  caddy,
  link,
  monitor,
  engine,
  node,
  log,
}: HubParts): Promise<void> {
  await exports.stop()
  await meter.stop()
  await Promise.all([running.stop(), caddy.stop()])
  await Promise.all([link.stop(), monitor.stop()])
  await engine.close()
  await node.close()
  log.info({}, 'the hub has ended')
}

/** Says once when the engine begins to answer, and when it does not any more. */
export function observerOf(engine: Engine, wake: () => void, log: Log): Observer {
  return new Observer(engine, wake, (trouble) => {
    if (trouble === null) log.info({ engine: engine.kind }, 'the engine answers')
    else log.warn({ reason: trouble }, 'no pub can be made here until the engine answers; asking on')
  })
}

/** The connection to the provider; what it changes is told to the pubs' sessions. */
export function linkTo(
  membership: Membership,
  { sbot, log, observer, wake }: { sbot: Sbot; log: Log; observer: Observer; wake: () => void },
): ProviderLink {
  return createProviderLink({
    ...{ sbot, provider: membership.provider, log },
    address: addressOf(membership),
    changed: () => {
      for (const session of observer.sessions.values()) session.providerChanged()
      wake()
    },
    recoveryChanged: wake,
  })
}

/** What is handed out of pubs, from wherever they can be read. */
export function exportsOf(
  state: HubState,
  observer: Observer,
  secrets: Secrets,
  engine: Engine,
  rest: AtRest,
): Exports {
  const place = (pub: PubId): Place => {
    const connected = (observer.sessions.get(pub)?.rpc ?? null) !== null
    return readingPlaceOf(pub, {
      state,
      engine: observer.facts().engine,
      connected,
      taken: rest.isTaken(pub),
    })
  }
  return new Exports({ pubs: observer.sessions, secrets, engine, rest, place })
}
