import test from 'tape'
import { DISK_CALM_SHARE, DISK_FULL_SHARE, DISK_ROOM_SHARE, DISK_WARNING_SHARE } from '../../protocol/limits'
import type { IncidentMessage } from '../../protocol/messages/incident'
import { HubWorld, pubOf, specOf } from '../helpers/hub-world'

const alice = pubOf(1)
const { diskBytes } = specOf(alice)

function upWorld(): HubWorld {
  const world = new HubWorld()
  world.publish()
  world.order(alice)
  world.settle()
  world.answer(alice)
  world.publish()
  return world
}

/** The pub tells what it takes; what the hub does and says then. */
function takes(world: HubWorld, bytes: number): string[] {
  const session = world.sessions.get(alice)
  if (session === undefined) throw new Error('no session')
  world.sessions.set(alice, { ...session, disk: { ...session.disk, usedBytes: bytes } })
  world.now += 60_000
  const told = world
    .publish()
    .filter((one): one is IncidentMessage => one.type === 'buttcloud/incident')
    .map(({ kind, state }) => `${kind} ${state}`)
  const taken = world.sessions.get(alice)?.disk.takesBlobs
  world.settle()
  const after = world.sessions.get(alice)?.disk.takesBlobs
  return after === taken ? told : [...told, after ? 'takes' : 'refuses']
}

/** What the hub tells about blobs until there is nothing to do. */
const blobSteps = (world: HubWorld): string[] => world.settle().filter((kind) => kind === 'blobs')

const bytesOf = (share: number): number => Math.ceil(diskBytes * share)

test('a disk that fills is warned of, then takes no blobs; and back, not at the same bounds', (t) => {
  const world = upWorld()
  t.same(takes(world, bytesOf(DISK_WARNING_SHARE) - 1), ['takes'], 'it is told what it does anyway, once')
  t.same(takes(world, bytesOf(DISK_WARNING_SHARE)), ['disk-warning begun'])
  t.same(takes(world, bytesOf(DISK_WARNING_SHARE) - 1), [])
  t.same(takes(world, bytesOf(DISK_FULL_SHARE) - 1), [])
  t.same(takes(world, bytesOf(DISK_FULL_SHARE)), ['disk-full begun', 'refuses'])
  t.same(takes(world, bytesOf(DISK_FULL_SHARE) - 1), [])
  t.same(takes(world, bytesOf(DISK_ROOM_SHARE)), [])
  t.same(takes(world, bytesOf(DISK_ROOM_SHARE) - 1), ['disk-full over', 'takes'])
  t.same(takes(world, bytesOf(DISK_CALM_SHARE)), [])
  t.same(takes(world, bytesOf(DISK_CALM_SHARE) - 1), ['disk-warning over'])
  t.same(
    takes(world, 2 * diskBytes),
    ['disk-full begun', 'refuses'],
    'who is told that it is full is not warned',
  )
  t.end()
})

test('a pub that starts anew, and a hub that does, keep to it', (t) => {
  const world = upWorld()
  takes(world, bytesOf(DISK_FULL_SHARE))
  const anew = (usedBytes: number | null): void => {
    world.answer(alice, { disk: { usedBytes, takesBlobs: null, retryAt: 0 } })
  }
  anew(null)
  world.forget()
  t.same(blobSteps(world), ['blobs'], 'told before it is known what it takes: the feed says that it was full')
  t.equal(world.sessions.get(alice)?.disk.takesBlobs, false)
  anew(bytesOf(DISK_ROOM_SHARE))
  world.settle()
  t.equal(world.sessions.get(alice)?.disk.takesBlobs, false, 'between the bounds it stays')
  anew(0)
  world.settle()
  t.equal(world.sessions.get(alice)?.disk.takesBlobs, true)
  world.publish()
  anew(null)
  t.same(blobSteps(world), [], 'nothing known, nothing told')
  t.end()
})

test('a pub that could not be told is told again, later; and never while it does not answer', (t) => {
  const world = upWorld()
  const retryAt = world.now + 10_000
  world.answer(alice, { disk: { usedBytes: diskBytes, takesBlobs: null, retryAt } })
  t.same(blobSteps(world), [])
  world.now = retryAt
  t.same(blobSteps(world), ['blobs'])
  world.crash(alice)
  world.answer(alice, {
    disk: { usedBytes: diskBytes, takesBlobs: null, retryAt: 0 },
    silentSince: world.now,
  })
  t.notOk(world.plan().steps.some((step) => step.kind === 'blobs'))
  t.end()
})

test('a plan without a bound is never full', (t) => {
  const world = upWorld()
  world.order(alice, { revision: 2, diskBytes: 0 })
  world.settle()
  world.answer(alice)
  world.publish()
  t.same(takes(world, diskBytes * 100), ['takes'])
  t.end()
})
