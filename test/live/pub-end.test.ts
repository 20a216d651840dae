/** A pub ends quickly whoever hangs on its connections, and with all that was acknowledged on its disk. */
import { once } from 'node:events'
import { connect } from 'node:net'
import test from 'tape'
import { until } from '../helpers/machine'
import { attach, feedOf, inWorld, member, opened, run, use, useRaw } from '../helpers/pub-world'
import { call } from '../helpers/stock'

/** What a planned move may take of its ten seconds; the pub itself allows a second for goodbyes. */
const END_MS_MAX = 3_000

test('members that stand still, and somebody who never says a word, do not hold its end up', (t) =>
  inWorld(t, async (world) => {
    const pub = await run(world, { name: 'alice' })
    const { code } = world.provider.issue(50, '127.0.0.1', pub.port, pub.id)
    await opened(await attach(world, pub))
    const frozen = [await member(world), await member(world)]
    for (const peer of frozen) t.equal(await use(peer, code), 'accepted')
    for (const peer of frozen) {
      await call(peer.rpc, 'gossip.connect', pub.address)
      await until('it to replicate', async () => {
        const values = await feedOf(peer.address, pub.id, world.networkKey, peer.keys)
        return values.length >= 2
      })
    }
    const silent = connect(pub.port, '127.0.0.1')
    silent.on('error', () => undefined)
    await once(silent, 'connect')
    for (const peer of frozen) process.kill(peer.pid, 'SIGSTOP')
    let at = 0
    try {
      await useRaw(world, pub, code, frozen[0]?.keys.id.replace(/.{10}=/, 'AAAAAAAAAA='))
      at = Date.now()
      pub.child.kill('SIGTERM')
      t.equal(await pub.ended, 0, 'it ends by itself')
    } finally {
      for (const peer of frozen) process.kill(peer.pid, 'SIGCONT')
    }
    const tookMs = Date.now() - at
    t.comment(`it took ${tookMs} ms`)
    t.ok(tookMs < END_MS_MAX, `within ${END_MS_MAX} ms: ${tookMs}`)
    silent.destroy()
    const again = await run(world, { name: 'alice' })
    const held = await feedOf(again.address, pub.id, world.networkKey)
    t.deepEqual(held, world.provider.committed, 'all that was acknowledged is on its disk, with nobody asked')
  }))
