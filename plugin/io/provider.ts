/** One running provider: the loop that looks, decides and performs, and the parts the API talks to. */
import { join } from 'node:path'
import type { FeedId, Millis } from '../../protocol/ids'
import { makeFolder } from '../../sbot/durable'
import { type Clock, createLoop, type Loop, realClock } from '../../sbot/loop'
import { type Note, noNote } from '../../sbot/meters'
import type { Sbot } from '../../sbot/port'
import { timedLook } from '../../sbot/timed-look'
import { decide } from '../decide'
import type { Held } from '../decide-dues'
import type { Stuck } from '../decide-moves'
import type { DnsTarget } from '../dns-plan'
import { describe, type Effect } from '../effects'
import type { MachineDriver } from '../machine-driver'
import { eventsOf } from '../metrics'
import { outsized } from '../outsized'
import type { Policy } from '../policy'
import { type Ledger, livePubs } from '../query'
import { Standing } from '../standing'
import { Asks } from './asks'
import type { Billing } from './billing'
import { Clocks } from './clocks'
import { Commits } from './commits'
import { Current } from './current'
import { Deeds } from './deeds'
import type { Dns } from './dns'
import { Escrow } from './escrow'
import type { Exports } from './exports'
import { factsOf } from './facts'
import { FigureRelay } from './figures'
import { HeldBack } from './held-back'
import type { Home } from './home'
import type { Imports } from './imports'
import { Inbox } from './inbox'
import { Leases } from './leases'
import { createLedger } from './ledger'
import type { Machines } from './machines/machines'
import type { ManualOptions } from './machines/manual'
import { Stays } from './moving'
import { createDoor, type Door } from './onboarding'
import type { Asked, OwnNames } from './own-names'
import {
  billingOf,
  dnsOf,
  exportsOf,
  importsOf,
  machinesOf,
  meansOf,
  noMail,
  ownNamesOf,
  postOf,
  tellRecovery,
} from './parts'
import { watchPeers } from './peers'
import { createPerformer } from './perform'
import type { Post } from './post'
import type { PrivateBlobs } from './private-blobs'
import type { Restored } from './restored'
import { Sessions } from './sessions'
import type { Tables } from './tables'
import type { Vault } from './vault'

/** One line per fact. Effects are described without their text: it may hold an invite. */
export type Log = (level: 'info' | 'warn' | 'error', fact: string, details?: Record<string, unknown>) => void

export interface ProviderOptions {
  sbot: Sbot
  keys: { private: string }
  policy: Policy
  /** Where the operator's choices are written down. */
  home: Home
  tables: Tables
  vault: Vault
  /** Where uploads of pubs lie that ran elsewhere. */
  importFolder: string
  /** Set in a provider that may have been put back from a backup. */
  restored?: Restored
  /** The folder of our own node, for backups; not given inside of somebody else's server. */
  nodeFolder?: string
  /** Where answers go that are too long for a message. */
  blobs: PrivateBlobs
  /** host:port that goes into the provider's own invites and tokens. */
  address(): string
  log: Log
  /** Reading the log broke: nothing is folded any more, so nothing may be decided. */
  onBroken?(error: Error): void
  /** Resolves when our own feed is here to its end, so that we may write; without it that is taken for granted. */
  mayWrite?(): Promise<void>
  /** Time; the simulator brings its own. */
  clock?: Clock
  /** The decision; the simulator brings one that compares. */
  decide?: typeof decide
  /** For the figures. */
  note?: Note
  /** Keeps records of pubs' host names; `wanted` says which. */
  dns?(wanted: () => ReadonlyMap<string, DnsTarget | null>): Dns
  /** Asks about names of owners' own; the file of what was found lies in `folder`. */
  names?: { open(): Asked; folder: string }
  /** Rents servers, where policy.machines says so; `seed` of a token makes what a machine runs first. */
  machines?: { driver(manual: ManualOptions): MachineDriver; userData(seed: string, label: string): string }
  /** Where mail is sent; `wake` makes the provider look again. */
  post?(wake: () => void): Post
}

export interface Provider {
  readonly sbot: Sbot
  readonly inbox: Inbox
  readonly tables: Tables
  readonly ledger: Ledger
  readonly blobs: PrivateBlobs
  readonly commits: Commits
  readonly figures: FigureRelay
  readonly escrow: Escrow
  /** What was put back from a backup and has not come back whole; null where nothing was. */
  readonly restored: Restored | null
  /** Null inside of somebody else's server. */
  readonly nodeFolder: string | null
  /** In force; `admin apply` changes it. */
  readonly policy: Policy
  readonly home: Home
  /** What the operator does, between two decisions. */
  readonly deeds: Deeds
  readonly door: Door
  /** What the billing bridge is asked, and what it tells. */
  readonly billing: Billing
  /** What others' clocks show. */
  readonly clocks: Clocks
  /** When each hub last asked for its lease. */
  readonly leases: Leases
  /** Which runs have opened the write-ahead. */
  readonly sessions: Sessions
  readonly exports: Exports
  readonly imports: Imports
  /** Null: whoever runs this provider keeps its pubs' records. */
  readonly dns: Dns | null
  /** Null: domains of owners' own are never looked up. */
  readonly ownNames: OwnNames | null
  /** Null: no servers are rented here. */
  readonly machines: Machines | null
  /** Null: this provider sends no mail. */
  readonly post: Post | null
  /** Resolves when all that we ever decided is known again; rejects with a sentence when the node ends before. */
  current(): Promise<void>
  address(): string
  now(): Millis
  /** What is due for want of payment, and waits. */
  held(): readonly Held[]
  /** Pubs that should be on another hub, and why they are not. */
  stuck(): readonly Stuck[]
  /** Since when each hub is gone that was connected to this run. */
  readonly goneSince: ReadonlyMap<FeedId, Millis>
  /** Since when it knows all that it ever decided, and hears its hubs. */
  since(): Millis
  /** Ids of everybody connected now. */
  connected(): Set<FeedId>
  /** Calls back after every change of the state; gives the way to stop. */
  subscribe(then: () => void): () => void
  stop(): Promise<void>
}

/** Where the local tables of a node live, below its own folder. */
export function tablesFolder(nodeFolder: string): string {
  const folder = join(nodeFolder, 'buttcloud')
  makeFolder(folder)
  return folder
}

/** Reads everything, then runs. Resolves once the log has been read. */
export async function startProvider(options: ProviderOptions): Promise<Provider> {
  const { sbot, policy, tables, vault, log, clock = realClock, note = noNote } = options
  const subscribers = new Set<() => void>()
  const ledger = createLedger(options.keys)
  let loop: Loop | null = null
  let dns: Dns | null = null
  let machines: Machines | null = null
  let ownNames: OwnNames | null = null
  const wake = () => void [loop, dns, machines, ownNames].map((one) => one?.wake())
  const inbox = new Inbox(
    sbot,
    tables,
    () => {
      wake()
      figures.ownersChanged()
      billing.changed()
      for (const then of [...subscribers]) then()
    },
    (error) => {
      log('error', 'reading the log failed', { reason: error.message })
      options.onBroken?.(error)
    },
    clock,
  )
  const figures = new FigureRelay(sbot, inbox, clock)
  const clocks = new Clocks(clock, () => loop?.wake())
  const leases = new Leases(clock, policy.moving.leaseMs, () => loop?.wake())
  const billing = billingOf(options, inbox, clock, clocks)
  const connected = (): Set<FeedId> => new Set(sbot.peers().map((peer) => peer.id))
  const sessions = new Sessions(() => clock.now())
  const goneSince = watchPeers(sbot, inbox, clock, () => loop?.wake())
  sbot.onPeer((peer) => peer.onClose(() => connected().has(peer.id) || sessions.left(peer.id)))

  const exports = exportsOf(options, inbox, clock)
  const imports = importsOf(options, inbox, clock)
  const post = postOf(options, billing, inbox, () => loop?.wake())
  const asks = new Asks(sbot, clock, meansOf(exports, imports, billing, post, options), () => loop?.wake())
  const gate = new Current(options, inbox, clock, wake)
  const restored = options.restored ?? null
  dns = dnsOf(options, inbox, gate)
  ownNames = ownNamesOf(options, inbox, gate, clock, () => loop?.wake())
  const fleet = { inbox, gate, clock, clocks, leases, restored, ledger, sessions, connected }
  machines = machinesOf(options, { ...fleet, wake: () => loop?.wake() })
  const current = () => gate.wait().then(() => restored?.begin(livePubs(inbox.state)))

  const commits = new Commits(sbot, inbox, ledger, current, vault, restored, sessions)
  const perform = createPerformer(inbox, sbot.id, asks, commits, post?.send ?? noMail, vault)

  const [waits, standing] = [new HeldBack(log), new Standing(inbox.state, policy)]
  const stays = new Stays(log)
  const deeds = new Deeds(() => loop?.wake())
  const look = async (): Promise<void> => {
    // A hub that connects while the log is still being read wakes the loop too, and half a state owes too much. So
    // does one that was put back to an old copy: it would wait at the gate and then be published all the same.
    if (!inbox.complete || !gate.isSo) return
    await deeds.do()
    imports.tidy()
    for (const one of [asks, billing]) one.forget((request) => inbox.state.open.has(request))
    const facts = factsOf({ ...fleet, asks, imports, vault, goneSince, tables, post, machines, ownNames })
    const world = { state: inbox.state, now: clock.now(), policy, facts, ledger, standing }
    const { effects, wakeAt, held, stuck, unmade } = (options.decide ?? decide)(world)
    waits.are(held)
    stays.are(stuck, outsized(inbox.state, policy.placing), unmade)
    leases.inStorm(stuck.flatMap(({ hub, storm }) => (storm === null ? [] : [hub])))
    if (wakeAt !== null) loop?.wakeAt(wakeAt)
    if (effects.length === 0) return
    for (const effect of effects) log('info', describe(effect))
    await performAll(effects, async (effect) => {
      await perform(effect)
      for (const event of eventsOf(effect, clock.now())) note(event)
    })
    loop?.wake()
  }
  loop = loopOf(timedLook(look, note), clock, log)
  await inbox.start()
  listenWhen(current(), leases)
  tellRecovery(vault, log)
  return {
    ...{ sbot, inbox, figures, tables, ledger, commits, policy, deeds, connected, goneSince, restored },
    ...{ billing, clocks, leases, sessions, exports, imports, post, dns, ownNames, machines, current },
    now: () => clock.now(),
    since: () => gate.since,
    held: () => waits.held,
    stuck: () => stays.stuck,
    ...{ blobs: options.blobs, home: options.home },
    nodeFolder: options.nodeFolder ?? null,
    address: options.address,
    escrow: new Escrow(vault, commits, current, log),
    door: createDoor(tables, inbox, deeds),
    subscribe(then) {
      subscribers.add(then)
      return () => subscribers.delete(then)
    },
    async stop() {
      for (const part of [inbox, figures, exports, imports, post, leases]) part?.stop()
      await Promise.all([loop, dns, ownNames, machines].map((one) => one?.stop()))
    },
  }
}

/** A node that ends before its gate opened has nothing to say about it. */
function listenWhen(current: Promise<unknown>, leases: Leases): void {
  current.then(
    () => leases.begin(),
    () => undefined,
  )
}

function loopOf(look: () => Promise<void>, clock: Clock, log: Log): Loop {
  return createLoop({
    look,
    clock,
    onError: (error, pauseMs) =>
      log('error', `could not publish what is owed, trying again in ${Math.round(pauseMs / 1000)} s`, {
        reason: error.message,
      }),
  })
}

/**
 * Started in order, so that they stand on the feed in order; waited for together, so that one flush to disk serves
 * them all. When one fails the others still end, and the next look finds what is missing.
 */
async function performAll(effects: Effect[], perform: (effect: Effect) => Promise<void>): Promise<void> {
  const results = await Promise.allSettled(effects.map(perform))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
