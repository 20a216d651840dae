/** Goal: folders of older programs are brought forward whatever happens on the way, and newer ones are left alone. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'tape'
import { type DataStep, openDataFolder } from '../../sbot/data-folder'
import { runCli } from '../helpers/cli'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder } from '../helpers/machine'

const versionIn = (folder: string) => JSON.parse(readFileSync(join(folder, 'data-version.json'), 'utf8'))
const contentOf = (folder: string) =>
  readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')])

/** Moves what an older program kept in `old` to `new`, in two writes; `dies` once between them. */
function moving(dies: { times: number }): DataStep[] {
  const rename: DataStep = {
    to: 2,
    what: 'old is called new',
    run(folder) {
      const old = join(folder, 'old')
      if (!existsSync(join(folder, 'new'))) writeFileSync(join(folder, 'new'), readFileSync(old))
      if (dies.times-- > 0) throw new Error('the power went')
    },
  }
  const grow: DataStep = {
    to: 3,
    what: 'new is longer',
    run(folder) {
      const text = readFileSync(join(folder, 'new'), 'utf8')
      if (!text.endsWith('!')) writeFileSync(join(folder, 'new'), `${text}!`)
    },
  }
  return [rename, grow]
}

test('a folder of an older program is brought forward, also when that is cut off', (t) => {
  const folder = temporaryFolder('data')
  writeFileSync(join(folder, 'old'), 'kept')
  const said: string[] = []
  const dies = { times: 1 }
  const open = () => openDataFolder(folder, 'hub', (sentence) => said.push(sentence), moving(dies))
  t.throws(open, /the power went/)
  t.notOk(existsSync(join(folder, 'data-version.json')), 'half a step is no step')
  open()
  t.equal(readFileSync(join(folder, 'new'), 'utf8'), 'kept!')
  t.equal(versionIn(folder).version, 3)
  t.deepEqual(
    said.map((one) => one.replace(/.*form /, '')),
    ['2: old is called new', '2: old is called new', '3: new is longer'],
  )
  open()
  t.equal(said.length, 3, 'what is at its present form is left')

  const before = contentOf(folder)
  t.throws(
    () => openDataFolder(folder, 'hub', () => {}, moving(dies).slice(0, 1)),
    /in form 3, and this is .* knows forms up to 2\. Nothing was changed\. Start it with/,
  )
  t.throws(() => openDataFolder(folder, 'provider'), /belongs to a hub, and this is a provider/)
  t.deepEqual(contentOf(folder), before, 'who refuses changes nothing')
  writeFileSync(join(folder, 'data-version.json'), '{"v":1,"kind":"hub"}')
  t.throws(() => openDataFolder(folder, 'hub'), /makes no sense \(version is nothing\)/)
  removeFolder(folder)
  t.end()
})

test('every program looks before it touches anything', async (t) => {
  const home = temporaryFolder('home')
  const around = { home, networkKey: randomNetworkKey(), environment: { STRIPE_SECRET_KEY: 'sk_test_x' } }
  const port = String(await freePort())
  for (const [kind, args] of [
    ['provider', ['--host', '127.0.0.1', '--port', port]],
    ['hub', ['--engine', 'process']],
    ['billing', []],
  ] as [string, string[]][]) {
    const folder = temporaryFolder(kind)
    const from = { v: 1, kind, version: 99, program: '9.9.0' }
    writeFileSync(join(folder, 'data-version.json'), JSON.stringify(from))
    const { code, stderr } = await runCli(around, [kind, '--path', folder, ...args])
    const last = stderr.trim().split('\n').at(-1) ?? ''
    t.ok(code === 1 && /written by buttcloud 9\.9\.0, in form 99/.test(last), last)
    t.deepEqual(versionIn(folder), from)
    t.notOk(existsSync(join(folder, 'secret')), 'no identity was made in it')
    removeFolder(folder)
  }
  removeFolder(home)
  t.end()
})
