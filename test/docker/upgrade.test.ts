/**
 * Goal: upgrade and rebuild by private message on real Docker: the pub's image under another tag, one that ends at its
 * start, one that never answers, and one that is not there.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'tape'
import { runNameOf } from '../../protocol/ids'
import type { PubView } from '../../protocol/rpc'
import { readVersion } from '../../sbot/version'
import { removeFolder, temporaryFolder } from '../helpers/machine'
import { CRASHING, GOOD, MUTE } from '../helpers/pub-versions'
import { tellUpgrade } from '../helpers/upgrade-story'
import { BASE_IMAGE } from './base-image'
import { engineForTests } from './engine'
import { PUB_IMAGE } from './images'
import { runProgram } from './machine'
import { type Docker, dockerOn, openDockerWorld } from './world'

const repository = PUB_IMAGE.slice(0, PUB_IMAGE.lastIndexOf(':'))
const imageOf = (version: string): string => `${repository}:${version}`

/** What each version does instead of being a pub. */
const COMMANDS: Record<string, string> = {
  [CRASHING]: "console.error('Error: this version of the pub is broken'); process.exit(1)",
  [MUTE]: "console.log('this one says nothing more'); setInterval(() => {}, 1000)",
}

async function makeImages(docker: Docker, host: string): Promise<void> {
  await docker('tag', PUB_IMAGE, imageOf(GOOD))
  const folder = temporaryFolder('image')
  try {
    for (const [version, command] of Object.entries(COMMANDS)) {
      const lines = [`FROM ${BASE_IMAGE}`, 'USER 1000:1000', `CMD ${JSON.stringify(['node', '-e', command])}`]
      writeFileSync(join(folder, 'Dockerfile'), `${lines.join('\n')}\n`)
      const environment = { DOCKER_HOST: host, DOCKER_BUILDKIT: '0' }
      await runProgram('docker', ['build', '-q', '-t', imageOf(version), folder], { environment })
    }
  } finally {
    removeFolder(folder)
  }
}

test('Docker: a pub is upgraded, goes back from bad versions, and is rebuilt', async (t) => {
  const engine = await engineForTests()
  const docker = dockerOn(engine.host)
  await makeImages(docker, engine.host)
  const world = await openDockerWorld({
    hub: { engine: 'docker', dockerSocket: engine.socketPath },
    settings: { pubVersion: GOOD },
  })
  const rebuilt = async (pub: PubView, times: number): Promise<boolean> => {
    const name = runNameOf(pub.pub)
    const inside = (...command: string[]) => docker('exec', name, ...command)
    const { rebuilds } = JSON.parse(await inside('cat', '/data/rebuilt.json')) as { rebuilds: number }
    // %W is the birth of a file: what was not taken away is older than the marker.
    const births = await inside('sh', '-c', 'stat -c "%W %n" /data/rebuilt.json /data/flume/*')
    const byName = new Map(
      births
        .trim()
        .split('\n')
        .map((line) => {
          const [seconds = '', path = ''] = line.split(' ')
          return [path.slice(path.lastIndexOf('/') + 1), Number(seconds)] as const
        }),
    )
    const marked = byName.get('rebuilt.json') ?? 0
    const older = [...byName].filter(([, seconds]) => seconds < marked - 1).map(([path]) => path)
    t.deepEqual(older, ['log.offset'], 'only the log is from before')
    return rebuilds === times
  }
  try {
    await tellUpgrade(t, world, {
      own: readVersion(),
      missing: /there is no image .*: the images of this hub were built here, not pulled/,
      image:
        /About its image: the present image was kept: the images of this hub were built here, not pulled/,
      rebuilt,
    })
  } catch (error) {
    t.comment(world.provider.output().slice(-4_000))
    t.comment(world.hub.lines().slice(-8_000))
    throw error
  } finally {
    await world.close()
    for (const version of [GOOD, ...Object.keys(COMMANDS)]) await docker('rmi', '-f', imageOf(version))
    await engine.stop()
  }
  t.end()
})
