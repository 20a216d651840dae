/**
 * Goal: a port that somebody else has, and disks that are full: a clear sentence in the log or the answer, and once
 * there is room again everything that was asked for is done, once.
 */
import { createServer } from 'node:net'
import test from 'tape'
import type { PubView } from '../../protocol/rpc'
import { chainAt, chainAtAddress, differences, keysIn } from '../helpers/chains'
import { answered, connected } from '../helpers/connected'
import { joinHub } from '../helpers/hub'
import { freePort, randomNetworkKey, until } from '../helpers/machine'
import { answersTo, firstPost, inviteIn, readFrom } from '../helpers/patchwork'
import { startProvider } from '../helpers/provider'
import { redeem } from '../helpers/redeem'
import { smallDisk } from '../helpers/small-disk'
import { call, startStock } from '../helpers/stock'

test('a port that another program has: the pub gets another one, and its owner an invite that works', async (t) => {
  const networkKey = randomNetworkKey()
  const portMin = await freePort()
  const settings = { portMin, portMax: Math.min(65_535, portMin + 50) }
  const squatter = createServer()
  await new Promise<void>((resolve) => squatter.listen(portMin, '127.0.0.1', resolve))
  const provider = await startProvider({ networkKey, home: 'own', settings })
  const hub = await joinHub(provider, { networkKey, engine: 'process', memoryBytes: 2 ** 30 })
  const owner = await startStock({ networkKey, label: 'owner' })
  try {
    const { invite } = await provider.admin('adminInvite', { uses: 5 })
    await call(owner.rpc, 'invite.accept', invite)
    const request = await firstPost(owner, provider.id, 'create alice')
    const answer = await answered(owner, () => provider, request)
    t.equal(answer.content.buttcloud.outcome, 'done', answer.text.slice(0, 100))
    const [pub] = await provider.admin<PubView[]>('adminPubs')
    t.ok(pub !== undefined && pub.port > portMin, `it runs on ${pub?.port}, not on ${portMin}`)
    await redeem(owner, inviteIn(answer.text) ?? '')
    t.pass('and the invite works')
    t.match(hub.lines(), new RegExp(`port ${portMin} is taken by another program`), 'the hub said why')
    const answers = await answersTo(owner, provider.id, request)
    t.deepEqual(
      answers.map((one) => one.content.buttcloud.outcome),
      ['received', 'done'],
    )
  } finally {
    squatter.close()
    await Promise.allSettled([owner.stop(), hub.stop()])
    await provider.stop()
  }
  t.end()
})

test("a hub's disk is full: it says so, and does what was asked once there is room", async (t) => {
  const networkKey = randomNetworkKey()
  const portMin = await freePort()
  const settings = { portMin, portMax: Math.min(65_535, portMin + 50) }
  const disk = smallDisk(48)
  const provider = await startProvider({ networkKey, home: 'own', settings })
  const options = { networkKey, engine: 'process' as const, memoryBytes: 2 ** 30, folder: disk.folder }
  const hub = await joinHub(provider, options)
  const owner = await startStock({ networkKey, label: 'owner' })
  try {
    const { invite } = await provider.admin('adminInvite', { uses: 5 })
    await call(owner.rpc, 'invite.accept', invite)
    const first = await firstPost(owner, provider.id, 'create first')
    const code = inviteIn((await answered(owner, () => provider, first)).text) ?? ''
    disk.fill()
    t.equal(disk.freeBytes(), 0, 'no byte is left')
    const request = await firstPost(owner, provider.id, 'create second')
    const said = () => /[^\n]*(no space left|disk is full|ENOSPC)[^\n]*/i.exec(hub.lines())?.[0]
    t.ok(await until('the hub to say that its disk is full', said, 60_000), said()?.slice(0, 200))
    disk.makeRoom()
    const answer = await answered(owner, () => provider, request, 90_000)
    t.equal(answer.content.buttcloud.outcome, 'done', answer.text.slice(0, 100))
    await redeem(owner, inviteIn(answer.text) ?? '')
    await redeem(owner, code)
    t.pass('both invites work, the one from before too')
    const pubs = await provider.admin<PubView[]>('adminPubs')
    t.deepEqual(pubs.map((pub) => [pub.name, pub.status]).sort(), [
      ['first', 'up'],
      ['second', 'up'],
    ])
  } catch (error) {
    t.comment(provider.output().slice(-3_000))
    t.comment(hub.lines().slice(-5_000))
    throw error
  } finally {
    disk.makeRoom()
    await Promise.allSettled([owner.stop(), hub.stop()])
    await provider.stop()
    disk.remove()
  }
  t.end()
})

test("a provider's disk is full: it ends with a sentence, and answers everything once there is room", async (t) => {
  const networkKey = randomNetworkKey()
  const disk = smallDisk(48)
  const options = { networkKey, home: 'own' as const, folder: disk.folder, port: await freePort() }
  let provider = await startProvider(options)
  const owner = await startStock({ networkKey, label: 'owner' })
  try {
    const { invite } = await provider.admin('adminInvite', { uses: 5 })
    await call(owner.rpc, 'invite.accept', invite)
    await answered(owner, () => provider, await firstPost(owner, provider.id, 'help'))
    disk.fill()
    t.equal(disk.freeBytes(), 0, 'no byte is left')
    // More than one block of the log, so that the log itself finds no room.
    const requests: string[] = []
    for (let n = 0; n < 120; n += 1) requests.push(await firstPost(owner, provider.id, 'list'))
    const sentence =
      /The disk that holds \S+ is full, so this program ends\. .*Make room there and start it again\./
    const said = () => sentence.exec(provider.output())?.[0]
    t.ok(await until('the provider to say that its disk is full', said, 60_000), said())
    await until('its end', () => !isAlive(provider.pid))
    disk.makeRoom()
    provider = await startProvider(options)
    const list = await until(
      'every request to be answered, alone or with others',
      async () => {
        await connected(owner, provider.id, provider.address)
        const posts = await readFrom(owner, provider.id)
        const upTo = posts.find((post) => post.content.buttcloud?.kind === 'burst')?.content.buttcloud.upTo
        const last = (await call<any>(owner.rpc, 'getLatest', owner.id)).value.sequence
        return upTo === last ? posts : null
      },
      120_000,
    )
    const twice = requests.filter(
      (request) => list.filter((post) => post.content.buttcloud?.answers === request).length > 1,
    )
    t.deepEqual(twice, [], 'none twice')
    const keys = keysIn(provider.folder)
    const own = await chainAtAddress(keys, provider.address, networkKey, provider.id)
    await connected(owner, provider.id, provider.address)
    const copies = new Map([['the provider', own]])
    copies.set('the owner', await chainAt(owner.rpc, provider.id))
    t.deepEqual(differences(provider.id, 'the provider', copies), [], 'one chain')
  } catch (error) {
    t.comment(provider.output().slice(-5_000))
    throw error
  } finally {
    disk.makeRoom()
    await owner.stop()
    await provider.stop()
    disk.remove()
  }
  t.end()
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
