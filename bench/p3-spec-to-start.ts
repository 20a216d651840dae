/**
 * P3: from a spec that is durable at the provider to the start event of its container; against raw dockerode create
 * and start of the same image with the same options, first call to start event. In turn, in one run; both ends are
 * Docker's own stamps of the event.
 */
import { engineForTests } from '../test/docker/engine'
import { needPubImage, PUB_IMAGE } from '../test/docker/images'
import { freePort } from '../test/helpers/machine'
import { rawDocker, removeRaw } from './docker-raw'
import { dockerStamps, wallClock } from './docker-stamps'
import { median, slowest, verdict } from './figures'
import { type HubAlone, madeUpPub, startHubAlone } from './hub-alone'

const ROUNDS = Number(process.env.ROUNDS ?? 20)
const TARGET = 1.5

/** Orders a pub and gives the time from its durable spec to its start; waits until it is up. */
async function order(alone: HubAlone, at: Map<string, number>): Promise<number> {
  const { provider, hub } = alone
  const pub = madeUpPub()
  await provider.order(hub.id, { pub, port: await freePort() })
  const durable = wallClock()
  await provider.phase(pub, 'up', 60_000)
  return (at.get(`start ${pub}`) ?? Number.NaN) - durable
}

async function run(): Promise<void> {
  const engine = await engineForTests()
  await needPubImage(engine.host)
  const { socketPath, host } = engine
  const alone = await startHubAlone(host, socketPath)
  const events = await dockerStamps(socketPath)
  const raw = rawDocker({ socketPath, image: PUB_IMAGE, networkKey: alone.networkKey })
  const names: string[] = []
  const rawRound = async (): Promise<number> => {
    const { began, pub, name } = await raw()
    names.push(name)
    return (events.at.get(`start ${pub}`) ?? Number.NaN) - began
  }
  try {
    await order(alone, events.at)
    await rawRound()
    const [ours, base]: [number[], number[]] = [[], []]
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(await order(alone, events.at))
      base.push(await rawRound())
    }
    console.log(`ours: median ${median(ours).toFixed(0)} ms, slowest ${slowest(ours).toFixed(0)} ms`)
    console.log(`raw dockerode: median ${median(base).toFixed(0)} ms, slowest ${slowest(base).toFixed(0)} ms`)
    console.log(verdict('P3 spec durable to container start', median(ours) / median(base), TARGET))
  } finally {
    events.stop()
    await alone.close()
    await removeRaw(socketPath, names)
    await engine.stop()
  }
}

run().then(
  () => process.exit(0),
  (error) => {
    console.error(error)
    process.exit(1)
  },
)
