/** Goal: the same on real Docker, where a pub's figures agree with what Docker itself says of its container. */
import { createDockerEngine } from '../../hub-daemon/engines/docker'
import type { Figures } from '../../protocol/figures'
import type { FeedId } from '../../protocol/ids'
import { runNameOf } from '../../protocol/ids'
import { until } from '../helpers/machine'
import { type Story, tellStatus } from '../helpers/status-story'
import { call } from '../helpers/stock'
import { onDocker } from './world'

onDocker('Docker: status, figures and live streams', async (t, world, docker) => {
  await tellStatus(t, world, (story) => agrees(story, docker.socketPath))
})

/** The pub's own word against Docker's, at about the same time. */
async function agrees({ t, world, pub, mine }: Story, socketPath: string): Promise<void> {
  const engine = createDockerEngine({
    ...{ socketPath, hub: world.hub.id as FeedId, image: 'none', bind: '127.0.0.1' },
  })
  const source = mine.buttcloud.stats({ pub: pub.pub })
  const told = await new Promise<Figures>((resolve, reject) =>
    source(null, (end: unknown, item: Figures) => (end ? reject(end) : resolve(item))),
  )
  source(true, () => {})
  const seen = await engine.stats(runNameOf(pub.pub))
  const near = (one: number, other: number, slack: number): boolean =>
    Math.abs(one - other) <= slack + 0.2 * Math.max(one, other)
  t.ok(
    near(Number(told.memoryBytes), seen.memoryBytes, 8 * 2 ** 20),
    `memory: ${told.memoryBytes}, ${seen.memoryBytes}`,
  )
  t.ok(near(told.cpuMs, seen.cpuMs, 500), `processor: ${told.cpuMs} ms, ${seen.cpuMs} ms`)
  t.ok(near(told.inBytes, Number(seen.inBytes), 20_000), `in: ${told.inBytes}, ${seen.inBytes}`)
  t.ok(near(told.outBytes, Number(seen.outBytes), 20_000), `out: ${told.outBytes}, ${seen.outBytes}`)
  await engine.close()
  const asked = await until('figures', () => call<Figures>(mine, 'buttcloud.figures', { pub: pub.pub }))
  t.ok(asked.inBytes > 0 && asked.outBytes > 0, 'network is measured in a container')
}
