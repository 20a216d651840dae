/**
 * P9: what an idle pub takes of a machine, with 60 of them running at once in real hardened containers, each with its
 * open connection to the hub; and what one of them takes while 50 MB of feeds come in for a new member. From that, how
 * many fit 15 GB, against 15: one pub per GB, as pubs were sold when this was first thought of.
 */
import { existsSync, readFileSync } from 'node:fs'
import ssbKeys from 'ssb-keys'
import validate from 'ssb-validate'
import { runNameOf } from '../protocol/ids'
import {
  FREE_PLAN_MEMORY_BYTES,
  FREE_PLAN_RESERVED_BYTES,
  HUB_RESERVE_BYTES,
  HUB_RESERVE_SHARE,
} from '../protocol/limits'
import { engineForTests } from '../test/docker/engine'
import { needPubImage } from '../test/docker/images'
import { type Docker, dockerOn } from '../test/docker/world'
import { until } from '../test/helpers/machine'
import { call, startStock } from '../test/helpers/stock'
import { median, slowest } from './figures'
import { type HubAlone, orderPubs, startHubAlone } from './hub-alone'

const PUBS = Number(process.env.PUBS ?? 60)
const FEEDS = 10
const FEED_MESSAGES = 900
const MEGABYTE = 1024 * 1024
const MACHINE_BYTES = 15 * 1024 * MEGABYTE
const BASELINE_PUBS = 15
const TARGET_PUBS = 300
/** Of a rented machine with 15 GB, in dollars a month (OVH B2-15, 2018: what the idea was reckoned with). */
const MACHINE_DOLLARS = 50.4
const SETTLE_MS = 20_000

/** Bytes of a container that nobody shares with it: anonymous memory, and what the kernel keeps for it. */
async function ownBytes(docker: Docker, name: string): Promise<number> {
  const id = (await docker('inspect', '-f', '{{.Id}}', name)).trim()
  const first = `/sys/fs/cgroup/memory/docker/${id}/memory.stat`
  const second = `/sys/fs/cgroup/docker/${id}/memory.stat`
  const file = existsSync(first) ? first : second
  const found = new Map(
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.split(' ') as [string, string]),
  )
  const of = (key: string) => Number(found.get(key) ?? 0)
  return file === first ? of('total_rss') : of('anon') + of('kernel')
}

/** What the machine could still give to programs, shared pages and caches counted as it counts them. */
function availableBytes(): number {
  const line = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))
  return Number(line?.[1]) * 1024
}

async function idle(docker: Docker, names: string[]): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  const own = await Promise.all(names.map((name) => ownBytes(docker, name)))
  const megabytes = own.map((bytes) => bytes / MEGABYTE)
  console.log(
    `${names.length} idle pubs: median ${median(megabytes).toFixed(1)} MB of their own, the largest ${slowest(megabytes).toFixed(1)} MB`,
  )
}

/** A member whose server holds ten feeds of 5 MB. Returns when the pub has them all. */
async function load(alone: HubAlone, docker: Docker, pub: string, name: string): Promise<number> {
  const { provider, hub, networkKey } = alone
  const member = await startStock({ networkKey, label: 'member' })
  try {
    const written = await fill(member.rpc)
    console.log(`a member with ${(written / MEGABYTE).toFixed(0)} MB of feeds`)
    const op = `%${Buffer.alloc(32, 7).toString('base64')}.sha256`
    const { keys } = await provider.owe(hub.id, pub as never, op as never)
    await until('the invite', () => provider.said('buttcloud/result').find((one) => one.op === op), 30_000)
    const [up] = provider.observed(pub as never).slice(-1)
    const seed = Buffer.from(keys.private.replace('.ed25519', ''), 'base64')
      .subarray(0, 32)
      .toString('base64')
    const began = performance.now()
    let largest = 0
    const sample = setInterval(async () => {
      largest = Math.max(largest, await ownBytes(docker, name).catch(() => 0))
    }, 500)
    await call(member.rpc, 'invite.accept', `127.0.0.1:${up?.port}:${up?.feed}~${seed}`)
    const size = async () =>
      Number(
        (await docker('exec', name, 'stat', '-c', '%s', '/data/flume/log.offset').catch(() => '0')).trim(),
      )
    await until('the feeds to arrive', async () => (await size()) >= written * 0.95, 600_000)
    clearInterval(sample)
    const seconds = (performance.now() - began) / 1_000
    console.log(
      `one pub taking in ${(written / MEGABYTE).toFixed(0)} MB in ${seconds.toFixed(0)} s: ` +
        `${(largest / MEGABYTE).toFixed(1)} MB of its own at most, of ${FREE_PLAN_MEMORY_BYTES / MEGABYTE} MB`,
    )
    return largest
  } finally {
    await member.stop()
  }
}

/** Feeds that the member holds and follows, signed as their authors would. */
async function fill(rpc: any): Promise<number> {
  let bytes = 0
  const text = 'the quick brown fox jumps over the lazy dog and writes home about it. '.repeat(75)
  for (let feed = 0; feed < FEEDS; feed += 1) {
    const keys = ssbKeys.generate()
    await call(rpc, 'publish', { type: 'contact', contact: keys.id, following: true })
    let state: unknown = null
    for (let sequence = 1; sequence <= FEED_MESSAGES; sequence += 1) {
      const value: any = validate.create(
        state as any,
        keys,
        null,
        { type: 'post', text: `${sequence} ${text}` },
        sequence,
      )
      state = { id: validate.id(value), sequence, timestamp: value.timestamp, queue: [] }
      bytes += JSON.stringify(value).length
      await call(rpc, 'add', value)
    }
  }
  return bytes
}

async function run(): Promise<void> {
  const engine = await engineForTests()
  await needPubImage(engine.host)
  const docker = dockerOn(engine.host)
  const alone = await startHubAlone(engine.host, engine.socketPath)
  try {
    const before = availableBytes()
    const began = performance.now()
    const pubs = await orderPubs(alone, PUBS)
    console.log(`${PUBS} pubs are up after ${((performance.now() - began) / 1_000).toFixed(0)} s`)
    const names = pubs.map(runNameOf)
    await idle(docker, names)
    // With all that a container costs besides: its shim, its port's proxy, the kernel's tables, the hub's connection.
    const each = (before - availableBytes()) / PUBS
    console.log(`the machine gave ${(each / MEGABYTE).toFixed(1)} MB for each, all in all`)
    const [pub] = pubs
    const [name] = names
    if (pub === undefined || name === undefined) throw new Error('no pub')
    const busy = await load(alone, docker, pub, name)
    const free = MACHINE_BYTES - Math.max(HUB_RESERVE_BYTES, MACHINE_BYTES * HUB_RESERVE_SHARE)
    const byReservation = Math.floor(free / FREE_PLAN_RESERVED_BYTES)
    const byMeasure = Math.floor((free - busy) / each)
    const fit = Math.min(byReservation, byMeasure)
    console.log(
      `15 GB less the hub's reserve: ${byReservation} pubs by reservation, ${byMeasure} by what they took, one of them busy`,
    )
    console.log(`that is $${(MACHINE_DOLLARS / fit).toFixed(2)} of machine per pub and month`)
    console.log(
      `P9 pubs per 15 GB: ${fit}, ${(fit / BASELINE_PUBS).toFixed(1)}x of the baseline (target >= ${TARGET_PUBS}): ${fit >= TARGET_PUBS ? 'met' : 'missed'}`,
    )
  } finally {
    await alone.close()
    await engine.stop()
  }
}

run().then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error)
    process.exit(1)
  },
)
