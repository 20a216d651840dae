/**
 * Goal: a provider whose folder is gone comes back from its backup and goes on, with what was written since: no fork on
 * any peer, nothing answered twice, and its pubs up. And a backup that is not one puts nothing back.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import test, { type Test } from 'tape'
import { readBackup } from '../../cli/io/backup-file'
import type { PubView } from '../../protocol/rpc'
import { type Chain, chainAt, chainAtAddress, chainsInFolder, differences, keysIn } from '../helpers/chains'
import { type Ended, runCli } from '../helpers/cli'
import { answered, connected } from '../helpers/connected'
import { joinHub, type TestHub } from '../helpers/hub'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { answersTo, firstPost, inviteIn } from '../helpers/patchwork'
import { startProvider, type TestProvider } from '../helpers/provider'
import { redeem, useInvite } from '../helpers/redeem'
import { smallDisk } from '../helpers/small-disk'
import { call, netAddress, type StockPeer, startStock } from '../helpers/stock'

const WORDS = 'four tulips in a row'

interface Story {
  t: Test
  networkKey: string
  home: string
  folder: string
  start(): Promise<void>
  provider: TestProvider
  hub: TestHub
  owner: StockPeer
}

async function ask(story: Story, text: string): Promise<{ request: string; text: string }> {
  const request = await firstPost(story.owner, story.provider.id, text)
  return { request, text: (await answered(story.owner, () => story.provider, request, 120_000)).text }
}

function admin(story: Story, args: string[], words = WORDS): Promise<Ended> {
  const environment = { BUTTCLOUD_BACKUP_PASSPHRASE: words }
  return runCli({ home: story.home, networkKey: story.networkKey, environment }, ['admin', ...args])
}

function chainAtProvider({ folder, provider, networkKey }: Story, feed: string): Promise<Chain> {
  return chainAtAddress(keysIn(folder), provider.address, networkKey, feed)
}

async function chainAtPub({ networkKey }: Story, { port, feed }: PubView): Promise<Chain> {
  return chainAtAddress(ssbKeys.generate(), netAddress('127.0.0.1', port, feed ?? ''), networkKey, feed ?? '')
}

async function pubNamed(story: Story, name: string): Promise<PubView> {
  const pubs = await story.provider.admin<PubView[]>('adminPubs')
  const found = pubs.find((one) => one.name === name)
  if (found === undefined) throw new Error(`the provider knows no ${name}`)
  return found
}

/** Nothing of it may be left, whatever was wrong. */
async function putsNothingBack(story: Story, what: string, args: string[], why: RegExp, words = WORDS) {
  const { t } = story
  const path = args[args.indexOf('--path') + 1] ?? ''
  const before = existsSync(path) ? readdirSync(path) : null
  const { code, stderr } = await admin(story, ['restore-backup', ...args], words)
  t.ok(code === 1 && why.test(stderr), `${what}: ${stderr.trim()}`)
  t.deepEqual(existsSync(path) ? readdirSync(path) : null, before, 'the folder is as it was')
}

/** What is said of a file with this content. */
async function wrongWith(home: string, content: Uint8Array): Promise<string> {
  const path = join(home, 'wrong.backup')
  writeFileSync(path, content)
  try {
    for await (const _item of readBackup(path, WORDS));
    return 'nothing'
  } catch (error) {
    return (error as Error).message
  }
}

async function badBackups(story: Story, backup: string): Promise<void> {
  const { t, home } = story
  const bytes = readFileSync(backup)
  const to = ['--path', join(home, 'nowhere')]
  await putsNothingBack(
    story,
    'a wrong passphrase',
    [backup, ...to],
    /passphrase is not the one/,
    'four roses in a row',
  )
  const altered = Buffer.from(bytes)
  altered[bytes.length - 100] = (altered[bytes.length - 100] ?? 0) ^ 1
  t.match(await wrongWith(home, bytes.subarray(0, bytes.length - 40)), /Its end is missing: it was cut off/)
  t.match(await wrongWith(home, altered), /damaged, or was altered/)
  t.match(await wrongWith(home, Buffer.concat([bytes, Buffer.from('x')])), /behind its end/)
  t.match(await wrongWith(home, Buffer.from('{"some":"file"}\n')), /not a backup of ours/)
  const newer = Buffer.from(bytes.toString('latin1').replace('backup-1', 'backup-2'), 'latin1')
  t.match(await wrongWith(home, newer), /newer version/)
  const full = join(home, 'full')
  mkdirSync(full)
  writeFileSync(join(full, 'mine'), 'x')
  await putsNothingBack(story, 'a folder that is not empty', [backup, '--path', full], /is not empty/)
  const disk = smallDisk(1)
  try {
    disk.fill()
    await putsNothingBack(
      story,
      'a full disk',
      [backup, '--path', join(disk.folder, 'provider')],
      /no space|ENOSPC/i,
    )
    const { code, stderr } = await admin(story, [
      'backup',
      join(disk.folder, 'x.backup'),
      '--path',
      story.folder,
    ])
    t.ok(code === 1 && /No file was left behind/.test(stderr), `a backup onto a full disk: ${stderr.trim()}`)
    t.deepEqual(readdirSync(disk.folder), ['filler'], 'and none was')
  } finally {
    disk.remove()
  }
}

/** The provider's folder is gone, with all that was said since the backup. */
async function comesBack(story: Story, backup: string, since: string[]): Promise<void> {
  const { t, folder, hub, owner, networkKey } = story
  const { id } = story.provider
  const alice = await pubNamed(story, 'alice')
  const copies = new Map([['the provider before', await chainAtProvider(story, id)]])
  const alicesBefore = await chainAtPub(story, alice)
  await until('the hub to hold all of it', async () => {
    await hub.end()
    const held = (await chainsInFolder(join(hub.folder, 'node'), networkKey, [id])).get(id)
    return held?.size === copies.get('the provider before')?.size
  })
  await story.provider.kill()
  await badBackups(story, backup)
  removeFolder(folder)
  const request = await firstPost(owner, id, 'list')

  const done = await admin(story, ['restore-backup', backup, '--path', folder])
  t.equal(done.code, 0, `put back: ${done.stdout}${done.stderr}`)
  t.match(done.stdout, /Never start the former copy again/, 'it says what must not happen now')
  await story.start()
  const waiting = () => /does not write yet: waiting for @\S+ to connect/.exec(story.provider.output())?.[0]
  t.ok(await until('it to say what it waits for', waiting), waiting())
  t.notOk(/may write/.test(story.provider.output()), 'with nobody who holds its feed it writes nothing')
  await hub.restart()
  const answer = await answered(owner, () => story.provider, request, 120_000)
  t.match(answer.text, /bob/, 'with its hub it knows what was made since the backup, and answers')
  for (const one of [...since, request]) {
    const finals = (await answersTo(owner, id, one)).filter((post) => post.content.buttcloud.final)
    t.equal(finals.length, 1, 'one final answer each')
  }
  await until('both pubs to be back', () => !existsSync(join(folder, 'buttcloud', 'restored.json')), 120_000)
  const alicesNow = await chainAtPub(story, alice)
  const kept = [...alicesBefore].filter(([sequence, message]) => alicesNow.get(sequence) === message)
  t.equal(kept.length, alicesBefore.size, 'the pub has its feed, with what was written since the backup')
  t.deepEqual(
    differences(
      alice.feed ?? '',
      'the pub',
      new Map([
        ['the pub', alicesNow],
        ['the provider', await chainAtProvider(story, alice.feed ?? '')],
      ]),
    ),
    [],
    'and the provider the same',
  )
  const code = inviteIn((await ask(story, 'invite alice 5')).text) ?? ''
  await until('an invite to work', () => useInvite(networkKey, code, { feed: ssbKeys.generate().id }), 60_000)
  t.ok((await chainAtPub(story, alice)).size > alicesNow.size, 'the pub writes on')
  copies.set('the provider', await chainAtProvider(story, id))
  await until('the owner to hold all', async () => {
    await connected(owner, id, story.provider.address)
    return (await chainAt(owner.rpc, id)).size === copies.get('the provider')?.size
  })
  copies.set('the owner', await chainAt(owner.rpc, id))
  t.deepEqual(differences(id, 'the provider', copies), [], 'one chain on every peer')
}

test('a provider that is lost comes back from its backup', async (t) => {
  const networkKey = randomNetworkKey()
  const portMin = await freePort()
  const settings = { portMin, portMax: Math.min(65_535, portMin + 100) }
  const home = temporaryFolder('home')
  const folder = join(home, 'provider')
  const port = await freePort()
  const options = { networkKey, home: 'own' as const, settings, folder, port }
  mkdirSync(folder)
  writeFileSync(join(folder, 'config.json'), JSON.stringify(settings))
  const story = { t, networkKey, home, folder } as Story
  story.start = async () => {
    story.provider = await startProvider(options)
  }
  await story.start()
  story.hub = await joinHub(story.provider, { networkKey, engine: 'process', memoryBytes: 2 ** 30 })
  story.owner = await startStock({ networkKey, label: 'owner' })
  try {
    const { invite } = await story.provider.admin('adminInvite', { uses: 50 })
    await call(story.owner.rpc, 'invite.accept', invite)
    await redeem(story.owner, inviteIn((await ask(story, 'create alice')).text) ?? '')
    const code = inviteIn((await ask(story, 'invite alice 20')).text) ?? ''
    const backup = join(home, 'pubs.backup')
    const made = await admin(story, ['backup', backup, '--path', folder, '--json'])
    t.equal(made.code, 0, `a backup of a running provider: ${made.stdout}${made.stderr}`)
    const facts = JSON.parse(made.stdout)
    t.equal(facts.bytes, statSync(backup).size)
    t.equal(statSync(backup).mode & 0o777, 0o600, 'for its owner only')
    t.deepEqual(
      facts.feeds.map((one: { role: string }) => one.role),
      ['provider', 'hub', 'pub'],
    )
    const again = await admin(story, ['backup', backup, '--path', folder])
    t.match(again.stderr, /never written over/, again.stderr.trim())
    const running = await admin(story, ['restore-backup', backup, '--path', join(home, 'twin')])
    t.match(running.stderr, /still runs at 127\.0\.0\.1/, running.stderr.trim())
    const hidden = readFileSync(backup)
    t.notOk(hidden.includes(JSON.stringify(keysIn(folder).private).slice(1, 40)), 'no key in the clear')
    const whole = await admin(story, ['check-backup', backup])
    t.match(whole.stdout, /is whole: @.* 1 hub, 1 pub;/, whole.stdout.trim())

    // All of this is not in the backup.
    for (let n = 0; n < 2; n += 1) await useInvite(networkKey, code, { feed: ssbKeys.generate().id })
    const since: string[] = []
    for (const text of ['create bob', 'status alice', 'help']) since.push((await ask(story, text)).request)

    await comesBack(story, backup, since)
    await story.provider.stop()
    const stopped = await admin(story, ['backup', join(home, 'stopped.backup'), '--path', folder])
    t.match(stopped.stdout, /1 hub, 2 pubs/, `a backup of one that does not run: ${stopped.stdout.trim()}`)
  } catch (error) {
    t.comment(story.provider.output().slice(-5_000))
    t.comment(story.hub.lines().slice(-5_000))
    throw error
  } finally {
    await Promise.allSettled([story.owner.stop(), story.hub.stop(), story.provider.stop()])
    removeFolder(home)
  }
  t.end()
})
