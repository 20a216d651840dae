/**
 * Goal: upgrade and rebuild by private message from a stock client, on the process engine with real second builds of
 * the pub: a good one, one that crashes, one that never answers, and one that is not there.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test from 'tape'
import { runNameOf } from '../../protocol/ids'
import type { PubView } from '../../protocol/rpc'
import { readVersion } from '../../sbot/version'
import { removeFolder, temporaryFolder } from '../helpers/machine'
import { closeWorld, openWorld } from '../helpers/path-story'
import { GOOD, makeVersions } from '../helpers/pub-versions'
import { tellUpgrade } from '../helpers/upgrade-story'

test('process engine: a pub is upgraded, goes back from bad versions, and is rebuilt', async (t) => {
  const folder = temporaryFolder('versions')
  const pubVersions = makeVersions(folder)
  const world = await openWorld('own', { engine: 'process', pubVersions }, { pubVersion: GOOD })
  const rebuilt = async (pub: PubView, times: number): Promise<boolean> => {
    const volume = join(world.hub.folder, 'runs', runNameOf(pub.pub), 'volume')
    const marker = join(volume, 'rebuilt.json')
    if (!existsSync(marker)) return false
    const { rebuilds } = JSON.parse(readFileSync(marker, 'utf8')) as { rebuilds: number }
    const markedAt = statSync(marker).mtimeMs
    const born = (name: string): number => statSync(join(volume, 'flume', name)).birthtimeMs
    const indexes = readdirSync(join(volume, 'flume')).filter((name) => name !== 'log.offset')
    t.ok(indexes.length > 3, `indexes: ${indexes.join(' ')}`)
    // Folders and files of an index that was not taken away would be older than the marker.
    const older = indexes.filter((name) => born(name) < markedAt - 1_000)
    t.deepEqual(older, [], 'no index is from before')
    t.ok(born('log.offset') < markedAt, 'the log is the one from before')
    return rebuilds === times
  }
  try {
    await tellUpgrade(t, world, {
      own: readVersion(),
      missing: /is not on this server, which runs its pubs as processes/,
      image: /About its image: the present image was kept: a pub that is a process has none/,
      rebuilt,
    })
  } catch (error) {
    t.comment(world.provider.output().slice(-4_000))
    t.comment(world.hub.lines().slice(-8_000))
    throw error
  } finally {
    await closeWorld(world)
    removeFolder(folder)
  }
  t.end()
})
