/**
 * Goal: a hub starts no pub before the provider has its key; it seals anew whatever the provider misses, and takes back what it
 * misses itself, while the pub runs on.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type Test } from 'tape'
import type { HubOptions } from '../../hub-daemon/main'
import { type FeedId, type MessageId, pubIdOf, runNameOf } from '../../protocol/ids'
import { makeFeedSecret } from '../../sbot/feed-secret'
import { makeBoxPair, openSealed } from '../../sbot/sealed-box'
import { type HubProcess, startHubProcess } from '../helpers/hub-process'
import { HubProvider } from '../helpers/hub-provider'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'

const PUB = pubIdOf(`%${createHash('sha256').update('alice').digest('base64')}.sha256` as MessageId)
const NAME = runNameOf(PUB)

test('the key first; sealed again when it is missed; back when it is lost; never another one', async (t) => {
  const networkKey = randomNetworkKey()
  const provider = await new HubProvider(networkKey).start()
  const dir = temporaryFolder('hub')
  const options: HubOptions = { dir, engine: 'process', networkKey, memoryBytes: 2 ** 30 }
  let hub = await startHubProcess({ ...options, join: provider.token() })
  const secret = join(dir, 'pubs', NAME, 'secret')
  const sealedNow = () => provider.sealed.get(PUB)?.key === provider.pair.public
  try {
    provider.escrowRefusal = 'refused: the disk of the provider is full'
    await provider.order(hub.id, { pub: PUB, port: await freePort() })
    const waiting = await provider.phase(PUB, 'failed', 60_000)
    t.equal(waiting.reason, 'the server has no key for it: the disk of the provider is full', 'it says why')
    const runs = join(dir, 'runs')
    t.notOk(existsSync(runs) && readdirSync(runs).some((one) => one.startsWith('bc-')), 'and nothing is made')
    const text = readFileSync(secret, 'utf8')

    provider.escrowRefusal = null
    const up = await provider.phase(PUB, 'up', 60_000)
    t.equal(openSealed(provider.pair, provider.sealed.get(PUB)?.sealed ?? ''), text, 'what is sealed opens')
    const starts = () => hub.lines().split(`start ${NAME}`).length
    const before = starts()

    provider.sealed.clear()
    await provider.node.stop()
    await provider.start()
    await until('a provider that was put back to have it again', sealedNow, 60_000)
    provider.pair = makeBoxPair()
    await until('another recovery key to be sealed to', sealedNow, 60_000)
    t.equal(starts(), before, 'the pub ran all the time')

    const { sealed } = provider.sealed.get(PUB) ?? { sealed: '' }
    await hub.kill('SIGKILL')
    rmSync(secret)
    hub = await startHubProcess(options)
    await until('the key to come back', () => existsSync(secret), 60_000)
    t.equal(readFileSync(secret, 'utf8'), text, 'the same one')
    await until('the pub to start again', () => hub.lines().includes('the fence is open'), 60_000)

    await hub.kill('SIGKILL')
    rmSync(join(dir, 'pubs', NAME), { recursive: true })
    provider.sealed.clear()
    hub = await startHubProcess(options)
    const gone = await provider.phase(PUB, 'failed', 90_000)
    t.match(gone.reason ?? '', /the key of this pub is not in escrow/, 'without either it makes no new one')
    t.notOk(existsSync(secret))

    provider.sealed.set(PUB, { feed: up.feed ?? makeFeedSecret().feed, key: provider.pair.public, sealed })
    await until('the key to come back', () => existsSync(secret), 120_000)
    await provider.phase(PUB, 'up', 60_000)

    hub = await otherKeys(t, { hub, options, provider, text, feed: up.feed })
  } catch (error) {
    t.comment(hub.lines().slice(-5_000))
    throw error
  } finally {
    await hub.kill('SIGTERM')
    await provider.node.remove()
    removeFolder(dir)
  }
})

interface OtherKeys {
  hub: HubProcess
  options: HubOptions
  provider: HubProvider
  /** The pub's own secret. */
  text: string
  feed: FeedId | null
}

/** A key that is another one is not used; one that was never in escrow, and so never used, makes way. */
async function otherKeys(t: Test, { hub, options, provider, text, feed }: OtherKeys): Promise<HubProcess> {
  const folder = join(options.dir, 'pubs', NAME)
  const secret = join(folder, 'secret')
  await hub.kill('SIGKILL')
  writeFileSync(secret, makeFeedSecret().text)
  const refusing = await startHubProcess(options)
  const other = await provider.phase(PUB, 'failed', 90_000)
  t.match(other.reason ?? '', /and the key on this server is of/, 'a key that is another one is told')
  t.equal(provider.ledger(PUB).feed, feed, 'and not used')
  await refusing.kill('SIGKILL')
  rmSync(join(folder, 'escrow'))
  const taking = await startHubProcess(options)
  await until('its own key', () => readFileSync(secret, 'utf8') === text, 120_000)
  await provider.phase(PUB, 'up', 60_000)
  t.equal(
    readFileSync(secret, 'utf8'),
    text,
    'one that was never in escrow, and so never used, made way for it',
  )
  return taking
}
