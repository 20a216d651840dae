/** What goes wrong from outside: programs die, machines are cut off, clocks are set, ports are taken, pubs are copied. */

import { FREE_PLAN_DISK_BYTES } from '../../protocol/limits'
import type { PubMessage } from '../../protocol/messages/pub'
import type { SimHub } from './hub'
import { PubProcess } from './pub'
import { SimSession } from './session'
import type { World } from './world'

/** Sets all troubles of a world going; they end when its faults are healed. */
export function makeTrouble(world: World): void {
  const { random } = world
  const wild = random.chance(0.85)
  const every = (lowMs: number, highMs: number, what: () => void) => repeat(world, lowMs, highMs, what)
  every(20_000, 400_000, () => writeInPub(world))
  every(100_000, 900_000, () => restoreOne(world))
  if (!wild) return
  every(60_000, 900_000, () => world.crash(world.provider.machine, 'by chance'))
  every(60_000, 900_000, () => world.crash(random.pick(world.hubs).machine, 'by chance'))
  every(30_000, 600_000, () => killPub(world))
  every(30_000, 600_000, () => cutLink(world))
  every(120_000, 900_000, () => partition(world))
  every(60_000, 600_000, () => random.pick(world.machines).clock.set(random.between(-300_000, 300_000)))
  every(120_000, 900_000, () => engineAway(world))
  every(120_000, 900_000, () => takePort(world))
  every(200_000, 1_500_000, () => twin(world))
  every(100_000, 600_000, () => fillDisk(world))
  every(300_000, 1_500_000, () => loseData(world))
}

function repeat(world: World, lowMs: number, highMs: number, what: () => void): void {
  world.timeline.at(world.random.between(lowMs, highMs), '', () => {
    if (world.healed) return
    what()
    repeat(world, lowMs, highMs, what)
  })
}

function somePub(world: World): { hub: SimHub; name: string; process: PubProcess } | null {
  const found: { hub: SimHub; name: string; process: PubProcess }[] = []
  for (const hub of world.hubs)
    for (const [name, { process }] of hub.engine.containers)
      if (process !== null) found.push({ hub, name, process })
  return found.length === 0 ? null : world.random.pick(found)
}

function writeInPub(world: World): void {
  const { random } = world
  const found = somePub(world)
  for (let count = 1 + random.below(3); count > 0; count -= 1)
    found?.process.write({ type: 'post', text: `written in the pub ${random.below(1e6)}` }, () => undefined)
}

function killPub(world: World): void {
  const found = somePub(world)
  if (found === null) return
  const setBack = world.random.chance(0.4)
  const outOfMemory = world.random.chance(0.3)
  world.trace(() => `${found.name} dies${setBack ? ' and its volume is set back to an earlier state' : ''}`)
  found.hub.engine.killOne(found.name, setBack, outOfMemory)
}

/** A pub's disk fills, or gets room again. */
function fillDisk(world: World): void {
  const found = somePub(world)
  if (found === null) return
  const share = world.random.between(0.5, 1.1)
  world.trace(() => `the disk of ${found.name} is filled to ${share.toFixed(2)}`)
  found.process.volume.usedBytes = Math.floor(share * FREE_PLAN_DISK_BYTES)
  found.hub.wake()
}

function cutLink(world: World): void {
  const hub = world.random.pick(world.hubs)
  world.trace(() => `the connection of ${hub.machine.name} breaks`)
  hub.link.disconnect()
  for (const session of hub.sessions.values()) if (world.random.chance(0.3)) session.cut()
}

function partition(world: World): void {
  const { random, network, timeline } = world
  const machine = random.pick(world.machines)
  world.trace(() => `${machine.name} is cut off`)
  network.partition(machine, true)
  for (const hub of world.hubs)
    if (network.isCut(hub.machine) || network.isCut(world.provider.machine)) hub.link.disconnect()
  timeline.at(random.between(1_000, random.chance(0.1) ? 1_500_000 : 120_000), '', () =>
    network.partition(machine, false),
  )
}

function engineAway(world: World): void {
  const { random, timeline } = world
  const hub = random.pick(world.hubs)
  world.trace(() => `the engine of ${hub.machine.name} does not answer`)
  hub.engine.setReachable(false)
  timeline.at(random.between(1_000, 150_000), '', () => hub.engine.setReachable(true))
}

function takePort(world: World): void {
  const { random, timeline } = world
  const port = 8100 + random.below(4)
  const { held } = random.pick(world.hubs).engine
  held.add(port)
  timeline.at(random.between(10_000, 1_500_000), '', () => held.delete(port))
}

/** An operator says that a pub's run is gone; it is put where it is, on the other hub, or wherever there is room. */
function restoreOne(world: World): void {
  const { random, hubs } = world
  const live = livePubs(world)
  const labels = [null, ...hubs.map((hub) => hub.place.label)]
  if (live.length > 0) world.restore(random.pick(live).pub, random.pick(labels))
}

/** What a hub had of its pubs is gone; now and then the operator has not waited for it to come back. */
function loseData(world: World): void {
  const { random } = world
  const hub = random.pick(world.hubs)
  const its = livePubs(world).filter((record) => record.hub === hub.machine.id)
  if (its.length > 0 && random.chance(0.6)) {
    const other = world.hubs.find((one) => one !== hub)
    const { pub } = random.pick(its)
    world.timeline.at(random.between(0, 5_000), '', () => world.restore(pub, other?.place.label ?? null))
  }
  world.loseData(hub)
}

function livePubs(world: World): PubMessage[] {
  const pubs = world.provider.running?.inbox.state.provider.pubs.values() ?? []
  return [...pubs].map(({ record }) => record).filter((record) => record.status === 'live')
}

/** A copy of a pub's volume comes to life beside the original, with a hub's daemon of its own behind it. */
function twin(world: World): void {
  const found = somePub(world)
  if (found === null) return
  const { random, timeline } = world
  const { hub, process, name } = found
  const pub = hub.engine.volumes.get(name)?.pub
  if (pub === undefined) return
  world.trace(() => `${name} gets a twin`)
  const log = process.volume.log.slice(0, process.volume.log.length - random.below(2))
  const volume = { ...process.volume, log }
  const nobody = { name: '', description: '', address: null }
  const copy = new PubProcess(
    world,
    `${name}-twin`,
    volume,
    process.epoch,
    nobody,
    hub.machine.clock,
    (message) => world.checks.pubStored(message),
  )
  const session = new SimSession({
    ...{ pub, feed: volume.feed, epoch: process.epoch, host: hub.config.dial },
    ...{ machine: hub.machine, link: hub.link },
    dial: () => copy,
    changed: () => undefined,
  })
  for (let count = 5; count > 0; count -= 1)
    timeline.at(random.between(1_000, 200_000), '', () => {
      if (copy.life.alive) copy.write({ type: 'post', text: `written in the twin ${count}` }, () => undefined)
    })
  const end = () => {
    session.close()
    copy.kill()
  }
  world.twins.add(end)
  timeline.at(random.between(60_000, 900_000), '', end)
}
