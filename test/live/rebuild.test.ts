/**
 * Goal: a pub makes its derived data anew once for each number of rebuilds, whenever it is killed meanwhile, and its
 * feed is the one from before.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import test from 'tape'
import { rebuildOnce } from '../../pub-image/io/rebuild'
import { removeFolder, temporaryFolder, until } from '../helpers/machine'
import { spawnPub } from '../helpers/pub'
import {
  attach,
  feedOf,
  inWorld,
  member,
  opened,
  run,
  sameFeed,
  status,
  use,
  useRaw,
} from '../helpers/pub-world'

/** A folder like that of a pub, as stock ssb-server 16 leaves it. */
function volume(): string {
  const folder = temporaryFolder('rebuild')
  for (const inner of ['flume/links', 'flume/query', 'ebt', 'blobs/sha256', 'invites', 'ooo'])
    mkdirSync(join(folder, inner), { recursive: true })
  const files = [
    'flume/log.offset',
    'flume/clock',
    'flume/last.json',
    'flume/links/1',
    'ebt/a',
    'blobs/sha256/b',
  ]
  for (const file of [...files, 'invites/CURRENT', 'ooo/log.offset', 'gossip.json', 'secret'])
    writeFileSync(join(folder, file), file)
  return folder
}

const KEPT = ['blobs', 'flume', 'gossip.json', 'invites', 'ooo', 'secret']

test('derived data goes once for each number; log, identity, blobs, invites and addresses stay', (t) => {
  const folder = volume()
  t.notOk(rebuildOnce(folder, 0), 'a pub that was never rebuilt')
  t.deepEqual(readdirSync(join(folder, 'flume')).length, 5)
  t.ok(rebuildOnce(folder, 1))
  t.deepEqual(readdirSync(join(folder, 'flume')), ['log.offset'])
  t.deepEqual(readdirSync(folder).sort(), [...KEPT, 'rebuilt.json'].sort())
  for (const file of ['flume/log.offset', 'blobs/sha256/b', 'invites/CURRENT', 'ooo/log.offset', 'secret'])
    t.equal(readFileSync(join(folder, file), 'utf8'), file)
  writeFileSync(join(folder, 'flume', 'clock'), 'made anew')
  t.notOk(rebuildOnce(folder, 1), 'the same number again')
  t.notOk(rebuildOnce(folder, 0), 'an older one')
  t.ok(existsSync(join(folder, 'flume', 'clock')))
  t.ok(rebuildOnce(folder, 2))
  t.notOk(existsSync(join(folder, 'flume', 'clock')))
  removeFolder(folder)
  t.end()
})

test('cut off at any place: the next start does the rest', (t) => {
  const half = volume()
  // As a kill in the middle leaves it: some is gone, and there is no marker yet, or only its draft.
  removeFolder(join(half, 'flume', 'links'))
  writeFileSync(join(half, 'rebuilt.json.new'), '{"rebui')
  t.ok(rebuildOnce(half, 1))
  t.deepEqual(readdirSync(join(half, 'flume')), ['log.offset'])
  t.notOk(rebuildOnce(half, 1))
  writeFileSync(join(half, 'rebuilt.json'), 'torn')
  t.ok(rebuildOnce(half, 1), 'a marker that says nothing is none')
  const fresh = temporaryFolder('rebuild')
  t.ok(rebuildOnce(fresh, 3), 'a pub that has never run')
  t.notOk(rebuildOnce(fresh, 3))
  removeFolder(half)
  removeFolder(fresh)
  t.end()
})

test('killed again and again while it rebuilds: the same feed, the same members’ messages, and it writes on', (t) =>
  inWorld(t, async (world) => {
    const pub = await run(world, { name: 'alice' })
    const { code } = world.provider.issue(50, '127.0.0.1', pub.port, pub.id)
    await opened(await attach(world, pub))
    const witness = await member(world)
    t.equal(await use(witness, code), 'accepted')
    for (let index = 0; index < 3; index += 1) await useRaw(world, pub, code, ssbKeys.generate().id)
    await until('the pub to hold what its member wrote', async () => {
      const values = await feedOf(pub.address, witness.id, world.networkKey)
      return values.length > 0
    })
    const theirs = await feedOf(pub.address, witness.id, world.networkKey)
    await pub.stop()
    const { networkKey, data, port } = world
    for (const pauseMs of [150, 250, 350, 450, 700, 1_000]) {
      const killed = await spawnPub({ networkKey, data, port, hub: world.hubKeys.id, rebuilds: 1 })
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
      await killed.kill()
      t.ok(existsSync(join(data, 'flume', 'log.offset')), `killed after ${pauseMs} ms: the log is there`)
    }
    const again = await run(world, { name: 'alice', rebuilds: 1 })
    t.equal(again.id, pub.id, 'the same identity')
    t.equal(JSON.parse(readFileSync(join(data, 'rebuilt.json'), 'utf8')).rebuilds, 1, 'and it was done')
    const hub = await attach(world, again)
    await opened(hub)
    t.equal((await status(hub)).head, 5, 'the same head')
    t.deepEqual(await feedOf(again.address, witness.id, world.networkKey), theirs, 'what its member wrote')
    await useRaw(world, again, code, ssbKeys.generate().id)
    await sameFeed(t, world, again, 'the chain goes on')
  }))
