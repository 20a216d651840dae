/** Runs one seed from its first event to the end, and says what was broken, if anything. */

import { OSCAR } from './actors'
import type { Bugs } from './bugs'
import type { Invariant } from './invariants/violation'
import { owedAtRest } from './rest'
import { START } from './timeline'
import { makeTrouble } from './trouble'
import { unsettled } from './unsettled'
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
    /** Stops of pubs by their operator, and the ends of these. */
    halts: number
    /** Mails that arrived. */
    mails: number
    /** Pubs that were placed elsewhere because their hub was silent, or is being emptied. */
    silentMoves: number
    drainMoves: number
    unableMoves: number
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
    world.fleet.begin()
    world.breakdowns.begin()
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
    world.checks.look()
    world.checks.fleet.look()
    world.checks.moves.look()
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
  return unsettled(world).length === 0 && owedAtRest(world).length === 0
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
  // What waited for a date or a clock that agrees may have come due just now, or its mail be on its way.
  const longest = until + SETTLES_MS
  await runUntil(world, broken, () => world.timeline.now >= longest || isQuiet(world))
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
      silentMoves: checks.moves.counts.silent ?? 0,
      drainMoves: checks.moves.counts.drain ?? 0,
      unableMoves: checks.moves.counts['cannot-run'] ?? 0,
      gifts: checks.dues.entitled.grants.size,
      halts: checks.operator.count,
      subscriptions: checks.dues.entitled.payments.size,
      epochs: records.reduce((sum, one) => sum + one.epoch - 1, 0),
    },
  }
}
