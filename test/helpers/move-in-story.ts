/** Somebody's own ssb-server, from its plain folder, becomes a pub of a provider; but not while it runs. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tape'
import type { PubView } from '../../protocol/rpc'
import { chainAt, chainAtAddress, differences } from './chains'
import { type Ended, runCli } from './cli'
import { until } from './machine'
import type { World } from './path-story'
import { call, netAddress, startStock } from './stock'

const POSTS = 40

export async function tellMoveIn(t: Test, world: World, home: string): Promise<void> {
  const { owner, provider, networkKey } = world
  const old = await startStock({ networkKey, label: 'old-pub', home: join(home, 'old') })
  for (let number = 0; number < POSTS; number += 1)
    await call(old.rpc, 'publish', { type: 'post', text: `ümläut ${number} 🏡` })
  await call(old.rpc, 'publish', { type: 'contact', contact: owner.id, following: true })
  await call(owner.rpc, 'publish', { type: 'contact', contact: old.id, following: true })
  await call(owner.rpc, 'gossip.connect', old.address)
  await until(
    'the owner to hold its feed',
    async () => (await chainAt(owner.rpc, old.id)).size === POSTS + 1,
    60_000,
  )
  const book = { v: 1, providers: [{ owner: owner.id, id: provider.id, address: provider.address }] }
  mkdirSync(join(home, 'ours'))
  writeFileSync(join(home, 'ours', 'owner.json'), JSON.stringify(book))
  const cli = (...words: string[]): Promise<Ended> => {
    const common = ['--dir', join(home, 'ours'), '--ssb-path', owner.folder, '--timeout', '240']
    return runCli({ home, networkKey }, [...common, 'import', old.folder, '--yes', ...words])
  }
  const nameless = await cli()
  t.equal(nameless.code, 2)
  t.match(nameless.stderr, /does not say what the pub was called: add --name NAME/)
  const running = await cli('--name', 'attic')
  t.equal(running.code, 1, 'not while it runs')
  t.match(running.stderr, /The old pub still runs/)
  await old.kill()
  const done = await cli('--name', 'attic', '--json')
  t.equal(done.code, 0, `it is brought: ${done.stderr.slice(-400)}`)
  t.equal(JSON.parse(done.stdout).outcome, 'done')
  const views = await provider.admin<PubView[]>('adminPubs')
  t.deepEqual(
    views.map((one) => [one.name, one.status, one.feed]),
    [['attic', 'up', old.id]],
  )
  const address = netAddress('127.0.0.1', views[0]?.port ?? 0, old.id)
  const copies = new Map([
    ['the pub', await chainAtAddress(owner.keys, address, networkKey, old.id)],
    ['its owner', await chainAt(owner.rpc, old.id)],
  ])
  t.ok((copies.get('the pub')?.size ?? 0) >= POSTS + 1, 'its whole feed')
  t.deepEqual(differences(old.id, 'the pub', copies), [], 'one chain')
}
