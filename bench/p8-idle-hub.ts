/**
 * P8: processor time of a hub daemon that looks after 100 idle pubs (real ones, in real containers, each with its open
 * connection), against a loop that lists all containers once a second and inspects each, in the same minutes. The
 * window holds everything the hub does from time to time: pings, full looks, one probe of every pub.
 * Then what an engine that drops events does: 400 of them are swallowed while containers are killed and removed, and
 * the hub must find every one of them by looking.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Docker from 'dockerode'
import { LABEL_HUB } from '../hub-daemon/engines/docker-body'
import { runNameOf } from '../protocol/ids'
import { PROBE_EVERY_MS } from '../protocol/limits'
import { engineForTests } from '../test/docker/engine'
import { needPubImage } from '../test/docker/images'
import { type Docker as Command, dockerOn } from '../test/docker/world'
import { removeFolder, temporaryFolder, until } from '../test/helpers/machine'
import { deafSocket } from './deaf-socket'
import { verdict } from './figures'
import { type HubAlone, orderPubs, startHubAlone } from './hub-alone'

const PUBS = Number(process.env.PUBS ?? 100)
/** One probe of every pub falls into it. */
const WINDOW_MS = Number(process.env.WINDOW_MS ?? PROBE_EVERY_MS)
const SETTLE_MS = 40_000
const TARGET = 0.1
const EVENTS_MISSED = 400
const KILLED = 10
const REMOVED = 5
const TICKS_PER_SECOND = 100
/** Processor time of a process so far, in milliseconds, user and system together. */
function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND
}

/** The baseline, in a process of its own: what a hub without events would do. */
async function listAndInspect(socketPath: string, hub: string): Promise<void> {
  const docker = new Docker({ socketPath })
  for (;;) {
    const began = performance.now()
    const found = await docker.listContainers({ all: true, filters: { label: [`${LABEL_HUB}=${hub}`] } })
    await Promise.all(found.map(({ Id }) => docker.getContainer(Id).inspect()))
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, began + 1_000 - performance.now())))
  }
}

async function idle(alone: HubAlone, socketPath: string): Promise<number> {
  const { hub } = alone
  const loop = spawn(process.execPath, ['--no-deprecation', __filename, 'loop', socketPath, hub.id], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const loopPid = loop.pid ?? 0
  try {
    // Starting up is not what is compared; what it leaves to be tidied up is done after some time.
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    const before = [processorMs(hub.pid), processorMs(loopPid)] as const
    await new Promise((resolve) => setTimeout(resolve, WINDOW_MS))
    const ours = processorMs(hub.pid) - before[0]
    const base = processorMs(loopPid) - before[1]
    const share = (milliseconds: number) => ((100 * milliseconds) / WINDOW_MS).toFixed(2)
    console.log(
      `hub with ${PUBS} pubs: ${ours.toFixed(0)} ms in ${WINDOW_MS / 1000} s, ${share(ours)} % of a core`,
    )
    console.log(`list and inspect every second: ${base.toFixed(0)} ms, ${share(base)} % of a core`)
    return ours / base
  } finally {
    loop.kill('SIGKILL')
  }
}

/** Kills, removes, and makes noise until enough events have been swallowed; gives how many pubs stay down. */
async function missEvents(docker: Command, names: string[], events: { goDeaf(): void; swallowed(): number }) {
  events.goDeaf()
  const [killed, removed] = [names.slice(0, KILLED), names.slice(KILLED, KILLED + REMOVED)]
  const noisy = names.slice(KILLED + REMOVED)
  await docker('kill', ...killed)
  await docker('rm', '-f', ...removed)
  while (events.swallowed() < EVENTS_MISSED) {
    await docker('pause', ...noisy)
    await docker('unpause', ...noisy)
  }
  const began = performance.now()
  const down = async () => {
    const running = new Set(
      (await docker('ps', '--format', '{{.Names}}', '--filter', 'status=running')).split('\n'),
    )
    return names.filter((name) => !running.has(name)).length
  }
  await until('all to run again', async () => (await down()) === 0, 120_000).catch(() => undefined)
  console.log(
    `${events.swallowed()} events swallowed, ${KILLED} containers killed and ${REMOVED} removed meanwhile: ` +
      `${await down()} states missed after ${((performance.now() - began) / 1000).toFixed(0)} s`,
  )
  return down()
}

async function run(): Promise<void> {
  const engine = await engineForTests()
  await needPubImage(engine.host)
  const folder = temporaryFolder('p8')
  const between = await deafSocket(join(folder, 'docker.sock'), engine.socketPath)
  const alone = await startHubAlone(engine.host, between.path)
  try {
    const names = (await orderPubs(alone, PUBS)).map(runNameOf)
    const ratio = await idle(alone, engine.socketPath)
    const missed = await missEvents(dockerOn(engine.host), names, between)
    console.log(`P8 states missed: ${missed} (target 0): ${missed === 0 ? 'met' : 'missed'}`)
    console.log(verdict('P8 processor time of an idle hub', ratio, TARGET))
  } finally {
    await alone.close()
    between.close()
    removeFolder(folder)
    await engine.stop()
  }
}

const [how, socketPath = '', hub = ''] = process.argv.slice(2)
const work = how === 'loop' ? listAndInspect(socketPath, hub) : run()
work.then(
  () => process.exit(0),
  (error) => {
    console.error(error)
    process.exit(1)
  },
)
