/** Goal: a stranger who speaks EBT badly loses their own stream and nothing else happens, at every kind of node. */
import pull from 'pull-stream'
import ssbKeys from 'ssb-keys'
import test from 'tape'
import { isSound } from '../../sbot/sound-ebt'
import { randomNetworkKey } from '../helpers/machine'
import { madeUpFeed } from '../helpers/patchwork'
import { startProvider } from '../helpers/provider'
import { startPub } from '../helpers/pub'
import { call, dial } from '../helpers/stock'

const MANIFEST = { manifest: 'sync', ebt: { replicate: 'duplex' } }
const feed = madeUpFeed()
const UNSOUND: unknown[] = [
  ...[null, 7, 'x', true, [], [null], { [feed]: 'x' }, { [feed]: null }, { [feed]: 1.5 }, { [feed]: -2 }],
  ...[{ clock: { [feed]: {} } }, { ['x'.repeat(500)]: 1 }],
]
const SILENT_MS = 2_000
/** Sound to look at, and too early: no clock has come before. */
const EARLY = {
  author: feed,
  sequence: 1,
  previous: null,
  timestamp: 1,
  hash: 'sha256',
  content: { type: 'x' },
}

test('what is a message or a clock', (t) => {
  for (const item of UNSOUND) t.notOk(isSound(item), JSON.stringify(item).slice(0, 60))
  for (const item of [{}, { [feed]: 0 }, { [feed]: -1 }, { id: 'x', clock: { [feed]: 12 } }, EARLY])
    t.ok(isSound(item), JSON.stringify(item).slice(0, 60))
  t.end()
})

/** Sends each item on a connection of its own; rejects when the next stranger is not answered. */
async function pester(address: string, networkKey: string): Promise<void> {
  // One stranger who comes back: EBT looks at what a peer sends when it knows the peer's clock.
  const keys = ssbKeys.generate()
  for (const item of [{}, ...UNSOUND, EARLY]) {
    const rpc = await dial(keys, address, networkKey, MANIFEST)
    const stream = rpc.ebt.replicate({ version: 3 })
    const heard = new Promise<void>((resolve) => {
      pull(
        stream.source,
        pull.drain(
          () => resolve(),
          () => resolve(),
        ),
      )
      // A stream that is neither answered nor ended has nothing to say; that it is there is asked below.
      setTimeout(resolve, SILENT_MS)
    })
    pull(pull.values([item, item]), stream.sink)
    // An answer or the end comes after what was sent has been looked at.
    await heard
    rpc.close(true, () => {})
    const another = await dial(ssbKeys.generate(), address, networkKey, MANIFEST)
    await call(another, 'manifest')
    another.close(true, () => {})
  }
}

for (const home of ['own', 'stock'] as const)
  test(`${home}: a provider outlives strangers who speak EBT badly`, async (t) => {
    const networkKey = randomNetworkKey()
    const provider = await startProvider({ networkKey, home, nobodyElse: true })
    try {
      await pester(provider.address, networkKey)
      t.equal((await provider.admin<{ id: string }>('whoami')).id, provider.id, 'the same process answers')
    } catch (error) {
      t.fail(`${(error as Error).message}\n${provider.output().slice(-2_000)}`)
    } finally {
      await provider.stop()
    }
    t.end()
  })

test('a pub outlives them too', async (t) => {
  const networkKey = randomNetworkKey()
  const pub = await startPub({ networkKey, hub: ssbKeys.generate().id })
  try {
    await pester(pub.address, networkKey)
    t.equal(pub.child.exitCode, null, 'the same process')
  } catch (error) {
    t.fail(`${(error as Error).message}\n${pub.output().slice(-2_000)}`)
  } finally {
    await pub.stop()
  }
  t.end()
})
