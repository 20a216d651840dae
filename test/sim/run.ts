/** Runs one seed from its first event to the end, and says what was broken, if anything. */

import { runOf } from '../../hub-daemon/run'
import { desiredOf, sizeOf } from '../../plugin/change'
import { CLOCKS_LOOK_EVERY_MS } from '../../protocol/limits-money'
import type { ContactOp } from '../../protocol/messages/op'
import type { PubMessage } from '../../protocol/messages/pub'
import type { SpecMessage } from '../../protocol/messages/spec'
import { OSCAR } from './actors'
import type { Bugs } from './bugs'
import type { SimHub } from './hub'
import type { Invariant } from './invariants/violation'
import { owedAtRest } from './rest'
import { START } from './timeline'
import { makeTrouble } from './trouble'
import { otherSize, otherwisePaid, unheard, unpaid } from './unpaid'
import { World } from './world'

export interface Outcome {
  seed: number
  /** The first broken promise; null when all held. */
  violation: { invariant: Invariant; sentence: string; tick: number } | null
  events: number
  virtualMs: number
  forks: number
  /** How much went on: a world in which nothing happens proves nothing. */
  counts: {
    requests: number
    pubs: number
    uses: number
    takenBack: number
    ownerChanges: number
    sharedEnds: number
    changes: number
    /** Links to exports that were handed out. */
    exports: number
    starts: number
    epochs: number
    incidents: number
    /** Pubs that were suspended, or ended, because nobody paid; and subscriptions. */
    suspensions: number
    ends: number
    subscriptions: number
    /** Pubs and people that the operator has given something. */
    gifts: number
    /** Mails that arrived. */
    mails: number
  }
  lines: string[]
}

export interface RunOptions {
  bugs?: Bugs
  trace?: boolean
  /** Only these end the run; all when not given. */
  only?: ReadonlySet<Invariant>
}

const ACTING_MS = 35 * 60_000
const TROUBLE_MS = 40 * 60_000
const SETTLES_MS = 4 * 3_600_000
const QUIET_MS = 4 * 60_000
const LOOP_TURN_EVERY = 500
const STATE_LOOK_CHANCE = 1 / 250

export async function runSeed(seed: number, options: RunOptions = {}): Promise<Outcome> {
  // From here on a promise continues: ticks come after promises then, and before them in what calls us first of all.
  await Promise.resolve()
  const world = new World(seed, options.bugs ?? new Set(), options.trace ?? false)
  const broken = () => world.violations.find((one) => options.only?.has(one.invariant) ?? true)
  const thrown = (error: Error) => world.violate('no-crash', error.stack ?? error.message)
  process.on('unhandledRejection', thrown)
  try {
    script(world)
    makeTrouble(world)
    await runUntil(world, broken, () => world.timeline.now >= START + TROUBLE_MS)
    world.healAll()
    const until = world.timeline.now + SETTLES_MS
    await runUntil(world, broken, () => world.timeline.now >= until || isQuiet(world))
    if (broken() === undefined) judgeEnd(world)
    if (broken() === undefined) await restartAtEnd(world, broken)
  } catch (error) {
    thrown(error as Error)
  } finally {
    process.removeListener('unhandledRejection', thrown)
    world.provider.clean()
  }
  return outcomeOf(world, broken())
}

/** What the people do, all of it planned from the seed. */
function script(world: World): void {
  const { random, timeline, people } = world
  for (const person of people) {
    const isStranger = person.machine.id === OSCAR
    const from = 25_000
    for (let count = isStranger ? 4 : 6 + random.below(12); count > 0; count -= 1)
      timeline.at(random.between(from, ACTING_MS), '', () => person.act())
    if (!isStranger) timeline.at(random.between(from, from + 60_000), '', () => person.write('create home'))
    if (random.chance(0.25)) timeline.at(random.between(from, ACTING_MS), '', () => person.burst(60))
  }
}

async function runUntil(world: World, broken: () => unknown, isOver: () => boolean): Promise<void> {
  let checkedAt = world.timeline.now
  for (;;) {
    if (world.timeline.step() === null) return
    world.events += 1
    await drained(world.events)
    world.checks.fleet.look()
    if (world.random.chance(STATE_LOOK_CHANCE)) world.checks.sameState()
    if (broken() !== undefined) return
    if (world.timeline.now - checkedAt < 5_000) continue
    checkedAt = world.timeline.now
    if (isOver()) return
  }
}

/**
 * Everything that real, asynchronous code does about an event happens before the next one: a tick comes when no
 * promise is left to run. Now and then the whole event loop gets a turn, which tells of rejections nobody handles.
 */
function drained(events: number): Promise<void> {
  return new Promise((resolve) => {
    if (events % LOOP_TURN_EVERY === 0) setImmediate(resolve)
    else process.nextTick(resolve)
  })
}

/** Nothing is owed, nothing is being said, everything runs as it should. */
function isQuiet(world: World): boolean {
  if (world.timeline.now - world.lastSaid < QUIET_MS) return false
  if (world.machines.some((machine) => !machine.life.alive)) return false
  return unsettled(world).length === 0
}

/** What is not yet as it should be in the end. */
function unsettled(world: World): { invariant: Invariant; sentence: string }[] {
  const { checks, hubs } = world
  const found: { invariant: Invariant; sentence: string }[] = []
  found.push(...unheard(world))
  for (const what of checks.mail.missing())
    found.push({ invariant: 'mailed', sentence: `${what} has not arrived` })
  for (const one of checks.finals.unanswered(checks.redeemed))
    found.push({
      invariant: 'answered',
      sentence: `${JSON.stringify(one.text.slice(0, 40))} ${one.key.slice(0, 7)}`,
    })
  for (const pub of checks.keysLeft())
    found.push({ invariant: 'retention', sentence: `the key of ${pub.slice(0, 7)} is still in escrow` })
  for (const hub of hubs)
    for (const { run, process } of hub.engine.containers.values())
      if (process !== null && checks.owners.records.get(run.pub)?.hub !== hub.machine.id)
        found.push({ invariant: 'up-at-the-end', sentence: `${run.name} runs on its former hub` })
  for (const record of checks.owners.records.values()) {
    const hub = hubs.find((one) => one.machine.id === record.hub)
    const process = hub?.engine.processOf(record.pub) ?? null
    const live = record.status === 'live' && desiredOf(record) === 'up'
    const session = hub?.sessions.get(record.pub)?.fact()
    if (live && (process?.isOpen !== true || process.epoch !== record.epoch))
      found.push({
        invariant: 'up-at-the-end',
        sentence: `${record.name} is not up: run ${process === null ? 'none' : 'there'}, session ${session?.status} ${session?.reason}`,
      })
    if (!live && process !== null)
      found.push({ invariant: 'up-at-the-end', sentence: `${record.name} is ${whyOff(record)} and runs` })
    if (live && hub !== undefined) found.push(...disordered(world, hub, record))
    found.push(
      ...unhealed(world, record),
      ...unpaid(world, record),
      ...otherwisePaid(world, record),
      ...otherSize(world, record),
    )
    if (!live || process === null || !process.isOpen) continue
    for (const op of checks.invites.ops.values()) {
      const left = op.invite.uses - (checks.invites.used.get(op.op) ?? 0)
      const isRevoked = checks.invites.revoked.has(op.invite.key)
      if (isRevoked && op.pub === record.pub && process.invites().has(op.invite.key))
        found.push({
          invariant: 'taken-back-is-gone',
          sentence: `${record.name} has an invite that was taken back`,
        })
      const works = left <= 0 || isRevoked || process.invites().has(op.invite.key)
      if (op.pub === record.pub && checks.invites.handedOut.has(op.op) && !works)
        found.push({ invariant: 'invites-work', sentence: `an invite to ${record.name} is not in its table` })
    }
  }
  return found
}

const whyOff = ({ status, suspended }: PubMessage): string =>
  status === 'ended' ? 'deleted' : suspended ? 'suspended' : 'stopped'

/** A live pub is in no trouble any more that its owners were told of, and they were told of all. */
function unhealed(
  { checks: { incidents }, hubs }: World,
  record: PubMessage,
): { invariant: Invariant; sentence: string }[] {
  if (record.status !== 'live') return []
  const found: string[] = []
  for (const { kind } of incidents.open(record.hub, record.pub)) {
    // A stopped pub is not measured.
    if (desiredOf(record) === 'up' || !kind.startsWith('disk')) found.push(`${kind} is not over`)
  }
  const process = hubs.find((one) => one.machine.id === record.hub)?.engine.processOf(record.pub)
  if (process?.takesBlobs === false) found.push('it takes no blobs though its disk has room')
  if (incidents.isUntold(record)) found.push('its owners have not heard all')
  return found.map((sentence) => ({ invariant: 'incidents', sentence: `${record.name}: ${sentence}` }))
}

/** A pub that shall run: started anew as often as it was ordered, and saying of itself what its owner wants. */
function disordered(
  world: World,
  hub: SimHub,
  record: PubMessage,
): { invariant: Invariant; sentence: string }[] {
  const spec = world.provider.running?.inbox.state.provider.specs.get(record.pub)
  const process = hub.engine.processOf(record.pub)
  if (spec === undefined || process === null) return []
  const found: string[] = []
  const wanted = runOf({ ...spec, ...ordersOf(record) }, hub.config)
  const run = [...hub.engine.containers.values()].find((one) => one.run.pub === record.pub)?.run
  if (run?.shape !== wanted.shape || run.epoch !== wanted.epoch)
    found.push(`${record.name} was restarted ${record.restarts} times and its run is another one`)
  const { name, description } = process.says
  if (name !== (record.title ?? record.name)) found.push(`${record.name} calls itself ${name}`)
  if (record.description !== null && description !== record.description)
    found.push(`${record.name} describes itself as ${description}`)
  if ([...process.owners].sort().join() !== [...record.owners].sort().join())
    found.push(`${record.name} lets ${process.owners.length} people in as its owners, not the present ones`)
  for (const { contact } of lastContactsOf(world, record)) {
    const says = process.saysOf(contact.feed)
    if (says.following !== contact.following || says.blocking !== contact.blocking)
      found.push(`${record.name} does not follow or block as it was told: ${JSON.stringify(says)}`)
  }
  return found.map((sentence) => ({ invariant: 'as-ordered', sentence }))
}

/** The last word of the owners on each person; what a former hub was still to do is answered as not done. */
function lastContactsOf(world: World, record: PubMessage): ContactOp[] {
  const last = new Map<string, ContactOp>()
  const { provider } = world.provider.running?.inbox.state ?? { provider: null }
  for (const key of provider?.opsOfPub.get(record.pub) ?? []) {
    const op = provider?.ops.get(key)
    if (op?.kind === 'contact') last.set(op.contact.feed, op)
  }
  return [...last.values()].filter((op) => op.hub === record.hub)
}

/** What the record itself asks for, whatever order was made of it. */
function ordersOf(record: PubMessage): Partial<SpecMessage> {
  const { epoch, restarts, rebuilds, version, port } = record
  return { epoch, restarts, rebuilds, version, port, ...sizeOf(record) }
}

function judgeEnd(world: World): void {
  for (const { invariant, sentence } of unsettled(world)) world.violate(invariant, sentence)
  world.checks.sameState()
}

/** One more start finds the same state, and nothing to do. */
async function restartAtEnd(world: World, broken: () => unknown): Promise<void> {
  const until = world.timeline.now + QUIET_MS
  world.provider.crash('at the end')
  world.provider.boot()
  await runUntil(world, broken, () => world.timeline.now >= until)
  if (broken() !== undefined) return
  world.checks.sameState()
  // What waited for a clock that agrees is looked at again after a while, and may have come due just now.
  if (owedAtRest(world).length > 0)
    await runUntil(world, broken, () => world.timeline.now >= until + 2 * CLOCKS_LOOK_EVERY_MS)
  if (broken() !== undefined) return
  if (world.provider.running === null) return world.violate('no-crash', 'the provider does not come back')
  const effects = owedAtRest(world)
  if (effects.length > 0) world.violate('answered', `a provider at rest still owes ${effects[0]?.kind}`)
  judgeEnd(world)
}

function outcomeOf(world: World, violation: { invariant: Invariant; sentence: string } | undefined): Outcome {
  const { checks, seed, events, timeline, lines } = world
  const records = [...checks.owners.records.values()]
  return {
    ...{ seed, events, lines, virtualMs: timeline.now - START, forks: checks.chain.forks },
    violation: violation === undefined ? null : { ...violation, tick: events },
    counts: {
      requests: checks.asked.size,
      pubs: records.length,
      uses: [...checks.invites.used.values()].reduce((sum, one) => sum + one, 0),
      takenBack: checks.invites.takenBack,
      ownerChanges: checks.owners.ownerChanges,
      sharedEnds: checks.owners.sharedEnds,
      changes: checks.owners.changes,
      exports: checks.exports.handedOut.size,
      starts: world.provider.starts,
      incidents: checks.incidents.count,
      suspensions: checks.dues.suspensions,
      ends: checks.dues.ends,
      mails: checks.mail.arrivals,
      gifts: checks.dues.entitled.grants.size,
      subscriptions: checks.dues.entitled.payments.size,
      epochs: records.reduce((sum, one) => sum + one.epoch - 1, 0),
    },
  }
}
