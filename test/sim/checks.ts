/** All invariants of a world, and which event each of them looks at. */
import { clocksSay } from '../../plugin/dues'
import type { Provider } from '../../plugin/io/provider'
import type { Ledger } from '../../plugin/query'
import type { FeedId, MessageId, Millis, PubId } from '../../protocol/ids'
import { CLOCKS_LOOK_EVERY_MS } from '../../protocol/limits-money'
import type { DuesMessage } from '../../protocol/messages/dues'
import type { BillingFact, BillingFactAnswer } from '../../protocol/rpc-billing'
import { PROVIDER } from './actors'
import type { SimHub } from './hub'
import { Cluster } from './invariants/cluster'
import { Dues } from './invariants/dues'
import { Exports } from './invariants/exports'
import { Fleet } from './invariants/fleet'
import { Incidents } from './invariants/incidents'
import { Invites } from './invariants/invites'
import { Machines } from './invariants/machines'
import { Mail } from './invariants/mail'
import { Moves } from './invariants/moves'
import { OneChain } from './invariants/one-chain'
import { OneFinal } from './invariants/one-final'
import { Operator } from './invariants/operator'
import { OwnersOnly } from './invariants/owners-only'
import { checkSameState } from './invariants/same-state'
import { Stranded } from './invariants/stranded'
import type { Violate } from './invariants/violation'
import type { Message } from './messages'
import type { Asked } from './people'
import type { SimProvider } from './provider'
import type { Machine } from './universe'

export class Checks {
  readonly asked = new Map<MessageId, Asked>()
  readonly redeemed = new Set<FeedId>()
  readonly chain: OneChain
  readonly finals: OneFinal
  readonly owners: OwnersOnly
  readonly invites: Invites
  readonly fleet: Fleet
  readonly incidents: Incidents
  readonly exports: Exports
  readonly dues: Dues
  readonly mail: Mail
  readonly operator: Operator
  readonly cluster: Cluster
  readonly machines: Machines
  readonly moves: Moves
  readonly stranded: Stranded
  private readonly seen = new Set<MessageId>()
  /** Pubs of which everything might go at some time: a clock that is set back brings nothing back. */
  private readonly over = new Set<PubId>()

  constructor(
    private readonly violate: Violate,
    private readonly provider: SimProvider,
    private readonly hubs: readonly SimHub[],
    ledger: Ledger,
    /** The right time, and what all clocks but the provider's show. */
    clocks: { true: () => Millis; others: () => Millis[] },
  ) {
    this.chain = new OneChain(violate)
    this.finals = new OneFinal(violate, this.asked)
    this.dues = new Dues(violate, {
      dues: () => provider.policy(false).dues,
      retentionMs: provider.policy(false).retentionMs,
      clocks: () => ({ own: provider.machine.clock.now(), others: clocks.others() }),
      stage: (dues, key, before) => this.staged(dues, key, before),
    })
    this.mail = new Mail(violate, clocks.true)
    this.operator = new Operator(violate, this.asked, () => this.owners.records)
    this.cluster = new Cluster(violate, () => this.owners.records, provider.policy(false).retentionMs)
    const { dues, operator, cluster } = this
    this.owners = new OwnersOnly(violate, this.asked, this.redeemed, dues, operator, cluster)
    this.machines = new Machines(violate, () => this.owners.records, {
      now: () => provider.machine.clock.now(),
      policy: () => provider.policy(false).machines,
    })
    this.invites = new Invites(violate, ledger, this.owners.records, PROVIDER)
    this.fleet = new Fleet(violate, hubs, this.owners.records)
    this.stranded = new Stranded(violate)
    this.moves = new Moves(violate, hubs, {
      leaseMs: provider.policy(false).moving.leaseMs,
      retentionMs: provider.policy(false).retentionMs,
      steady: () => provider.machine.clock.steady(),
      now: () => provider.machine.clock.now(),
      isKnownGone: (id) => this.stranded.isAbout((pub) => this.owners.records.get(pub)?.hub === id),
      isConnected: (id) => hubs.some((hub) => hub.machine.id === id && hub.link.connected),
    })
    this.exports = new Exports(violate, this.asked, this.owners.records, PROVIDER)
    this.incidents = new Incidents(violate, this.owners.records, PROVIDER)
  }

  /** A message got onto a machine's disk. */
  stored(machine: Machine, message: Message): void {
    this.chain.stored(message, machine.name)
    if (machine !== this.provider.machine) {
      if (machine.id === message.author) this.reported(machine, message)
      return
    }
    if (this.seen.has(message.key)) return
    this.seen.add(message.key)
    if (message.author !== PROVIDER) {
      this.operator.heard(message)
      this.moves.reported(message)
      if (message.recps === null) this.invites.committed(message)
      return
    }
    this.showed(message)
    this.finals.said(message)
    this.dues.said(message)
    this.operator.said(message)
    this.cluster.said(message)
    this.machines.said(message)
    this.owners.said(message)
    this.invites.said(message)
    this.fleet.recorded()
    this.moves.said(message)
    this.stranded.said(message.content)
    this.incidents.told(message)
    this.exports.said(message)
  }

  /** A hub, or a person, has written a message. */
  private reported(machine: Machine, message: Message): void {
    const hub = this.hubs.find((one) => one.machine === machine)
    if (hub === undefined) return
    this.showed(message)
    this.fleet.reported(machine.id, message)
    this.incidents.reported(machine.id, message)
    this.invites.reported(message, (pub) => hub.engine.processOf(pub))
  }

  private showed({ author, content }: Message): void {
    if (this.mail.addresses.size > 0) this.mail.shown(`on the feed of ${author}`, JSON.stringify(content))
  }

  /** A stage of not paying stands on the feed; `before`: the one before it, where this one takes something away. */
  private staged(dues: DuesMessage, key: MessageId, before: MessageId | null): void {
    if (before !== null) this.mail.takesEffect(before, dues.stage)
    this.mail.promised(this.owners.records.get(dues.pub), dues, key)
  }

  /** The bridge was told that a fact is on the feed: it is on the disk then. */
  factAnswered({ subscription, stripeTime }: BillingFact, outcome: BillingFactAnswer['outcome']): void {
    const last = this.dues.entitled.payments.get(subscription)?.content
    if (outcome === 'published' && (last === undefined || last.at < stripeTime))
      this.violate('fact-durable', `${subscription} is acknowledged and not on the feed`)
    if (outcome === 'known' && last === undefined)
      this.violate('fact-durable', `${subscription} is said to be known and is not on the feed`)
  }

  /** A message got onto the disk of a pub. */
  pubStored(message: Message): void {
    this.chain.stored(message, 'a pub')
    const held = this.provider.machine.disk.feed(message.author)[message.sequence - 1]
    if (held?.message.key !== message.key)
      this.violate('write-ahead', `a pub holds message ${message.sequence}, which its provider does not`)
  }

  /** After every event. */
  look(): void {
    for (const pub of this.owners.records.keys()) if (this.isOver(pub)) this.over.add(pub)
  }

  /** A pub is about to start. A hub that has not heard of its end yet may start one whose key is forgotten: it writes nothing. */
  launched(pub: PubId, feed: FeedId): void {
    if (this.isOver(pub) || this.over.has(pub)) return
    if (this.provider.sealedFeed(pub) !== feed)
      this.violate('key-in-escrow', `${pub.slice(0, 7)} starts and its key is not in escrow`)
  }

  /** True when all that is kept of a pub may go, by the provider's clock. */
  private isOver(pub: PubId): boolean {
    const record = this.owners.records.get(pub)
    const { clock } = this.provider.machine
    return record?.status === 'ended' && record.keepUntil !== null && record.keepUntil <= clock.now()
  }

  /** Pubs of which everything should be gone and a sealed key is not. */
  keysLeft(): PubId[] {
    const { running, machine } = this.provider
    const found: PubId[] = []
    for (const { pub, status, keepUntil } of this.owners.records.values()) {
      if (running === null || status !== 'ended' || keepUntil === null) continue
      // Where clocks disagree, or are asked again a little later, it may stay.
      const says = clocksSay(keepUntil + 2 * CLOCKS_LOOK_EVERY_MS, machine.clock.now(), running.clocks.all())
      if ((says === 'due' || says === 'alone') && this.provider.sealedFeed(pub) !== null) found.push(pub)
    }
    return found
  }

  /** Watches the write-ahead and the escrow of a provider that has just started. */
  watch(provider: Provider): void {
    const { commits, inbox, escrow } = provider
    const commit = commits.commit.bind(commits)
    commits.commit = async (caller, request) => {
      const { pub, epoch } = request as { pub: never; epoch: number }
      // As it is when the call comes: a record may follow while what was let through is written.
      const { epoch: present, hub } = inbox.state.provider.pubs.get(pub)?.record ?? {}
      const answer = await commit(caller, request)
      if (epoch !== present || hub !== caller)
        this.violate('present-epoch', `committed under epoch ${epoch}, present is ${present}`)
      return answer
    }
    const say = inbox.say.bind(inbox)
    inbox.say = (content, recps) => {
      this.moves.says(content)
      return say(content, recps)
    }
    const { vault } = escrow
    const forget = vault.forget.bind(vault)
    vault.forget = (pub) => {
      if (!this.isOver(pub)) this.violate('retention', `the key of ${pub.slice(0, 7)} goes before its time`)
      forget(pub)
    }
    const secret = escrow.secret.bind(escrow)
    escrow.secret = async (caller, request) => {
      const answer = await secret(caller, request)
      const { pub, epoch } = request as { pub: never; epoch: number }
      const record = inbox.state.provider.pubs.get(pub)?.record
      if (answer.secret !== null && (record?.hub !== caller || record.epoch !== epoch))
        this.violate('secret-to-its-hub', `the secret of ${record?.name} went out for epoch ${epoch}`)
      return answer
    }
  }

  sameState(): void {
    const { running, sbot } = this.provider
    if (running === null || sbot === null) return
    checkSameState(running.inbox.state, sbot, this.provider.universe.random, this.violate)
  }
}
