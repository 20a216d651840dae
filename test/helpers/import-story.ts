/**
 * A pub moves from one provider to another, with our binary: exported, stopped, imported. What must not be taken is
 * refused first; the second provider is killed on the way; at the end there is one chain everywhere.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import type { Test } from 'tape'
import type { PubView } from '../../protocol/rpc'
import { chainAt, chainAtAddress, contentsIn, differences, keysIn } from './chains'
import { type Ended, runCli, startCli } from './cli'
import type { TestHub } from './hub'
import { until } from './machine'
import { finalAnswer, firstPost, inviteIn, privatePost, readFrom } from './patchwork'
import { askForPub, type World } from './path-story'
import type { TestProvider } from './provider'
import { useInvite } from './redeem'
import { filesWith, formsOf, secretsIn } from './secret-scan'
import { call, dial, netAddress, type StockPeer } from './stock'

export interface Move {
  t: Test
  /** Where it is at first. */
  from: World
  /** Where it goes: kept up to date by `restart`. */
  to: { provider: TestProvider; hub: TestHub }
  restart(): Promise<void>
  member: StockPeer
  oscar: StockPeer
  home: string
}

const WAIT_MS = 120_000
const CALLS = { buttcloud: { importOpen: 'async', importWrite: 'async', importCommit: 'async' } }

export async function tellMove(move: Move): Promise<void> {
  const { t, from, member } = move
  const { owner } = from
  const { request: root, code, pub } = await askForPub(t, from, 'alice')
  await call(owner.rpc, 'invite.accept', code)
  const command = async (text: string): Promise<string> => {
    const asked = await privatePost(owner, [from.provider.id], text, { root, branch: root })
    const answer = await finalAnswer(owner, from.provider.id, asked, WAIT_MS)
    t.equal(answer.content.buttcloud.outcome, 'done', `${text}: ${answer.text.slice(0, 100)}`)
    return answer.text
  }
  await call(member.rpc, 'invite.accept', inviteIn(await command('invite alice 3')))
  const late = inviteIn(await command('invite alice')) ?? ''
  await holdsOwner(move, pub)
  const book = {
    v: 1,
    providers: [from.provider, move.to.provider].map(({ id, address }) => ({ owner: owner.id, id, address })),
  }
  mkdirSync(join(move.home, 'ours'))
  writeFileSync(join(move.home, 'ours', 'owner.json'), JSON.stringify(book))
  const exported = await cli(move, from.provider, 'export', 'alice', 'all', '--yes')
  t.equal(exported.code, 0, `exported: ${exported.stderr.slice(-300)}`)
  const file = join(move.home, 'alice-all.tar')

  await tellStillRuns(move, file)
  // It writes once more after the export: its peers hold more than the file.
  await call(move.oscar.rpc, 'invite.accept', late)
  await until(
    'the owner to have the last message',
    async () => (await headAt(owner, pub)) >= (await headOf(move, pub)),
    WAIT_MS,
  )
  const head = await headAt(owner, pub)
  await command('stop alice')
  await tellWrongPeople(move, file, pub)
  await tellKilled(move, file, pub)
  await tellThere(move, pub, head)
  await tellTwice(move, file)
  await tellNoSecret(move, pub)
}

const args = (move: Move, provider: TestProvider, words: string[]): string[] => {
  const common = ['--dir', join(move.home, 'ours'), '--ssb-path', move.from.owner.folder]
  return [...common, '--provider', provider.id, '--timeout', '240', ...words]
}
const around = (move: Move) => ({ home: move.home, networkKey: move.from.networkKey })
const cli = (move: Move, provider: TestProvider, ...words: string[]): Promise<Ended> =>
  runCli(around(move), args(move, provider, words))

/** The pub holds the owner's feed, and in it the word where the pub is. */
async function holdsOwner({ from }: Move, pub: PubView): Promise<void> {
  const { value } = await call<any>(from.owner.rpc, 'getLatest', from.owner.id)
  const address = netAddress('127.0.0.1', pub.port, pub.feed ?? '')
  await until(
    'the pub to hold its owner’s feed',
    async () =>
      (await chainAtAddress(from.owner.keys, address, from.networkKey, from.owner.id)).size >= value.sequence,
    WAIT_MS,
  )
}

async function headAt(peer: StockPeer, pub: PubView): Promise<number> {
  return (await call<any>(peer.rpc, 'getLatest', pub.feed)).value.sequence
}

async function headOf({ from }: Move, pub: PubView): Promise<number> {
  const address = netAddress('127.0.0.1', pub.port, pub.feed ?? '')
  return (await chainAtAddress(from.owner.keys, address, from.networkKey, pub.feed ?? '')).size
}

async function tellStillRuns(move: Move, file: string): Promise<void> {
  const { t, to } = move
  const careless = await cli(move, to.provider, 'import', file)
  t.equal(careless.code, 1, 'without a word nothing is done')
  t.match(careless.stderr, /must be off, and must never be started again.*--yes/s)
  const running = await cli(move, to.provider, 'import', file, '--yes')
  t.equal(running.code, 1, 'while the old one runs neither')
  t.match(running.stderr, /The old pub still runs: it answers at .*stop that one for good/)
  t.deepEqual(uploads(move), [], 'nothing was sent')
}

const uploads = ({ to }: Move): string[] => {
  const folder = join(to.provider.folder, 'buttcloud', 'imports')
  return existsSync(folder) ? readdirSync(folder) : []
}

/** Strangers, other owners, and odd arguments. */
async function tellWrongPeople(move: Move, file: string, pub: PubView): Promise<void> {
  const { t, to, from, oscar, member } = move
  const { provider } = to
  // A key of its own: a second connection with that of a running server would end its replication.
  const guest = ssbKeys.generate()
  const told = async (method: string, ...given: unknown[]): Promise<string> => {
    const rpc = await dial(guest, provider.address, from.networkKey, CALLS)
    const said = await call(rpc, `buttcloud.${method}`, ...given).then(
      (value) => `given ${JSON.stringify(value)}`,
      (error: Error) => error.message,
    )
    rpc.close(true, () => {})
    return said
  }
  const wish = { name: 'alice', feed: pub.feed, bytes: 10, sha256: 'x' }
  t.match(await told('importOpen', wish), /^refused: I know only who has redeemed my invite/)
  const { invite } = await provider.admin('adminInvite', { uses: 5 })
  await call(oscar.rpc, 'invite.accept', invite)
  await useInvite(from.networkKey, invite, { feed: guest.id })
  t.match(await told('importCommit', { secret: 'x' }), /^unknown: nothing is being uploaded/)
  t.match(await told('importWrite', { at: 0, data: 'aaaa' }), /^unknown:/)
  for (const odd of [
    null,
    1,
    'all',
    [],
    {},
    { ...wish, feed: 'x' },
    { ...wish, bytes: 1e12 },
    { ...wish, name: 'no name' },
  ])
    t.match(await told('importOpen', odd), /^bad-argument:/, JSON.stringify(odd))
  t.match(await told('importOpen', wish), /"at":0/)
  t.match(await told('importWrite', { at: 3, data: 'aaaa' }), /^gap: the next byte is number 0/)
  t.match(
    await told('importCommit', { secret: JSON.stringify(member.keys) }),
    /^refused: that key pair is not the one/,
  )
  const own = JSON.parse(
    readFileSync(file)
      .toString('latin1')
      .match(/\{\n {2}"curve".*?\n\}/s)?.[0] ?? '{}',
  )
  t.equal(own.id, pub.feed, 'the archive holds the key pair')
  t.match(await told('importCommit', { secret: JSON.stringify(own) }), /^gap: only 0 of 10 bytes/)
  await told('importWrite', { at: 0, data: Buffer.from('{"x": 1}\n\n').toString('base64') })
  t.match(await told('importCommit', { secret: JSON.stringify(own) }), /^try-again: .*the checksums differ/)
  t.match(await told('importCommit', { secret: JSON.stringify(own) }), /^unknown:/, 'and it is gone')
  const asked = await firstPost(oscar, provider.id, 'import alice')
  const answer = await finalAnswer(oscar, provider.id, asked, WAIT_MS)
  t.equal(answer.content.buttcloud.outcome, 'refused')
  t.match(answer.text, /`buttcloud import FILE --name alice`/, 'by message alone it is told how')
}

/** The provider dies while it takes the pub in; what was asked for comes to its end, once. */
async function tellKilled(move: Move, file: string, pub: PubView): Promise<void> {
  const { t, to } = move
  const running = startCli(around(move), args(move, to.provider, ['import', file, '--yes', '--json']))
  await until('the provider to begin', () => /for import|stored/.test(to.provider.output()), WAIT_MS)
  await to.provider.kill()
  await move.restart()
  const ended = await running.ended
  t.equal(ended.code, 0, `kill -9 in the middle, and it comes all the same: ${ended.stderr.slice(-400)}`)
  const said = JSON.parse(ended.stdout)
  t.equal(said.outcome, 'done')
  t.match(said.text, /new address.*void.*Never start the old one again/s)
  t.match(
    ended.stderr,
    /messages of @.*; \d+ of them came from its peers/,
    'what peers held beyond the file is in it',
  )
  const views = (await move.to.provider.admin<PubView[]>('adminPubs')).filter((one) => one.feed === pub.feed)
  t.deepEqual(
    views.map((one) => [one.name, one.status, one.owners]),
    [['alice', 'up', [move.from.owner.id]]],
    'one pub, of who brought it',
  )
  t.deepEqual(uploads(move), [], 'the upload is gone')
  writeFileSync(join(move.home, 'invite'), said.invites[0])
}

/** One chain at the new pub, the new provider, the owner and a member; news, and a new invite. */
async function tellThere(move: Move, pub: PubView, head: number): Promise<void> {
  const { t, from, to, member } = move
  const feed = pub.feed ?? ''
  const { owner, networkKey } = from
  const [view] = (await to.provider.admin<PubView[]>('adminPubs')).filter((one) => one.feed === feed)
  const address = netAddress('127.0.0.1', view?.port ?? 0, feed)
  const before = await chainAtAddress(owner.keys, address, networkKey, feed)
  t.ok(before.size >= head, `all ${head} messages are there: ${before.size}`)
  // Stock ssb-gossip knows one address per key, and keeps the first.
  for (const peer of [member, owner]) {
    await call(peer.rpc, 'gossip.remove', feed)
    await call(peer.rpc, 'gossip.connect', address)
  }
  const said = await call<any>(owner.rpc, 'publish', { type: 'post', text: 'we have moved' })
  await until(
    'a member of the old one to get news',
    async () => (await readFrom(member, owner.id)).some((post) => post.key === said.key),
    WAIT_MS,
  )
  t.pass('a member that the old one let in gets news from the new one')
  await call(owner.rpc, 'invite.accept', readFileSync(join(move.home, 'invite'), 'utf8')).catch(
    (error: Error) => t.match(error.message, /already following/, 'the owner is followed already'),
  )
  const asked = await privatePost(owner, [to.provider.id], 'describe alice as moved')
  t.equal((await finalAnswer(owner, to.provider.id, asked, WAIT_MS)).content.buttcloud.outcome, 'done')
  const after = await chainAtAddress(owner.keys, address, networkKey, feed)
  t.ok(after.size > before.size, `its feed goes on: ${after.size}`)
  await until(
    'everybody to have it',
    async () => {
      const heads = await Promise.all([owner, member].map((peer) => headAt(peer, pub)))
      return heads.every((one) => one >= after.size)
    },
    WAIT_MS,
  )
  const copies = new Map([
    ['the pub', await chainAtAddress(owner.keys, address, networkKey, feed)],
    [
      'the new provider',
      await chainAtAddress(keysIn(to.provider.folder), to.provider.address, networkKey, feed),
    ],
    [
      'the old provider',
      await chainAtAddress(keysIn(from.provider.folder), from.provider.address, networkKey, feed),
    ],
    ['its owner', await chainAt(owner.rpc, feed, 'the owner')],
    ['a member', await chainAt(member.rpc, feed, 'a member')],
  ])
  t.deepEqual(differences(feed, 'the pub', copies), [], 'one chain')
}

async function tellTwice(move: Move, file: string): Promise<void> {
  const { t, to } = move
  const again = await cli(move, to.provider, 'import', file, '--yes')
  t.equal(again.code, 1, 'a second time it is refused')
  t.match(again.stderr, /still runs|is alice here already/)
}

async function tellNoSecret(move: Move, pub: PubView): Promise<void> {
  const { t, to, from } = move
  const secrets = secretsIn(to.hub.folder)
  t.ok(secrets.length > 0, 'the hub has the key pair')
  const forms = secrets.flatMap(formsOf)
  const tells = (text: string) => forms.some((form) => text.includes(form))
  t.notOk(tells(to.provider.output() + to.hub.lines()), 'no log has it')
  await to.provider.kill()
  const contents = await contentsIn(to.provider.folder, from.networkKey)
  t.ok(
    contents.some((one) => one.includes(pub.feed ?? '')),
    'every feed, opened',
  )
  t.equal(contents.filter(tells).length, 0, 'has none of it')
  t.deepEqual(filesWith(to.provider.folder, tells), [], 'nor has a file of the provider')
}
