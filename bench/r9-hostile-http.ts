/**
 * R9: the bridge's HTTP server under 500 slow connections and 100 bodies of 100 MB at any time, against itself without
 * them, in turn; its memory; how soon slow ones are gone, against node's own limits; and a flood of forged deliveries.
 * Server, attackers and visitors are three processes; who is ended dials again, so that
 * there are as many at any time.
 */
import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getPriority, setPriority } from 'node:os'
import { join } from 'node:path'
import { forge, signed } from '../test/helpers/bridge-attack'
import type { AttackFigures, AttackOrder } from '../test/helpers/bridge-attack-child'
import { ask, openLine } from '../test/helpers/bridge-http'
import { type ServerProcess, startServerProcess, stopChild, told } from '../test/helpers/bridge-process'
import { WEBHOOK_SECRET } from '../test/helpers/bridge-server-child'
import { median, verdict } from './figures'

const ROUNDS = Number(process.env.ROUNDS ?? 9)
const VISITS = Number(process.env.VISITS ?? 1_000)
const FORGED = Number(process.env.FORGED ?? 20_000)
const SLOW = 500
const BODIES = 100
const BODY_BYTES = 100 * 1024 * 1024
/** A line of 1 Gbit/s, which the bodies share: without a line between, copying them would take the machine's processors. */
const LINE_BYTES_PER_SECOND = 125_000_000
const MIB = 1024 * 1024

const percentile = (figures: number[], share: number): number =>
  [...figures].sort((one, other) => one - other)[Math.floor(figures.length * share)] ?? Number.NaN

/** Memory of a process, as the kernel counts it (pages of 4 kB). */
const rssBytes = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4_096

/** Milliseconds of whole visits, each on a connection of its own: pages and true deliveries in turn. */
async function visit(port: number): Promise<number[]> {
  const times: number[] = []
  for (let at = 0; at < VISITS; at++) {
    const own = { 'x-forwarded-for': `10.1.0.${at % 200}` }
    const delivery = signed(WEBHOOK_SECRET)
    const before = performance.now()
    const { status } =
      at % 2 === 0
        ? await ask(`http://127.0.0.1:${port}/`, { headers: own })
        : await ask(`http://127.0.0.1:${port}/webhook`, {
            method: 'POST',
            body: delivery.body,
            headers: { ...own, ...delivery.headers },
          })
    times.push(performance.now() - before)
    if (status !== 200) throw new Error(`visit ${at} was answered ${status}`)
  }
  return times
}

async function underAttack(server: ServerProcess): Promise<{ times: number[]; figures: AttackFigures }> {
  const child = fork(join(__dirname, '..', 'test', 'helpers', 'bridge-attack-child.js'))
  // Attackers are on machines of their own: here they shall not take the server's and the visitors' processors. What they
  // got done is printed, so that it shows when this made them weak.
  if (child.pid !== undefined) setPriority(child.pid, Math.min(19, getPriority() + 10))
  const order: AttackOrder = {
    port: server.port,
    slow: SLOW,
    bodies: BODIES,
    bodyBytes: BODY_BYTES,
    bytesPerSecond: LINE_BYTES_PER_SECOND,
  }
  child.send(order)
  // Until all 500 are there.
  await new Promise((resolve) => setTimeout(resolve, 6_000))
  const times = await visit(server.port)
  const figures = told<AttackFigures>(child)
  child.send('stop')
  const ended = await figures
  await stopChild(child)
  return { times, figures: ended }
}

/** How long a head that comes a byte a second lives, here and on node's defaults. */
async function patience(port: number): Promise<number> {
  const line = openLine(port, 'GET / HTTP/1.1\r\nHost: x\r\nX: ')
  const drip = setInterval(() => line.socket.write('a'), 1_000)
  const { ms } = await line.over
  clearInterval(drip)
  return ms
}

async function forgeries(server: ServerProcess): Promise<void> {
  const before = await server.figures()
  const begun = performance.now()
  const statuses = await forge(server.port, FORGED, WEBHOOK_SECRET)
  const seconds = (performance.now() - begun) / 1_000
  const after = await server.figures()
  console.log(
    `forged: ${FORGED} in ${seconds.toFixed(1)} s (${Math.round(FORGED / seconds)} a second), answered ${JSON.stringify([...statuses])}, kept ${after.kept - before.kept}; the server's loop was late by ${after.loopDelayP99Ms.toFixed(1)} ms at p99`,
  )
}

async function run(): Promise<void> {
  const server = await startServerProcess()
  const plain = createServer((_request, response) => void response.end())
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))
  const patient = patience((plain.address() as AddressInfo).port)
  const [alone, attacked]: [number[], number[]] = [[], []]
  const ratios: number[] = []
  const late: { alone: number[]; attacked: number[] } = { alone: [], attacked: [] }
  const total: AttackFigures = { ended: 0, answers: {}, sentBytes: 0 }
  let [least, most] = [0, 0]
  try {
    // Its heap grows to its working size first: what is measured is what attackers add.
    for (let warm = 0; warm < 4; warm++) await visit(server.port)
    const impatient = await patience(server.port)
    least = rssBytes(server.pid)
    const watch = setInterval(() => {
      most = Math.max(most, rssBytes(server.pid))
    }, 100)
    for (let round = 0; round < ROUNDS; round++) {
      await server.figures()
      const quiet = await visit(server.port)
      late.alone.push((await server.figures()).loopDelayP99Ms)
      const { times, figures } = await underAttack(server)
      late.attacked.push((await server.figures()).loopDelayP99Ms)
      alone.push(...quiet)
      attacked.push(...times)
      ratios.push(percentile(times, 0.99) / percentile(quiet, 0.99))
      total.ended += figures.ended
      total.sentBytes += figures.sentBytes
      for (const [line, count] of Object.entries(figures.answers))
        total.answers[line] = (total.answers[line] ?? 0) + count
    }
    clearInterval(watch)
    await forgeries(server)
    console.log(`bodies: ${JSON.stringify(total.answers)}; slow connections ended: ${total.ended}`)
    console.log(
      `bytes that attackers had sent when they were refused: ${Math.round(total.sentBytes / MIB)} MB of ${(Object.values(total.answers).reduce((sum, one) => sum + one, 0) * BODY_BYTES) / MIB} MB`,
    )
    console.log(
      `visits: median ${median(alone).toFixed(2)} ms alone, ${median(attacked).toFixed(2)} ms under attack; p99 ${percentile(alone, 0.99).toFixed(2)} ms and ${percentile(attacked, 0.99).toFixed(2)} ms; p99 ratio per round ${ratios.map((one) => one.toFixed(2)).join(', ')}`,
    )
    const shown = (figures: number[]) => figures.map((one) => one.toFixed(1)).join(', ')
    console.log(
      `the server's loop was late (p99 of each round, ms): alone ${shown(late.alone)}; under attack ${shown(late.attacked)}`,
    )
    const default_ = await patient
    console.log(
      `a slow head is gone after ${Math.round(impatient)} ms; by node's own limits after ${Math.round(default_)} ms`,
    )
    console.log(verdict('R9 slow heads gone', impatient / default_, 0.2))
    console.log(
      `R9 memory: grew by ${((most - least) / MIB).toFixed(1)} MB (target <= 64 MB): ${most - least <= 64 * MIB ? 'met' : 'missed'}`,
    )
    // The middle of the rounds: what else the machine does falls into some of them, and into either half.
    console.log(verdict('R9 healthy p99, median of the rounds', median(ratios), 2))
  } finally {
    await server.stop()
    plain.closeAllConnections()
    plain.close()
  }
}

run().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
