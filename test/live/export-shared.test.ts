/**
 * Goal: of a pub with two owners neither takes the key pair alone, by message or with the CLI; with the other one's yes it
 * goes to both; and who is an owner no more reads no further.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'tape'
import { type Ended, runCli } from '../helpers/cli'
import { opened } from '../helpers/export-message-story'
import { removeFolder, temporaryFolder, until } from '../helpers/machine'
import { finalAnswer, privatePost, readFrom, type ThreadPost } from '../helpers/patchwork'
import { askForPub, closeWorld, openWorld, type World } from '../helpers/path-story'
import { call, dial, type StockPeer, startStock } from '../helpers/stock'

const CALLS = { buttcloud: { exportOpen: 'async', exportRead: 'async' } }

/** The newest question in the thread of all owners, as this one reads it. */
function questionFor(peer: StockPeer, provider: string, kind: string): Promise<ThreadPost> {
  return until(
    `the question (${kind}) at ${peer.id.slice(0, 6)}`,
    async () =>
      (await readFrom(peer, provider)).findLast((post) => post.content.buttcloud?.question?.kind === kind),
    60_000,
  )
}

async function says(world: World, peer: StockPeer, question: ThreadPost, text: string): Promise<ThreadPost> {
  const root = question.content.root ?? question.key
  const others = (question.content.recps as string[]).filter((id) => id !== peer.id)
  const reply = await privatePost(peer, others, text, { root, branch: question.key })
  return finalAnswer(peer, world.provider.id, reply, 60_000)
}

function cliOf(world: World, home: string): (...words: string[]) => Promise<Ended> {
  mkdirSync(join(home, 'ours'))
  const { owner, provider, networkKey } = world
  const providers = [{ owner: owner.id, id: provider.id, address: provider.address }]
  writeFileSync(join(home, 'ours', 'owner.json'), JSON.stringify({ v: 1, providers }))
  const common = ['--dir', join(home, 'ours'), '--ssb-path', owner.folder, 'export', 'alice']
  return (...words) => runCli({ home, networkKey }, [...common, ...words])
}

test('a shared pub: its key pair goes to nobody before another owner has said yes', async (t) => {
  const world = await openWorld('own', { engine: 'process' })
  const bob = await startStock({ networkKey: world.networkKey, label: 'bob' })
  const home = temporaryFolder('export-shared')
  const { owner, provider, networkKey } = world
  try {
    const { invite } = await provider.admin('adminInvite', {})
    await call(bob.rpc, 'invite.accept', invite)
    const { request: root, pub } = await askForPub(t, world, 'alice')
    const command = async (text: string, outcome = 'done'): Promise<ThreadPost> => {
      const request = await privatePost(owner, [provider.id], text, { root, branch: root })
      const answer = await finalAnswer(owner, provider.id, request, 60_000)
      t.equal(answer.content.buttcloud.outcome, outcome, `${text}: ${answer.text.slice(0, 100)}`)
      return answer
    }
    const cli = cliOf(world, home)
    await command(`owners alice add [@bob](${bob.id})`)
    const refused = await cli('all', '--yes')
    t.equal(refused.code, 1, 'the CLI gives nothing yet')
    t.match(refused.stderr, /several owners.*I have asked/s, 'and says whom was asked')
    t.notOk(existsSync(join(home, 'alice-all.tar.part')))
    const first = await questionFor(bob, provider.id, 'export-all')
    t.match(first.text, /wants everything that \*\*alice\*\* holds, its key pair included/)
    const agreed = await says(world, bob, first, 'yes')
    t.equal(agreed.content.buttcloud.outcome, 'done', agreed.text.slice(0, 100))
    t.notOk(agreed.text.includes('unbox'), 'nothing is sent about')
    const taken = await cli('all', '--yes')
    t.equal(taken.code, 0, `now it comes: ${taken.stderr}`)
    const asBob = await dial(bob.keys, provider.address, networkKey, CALLS)
    const open = (part: string) =>
      call<{ session: string | null }>(asBob, 'buttcloud.exportOpen', { name: 'alice', part, resume: null })
    t.equal((await open('all')).session, null, 'to who has asked for it, not to the other one')

    await command('export alice secret', 'asked')
    const second = await questionFor(bob, provider.id, 'export-secret')
    const given = await says(world, bob, second, 'yes')
    t.equal(given.content.buttcloud.outcome, 'done')
    for (const reader of [owner, bob])
      t.equal(
        JSON.parse((await opened(world, reader, given.text)).toString('utf8')).id,
        pub.feed,
        'both open the link',
      )

    const { session } = await open('log')
    t.ok(session !== null, 'what is no secret each owner may take')
    await command(`owners alice remove [@bob](${bob.id})`)
    const late = await call(asBob, 'buttcloud.exportRead', { session }).then(
      () => 'given',
      (error: { message: string }) => error.message,
    )
    t.match(late, /^unknown:/, 'an owner no more reads no further')
    asBob.close(true, () => {})
  } catch (error) {
    t.comment(provider.output().slice(-4_000))
    t.comment(world.hub.lines().slice(-4_000))
    throw error
  } finally {
    await bob.stop()
    await closeWorld(world)
    removeFolder(home)
  }
  t.end()
})
