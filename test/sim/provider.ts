/** The provider's machine: the real program of plugin/ over a fake node, started again after every crash. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Decision, decide } from '../../plugin/decide'
import type { DuesPolicy } from '../../plugin/dues-policy'
import { describe } from '../../plugin/effects'
import { Home } from '../../plugin/io/home'
import { hookInviteUse } from '../../plugin/io/onboarding'
import type { Post } from '../../plugin/io/post'
import { type Log, type Provider, startProvider } from '../../plugin/io/provider'
import { Tables } from '../../plugin/io/tables'
import { Vault } from '../../plugin/io/vault'
import type { World } from '../../plugin/look'
import { DEFAULT_POLICY, type Policy } from '../../plugin/policy'
import { type FeedId, type InviteKey, type PubId, runNameOf } from '../../protocol/ids'
import type { Plan } from '../../protocol/plan'
import { readJson } from '../../sbot/durable'
import { fakeBlobs } from '../helpers/fake-blobs'
import type { PostParts } from './mail'
import { FakeSbot } from './sbot'
import { plainSeals } from './seals'
import { plantInProvider, plantInReading } from './seams'
import { withoutPlans } from './seams-money'
import type { Machine, Universe } from './universe'

const [TINY] = DEFAULT_POLICY.plans as [Plan]
/** Twice the room, and the same disk: there are no figures here that a smaller one would be refused by. */
export const BIG: Plan = {
  ...{ ...TINY, name: 'big' },
  size: {
    ...TINY.size,
    memoryBytes: 2 * TINY.size.memoryBytes,
    reservedBytes: 2 * TINY.size.reservedBytes,
  },
}
/** Short enough to see the stages of not paying, and volumes go. */
const DUES: DuesPolicy = {
  graceMs: { 'past-due': 300_000, unpaid: 180_000, canceled: 180_000, never: 240_000, 'grant-over': 180_000 },
  ...{ remindMs: 100_000, suspendedMs: 360_000, lastWeekMs: 180_000, lastDayMs: 100_000 },
  ...{ suspensionsPerDayMax: 1, endsPerDayMax: 1 },
}
const POLICY: Policy = {
  ...{ ...DEFAULT_POLICY, portMin: 8100, portMax: 8107, retentionMs: 6 * 60_000 },
  plans: [TINY, BIG],
  dues: DUES,
}

type Redeem = (this: { id: string }, request: { feed: FeedId }, done: (error: Error | null) => void) => void

export class SimProvider {
  private started: Provider | null = null
  sbot: FakeSbot | null = null
  /** Counts starts. */
  starts = 0
  /** Somebody has to notice that connections are gone. */
  onCrash: () => void = () => {}
  /** Mail, where there is any: the part of it that stands before the mail server. */
  postOf: ((parts: PostParts) => Post) | null = null
  /** A line of the log. */
  onLog: (line: string) => void = () => {}
  /** A decision with what is kept from one look to the next was another than one without. */
  onOther: (sentence: string) => void = () => {}
  /** A start has come to its end. */
  onStarted: (provider: Provider) => void = () => {}
  private redeemer: Redeem | null = null

  /** The one that runs; null while it is away, or stands still. */
  get running(): Provider | null {
    return this.machine.life.asleep == null ? this.started : null
  }

  constructor(
    readonly universe: Universe,
    readonly machine: Machine,
    /** The provider's secret key, as the ledger wants it. */
    private readonly keys: { private: string },
    private readonly folder: string,
    private readonly invite: InviteKey,
    private readonly strangers: FeedId[],
  ) {
    mkdirSync(folder, { recursive: true })
    new Tables(folder, () => machine.clock.now()).addInvite(invite, 1_000)
  }

  boot(): void {
    const { machine, universe } = this
    this.starts += 1
    const life = machine.boot()
    const sbot = new FakeSbot(machine, life)
    this.sbot = sbot
    for (const stranger of this.strangers) sbot.request(stranger, true)
    const tables = this.tables()
    const clock = machine.clock.of(life)
    const policy = this.policy()
    universe.trace(() => `provider starts (${this.starts})`)
    plantInReading(universe, sbot, () => this.started)
    const log: Log = (level, fact, details) => {
      const line = `${level}: ${fact} ${details === undefined ? '' : JSON.stringify(details)}`
      universe.trace(() => `provider ${line}`)
      this.onLog(line)
    }
    const { folder, postOf } = this
    const starting = startProvider({
      ...{ sbot, keys: this.keys, policy, tables, clock, blobs: fakeBlobs() },
      vault: new Vault(this.folder, plainSeals),
      home: new Home({ folder, configFile: null, settings: {}, log }),
      importFolder: join(this.folder, 'imports'),
      address: () => 'provider.example:8008',
      decide: (world) => this.decided(world),
      log,
      ...(postOf === null ? {} : { post: (wake: () => void) => postOf({ life, clock, folder, log, wake }) }),
    })
    void starting.then((provider) => {
      if (!life.alive) return
      plantInProvider(universe, provider, sbot)
      this.started = provider
      this.onStarted(provider)
      this.redeemer = redeemerOf(tables, provider)
    })
  }

  private decided(world: World): Decision {
    const found = decide(world)
    const { standing, ...anew } = world
    if (standing === undefined) return found
    const { effects, wakeAt } = decide(anew)
    if (JSON.stringify([effects, wakeAt]) !== JSON.stringify([found.effects, found.wakeAt]))
      this.onOther(
        `decides otherwise by what it keeps: ${found.effects.map(describe)}, not ${effects.map(describe)}`,
      )
    return withoutPlans(this.universe, world, found)
  }

  crash(why: string): void {
    if (!this.machine.life.alive) return
    this.universe.trace(() => `provider dies ${why}`)
    this.machine.life.alive = false
    this.sbot?.lose()
    this.started = null
    this.redeemer = null
    this.onCrash()
  }

  /** Somebody redeems the provider's invite. */
  redeem(feed: FeedId, then: (error: Error | null) => void): void {
    if (this.redeemer === null || this.running === null) return then(new Error('the provider is not there'))
    this.redeemer.call({ id: this.invite }, { feed }, then)
  }

  addToken(token: InviteKey, label: string): void {
    this.running?.tables.addToken(token, label)
  }

  /** The feed whose secret lies in escrow for a pub, as it is on disk. */
  sealedFeed(pub: PubId): FeedId | null {
    const found = readJson(join(this.folder, 'escrow', `${runNameOf(pub)}.json`)) as { feed: FeedId } | null
    return found?.feed ?? null
  }

  clean(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  private tables(): Tables {
    const { universe, folder, machine } = this
    if (universe.bugs.has('tables-in-memory')) rmSync(`${folder}/newcomers.json`, { force: true })
    const tables = new Tables(folder, () => machine.clock.now())
    if (universe.bugs.has('strangers-are-known'))
      for (const feed of this.strangers) tables.newcomers.set(feed, { at: 0, bytes: 0, wrote: true })
    return tables
  }

  /** `bugs` false: as it should be. */
  policy(bugs = true): Policy {
    if (bugs && this.universe.bugs.has('cap-ignored'))
      return { ...POLICY, dues: { ...DUES, suspensionsPerDayMax: 100, endsPerDayMax: 100 } }
    if (!bugs || !this.universe.bugs.has('room-not-counted')) return POLICY
    const plans = POLICY.plans.map((plan) => ({ ...plan, size: { ...plan.size, reservedBytes: 1 } }))
    return { ...POLICY, plans }
  }
}

/** The real handler of `invite.use`, taken from its hook. */
function redeemerOf(tables: Tables, provider: Provider): Redeem {
  type Hooked = (this: unknown, stock: unknown, args: unknown[]) => void
  const hooks: Hooked[] = []
  const node = { invite: { use: { hook: (then: Hooked) => hooks.push(then) } } }
  hookInviteUse(node, tables, () => provider.inbox)
  return function (this: { id: string }, request, done) {
    const stock = () => done(new Error('the stock handler was asked'))
    hooks[0]?.call(this, stock, [request, done])
  }
}
