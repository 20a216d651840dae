/**
 * Goal: the whole path on a Docker Swarm: from a private message to a post read through a pub that is a service; one that dies is
 * begun again by the hub, one that is deleted by nobody runs on while the hub is away, and leaves no secret when it ends.
 */
import test from 'tape'
import { runNameOf } from '../../protocol/ids'
import type { PubView } from '../../protocol/rpc'
import { until } from '../helpers/machine'
import { inside, tellPath } from '../helpers/path-story'
import { ALLOWED_HERE, needSwarmWithPubs, sweepSwarm } from './swarm'
import { dockerOn, openDockerWorld } from './world'

test('swarm: from a private message to a post read through the pub, which the hub keeps alive', async (t) => {
  const docker = await needSwarmWithPubs()
  const command = dockerOn(docker.host)
  const swarm = { allowWeaker: ALLOWED_HERE }
  const world = await openDockerWorld({
    hub: { engine: 'swarm', dockerSocket: docker.socketPath, swarm },
  })
  try {
    await inside(t, world, async () => {
      await tellPath(t, world)
      t.match(world.hub.lines(), /no-new-privileges/, 'the hub says what is weaker here')
      const [pub] = await world.provider.admin<PubView[]>('adminPubs')
      if (pub === undefined) throw new Error('the provider knows no pub')
      const name = runNameOf(pub.pub)
      const container = async () =>
        (await command('ps', '-q', '--filter', `label=com.docker.swarm.service.name=${name}`)).trim()
      const isUp = () =>
        until(
          'the pub to be up',
          async () => (await world.provider.admin<PubView[]>('adminPubs'))[0]?.status === 'up',
          120_000,
        )
      await isUp()
      const first = await container()
      await world.hub.kill()
      t.equal(await container(), first, 'it runs on while the hub is away')
      await world.hub.restart()
      await command('kill', first)
      const second = await until(
        'another life of the pub',
        async () => {
          const now = await container()
          return now !== '' && now !== first ? now : null
        },
        120_000,
      )
      t.ok(second, 'one that dies is begun again, by the hub')
      await isUp()
    })
  } finally {
    await world.close()
    await sweepSwarm(docker.host, world.hub.id)
  }
  t.end()
})
