/** Goal: what `install` writes is what systemd takes, again and again the same, and nobody else reads what is secret in it. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'tape'
import { INSTALLABLE, quoted, unitName, unitText } from '../../cli/systemd-unit'
import { runCli } from '../helpers/cli'
import { randomNetworkKey, removeFolder, temporaryFolder } from '../helpers/machine'

const MAIN = join(__dirname, '..', '..', 'cli', 'main.js')

function has(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

test('units: every word as it was meant, and nothing that a service does not need', (t) => {
  t.equal(quoted('--host'), '--host')
  t.equal(quoted('a b'), '"a b"')
  t.equal(quoted('50%$HOME'), '"50%%$$HOME"')
  t.equal(quoted('say "yes\\"'), '"say \\"yes\\\\\\""')
  t.throws(() => quoted('a\nUser=root'), /no line ends/)
  const wish = { node: '/usr/bin/node', main: '/opt/main.js', options: ['--external', 'pubs.example.org'] }
  const provider = unitText({ ...wish, program: 'provider', docker: true })
  t.match(
    provider,
    /^ExecStart=\/usr\/bin\/node --no-deprecation \/opt\/main\.js provider --path \/var\/lib\/buttcloud\/provider --external pubs\.example\.org$/m,
  )
  t.notOk(/docker/.test(provider), 'only a hub may speak to Docker')
  t.match(unitText({ ...wish, program: 'hub', docker: true }), /^SupplementaryGroups=docker$/m)
  t.notOk(/docker/.test(unitText({ ...wish, program: 'hub', docker: false })))
  t.end()
})

test('units: systemd takes them', (t) => {
  if (!has('systemd-analyze')) {
    t.skip('there is no systemd-analyze on this machine')
    return t.end()
  }
  const folder = temporaryFolder('units')
  for (const program of INSTALLABLE) {
    const path = join(folder, unitName(program))
    // The user is made by `install`, and this machine may not have it.
    const text = unitText({
      program,
      node: process.execPath,
      main: MAIN,
      options: ['--host', 'a "b" 5%'],
      docker: true,
    })
    writeFileSync(
      path,
      text.replace('User=buttcloud', 'User=nobody').replace(/^SupplementaryGroups=.*\n/m, ''),
    )
    const said = verdict(['verify', path])
    t.notOk(said.includes(unitName(program)), `${program}: ${said || 'nothing to say'}`)
  }
  removeFolder(folder)
  t.end()
})

/** What it finds, good or bad. */
function verdict(args: string[]): string {
  try {
    return execFileSync('systemd-analyze', args, { stdio: ['ignore', 'pipe', 'pipe'] }).toString('utf8')
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: Buffer; stderr?: Buffer }
    return `${stdout ?? ''}${stderr ?? ''}`.trim()
  }
}

test('install writes, changes nothing the second time, and uninstall leaves the data', async (t) => {
  const home = temporaryFolder('home')
  const root = temporaryFolder('root')
  const cli = (...args: string[]) => runCli({ home, networkKey: randomNetworkKey() }, args)
  const args = [
    'install',
    'hub',
    '--root',
    root,
    '--join',
    'host:8010:@x.ed25519~y=',
    '--',
    '--host',
    'hub1.example.org',
  ]
  const first = await cli(...args)
  if (/^\/(root|home)\//.test(MAIN) || /^\/(root|home)\//.test(process.execPath)) {
    t.match(first.stderr, /may see no home folder/, 'what the service could not read is refused')
  } else {
    const unit = join(root, 'etc/systemd/system/buttcloud-hub.service')
    const secret = join(root, 'etc/buttcloud/hub.env')
    t.match(first.stdout, /hub\.service was written/, first.stderr)
    const text = readFileSync(unit, 'utf8')
    t.match(text, / hub --path \/var\/lib\/buttcloud\/hub --host hub1\.example\.org$/m)
    t.notOk(text.includes('ed25519'), 'the token is not in the unit, which everybody may read')
    t.equal(readFileSync(secret, 'utf8'), "BUTTCLOUD_HUB_TOKEN='host:8010:@x.ed25519~y='\n")
    t.equal(statSync(secret).mode & 0o777, 0o600)
    writeFileSync(secret, `MINE=1\n${readFileSync(secret, 'utf8')}`)
    const again = await cli(...args)
    t.match(again.stdout, /is as it should be/, again.stderr)
    t.match(readFileSync(secret, 'utf8'), /^MINE=1\nBUTTCLOUD_HUB_TOKEN=[^\n]*\n$/, 'other lines stay')
    const gone = await cli('uninstall', 'hub', '--root', root)
    t.match(gone.stdout, /What it kept is still in \/var\/lib\/buttcloud\/hub/, gone.stderr)
    t.notOk(existsSync(unit) || existsSync(secret))
    t.match((await cli('uninstall', 'hub', '--root', root)).stdout, /nothing to remove/)
  }
  const wrong = await cli('install', 'pub')
  t.ok(wrong.code === 2 && /one of provider, hub, billing/.test(wrong.stderr), wrong.stderr.trim())
  for (const folder of [home, root]) removeFolder(folder)
  t.end()
})
