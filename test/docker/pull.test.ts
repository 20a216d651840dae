/**
 * Goal: images are pulled from a registry where that may be, and only there: a missing version, one made anew, one that
 * the registry does not have, a registry that is gone, and one that hangs.
 */
import test from 'tape'
import { createDockerEngine } from '../../hub-daemon/engines/docker'
import type { Engine, FetchOptions, Run } from '../../hub-daemon/engines/engine'
import type { FeedId } from '../../protocol/ids'
import { refuses, tinyRun } from '../helpers/engine-contract'
import { until } from '../helpers/machine'
import { madeUpFeed } from '../helpers/patchwork'
import { engineForTests } from './engine'
import { needTinyImage } from './images'
import { startRegistry } from './registry'
import { dockerOn } from './world'

const options = (anew = false): FetchOptions => ({
  anew,
  tell: () => {},
  signal: new AbortController().signal,
})

test('Docker: images of other versions are pulled where the own one was, or where the operator says so', async (t) => {
  const under = await engineForTests()
  const docker = dockerOn(under.host)
  const tiny = await needTinyImage(under.host)
  const registry = await startRegistry()
  const { repository } = registry
  const hub = madeUpFeed() as FeedId
  const engineWith = (image: string, pull?: boolean): Engine =>
    createDockerEngine({
      ...{ socketPath: under.socketPath, hub, image, bind: '127.0.0.1' },
      ...(pull === undefined ? {} : { pull }),
    })
  const run = await tinyRun({ listen: '0.0.0.0' })
  const of = (version: string): Run => ({ ...run, version, image: `${repository}:${version}` })
  const idOf = async (version: string) =>
    (await docker('image', 'inspect', '-f', '{{.Id}}', `${repository}:${version}`)).trim()
  for (const version of ['1', '2', '3']) registry.put(version, `version ${version}`)
  try {
    const built = engineWith(tiny)
    const why = await refuses(t, built.fetch(of('2'), options()), 'no-image', 'a hub whose image was built')
    t.match(why, /the images of this hub were built here, not pulled/)
    t.deepEqual(registry.asked, [], 'and nobody was asked')

    await docker('pull', '-q', `${repository}:1`)
    const pulled = engineWith(`${repository}:1`)
    t.deepEqual(await pulled.fetch(of('2'), options()), { how: 'pulled', why: null })
    const second = await idOf('2')
    const before = registry.asked.length
    t.deepEqual(await pulled.fetch(of('2'), options()), { how: 'here', why: null })
    t.equal(registry.asked.length, before, 'what is there is not asked for')
    registry.put('2', 'version 2, mended')
    t.deepEqual(await pulled.fetch(of('2'), options(true)), { how: 'pulled', why: null })
    t.notEqual(await idOf('2'), second, 'a rebuild gets the image as it is by now')
    const unknown = await refuses(t, pulled.fetch(of('9'), options()), 'no-image', 'an unknown version')
    t.match(unknown, /it could not be pulled: .*manifest.* unknown/)

    await refuses(t, engineWith(`${repository}:1`, false).fetch(of('3'), options()), 'no-image', '--no-pull')
    t.deepEqual(
      await engineWith(tiny, true).fetch(of('3'), options()),
      { how: 'pulled', why: null },
      '--pull',
    )

    registry.hang()
    const stop = new AbortController()
    const asked = registry.asked.length
    const hanging = pulled.fetch(of('4'), { ...options(), signal: stop.signal }).then(
      () => 'fetched',
      () => 'given up',
    )
    await until('the registry to be asked', () => registry.asked.length > asked)
    stop.abort()
    t.equal(await hanging, 'given up', 'a newer order ends the wait')
    await registry.close()
    const kept = await pulled.fetch(of('2'), options(true))
    t.equal(kept.how, 'kept', kept.why ?? '')
    t.match(kept.why ?? '', /could not be pulled/)
  } finally {
    await registry.close().catch(() => undefined)
    for (const version of ['1', '2', '3'])
      await docker('rmi', '-f', `${repository}:${version}`).catch(() => undefined)
    await under.stop()
  }
  t.end()
})
