/** Goal: another plan by private message on real Docker: the container has the new limit, and the pub its data. */
import test from 'tape'
import { runNameOf } from '../../protocol/ids'
import { tellPlans } from '../helpers/plan-story'
import { engineForTests } from './engine'
import { dockerOn, openDockerWorld } from './world'

test('Docker: a larger plan and a smaller one, by private messages', async (t) => {
  const docker = await engineForTests()
  const run = dockerOn(`unix://${docker.socketPath}`)
  const world = await openDockerWorld({ hub: { engine: 'docker', dockerSocket: docker.socketPath } })
  try {
    await tellPlans(t, world, async ({ pub }) => {
      const format = '{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.State.Running}}'
      const [memory, swap, running] = (await run('inspect', '--format', format, runNameOf(pub)))
        .trim()
        .split(' ')
      t.deepEqual([swap, running], [memory, 'true'], 'no swap on top, and it runs')
      return Number(memory)
    })
  } catch (error) {
    t.comment(world.provider.output().slice(-4_000))
    t.comment(world.hub.lines().slice(-6_000))
    throw error
  } finally {
    await world.close()
    await docker.stop()
  }
  t.end()
})
