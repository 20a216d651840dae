/**
 * Goal: an operator whom the settings name runs a provider from elsewhere, over a connection that proves who they are: stops
 * a pub, blocks somebody, tells everybody something; and nobody else can, by the wire or by the command line.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import test, { type Test } from 'tape'
import { PROVIDER_MANIFEST, type PubView, type WhoamiAnswer } from '../../protocol/rpc'
import {
  type AnnounceView,
  type BlockView,
  OPERATOR_CALLS,
  type OwnerView,
  type SuspendView,
} from '../../protocol/rpc-operator'
import { runCli } from '../helpers/cli'
import { randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { finalAnswer, firstPost, readFrom, type ThreadPost } from '../helpers/patchwork'
import { askForPub, closeWorld, inside, openWorld, type World } from '../helpers/path-story'
import { startProvider } from '../helpers/provider'
import { call, dial } from '../helpers/stock'

const MANIFEST = { buttcloud: PROVIDER_MANIFEST }
const ADMIN = (Object.keys(PROVIDER_MANIFEST) as (keyof typeof PROVIDER_MANIFEST)[]).filter((name) =>
  name.startsWith('admin'),
)
const PATIENCE_MS = 90_000

/** What an async method says to somebody: its error, or `done`. */
async function said(keys: any, address: string, networkKey: string, method: string): Promise<string> {
  const rpc = await dial(keys, address, networkKey, MANIFEST)
  return call(rpc, `buttcloud.${method}`, {})
    .then(
      () => 'done',
      (error: { message?: string }) => String(error?.message ?? error),
    )
    .finally(() => rpc.close(true, () => {}))
}

async function notice({ owner, provider }: World, topic: string, words: RegExp): Promise<ThreadPost> {
  let found: ThreadPost | undefined
  await until(
    `a notice with ${words}`,
    async () => {
      const posts = await readFrom(owner, provider.id)
      found = posts.find((one) => one.content.buttcloud?.topic === topic && words.test(one.text))
      return found !== undefined
    },
    PATIENCE_MS,
  )
  if (found === undefined) throw new Error('it was there')
  return found
}

async function tell(t: Test, world: World, carol: any): Promise<void> {
  const { owner, provider, networkKey } = world
  await askForPub(t, world, 'alice')
  const rpc = await dial(carol, provider.address, networkKey, MANIFEST)
  const asks = <T>(method: string, wish: object) => call<T>(rpc, `buttcloud.${method}`, wish)
  const view = async () => (await call<PubView[]>(rpc, 'buttcloud.adminPubs'))[0]
  const answerTo = async (text: string): Promise<ThreadPost> =>
    finalAnswer(owner, provider.id, await firstPost(owner, provider.id, text), PATIENCE_MS)

  t.equal((await call<WhoamiAnswer>(rpc, 'buttcloud.whoami')).role, 'operator')
  const [person] = await asks<OwnerView[]>('adminOwners', {})
  t.deepEqual([person?.owner, person?.pubs[0]?.name, person?.money.free], [owner.id, 'alice', 1])
  t.ok((person?.heardAt ?? 0) > 0 && (person?.since ?? 0) > 0)

  const stop = await asks<SuspendView>('adminSuspend', { pub: 'alice', halted: true, reason: 'it is loud' })
  t.deepEqual([stop.name, stop.halted, stop.reason], ['alice', true, 'it is loud'])
  await notice(world, 'operator', /suspended by whoever runs this provider.*it is loud/)
  await until('the pub to be down', async () => (await view())?.phase === 'down', PATIENCE_MS)
  const refused = await answerTo('start alice')
  t.equal(refused.content.buttcloud.outcome, 'refused')
  t.match(refused.text, /it is loud/)
  await asks('adminSuspend', { pub: 'alice', halted: false, reason: null })
  await until('the pub to be up', async () => (await view())?.phase === 'up', PATIENCE_MS)

  const news = { text: 'Sunday is off.' }
  const before = await asks<AnnounceView>('adminAnnounce', { ...news, send: false })
  t.deepEqual([before.messages, before.people, before.sent], [1, 1, false])
  t.equal((await asks<AnnounceView>('adminAnnounce', { ...news, send: true })).sent, true)
  t.ok((await notice(world, 'announcement', /Sunday is off\./)).text.startsWith('To everybody'))

  const block = (feed: string | null, blocked: boolean) =>
    asks<BlockView[]>('adminBlock', { feed, blocked, reason: null })
  t.deepEqual((await block(owner.id, true))[0]?.pubs, ['alice'])
  await firstPost(owner, provider.id, 'stop alice')
  await until(
    'the refusal',
    async () =>
      (await readFrom(owner, provider.id)).some((one) => /takes no more requests from you/.test(one.text)),
    PATIENCE_MS,
  )
  t.equal((await view())?.desired, 'up', 'nothing was done')
  t.deepEqual(await block(owner.id, false).then(() => block(null, true)), [])
  t.match((await answerTo('list')).text, /alice/)
  rpc.close(true, () => {})
}

/** Who is not named, or asks for what opens everything, is refused before any method runs. */
async function onlyNamed(t: Test, world: World, carol: any): Promise<void> {
  const { owner, provider, hub, networkKey } = world
  for (const [who, keys] of [
    ['an owner', owner.keys],
    ['a stranger', ssbKeys.generate()],
  ] as const) {
    const through: string[] = []
    for (const method of ADMIN) {
      if (PROVIDER_MANIFEST[method] === 'source') continue
      const heard = await said(keys, provider.address, networkKey, method)
      if (!/not in list of allowed methods/.test(heard)) through.push(`${method}: ${heard}`)
    }
    t.deepEqual(through, [], who)
  }
  t.ok(hub.lines().length > 0, 'the hub lives')
  for (const method of ADMIN) {
    if ((OPERATOR_CALLS as readonly string[]).includes(method) || PROVIDER_MANIFEST[method] === 'source')
      continue
    t.match(
      await said(carol, provider.address, networkKey, method),
      /not in list of allowed methods/,
      `${method} is for the own key alone`,
    )
  }
}

/** The same by the command line: as carol, and as somebody else. */
async function byCommand(t: Test, { provider, networkKey }: World, home: string): Promise<void> {
  const around = { home, networkKey }
  const at = `127.0.0.1:${provider.port}:${provider.id}`
  const admin = (as: string, ...words: string[]) =>
    runCli(around, ['admin', ...words, '--at', at, '--as', join(home, as)])
  const owners = await admin('carol', 'owners', '--json')
  t.equal(owners.code, 0, owners.stderr)
  t.equal((JSON.parse(owners.stdout) as OwnerView[])[0]?.pubs[0]?.name, 'alice')
  const asked = await admin('carol', 'announce', 'Monday', 'too')
  t.equal(asked.code, 1, 'nobody can be asked, so nothing is sent')
  t.match(asked.stderr, /go out to 1 person, as 1 private message[\s\S]*Monday too[\s\S]*Nothing was sent/)
  const sent = await admin('carol', 'announce', 'Monday', 'too', '--yes')
  t.equal(sent.code, 0, sent.stderr)
  t.match((await admin('carol', 'announce', 'Monday', 'too', '--yes')).stderr, /exactly this was announced/)
  const stranger = await admin('oscar', 'owners')
  t.equal(stranger.code, 1)
  t.match(stranger.stderr, /does not take this from @.*operators/)
  t.match((await admin('carol', 'backup')).stderr, /on the provider's own machine/)
  t.match((await admin('carol', 'recovery')).stderr, /does not take this from/)
  const here = await runCli(around, ['admin', 'owners', '--path', provider.folder])
  t.match(here.stdout, /^PUBS +QUOTA/, 'and on its own machine, as ever')
}

test('an operator from elsewhere; nobody else', async (t) => {
  const home = temporaryFolder('operator')
  const [carol] = ['carol', 'oscar'].map((name) => {
    mkdirSync(join(home, name))
    return ssbKeys.loadOrCreateSync(join(home, name, 'secret'))
  })
  const world = await openWorld('own', { engine: 'process' }, { operators: [carol.id] })
  await inside(t, world, async () => {
    await tell(t, world, carol)
    await onlyNamed(t, world, carol)
    await byCommand(t, world, home)
  }).finally(async () => {
    await closeWorld(world)
    removeFolder(home)
  })
  t.end()
})

test('in a stock ssb-server: a named operator gets in, and is a peer like any other besides', async (t) => {
  const networkKey = randomNetworkKey()
  const [carol, oscar] = [ssbKeys.generate(), ssbKeys.generate()]
  const provider = await startProvider({ networkKey, home: 'stock', settings: { operators: [carol.id] } })
  try {
    t.equal(await said(carol, provider.address, networkKey, 'adminOwners'), 'done')
    for (const method of ['adminOwners', 'adminHubToken', 'adminBlock'])
      t.match(
        await said(oscar, provider.address, networkKey, method),
        /not in list of allowed methods/,
        method,
      )
    t.match(await said(carol, provider.address, networkKey, 'adminRecoveryNew'), /not in list of allowed/)
    const rpc = await dial(carol, provider.address, networkKey, { ...MANIFEST, blobs: { has: 'async' } })
    t.equal((await call<WhoamiAnswer>(rpc, 'buttcloud.whoami')).role, 'operator')
    const blob = `&${'A'.repeat(43)}=.sha256`
    t.equal(await call(rpc, 'blobs.has', blob), false, 'what anybody may ask, carol may, too')
    rpc.close(true, () => {})
  } finally {
    await provider.stop()
  }
  t.end()
})
