/**
 * Goal: what `npm pack` makes is a whole program: installed into a folder of its own, as `npm i -g` does it, it runs from there.
 */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import test from 'tape'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { bareEnvironment, endChild, watchOver } from '../helpers/stock'

const run = promisify(execFile)
const PACKAGE_BYTES_MAX = 2_000_000
const INSTALL_MS = 240_000

function rootOf(folder: string): string {
  return existsSync(join(folder, 'package-lock.json')) ? folder : rootOf(dirname(folder))
}

test('npm pack makes a program that can be installed, and runs', async (t) => {
  const root = rootOf(__dirname)
  const home = temporaryFolder('installed')
  const packed = await run('npm', ['pack', '--json', '--pack-destination', home], {
    cwd: root,
    timeout: INSTALL_MS,
  })
  const [made] = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('[\n')))
  const names: string[] = made.files.map((one: { path: string }) => one.path)
  const file = join(home, made.filename)
  t.ok(
    statSync(file).size < PACKAGE_BYTES_MAX,
    `${made.filename}: ${statSync(file).size} bytes, ${names.length} files`,
  )
  for (const wanted of [
    'README.md',
    'pub-image/Dockerfile',
    'billing-bridge/texts/terms.md',
    'docs/OPERATORS.md',
  ])
    t.ok(names.includes(wanted), `${wanted} is in it`)
  t.deepEqual(
    names.filter((name) => /(^|\/)(test|bench)\/|\.ts$|vectors/.test(name)),
    [],
    'and nothing that only development needs',
  )

  const prefix = join(home, 'prefix')
  const options = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund']
  await run('npm', ['i', '-g', '--prefix', prefix, ...options, file], { cwd: home, timeout: INSTALL_MS })
  const installed = join(prefix, 'lib', 'node_modules', 'buttcloud')
  const versionOf = (path: string) =>
    JSON.parse(readFileSync(join(installed, path, 'package.json'), 'utf8')).version
  t.equal(
    versionOf('node_modules/ip'),
    '1.1.5',
    'the version of ip that takes host names, though npm heeds no overrides here',
  )
  t.notOk(
    readdirSync(join(installed, 'node_modules')).includes('typescript'),
    'without what only development needs',
  )

  const binary = join(prefix, 'bin', 'buttcloud')
  const environment = { ...bareEnvironment(home), BUTTCLOUD_CAPS_SHS: randomNetworkKey() }
  const version = await run(binary, ['--version'], { cwd: home, env: environment })
  t.equal(version.stdout.trim(), made.version)
  const ports = ['--port', String(await freePort()), '--pub-port', String(await freePort())]
  const up = execFile(binary, ['up', '--dir', join(home, 'data'), ...ports], { cwd: home, env: environment })
  watchOver(up)
  let said = ''
  for (const stream of [up.stdout, up.stderr])
    stream?.on('data', (chunk: string) => {
      said += chunk
    })
  try {
    await until(
      'an invite',
      () => {
        if (up.exitCode !== null) throw new Error(`it ended: ${said}`)
        return said.includes('What to do next')
      },
      120_000,
    ).catch((error: Error) => {
      throw new Error(`${error.message}: ${said}`)
    })
    t.match(said, /\S+:\d+:@\S+\.ed25519~\S+=/, 'up: the first pub runs, and here is its invite')
    t.notOk(/Deprecat/i.test(said), 'with no warnings of old packages')
  } finally {
    await endChild(up, 20_000)
    removeFolder(home)
  }
  t.end()
})
