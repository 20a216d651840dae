/**
 * Goal: kill -9 of the provider, the hub or the pub, twenty times in the middle of `create` and twenty times in the
 * middle of a member's redemption, leaves one pub, one answer, one chain on every peer, and an invite that was used
 * once. Every round has two kills at seeded moments spread over what the same deed takes undisturbed.
 */
import test from 'tape'
import {
  closeKillWorld,
  deletePub,
  type KillWorld,
  killAndRestart,
  type Made,
  makePub,
  openKillWorld,
  pidOfPub,
  toldToAnother,
  usesOf,
  type Victim,
  viewOf,
  wrongAnswers,
  wrongChains,
  wrongPubFeed,
  wrongPubs,
} from '../helpers/kill-world'
import { until } from '../helpers/machine'
import { seeded, spreadMoments } from '../helpers/random'
import { redeem } from '../helpers/redeem'
import type { StockPeer } from '../helpers/stock'

const ROUNDS = 20
const SEED = Number(process.env.KILLS_SEED ?? 1)

/** Milliseconds of the undisturbed deeds; of the pub's own part when it is the pub that is killed. */
interface Undisturbed {
  createMs: number
  fromPubStartMs: number
  redeemMs: number
}

interface Asked {
  owner: StockPeer
  request: string
}

const after = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function measure(world: KillWorld): Promise<Undisturbed> {
  const [owner] = world.owners
  if (owner === undefined) throw new Error('no owner')
  // The first pub of a world is slower than the later ones: nothing is warm yet.
  const first = await makePub(world, owner, 'warm-up', async () => {})
  const firstFrom = Date.now()
  await redeem(world.member, first.code)
  const firstRedeemMs = Date.now() - firstFrom
  await deletePub(world, first)
  const from = Date.now()
  let startedAt = from
  const made = await makePub(world, owner, 'measured', async (request) => {
    await until('the pub’s process', () => pidOfPub(world, request))
    startedAt = Date.now()
  })
  const upAt = Date.now()
  await redeem(world.member, made.code)
  const redeemedAt = Date.now()
  await deletePub(world, made)
  const redeemMs = Math.min(firstRedeemMs, redeemedAt - upAt)
  return { createMs: upAt - from, fromPubStartMs: upAt - startedAt, redeemMs }
}

/** One pub made with a kill in the middle. Gives it and whether the kill came before the final answer. */
async function createWithKill(
  world: KillWorld,
  victim: Victim,
  owner: StockPeer,
  name: string,
  moment: number,
) {
  let killedAt = 0
  let answeredAt = Number.POSITIVE_INFINITY
  let killing: Promise<void> = Promise.resolve()
  const made = await makePub(world, owner, name, async (request) => {
    if (victim === 'pub') await until('the pub’s process', () => pidOfPub(world, request))
    await after(moment)
    killedAt = Date.now()
    killing = killAndRestart(world, victim, () => pidOfPub(world, request))
    await killing
  }).finally(() => {
    answeredAt = Date.now()
  })
  await killing
  return { made, inTime: killedAt < answeredAt }
}

/** The member redeems with a kill in the middle; what it was refused with on the way. */
async function redeemWithKill(world: KillWorld, victim: Victim, made: Made, moment: number) {
  let redeemedAt = 0
  const [refusals, killedAt] = await Promise.all([
    redeem(world.member, made.code).finally(() => {
      redeemedAt = Date.now()
    }),
    after(moment).then(async () => {
      const at = Date.now()
      await killAndRestart(world, victim, () => pidOfPub(world, made.request))
      return at
    }),
  ])
  return { refusals, inTime: killedAt <= redeemedAt }
}

/** What is wrong after a round; an empty list is what the goal says. */
async function judge(world: KillWorld, made: Made): Promise<string[]> {
  const view = await until('the ledger to show the use', async () => {
    const one = await viewOf(world, made.request)
    return one.invites.used > 0 && one.status === 'up' ? one : null
  })
  const wrong: string[] = []
  if (view.invites.used !== 1) wrong.push(`the invite counts ${view.invites.used} uses`)
  const follows = await usesOf(world, view.feed ?? '', world.member.id)
  if (follows !== 1) wrong.push(`the pub followed the member ${follows} times`)
  const told = await until('the pub to answer somebody else', () => toldToAnother(world, made.code))
  if (!/^invite has expired/.test(told)) wrong.push(`somebody else was told: ${told}`)
  wrong.push(...(await wrongPubs(world, made)))
  wrong.push(...(await wrongAnswers(world, made.owner, made.request)))
  wrong.push(...(await wrongPubFeed(world, { ...made, view })))
  return wrong
}

for (const victim of ['provider', 'hub', 'pub'] as Victim[]) {
  test(`kill -9 of the ${victim}: ${ROUNDS} times in create, ${ROUNDS} times in a redemption`, async (t) => {
    const world = await openKillWorld()
    const random = seeded(SEED)
    const requests: Asked[] = []
    let deleting: Promise<void> = Promise.resolve()
    try {
      const normal = await measure(world)
      t.comment(`undisturbed, in ms: ${JSON.stringify(normal)}; seed ${SEED}`)
      const createMs = victim === 'pub' ? normal.fromPubStartMs : normal.createMs
      const inCreate = spreadMoments(random, ROUNDS, createMs)
      const inRedeem = spreadMoments(random, ROUNDS, normal.redeemMs)
      const inTime = { create: 0, redeem: 0 }
      let refused = 0
      for (let round = 0; round < ROUNDS; round += 1) {
        const name = `${victim}-${round}`
        const owner = world.owners[round % world.owners.length] as StockPeer
        const from = Date.now()
        const created = await createWithKill(world, victim, owner, name, inCreate[round] ?? 0)
        const createdAt = Date.now()
        const { made } = created
        requests.push({ owner, request: made.request })
        const redeemed = await redeemWithKill(world, victim, made, inRedeem[round] ?? 0)
        const redeemedAt = Date.now()
        inTime.create += created.inTime ? 1 : 0
        inTime.redeem += redeemed.inTime ? 1 : 0
        refused += redeemed.refusals.length
        const wrong = await judge(world, made)
        t.deepEqual(wrong, [], `round ${round}: one pub, one answer, one chain, one use`)
        t.comment(
          `create ${createdAt - from} ms, redeem ${redeemedAt - createdAt} ms, judge ${Date.now() - redeemedAt} ms ${redeemed.refusals.join(' | ')}`,
        )
        await deleting
        deleting = deletePub(world, made).then((keys) => {
          for (const request of keys) requests.push({ owner, request })
        })
        // Looked at in the next round; a failure must not count as nobody's.
        deleting.catch(() => undefined)
      }
      await deleting
      t.comment(
        `kills before the end of the deed: ${inTime.create} of ${ROUNDS} in create, ${inTime.redeem} of ${ROUNDS} in redemptions; the member had to try again ${refused} times`,
      )
      const late: string[] = []
      for (const { owner, request } of requests) late.push(...(await wrongAnswers(world, owner, request)))
      t.deepEqual(late, [], `${requests.length} requests, deletions included: one final answer each`)
      const { wrong, compared } = await wrongChains(world)
      t.deepEqual(wrong, [], `${compared} messages compared: one chain each on every peer`)
    } catch (error) {
      t.comment(world.provider.output().slice(-4_000))
      t.comment(world.hub.lines().slice(-6_000))
      throw error
    } finally {
      await deleting.catch(() => undefined)
      await closeKillWorld(world)
    }
    t.end()
  })
}
