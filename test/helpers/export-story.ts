/**
 * What an owner takes away from a pub, once, for real: with our binary, beside a stock ssb-server that runs, from a pub
 * that holds its owner's posts and blobs; and then a stock ssb-server is started on what came.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tape'
import { runNameOf } from '../../protocol/ids'
import { runCli, startCli } from './cli'
import {
  around,
  BLOB_BYTES,
  BLOBS,
  cli,
  collect,
  fill,
  joinByLine,
  modeOf,
  type Story,
  sha256,
  words,
} from './export-world'
import { removeFolder, temporaryFolder, until } from './machine'
import { finalAnswer, privatePost } from './patchwork'
import { askForPub, type World } from './path-story'
import { openLine } from './proxy'
import { call, dial, startStock } from './stock'

/** The story from end to end. */
export async function tellExport(t: Test, world: World): Promise<void> {
  const home = temporaryFolder('export-cli')
  const line = await openLine(world.provider.port)
  try {
    const { request: root, code, pub } = await askForPub(t, world, 'alice')
    await call(world.owner.rpc, 'invite.accept', code)
    const story = { t, world, home, root, pub, line, blobs: [] as string[] }
    story.blobs = await fill(story)
    joinByLine(story)
    await tellSmall(story)
    await tellCut(story)
    await tellRefusals(story)
    await tellAway(story)
    await tellAll(story, 'alice-all.tar')
    await command(story, 'stop alice')
    await tellRestored(story, await tellStopped(story))
  } finally {
    await line.close()
    removeFolder(home)
  }
}

async function tellSmall(story: Story): Promise<void> {
  const { t, home, pub, world } = story
  const careless = await cli(story, 'secret')
  t.equal(careless.code, 1, 'the key pair is not given without a word')
  t.match(careless.stderr, /can speak as your pub.*written from two places.*--yes/)
  const taken = await cli(story, 'secret', '--yes')
  t.equal(taken.code, 0, `the secret comes: ${taken.stderr}`)
  const file = join(home, 'alice-secret')
  t.equal(JSON.parse(readFileSync(file, 'utf8')).id, pub.feed, 'it is the pub’s')
  const atHub = join(world.hub.folder, 'pubs', runNameOf(pub.pub), 'secret')
  t.equal(sha256(file), sha256(atHub), 'as its hub has it')
  t.equal(modeOf(file), 0o600, 'for its user only')
  t.match(taken.stderr, /buttcloud stop alice/, 'and what to do before another copy runs')
  const again = await cli(story, 'secret', '--yes')
  t.equal(again.code, 1)
  t.match(again.stderr, /is there already/, 'nothing is written over')
  const gossip = await cli(story, 'gossip', '-o', join(home, 'peers.json'), '--json')
  t.equal(gossip.code, 0, `the peers come: ${gossip.stderr}`)
  t.equal(JSON.parse(gossip.stdout).sha256, sha256(join(home, 'peers.json')))
  t.ok(Array.isArray(JSON.parse(readFileSync(join(home, 'peers.json'), 'utf8'))))
}

/** The program is killed in the middle, the line is cut in the middle, what is there is spoilt. */
async function tellCut(story: Story): Promise<void> {
  const { t, home, line } = story
  const file = join(home, 'blobs.tar')
  const part = `${file}.part`
  const killed = async (): Promise<number> => {
    line.allow(3 * BLOB_BYTES)
    const running = startCli(around(story), words(story, ['blobs', '-o', file]))
    await until('a part of it', () => existsSync(part) && statSync(part).size > BLOB_BYTES)
    running.child.kill('SIGKILL')
    await running.ended
    line.allow(null)
    return statSync(part).size
  }
  const size = await killed()
  t.equal(modeOf(part), 0o600)
  t.notOk(existsSync(file), 'what is not whole has not its name')
  const resumed = JSON.parse((await cli(story, 'blobs', '-o', file, '--json')).stdout)
  t.equal(resumed.resumed, size, 'after kill -9 it goes on where it was')
  t.equal(resumed.sha256, sha256(file), 'and is what the server counted')
  t.notOk(existsSync(part) || existsSync(`${part}.json`), 'nothing is left over')
  const listed = execFileSync('tar', ['-tf', file], { encoding: 'utf8' })
  t.equal(listed.split('\n').filter((name) => /blobs\/sha256\/../.test(name)).length, BLOBS)

  const second = join(home, 'blobs-2.tar')
  line.allow(3 * BLOB_BYTES)
  const running = startCli(around(story), words(story, ['blobs', '-o', second, '--json']))
  await until(
    'a part of it',
    () => existsSync(`${second}.part`) && statSync(`${second}.part`).size > BLOB_BYTES,
  )
  line.allow(null)
  line.cut()
  const ended = await running.ended
  t.equal(ended.code, 0, `a cut line is taken up again by itself: ${ended.stderr}`)
  t.equal(sha256(second), resumed.sha256, 'the same bytes')
  for (const path of [file, second]) removeFolder(path)

  const spoilt = await killed()
  const bytes = readFileSync(part)
  bytes[Math.floor(spoilt / 2)] = (bytes[Math.floor(spoilt / 2)] ?? 0) ^ 1
  writeFileSync(part, bytes)
  const refused = await cli(story, 'blobs', '-o', file)
  t.equal(refused.code, 1)
  t.match(refused.stderr, /checksums differ.*thrown away/, 'one spoilt bit is found')
  t.notOk(existsSync(file) || existsSync(part), 'and nothing of it is kept')
}

async function tellRefusals(story: Story): Promise<void> {
  const { t, world, home } = story
  const manifest = { buttcloud: { exportOpen: 'async', exportRead: 'async', exportClose: 'async' } }
  const oscar = await startStock({ networkKey: world.networkKey, label: 'oscar' })
  const asOscar = await dial(oscar.keys, world.provider.address, world.networkKey, manifest)
  const asOwner = await dial(world.owner.keys, world.provider.address, world.networkKey, manifest)
  const told = (rpc: any, method: string, argument: unknown): Promise<string> =>
    call(rpc, `buttcloud.${method}`, argument).then(
      (value) => `given ${JSON.stringify(value)}`,
      (error: { message: string }) => error.message,
    )
  try {
    const wish = { name: 'alice', part: 'log', resume: null }
    t.match(await told(asOscar, 'exportOpen', wish), /^unknown:/, 'to a stranger there is no such pub')
    const { session } = await call<{ session: string }>(asOwner, 'buttcloud.exportOpen', wish)
    t.match(await told(asOscar, 'exportRead', { session }), /^unknown:/, 'nor does a found session help')
    t.match(await told(asOscar, 'exportClose', { session }), /^unknown:/)
    await call(asOwner, 'buttcloud.exportClose', { session })
    t.match(await told(asOwner, 'exportRead', { session }), /^unknown:/, 'closed is closed')
    for (const odd of [
      null,
      1,
      'all',
      [],
      {},
      { name: 'alice' },
      { ...wish, part: 'keys' },
      { ...wish, resume: 3 },
    ])
      t.match(await told(asOwner, 'exportOpen', odd), /^bad-argument:/, `${JSON.stringify(odd)}`)
    t.match(await told(asOwner, 'hubExportOpen', wish), /no method|not in list/, 'the hub’s half is not ours')
    await call(asOwner, 'buttcloud.exportOpen', wish)
    await call(asOwner, 'buttcloud.exportOpen', { ...wish, part: 'blobs' })
    t.match(await told(asOwner, 'exportOpen', { ...wish, part: 'gossip' }), /^try-again: you have 2/)
    t.match(await told(asOwner, 'exportOpen', wish), /^given/, 'the same again takes the place of the first')
  } finally {
    asOscar.close(true, () => {})
    asOwner.close(true, () => {})
    await oscar.stop()
  }
  const unknown = await runCli(
    around(story),
    words(story, ['log']).map((word) => (word === 'alice' ? 'bob' : word)),
  )
  t.equal(unknown.code, 1)
  t.match(unknown.stderr, /no pub called bob. Yours: alice/)
  t.notOk(existsSync(join(home, 'bob-log.tar.part')), 'a refused one leaves nothing')
}

/** A hub that is away is waited for, and then it is said. */
async function tellAway(story: Story): Promise<void> {
  const { t, world, home } = story
  await world.hub.kill()
  const away = await cli(story, 'log', '--timeout', '2', '-o', join(home, 'away.tar'))
  t.equal(away.code, 3, 'its server is away')
  t.match(away.stderr, /its server is out of reach/)
  const waiting = cli(story, 'log', '--timeout', '90', '-o', join(home, 'away.tar'))
  await world.hub.restart()
  const came = await waiting
  t.equal(came.code, 0, `when it is back the same command goes on: ${came.stderr}`)
}

/** Everything, in a file that is whole and for its user only. */
export async function tellAll(story: Story, name: string): Promise<string> {
  const { t, home } = story
  const file = join(home, name)
  const ended = await cli(story, 'all', '--yes', '--json', '-o', file)
  t.equal(ended.code, 0, `everything comes: ${ended.stderr}`)
  const said = JSON.parse(ended.stdout)
  t.deepEqual([said.file, said.sha256, said.bytes], [file, sha256(file), statSync(file).size])
  t.equal(modeOf(file), 0o600)
  return file
}

/** Of a stopped pub all is there, and more than once the same. */
async function tellStopped(story: Story): Promise<string> {
  const { t, home } = story
  const file = await tellAll(story, 'stopped.tar')
  t.equal(sha256(await tellAll(story, 'again.tar')), sha256(file), 'the same once more')
  const listed = execFileSync('tar', ['-tf', file], { encoding: 'utf8' })
  t.equal(listed.split('\n').filter((name) => /blobs\/sha256\/../.test(name)).length, BLOBS)
  for (const part of ['log', 'gossip', 'secret']) {
    const more = await cli(story, part, '--yes', '-o', join(home, `stopped-${part}`))
    t.equal(more.code, 0, `the ${part} of a stopped one: ${more.stderr}`)
    if (part === 'secret') t.match(more.stderr, /alice is stopped here.*never start it here again/)
  }
  return file
}

export async function command(story: Story, text: string): Promise<string> {
  const { t, world, root } = story
  const request = await privatePost(world.owner, [world.provider.id], text, { root, branch: root })
  const answer = await finalAnswer(world.owner, world.provider.id, request, 90_000)
  t.equal(answer.content.buttcloud.outcome, 'done', `${text}: ${answer.text.slice(0, 150)}`)
  return answer.text
}

/** A stock ssb-server on what came goes on as the pub, and others take what it says. */
export async function tellRestored(story: Story, archive: string): Promise<void> {
  const { t, world, pub, home, blobs } = story
  const fresh = join(home, 'new-home')
  mkdirSync(fresh)
  execFileSync('tar', ['-xf', archive, '-C', fresh])
  execFileSync('mv', [join(fresh, 'alice'), join(fresh, '.ssb')])
  const folder = join(fresh, '.ssb')
  t.deepEqual(
    readdirSync(folder).sort(),
    ['README.txt', 'blobs', 'export.json', 'flume', 'gossip.json', 'secret'],
    'a plain ssb-server’s folder',
  )
  t.equal(modeOf(join(folder, 'secret')), 0o600)
  const about = JSON.parse(readFileSync(join(folder, 'export.json'), 'utf8'))
  const held = await call<any>(world.owner.rpc, 'getLatest', pub.feed)
  t.deepEqual([about.feed, about.head], [pub.feed, held.value.sequence], 'its feed to its end')
  const restored = await startStock({ networkKey: world.networkKey, home: fresh, port: pub.port })
  try {
    t.equal(restored.id, pub.feed, 'it is the pub')
    const own = await collect(restored.rpc.createHistoryStream({ id: pub.feed, live: false, keys: true }))
    t.equal(own.length, about.head, 'with its whole feed')
    const owners = await collect(restored.rpc.createHistoryStream({ id: world.owner.id, live: false }))
    t.ok(owners.length > 30, 'and its members’')
    t.ok(await call(restored.rpc, 'blobs.has', blobs[0] ?? ''), 'and their blobs')
    const said = await call<any>(restored.rpc, 'publish', { type: 'post', text: 'here I am again' })
    t.deepEqual(
      [said.value.sequence, said.value.previous],
      [about.head + 1, held.key],
      'its feed goes on where it ended',
    )
    await call(world.owner.rpc, 'gossip.connect', restored.address)
    await until('a peer to take the next message', async () => {
      const latest = await call<any>(world.owner.rpc, 'getLatest', pub.feed)
      return latest?.key === said.key
    })
    t.pass('a peer takes the next message')
  } finally {
    await restored.stop()
  }
}
