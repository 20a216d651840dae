/**
 * Goal: what a stopped pub holds can be taken away although its server was emptied meanwhile, with its blobs; and when that server
 * is away, its owner hears how it is had.
 */
import { execFileSync } from 'node:child_process'
import test from 'tape'
import type { PubView } from '../../protocol/rpc'
import type { FleetPubView } from '../../protocol/rpc-desk'
import { command, tellAll } from '../helpers/export-story'
import { BLOBS, cli, fill, joinByLine, type Story } from '../helpers/export-world'
import { joinHub, type TestHub } from '../helpers/hub'
import { removeFolder, temporaryFolder, until } from '../helpers/machine'
import { askForPub, closeWorld, inside, openWorld } from '../helpers/path-story'
import { openLine } from '../helpers/proxy'
import { call } from '../helpers/stock'

test('a stopped pub whose server was emptied is taken away from there', async (t) => {
  const world = await openWorld('own', { engine: 'process', label: 'first' })
  const home = temporaryFolder('export-left')
  const line = await openLine(world.provider.port)
  let second: TestHub | null = null
  try {
    await inside(t, world, async () => {
      const { request: root, code, pub } = await askForPub(t, world, 'alice')
      await call(world.owner.rpc, 'invite.accept', code)
      const story: Story = { ...{ t, world, home, root, pub, line }, blobs: [] }
      await fill(story)
      joinByLine(story)
      await command(story, 'stop alice')
      const { networkKey, provider, hub } = world
      second = await joinHub(provider, { networkKey, engine: 'process', label: 'second' })
      await provider.admin('adminHubSet', { hub: hub.id, status: 'draining' })
      await until(
        'the pub to be placed on the other hub, and its run here to be gone',
        async () => {
          const [pub] = await provider.admin<(PubView & FleetPubView)[]>('adminPubs')
          return pub?.hub === second?.id && pub?.phase === 'down'
        },
        60_000,
      )
      const file = await tellAll(story, 'left.tar')
      const listed = execFileSync('tar', ['-tf', file], { encoding: 'utf8' })
      t.equal(
        listed.split('\n').filter((name) => /blobs\/sha256\/../.test(name)).length,
        BLOBS,
        'with all blobs',
      )
      const gossip = await command(story, 'export alice gossip')
      t.match(gossip, /Here are the peers/, 'by message, too')
      await hub.end()
      await until('the provider to know that it is away', async () => {
        const hubs = await provider.admin<{ hub: string; connected: boolean }[]>('adminHubs')
        return hubs.some((one) => one.hub === hub.id && !one.connected)
      })
      const refused = await cli(story, 'all', '--yes', '-o', `${home}/no.tar`)
      t.equal(refused.code, 1)
      t.match(refused.stderr, /its former server is out of reach.*start alice/)
    })
  } finally {
    await line.close()
    await (second as TestHub | null)?.stop()
    await closeWorld(world)
    removeFolder(home)
  }
  t.end()
})
