/**
 * P2: from a request on the owner's node (a stock ssb-server, as Patchwork is) to the invite in the owner's thread,
 * free plan, warm image, one hub on the machine; against raw dockerode create + start + first handshake of the same
 * image with the same options. In turn, in one run. Also prints where our time goes, by Docker's own event times.
 */
import pull from 'pull-stream'
import ssbKeys from 'ssb-keys'
import { engineForTests } from '../test/docker/engine'
import { needPubImage, PUB_IMAGE } from '../test/docker/images'
import { type DockerWorld, openDockerWorld } from '../test/docker/world'
import { firstPost } from '../test/helpers/patchwork'
import { call } from '../test/helpers/stock'
import { rawDocker, removeRaw } from './docker-raw'
import { dockerStamps, wallClock as now } from './docker-stamps'
import { median, slowest, verdict } from './figures'

const ROUNDS = Number(process.env.ROUNDS ?? 20)
const TARGET = 1.5
const TARGET_SLOWEST = 2
/** An owner may send twenty requests a minute. */
const ROUND_MS_MIN = 3_200

interface Parts {
  total: number
  toCreate: number
  toStart: number
  toAnswer: number
}

/** Calls back for every final answer that arrives in the owner's log. */
function onFinalAnswers(world: DockerWorld, then: (request: string, outcome: string) => void): void {
  const { owner, provider } = world
  pull(
    owner.rpc.createUserStream({ id: provider.id, live: true, keys: true }),
    pull.drain(
      (message: any) => {
        const content = typeof message.value?.content === 'string' && unbox(message.value.content, owner.keys)
        if (content?.buttcloud?.final) then(content.buttcloud.answers, content.buttcloud.outcome)
      },
      () => {},
    ),
  )
}

const unbox = (content: string, keys: any): any => ssbKeys.unbox(content, keys)

function asker(world: DockerWorld, at: Map<string, number>): (name: string) => Promise<Parts> {
  const ends = new Map<string, { outcome: string; time: number }>()
  let wake = () => {}
  onFinalAnswers(world, (request, outcome) => {
    ends.set(request, { outcome, time: now() })
    wake()
  })
  return async (name) => {
    const began = now()
    const request = await firstPost(world.owner, world.provider.id, `create ${name}`)
    while (!ends.has(request))
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    const end = ends.get(request)
    if (end?.outcome !== 'done') throw new Error(`create ${name} ended ${end?.outcome}`)
    const created = at.get(`create ${request}`) ?? Number.NaN
    const started = at.get(`start ${request}`) ?? Number.NaN
    return {
      total: end.time - began,
      ...{ toCreate: created - began, toStart: started - created, toAnswer: end.time - started },
    }
  }
}

async function run(): Promise<void> {
  const engine = await engineForTests()
  await needPubImage(engine.host)
  const { socketPath } = engine
  const world = await openDockerWorld({
    hub: { engine: 'docker', dockerSocket: socketPath },
    settings: { pubsPerOwnerMax: 1_000 },
  })
  const events = await dockerStamps(socketPath)
  const raw = rawDocker({ socketPath, image: PUB_IMAGE, networkKey: world.networkKey })
  const names: string[] = []
  try {
    const ask = asker(world, events.at)
    await call(world.owner.rpc, 'whoami')
    await ask('warm')
    names.push((await raw()).name)
    const ours: Parts[] = []
    const base: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const began = now()
      ours.push(await ask(`pub-${round}`))
      const { handshakeMs, startedMs, createdMs, name } = await raw()
      names.push(name)
      base.push(handshakeMs)
      const last = ours.at(-1) as Parts
      console.log(
        `${round}: ours ${show(last.total)} = ${show(last.toCreate)} to create + ${show(last.toStart)} to start + ` +
          `${show(last.toAnswer)} to the answer; raw ${show(handshakeMs)} = ${show(createdMs)} + ` +
          `${show(startedMs - createdMs)} + ${show(handshakeMs - startedMs)}`,
      )
      await new Promise((resolve) => setTimeout(resolve, began + ROUND_MS_MIN - now()))
    }
    const totals = ours.map((parts) => parts.total)
    console.log(`ours: median ${show(median(totals))} ms, slowest ${show(slowest(totals))} ms`)
    console.log(`raw dockerode: median ${show(median(base))} ms, slowest ${show(slowest(base))} ms`)
    console.log(verdict('P2 slowest', slowest(totals) / slowest(base), TARGET_SLOWEST))
    console.log(verdict('P2 request to invite', median(totals) / median(base), TARGET))
  } finally {
    events.stop()
    await world.close()
    await removeRaw(socketPath, names)
    await engine.stop()
  }
}

const show = (milliseconds: number): string => milliseconds.toFixed(0)

run().then(
  () => process.exit(0),
  (error) => {
    console.error(error)
    process.exit(1)
  },
)
