/**
 * Goal: what the provider writes while nobody waits is found in a terminal, with the owner's own ssb-server and with the
 * embedded node; a long result comes whole; a yes finds its question; too much at once is said.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import test, { type Test } from 'tape'
import { type Ended, runCli, startCli } from '../helpers/cli'
import { connected } from '../helpers/connected'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { finalAnswer, privatePost } from '../helpers/patchwork'
import { askForPub, closeWorld, openWorld, type World } from '../helpers/path-story'
import { call, netAddress } from '../helpers/stock'

type Verb = (...words: string[]) => Promise<Ended>

interface Story {
  t: Test
  world: World
  /** The owner's words, through their ssb-server that runs. */
  alice: Verb
  /** Those of somebody who has nothing but the embedded node. */
  bob: Verb
  bobId: string
  /** The pub's own thread, and its feed. */
  root: string
  feed: string
}

interface Item {
  key: string
  kind: string
  name: string | null
  asked: string | null
  text: string
  links: { target: string }[]
}

/** The lines of JSON of an inbox. */
function items(ended: Ended): Item[] {
  const lines = ended.stdout.trim().split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line))
}

/** Waits until an inbox holds this. */
function found(verb: Verb, what: string, is: (item: Item) => boolean): Promise<Item> {
  return until(what, async () => items(await verb('inbox', '--json')).find(is), 60_000)
}

test('what the provider wrote while nobody waited is in the inbox', async (t) => {
  const world = await openWorld('own', { engine: 'process' })
  const home = temporaryFolder('cli-inbox')
  const { owner, provider, networkKey } = world
  const verb =
    (name: string, ...common: string[]): Verb =>
    (...words) =>
      runCli({ home, networkKey }, [...words, '--dir', join(home, name), '--timeout', '60', ...common])
  const alice = verb('alice', '--ssb-path', owner.folder)
  const bob = verb('bob', '--owner', 'own')
  try {
    const providers = [{ owner: owner.id, id: provider.id, address: provider.address }]
    mkdirSync(join(home, 'alice'))
    writeFileSync(join(home, 'alice', 'owner.json'), JSON.stringify({ v: 1, providers }))
    const { invite } = await provider.admin('adminInvite', { uses: 5 })
    const joined = await bob('join', invite, '--json')
    t.equal(joined.code, 0, `bob joins: ${joined.stderr}`)
    const { request: root, code, pub } = await askForPub(t, world, 'alice')
    await call(owner.rpc, 'invite.accept', code)
    const bobId = JSON.parse(joined.stdout).owner
    const story = { t, world, alice, bob, bobId, root, feed: pub.feed ?? '' }
    await tellUnseen(story)
    await tellNotice(story)
    await tellQuestion(story)
    await tellLong(story, netAddress('127.0.0.1', pub.port, pub.feed ?? ''))
  } catch (error) {
    t.comment(provider.output().slice(-4_000))
    t.comment(world.hub.lines().slice(-4_000))
    throw error
  } finally {
    await closeWorld(world)
    removeFolder(home)
  }
  t.end()
})

async function tellUnseen({ t, alice }: Story): Promise<void> {
  const made = await found(alice, 'the answer to a wish from another client', ({ kind }) => kind === 'answer')
  t.deepEqual([made.name, made.asked], ['alice', 'create alice'])
  t.equal((await alice('list')).code, 0)
  const after = items(await alice('inbox', '--json'))
  t.deepEqual(
    after.map(({ key }) => key),
    [made.key],
    'what a command has shown is no news',
  )
  t.equal(
    items(await alice('inbox', '--json', '--all', '--last', '1'))[0]?.asked,
    'list',
    'unless it is asked for',
  )
  const sent = JSON.parse((await alice('status', 'alice', '--no-wait', '--json')).stdout)
  t.equal(sent.outcome, 'sent')
  const late = await found(alice, 'the late answer', ({ asked }) => asked === 'status alice')
  t.match(late.text, /\*\*alice\*\* is \*\*up\*\*/)
  const text = await alice('inbox')
  const line = /^\d{4}-\d\d-\d\d \d\d:\d\d, (?:just now|\d+ min ago) · alice · to your “create alice”\n {4}\S/
  t.match(text.stdout, line, text.stdout)
  t.equal((await alice('inbox', '--since', 'soon')).code, 2)
}

async function tellNotice({ t, world, alice, bob, bobId, root }: Story): Promise<void> {
  const none = await bob('inbox')
  t.deepEqual([none.code, none.stdout], [0, ''])
  t.match(none.stderr, /Nothing has come/)
  const added = await alice('owners', 'alice', 'add', bobId)
  t.equal(added.code, 0, added.stderr)
  const told = await found(bob, 'that bob is an owner', ({ kind }) => kind === 'notice')
  t.equal(told.name, 'alice')
  t.match(told.text, /made .* an owner of \*\*alice\*\*/)
  t.match((await bob('inbox')).stdout, / · alice\n {4}@.* made .* an owner of alice/)

  const others = [world.provider.id, ssbKeys.generate().id]
  const wish = await privatePost(world.owner, others, 'invite alice', { root, branch: root })
  await finalAnswer(world.owner, world.provider.id, wish, 60_000)
  const bearer = await found(alice, 'the invite in a thread of its own', ({ kind }) => kind === 'bearer')
  t.match(bearer.text, /~\S+=/, 'with its code')
}

async function tellQuestion({ t, alice, bob }: Story): Promise<void> {
  const nothing = await bob('say', 'yes')
  t.equal(nothing.code, 1, 'there is no question')
  t.match(nothing.stderr, /no open question.*Nothing was sent/)
  const asked = await alice('delete', 'alice', '--yes')
  t.match(asked.stderr, /several owners/, asked.stderr)
  const careless = await bob('say', 'yes')
  t.equal(careless.code, 1, 'nobody says yes to what they have not read')
  t.match(
    careless.stderr,
    /wants to delete alice.*stays open/s,
    'a node that was off has fetched the question',
  )
  t.match((await bob('inbox')).stdout, /wants to delete.*\n.*Answer it with/s)
  const no = await bob('say', 'no')
  t.equal(no.code, 0, no.stderr)
  t.match(no.stdout, /is off and nothing was changed/)
}

async function tellLong({ t, world, alice, feed }: Story, address: string): Promise<void> {
  const { owner } = world
  for (let count = 0; count < 12; count += 1)
    await call(owner.rpc, 'publish', { type: 'post', text: `${count} **${'long '.repeat(80)}**` })
  await until(
    'the pub to hold what its owner wrote',
    async () => {
      await connected(owner, feed, address)
      const run = await alice('run', 'alice', 'createHistoryStream', owner.id, '--json')
      return (JSON.parse(run.stdout).whole ?? '').includes('11 **long')
    },
    90_000,
  )
  const run = await alice('run', 'alice', 'createHistoryStream', owner.id)
  t.equal(run.code, 0, run.stderr)
  t.ok(run.stdout.includes('11 **long'), 'all of it is on the screen, as it is')
  t.doesNotMatch(run.stdout, /shortened|unbox/, 'and no link')
  await alice('run', 'alice', 'createHistoryStream', owner.id, '--no-wait')
  const late = await found(alice, 'the late result', ({ links }) => links.length > 0)
  const target = late.links[0]?.target ?? ''
  t.ok((await alice('inbox')).stdout.includes(`'${target}'`), 'the inbox shows its link')
  const opened = await alice('open', target)
  t.equal(opened.code, 0, opened.stderr)
  t.ok(Array.isArray(JSON.parse(opened.stdout)), 'which opens')
  const file = join(world.owner.home, 'result.json')
  t.equal((await alice('open', '-o', file, target)).stdout.trim(), file)
  t.equal(readFileSync(file, 'utf8'), opened.stdout)
  const twice = await alice('open', '-o', file, target)
  t.equal(twice.code, 1, 'a file that is there stays as it is')
  // Its first letter, which may be written as %2B or %2F.
  const key = /unbox=(%..|.)/.exec(target)?.[1] ?? ''
  const wrong = await alice('open', target.replace(`unbox=${key}`, `unbox=${key === 'A' ? 'B' : 'A'}`))
  t.match(wrong.stderr, /key in the link does not open it/)
  t.equal((await alice('open', 'result.json')).code, 2)
}

test('too much within a minute ends with its sentence, and the inbox follows what comes', async (t) => {
  const home = temporaryFolder('cli-burst')
  const around = { home, networkKey: randomNetworkKey() }
  const path = join(home, 'provider')
  mkdirSync(path, { mode: 0o700 })
  writeFileSync(join(path, 'config.json'), JSON.stringify({ requestsPerMinuteMax: 2 }))
  const provider = startCli(around, [
    ...['provider', '--path', path, '--host', '127.0.0.1'],
    ...['--port', String(await freePort())],
  ])
  const runs = () => provider.output().stdout.includes('runs at') || provider.output().code !== null
  await until('the provider', runs)
  const verb: Verb = (...words) => runCli(around, [...words, '--timeout', '90'])
  try {
    const { stdout } = await verb('admin', 'invite', '--path', path)
    t.equal((await verb('join', stdout.trim())).code, 0)
    const follow = startCli(around, ['inbox', '--follow', '--json'])
    await until('the inbox to be open', () => follow.output().stderr.includes('Waiting for more'))
    const sent = await Promise.all([1, 2, 3].map(() => verb('list')))
    t.deepEqual(sent.map(({ code }) => code).sort(), [0, 0, 1], 'two are looked at')
    for (const { stderr } of sent.filter(({ code }) => code === 1))
      t.match(stderr, /That was a lot at once.*at most 2 messages a minute/)
    follow.child.kill('SIGINT')
    const followed = await follow.ended
    t.equal(followed.code, 0, `Ctrl-C ends it well: ${followed.stderr}`)
    t.deepEqual(
      items(followed).map(({ kind }) => kind),
      ['answer', 'answer', 'refused'],
      'all that came was shown, while others used the same node',
    )
    provider.child.kill('SIGTERM')
    await provider.ended
    const away = await verb('inbox', '--all', '--last', '1')
    t.equal(away.code, 0)
    t.match(away.stderr, /could not be asked for what is new \(.+\); this is what came before/)
    t.match(away.stdout, / · refused\n/, 'what had come is there')
    const yes = await runCli(around, ['say', 'yes', '--timeout', '3'])
    t.equal(yes.code, 3)
    t.match(yes.stderr, /no open question here, and the provider could not be asked.*Nothing was sent/)
  } finally {
    provider.child.kill('SIGKILL')
    await provider.ended
    removeFolder(home)
  }
  t.end()
})
