/** Goal: nobody can read from a provider who its customers are: not over EBT, not by asking. Both homes. */
import pull from 'pull-stream'
import ssbKeys from 'ssb-keys'
import test from 'tape'
import { randomNetworkKey, until } from '../helpers/machine'
import { finalAnswer, firstPost } from '../helpers/patchwork'
import { type Home, startProvider } from '../helpers/provider'
import { call, dial, startStock } from '../helpers/stock'

const MANIFEST = {
  manifest: 'sync',
  createHistoryStream: 'source',
  ebt: { replicate: 'duplex', clock: 'async' },
}
const LISTEN_MS = 2_500

/** All that a node says over EBT to somebody it has never seen, on two connections in a row. */
async function overheard(address: string, networkKey: string, ask: Record<string, number>): Promise<string> {
  const keys = ssbKeys.generate()
  let heard = ''
  for (let round = 0; round < 2; round += 1) {
    const rpc = await dial(keys, address, networkKey, MANIFEST)
    const stream = rpc.ebt.replicate({ version: 3 }, () => undefined)
    pull(
      stream.source,
      pull.drain(
        (data: unknown) => {
          heard += JSON.stringify(data)
        },
        () => undefined,
      ),
    )
    pull(endless([ask]), stream.sink)
    await new Promise((resolve) => setTimeout(resolve, LISTEN_MS))
    rpc.close(true, () => {})
  }
  return heard
}

/** These values, and then silence until somebody hangs up. */
function endless(values: unknown[]) {
  const left = [...values]
  return (abort: unknown, callback: (end: unknown, data?: unknown) => void): void => {
    if (abort) return callback(abort)
    if (left.length > 0) callback(null, left.shift())
  }
}

/**
 * How many messages of a feed the provider gives to whoever has these keys. A stock server's gossip ends connections
 * of its own accord (a network interface that comes or goes); then it is asked again.
 */
function historyOf(keys: object, address: string, networkKey: string, id: string): Promise<number> {
  return until('an answer about a feed', async () => {
    const rpc = await dial(keys, address, networkKey, MANIFEST)
    const count = await new Promise<number | null>((resolve) =>
      pull(
        rpc.createHistoryStream({ id, live: false }),
        pull.collect((error: unknown, messages: unknown[] | null) =>
          resolve(error ? null : (messages?.length ?? 0)),
        ),
      ),
    )
    rpc.close(true, () => {})
    return count === null ? null : { count }
  }).then((found) => found.count)
}

for (const home of ['own', 'stock'] as Home[])
  test(`${home}: a stranger learns of no customer, and a customer of no other`, async (t) => {
    const networkKey = randomNetworkKey()
    const provider = await startProvider({ networkKey, home, nobodyElse: true })
    const alice = await startStock({ networkKey, label: 'alice' })
    const bob = await startStock({ networkKey, label: 'bob' })
    try {
      const { invite } = await provider.admin('adminInvite', {})
      for (const peer of [alice, bob]) await call(peer.rpc, 'invite.accept', invite)
      await finalAnswer(alice, provider.id, await firstPost(alice, provider.id, 'list'))
      const { address } = provider
      await until(
        'alice to get her own feed back',
        async () => (await historyOf(alice.keys, address, networkKey, alice.id)) > 0,
      )
      t.equal(await historyOf(alice.keys, address, networkKey, bob.id), 0, 'and not bob’s')

      const stranger = ssbKeys.generate()
      t.equal(await historyOf(stranger, address, networkKey, alice.id), 0, 'a guess is not confirmed')
      t.ok(
        (await historyOf(stranger, address, networkKey, provider.id)) > 0,
        'the provider’s own feed is for everybody',
      )
      const rpc = await dial(stranger, address, networkKey, MANIFEST)
      const clock = JSON.stringify(await call(rpc, 'ebt.clock').catch(() => ({})))
      t.notOk(clock.includes(alice.id) || clock.includes(bob.id), 'nor is anybody in the clock')
      rpc.close(true, () => {})

      const heard = await overheard(provider.address, networkKey, { [alice.id]: 0, [provider.id]: 0 })
      t.notOk(heard.includes(alice.id) || heard.includes(bob.id), 'nor over EBT, asked or unasked')
      t.ok(heard.includes(provider.id), 'where something was said')
    } finally {
      await Promise.allSettled([alice.stop(), bob.stop()])
      await provider.stop()
    }
    t.end()
  })
