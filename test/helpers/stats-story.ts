/** Live figures in the terminal, with our binary. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tape'
import type { PubView } from '../../protocol/rpc'
import { type CliSurroundings, runCli, startCli } from './cli'
import { removeFolder, temporaryFolder, until } from './machine'
import type { World } from './path-story'

/** `buttcloud stats`, beside the owner's server that runs: a table, lines of JSON, Ctrl-C, and refusals. */
export async function tellStats(t: Test, world: World, pub: PubView): Promise<void> {
  const home = temporaryFolder('stats-cli')
  const { owner, provider, networkKey } = world
  const book = { v: 1, providers: [{ owner: owner.id, id: provider.id, address: provider.address }] }
  mkdirSync(join(home, 'ours'))
  writeFileSync(join(home, 'ours', 'owner.json'), JSON.stringify(book))
  const words = (...more: string[]) => asOwner('stats', ...more)
  const asOwner = (...more: string[]) => [
    ...['--dir', join(home, 'ours'), '--ssb-path', owner.folder],
    ...more,
  ]
  const around = { home, networkKey }
  try {
    const running = startCli(around, words('alice'))
    await until(
      'three lines',
      () => running.output().stdout.split('\n').length > 4 || running.child.exitCode !== null,
    )
    running.child.kill('SIGINT')
    const table = await running.ended
    t.equal(table.code, 0, `Ctrl-C ends it well: ${table.stderr}`)
    t.match(table.stdout, /^ +TIME +CPU +MEMORY .* PEERS\n\d\d:\d\d:\d\d .* of 192 MB/, 'a table')
    const json = await runCli(around, words('--json', '--count', '2'))
    t.equal(json.code, 0, json.stderr)
    const lines = json.stdout.trim().split('\n')
    t.equal(lines.length, 2, 'as many lines as asked for')
    t.deepEqual(
      lines.map((line) => JSON.parse(line).pub),
      [pub.pub, pub.pub],
      'of the only pub, each with its id',
    )
    const wrong = await runCli(around, words('bobs'))
    t.deepEqual([wrong.code, wrong.stdout], [1, ''])
    t.match(wrong.stderr, /You have no pub called bobs\. Yours: alice\./)
    t.equal((await runCli(around, words('--count', '0'))).code, 2, 'a count that is none')
    await tellLogs(t, around, (...more) => asOwner('logs', ...more))
  } finally {
    removeFolder(home)
  }
}

/** `buttcloud logs`: what there is or why there is nothing, on and on until Ctrl-C, and refusals. */
async function tellLogs(
  t: Test,
  around: CliSurroundings,
  words: (...more: string[]) => string[],
): Promise<void> {
  const nothing = /has printed nothing since it was started/
  const shown = await runCli(around, words('alice'))
  t.equal(shown.code, 0, shown.stderr)
  t.ok(shown.stdout !== '' || nothing.test(shown.stderr), 'lines, or why there are none')
  const following = startCli(around, words('--follow', '--json'))
  await until('the beginning', () => {
    const { stdout, stderr } = following.output()
    return stdout + stderr !== '' || following.child.exitCode !== null
  })
  following.child.kill('SIGINT')
  const followed = await following.ended
  t.equal(followed.code, 0, `Ctrl-C ends it well: ${followed.stderr}`)
  for (const line of followed.stdout.split('\n').filter((one) => one !== ''))
    t.equal(JSON.parse(line).name, 'alice', 'a line of JSON for each')
  const wrong = await runCli(around, words('bobs'))
  t.deepEqual([wrong.code, wrong.stdout], [1, ''])
  t.match(wrong.stderr, /You have no pub called bobs\. Yours: alice\./)
  t.equal((await runCli(around, words('--last', '0'))).code, 2, 'a number that is none')
}
