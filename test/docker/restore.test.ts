/** Goal: `admin restore` and the escrow on real Docker, two engines: see test/helpers/restore-story.ts. */
import test from 'tape'
import type { TestHub } from '../helpers/hub'
import { removeData, tellRestore } from '../helpers/restore-story'
import { engineForTests } from './engine'
import { copyPubImage } from './images'
import { containersOf, dockerOn, openDockerWorld, sweepHub } from './world'

test('Docker: a pub outlives its data, its server, and the return of its server', async (t) => {
  const first = await engineForTests(1)
  const second = await engineForTests(2)
  await copyPubImage(first.host, second.host)
  const dockers = [dockerOn(first.host), dockerOn(second.host)] as const
  const world = await openDockerWorld({
    hub: { engine: 'docker', dockerSocket: first.socketPath, label: 'first' },
  })
  const added: TestHub[] = [world.hub]
  const inspected = async (): Promise<string[]> => {
    const words: string[] = []
    for (const [at, docker] of dockers.entries())
      for (const name of await containersOf(docker, added[at]?.id ?? world.hub.id))
        words.push(...(await wordsOn(docker, name)))
    return words
  }
  try {
    await tellRestore(t, {
      world,
      async loseData(hub) {
        await sweepHub(dockers[0], hub.id)
        removeData(hub.folder)
      },
      async switchOff(hub) {
        await hub.kill()
        for (const name of await containersOf(dockers[0], hub.id)) await dockers[0]('stop', '-t', '1', name)
      },
      async addHub() {
        const hub = await world.addHub({ engine: 'docker', dockerSocket: second.socketPath, label: 'second' })
        added.push(hub)
        return hub
      },
      restartProvider: () => world.restartProvider(),
      async engineWords() {
        const words = await inspected()
        t.ok(words.length >= 2, `${words.length} words of the engines`)
        return words
      },
    })
  } catch (error) {
    t.comment(world.provider.output().slice(-4_000))
    t.comment(world.hub.lines().slice(-6_000))
    throw error
  } finally {
    await world.close()
    await second.stop()
    await first.stop()
  }
  t.end()
})

/** What the engine has to say of a container; nothing of one that its hub takes away meanwhile. */
async function wordsOn(docker: ReturnType<typeof dockerOn>, name: string): Promise<string[]> {
  try {
    return [await docker('inspect', name), await docker('logs', name)]
  } catch (error) {
    if (/No such (?:container|object)/.test(String(error))) return []
    throw error
  }
}
