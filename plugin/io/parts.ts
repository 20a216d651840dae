/** The parts of a provider that need more than their arguments to be made. */
import type { FeedId, Millis } from '../../protocol/ids'
import type { Clock } from '../../sbot/loop'
import { wantedNames } from '../dns-plan'
import { hubOf } from '../machine-records'
import { wantedOwn } from '../own-looks'
import type { Ledger } from '../query'
import { Places } from '../schedule'
import type { AskMeans } from './asks'
import { Billing } from './billing'
import type { Clocks } from './clocks'
import type { Current } from './current'
import type { Dns } from './dns'
import { Exports } from './exports'
import { Imports } from './imports'
import type { Inbox } from './inbox'
import type { Leases } from './leases'
import { Machines } from './machines/machines'
import { movingOf } from './moving'
import { OwnNames } from './own-names'
import { createPainter } from './painter'
import type { Post } from './post'
import type { Log, ProviderOptions } from './provider'
import type { Restored } from './restored'
import type { Sessions } from './sessions'
import type { Vault } from './vault'

/** What takes pubs out. */
export function exportsOf({ sbot, blobs, log }: ProviderOptions, inbox: Inbox, clock: Clock): Exports {
  return new Exports(sbot, inbox, clock, blobs, (fact, details) => log('info', fact, details))
}

/** Which kind of recovery is on, said at every start. */
export function tellRecovery(vault: Vault, log: Log): void {
  const { mode, key } = vault.recovery
  log('info', 'secrets of pubs are kept in escrow', { recovery: mode, key: key.slice(0, 9) })
  if (vault.warning !== null) log('warn', vault.warning)
}

/** What talks with the billing bridge. */
export function billingOf(
  { policy, log }: ProviderOptions,
  inbox: Inbox,
  clock: Clock,
  clocks: Clocks,
): Billing {
  const says = (time: Millis): void => clocks.stripeSays(time)
  return new Billing(inbox, policy, clock, (fact, details) => log('warn', fact, details), says)
}

/** What takes pubs in that ran elsewhere. */
export function importsOf(
  { sbot, tables, vault, importFolder, log }: ProviderOptions,
  inbox: Inbox,
  clock: Clock,
) {
  const say = (fact: string, details: Record<string, unknown>): void => log('info', fact, details)
  return new Imports({ folder: importFolder, ...{ sbot, inbox, tables, vault, clock }, log: say })
}

/** What questions to hubs are answered with besides a call. */
export function meansOf(
  exports: Exports,
  imports: Imports,
  billing: Billing,
  post: Post | null,
  { blobs, log }: ProviderOptions,
): AskMeans {
  return {
    blobs,
    storeImport: (pub, owner, upload) => imports.store(pub, owner, upload),
    exportLinks: (pub, part, readers) => exports.exportLinks(pub, part, readers),
    callStripe: (call, request) => billing.call(call, request),
    setEmail: (owner, set) => post?.set(owner, set) ?? noMail(),
    paint: createPainter(blobs, (fact, details) => log('warn', fact, details)),
  }
}

/** Mail, where there is any, told of who pays. */
export function postOf(
  options: ProviderOptions,
  billing: Billing,
  inbox: Inbox,
  wake: () => void,
): Post | null {
  const post = options.post?.(wake) ?? null
  if (post !== null) {
    billing.onPayer = (news) => post.hear(news, inbox.state)
    billing.onPortal = (customer, link) => post.hearPortal(customer, link)
  }
  return post
}

/** Stands in where there is no mail. */
export async function noMail(): Promise<never> {
  throw new Error('refused: this provider sends no mail')
}

/** What keeps the records of pubs' host names, where a name server is given. */
export function dnsOf({ dns }: ProviderOptions, inbox: Inbox, gate: Current): Dns | null {
  // Half a state would lead names to where their pubs were once.
  return dns?.(() => (inbox.complete && gate.isSo ? wantedNames(inbox.state) : new Map())) ?? null
}

/** What looks up domains of owners' own. */
export function ownNamesOf(
  { names, log }: ProviderOptions,
  inbox: Inbox,
  gate: Current,
  clock: Clock,
  changed: () => void,
): OwnNames | null {
  const wanted = () => (inbox.complete && gate.isSo ? wantedOwn(inbox.state) : [])
  return names === undefined ? null : new OwnNames({ ...names, clock, log, changed, wanted })
}

/** What is needed to judge a fleet. */
export interface FleetParts {
  inbox: Inbox
  gate: Current
  clock: Clock
  clocks: Clocks
  leases: Leases
  restored: Restored | null
  ledger: Ledger
  sessions: Sessions
  connected(): Set<FeedId>
  wake(): void
}

/** What rents servers, where the settings say so. */
export function machinesOf(
  { machines, policy, vault, log }: ProviderOptions,
  parts: FleetParts,
): Machines | null {
  const { inbox, gate, clock, clocks, leases, restored, ledger, sessions, connected, wake } = parts
  const { machines: settings } = policy
  if (machines === undefined || settings === null) return null
  const state = () => inbox.state
  const records = () => {
    const all = [...inbox.state.provider.machines.all.values()].map(({ content }) => content)
    return all.filter(({ driver, status }) => driver === settings.driver && status !== 'gone')
  }
  return new Machines({
    driver: machines.driver({ records, hasJoined: (one) => hubOf(inbox.state, one) !== null, log }),
    ...{ clock, log, state },
    userData: ({ machine, label }) => machines.userData(ledger.machine(machine).seed, label),
    changed: wake,
    // Half a state would know nothing of what was rented.
    world: (facts) =>
      inbox.complete && gate.isSo
        ? {
            // A cluster file may change it while the provider runs.
            ...{ state: inbox.state, policy: { ...policy, machines: policy.machines ?? settings } },
            now: clock.now(),
            ...{ connected: connected(), currentSince: gate.since, otherClocks: clocks.all() },
            ...{ moving: movingOf({ inbox, leases, vault, restored, sessions }), machines: facts, ledger },
            roomOf: roomsOf(inbox, policy, connected),
          }
        : null,
  })
}

/** Made when the first is asked for. */
function roomsOf({ state }: Inbox, policy: ProviderOptions['policy'], connected: () => Set<FeedId>) {
  let places: Places | null = null
  return (hub: FeedId) => {
    places ??= new Places({ state, policy, connected: connected() })
    return places.roomOn(hub)
  }
}
