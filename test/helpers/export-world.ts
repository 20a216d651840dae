/** What the tests of exports stand on: a pub that holds its owner's posts and blobs, and our binary on a line that breaks. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pull from 'pull-stream'
import type { Test } from 'tape'
import type { PubView } from '../../protocol/rpc'
import { type Ended, runCli } from './cli'
import { until } from './machine'
import type { World } from './path-story'
import type { Line } from './proxy'
import { call, dial, netAddress } from './stock'

export interface Story {
  t: Test
  world: World
  home: string
  root: string
  pub: PubView
  line: Line
  blobs: string[]
}

export const BLOBS = 8
export const BLOB_BYTES = 1_000_000

/** The owner's posts and blobs, until the pub has them. */
export async function fill({ world, pub }: Story): Promise<string[]> {
  const { owner } = world
  const ids: string[] = []
  for (let number = 0; number < BLOBS; number++) {
    const id = await new Promise<string>((resolve, reject) =>
      pull(
        pull.once(randomBytes(BLOB_BYTES)),
        owner.rpc.blobs.add((error: unknown, added: string) => (error ? reject(error) : resolve(added))),
      ),
    )
    ids.push(id)
    await call(owner.rpc, 'blobs.push', id)
  }
  for (let number = 0; number < 30; number++)
    await call(owner.rpc, 'publish', { type: 'post', text: `ümläut ${number} 🏡 ${'x'.repeat(500)}` })
  const rpc = await asStranger(world, pub, { blobs: { has: 'async' }, createHistoryStream: 'source' })
  try {
    await until(
      'the pub to have the blobs',
      async () => {
        const there = await Promise.all(ids.map((id) => call<boolean>(rpc, 'blobs.has', id)))
        return there.every(Boolean)
      },
      60_000,
    )
    const last = (await call<any>(owner.rpc, 'getLatest', owner.id)).value.sequence
    await until('the pub to have the posts', async () => {
      const found = await collect(rpc.createHistoryStream({ id: owner.id, seq: last, live: false }))
      return found.length > 0
    })
  } finally {
    rpc.close(true, () => {})
  }
  return ids
}

/** The CLI knows the provider by the line's port: as if it were far away. */
export function joinByLine({ world, home, line }: Story): void {
  const address = netAddress('127.0.0.1', line.port, world.provider.id)
  const book = { v: 1, providers: [{ owner: world.owner.id, id: world.provider.id, address }] }
  mkdirSync(join(home, 'ours'))
  writeFileSync(join(home, 'ours', 'owner.json'), JSON.stringify(book))
}

export function words({ world, home }: Story, more: string[]): string[] {
  return ['--dir', join(home, 'ours'), '--ssb-path', world.owner.folder, 'export', 'alice', ...more]
}

export const around = ({ world, home }: Story) => ({ home, networkKey: world.networkKey })

export const cli = (story: Story, ...more: string[]): Promise<Ended> =>
  runCli(around(story), words(story, more))

export const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')
export const modeOf = (path: string): number => statSync(path).mode & 0o777

async function asStranger(world: World, pub: PubView, manifest: object): Promise<any> {
  const host = pub.address?.slice(0, pub.address.lastIndexOf(':')) ?? '127.0.0.1'
  return dial(world.owner.keys, netAddress(host, pub.port, pub.feed ?? ''), world.networkKey, manifest)
}

export function collect(source: unknown): Promise<any[]> {
  return new Promise((resolve, reject) =>
    pull(
      source,
      pull.collect((error: Error | null, found: any[]) => (error ? reject(error) : resolve(found))),
    ),
  )
}
