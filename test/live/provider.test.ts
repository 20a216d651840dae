/**
 * Goal: the provider behaves the same in both homes (our own node on ssb-db2; a plugin in a stock ssb-server 16)
 * towards people on stock clients. No hub here: everything up to the refusal for want of room.
 */
import ssbKeys from 'ssb-keys'
import test from 'tape'
import { randomNetworkKey, until } from '../helpers/machine'
import { answersTo, finalAnswer, firstPost, madeUpFeed, privatePost, readFrom } from '../helpers/patchwork'
import { type Home, startProvider, type TestProvider } from '../helpers/provider'
import { call, dial, type StockPeer, startStock } from '../helpers/stock'

async function invited(provider: TestProvider, peer: StockPeer): Promise<void> {
  const { invite } = await provider.admin('adminInvite', { uses: 10 })
  await call(peer.rpc, 'invite.accept', invite)
}

for (const home of ['own', 'stock'] as Home[]) {
  test(`${home}: a newcomer redeems the invite, asks, and is answered in the thread`, async (t) => {
    const networkKey = randomNetworkKey()
    const provider = await startProvider({ networkKey, home })
    const alice = await startStock({ networkKey, label: 'alice' })
    try {
      await invited(provider, alice)
      const request = await firstPost(alice, provider.id, 'help')
      const answer = await finalAnswer(alice, provider.id, request)
      t.equal(answer.content.root, request, 'in the same thread')
      t.equal(answer.content.branch, request)
      t.deepEqual(answer.content.recps, [alice.id, provider.id])
      t.ok(
        answer.content.mentions.some((one: { link: string }) => one.link === alice.id),
        'the client counts it',
      )
      t.match(answer.text, /create/i)
      t.ok(Buffer.byteLength(answer.text) <= 5_000)

      const noRoom = await finalAnswer(
        alice,
        provider.id,
        await privatePost(alice, [provider.id], 'create shed', { root: request, branch: answer.key }),
      )
      t.equal(noRoom.content.buttcloud.outcome, 'refused')
      t.match(noRoom.text, /no server has joined/)

      const published = await readFrom(alice, provider.id)
      const raw = await call<any>(alice.rpc, 'getLatest', provider.id).catch(() => null)
      t.ok(
        raw === null || typeof raw.value.content === 'string',
        'the provider publishes boxed messages only',
      )
      t.ok(
        published.every((one) => one.content.type !== 'contact'),
        'and follows nobody in public',
      )
    } finally {
      await alice.stop()
      await provider.stop()
    }
    t.end()
  })

  test(`${home}: killed between request and answer it answers once`, async (t) => {
    const networkKey = randomNetworkKey()
    let provider = await startProvider({ networkKey, home, nobodyElse: true })
    const { folder, port } = provider
    const alice = await startStock({ networkKey, label: 'alice' })
    try {
      await invited(provider, alice)
      await finalAnswer(alice, provider.id, await firstPost(alice, provider.id, 'list'))
      await provider.kill()
      const request = await privatePost(alice, [provider.id], 'help please')
      provider = await startProvider({ networkKey, home, folder, port, nobodyElse: true })
      await call(alice.rpc, 'gossip.connect', provider.address).catch(() => null)
      await finalAnswer(alice, provider.id, request)
      await provider.kill()
      provider = await startProvider({ networkKey, home, folder, port, nobodyElse: true })
      const another = await privatePost(alice, [provider.id], 'list')
      await call(alice.rpc, 'gossip.connect', provider.address).catch(() => null)
      await finalAnswer(alice, provider.id, another)
      const answers = await answersTo(alice, provider.id, request)
      t.equal(answers.filter((one) => one.content.buttcloud.final).length, 1)
    } finally {
      await alice.stop()
      await provider.stop()
    }
    t.end()
  })

  test(`${home}: redemptions publish nothing, are limited, and the wrong person may not administer`, async (t) => {
    const networkKey = randomNetworkKey()
    const provider = await startProvider({ networkKey, home })
    const oscar = await startStock({ networkKey, label: 'oscar' })
    try {
      const { invite } = await provider.admin('adminInvite', { uses: 1_000 })
      const [address, seed] = invite.split('~')
      const [host, port] = address.split(':')
      const inviteKeys = ssbKeys.generate('ed25519', Buffer.from(seed, 'base64'))
      const manifest = { invite: { use: 'async' } }
      const place = `net:${host}:${port}~shs:${provider.id.slice(1, -8)}`
      let rpc = await dial(inviteKeys, place, networkKey, manifest)
      let taken = 0
      let refused = 0
      for (let n = 0; n < 1_000; n += 1) {
        try {
          await call(rpc, 'invite.use', { feed: madeUpFeed() })
          taken += 1
        } catch (error) {
          const message = String((error as { message?: string }).message)
          // A stock server hangs up whenever the machine's network interfaces change, as with Docker at work.
          if (/stream is closed|end of parent stream|hangup|ECONNRESET/.test(message))
            rpc = await dial(inviteKeys, place, networkKey, manifest)
          else if (!/too many people/.test(message)) throw error
          else refused += 1
        }
      }
      rpc.close(true, () => {})
      t.ok(
        taken <= 60 && taken > 0,
        `${taken} of 1,000 made-up redemptions taken in, ${refused} refused with a sentence`,
      )
      const stranger = await dial(oscar.keys, provider.address, networkKey, {
        buttcloud: { adminPubs: 'async', adminInvite: 'async', whoami: 'async', pubs: 'async' },
      })
      const role = await call<any>(stranger, 'buttcloud.whoami')
      t.equal(role.role, 'stranger')
      t.deepEqual(await call(stranger, 'buttcloud.pubs'), [])
      for (const method of ['buttcloud.adminPubs', 'buttcloud.adminInvite'])
        t.ok(
          await call(stranger, method, ...(method.endsWith('Invite') ? [{}] : [])).then(
            () => false,
            () => true,
          ),
          `${method} refused`,
        )
      stranger.close(true, () => {})
      await until(
        'the provider to have published nothing',
        async () => (await readFrom(oscar, provider.id)).length === 0,
      )
    } finally {
      await oscar.stop()
      await provider.stop()
    }
    t.end()
  })
}
