/** Settings that stay and completion, as people use them: with the real binary, and a real bash. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'tape'
import { runCli, startCli } from '../helpers/cli'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { bareEnvironment } from '../helpers/stock'

test('settings: kept, shown with where they come from, refused with file and line', async (t) => {
  const home = temporaryFolder('cli-settings')
  const around = { home, networkKey: randomNetworkKey() }
  const file = join(home, '.buttcloud', 'config.yaml')
  const config = (...words: string[]) => runCli(around, ['config', ...words])
  t.equal((await config('path')).stdout.trim(), file)
  t.match((await config('get')).stderr, /Nothing is set/)
  t.equal((await config('set', 'all.timeout', '60')).code, 0)
  t.equal((await config('set', 'hub.host', 'hub1.example.org')).code, 0)
  writeFileSync(file, `# of ours\n${readFileSync(file, 'utf8')}`)
  t.match((await config('set', 'hub.hots', 'x')).stderr, /Did you mean hub.host\?/)
  t.match((await config('set', 'hub.engine', 'magic')).stderr, /one of docker, swarm, process, auto/)
  t.equal((await config('set', 'hub.label', 'one')).code, 0)
  t.match(
    readFileSync(file, 'utf8'),
    /^# of ours\nall:\n {2}timeout: .?60.?\nhub:\n {2}host: hub1/,
    'the rest stays',
  )
  t.equal((await config('get', 'hub.host')).stdout.trim(), 'hub1.example.org')
  const environment = { BUTTCLOUD_TIMEOUT: 'soon' }
  const told = await runCli({ ...around, environment }, ['config', 'get', '--json'])
  t.deepEqual(
    JSON.parse(told.stdout).map((one: { key: string; from: string }) => [one.key, one.from]),
    [
      ['all.timeout', 'environment'],
      ['hub.host', 'file'],
      ['hub.label', 'file'],
    ],
  )
  const spoiled = await runCli({ ...around, environment }, ['list'])
  t.deepEqual(spoiled.code, 2)
  t.match(spoiled.stderr, /--timeout takes a whole number.*comes from the environment, BUTTCLOUD_TIMEOUT/)
  const flag = await runCli({ ...around, environment }, ['list', '--timeout', '5'])
  t.equal(flag.code, 1, 'a flag wins, and then there is no provider')
  writeFileSync(file, 'all:\n  timeout: 60\nhub:\n  port: 1\n')
  const broken = await runCli(around, ['list'])
  t.equal(broken.code, 2)
  t.match(broken.stderr, /config.yaml, line 4: there is no setting "hub.port".*hub has allow-weaker, bind/)
  t.equal((await config('path')).code, 0, 'where the file is, it says all the same')
  t.equal((await config('set', 'all.owner', 'own')).code, 2, 'what is broken is not written over')
  t.match(readFileSync(file, 'utf8'), /port: 1/)
  removeFolder(home)
  t.end()
})

test('completion: a real bash completes verbs, options, their values and files', async (t) => {
  const home = temporaryFolder('cli-completion')
  mkdirSync(join(home, 'bin'))
  const binary = join(__dirname, '..', '..', 'cli', 'main.js')
  writeFileSync(
    join(home, 'bin', 'buttcloud'),
    `#!/bin/sh\nexec '${process.execPath}' --no-deprecation '${binary}' "$@"\n`,
    {
      mode: 0o755,
    },
  )
  const environment = { ...bareEnvironment(home), PATH: `${join(home, 'bin')}:${process.env.PATH}` }
  const bash = (line: string): string[] => {
    const count = line.split(' ').length
    const script = `source <(buttcloud completion bash); COMP_WORDS=(${line.replace(/ $/, " ''")}); COMP_CWORD=${count - 1}; _buttcloud; printf '%s\\n' "\${COMPREPLY[@]}"`
    const said = execFileSync('bash', ['-c', script], { env: environment, cwd: home, encoding: 'utf8' })
    return said.split('\n').filter((word) => word !== '')
  }
  t.deepEqual(bash('buttcloud resta'), ['restart'])
  t.deepEqual(bash('buttcloud hub --engine '), ['docker', 'swarm', 'process', 'auto'])
  t.deepEqual(bash('buttcloud admin billing --ye'), ['--yes'])
  t.deepEqual(bash('buttcloud restart '), [], 'nobody has joined anything: no pubs, and no complaint')
  t.notOk(bash('buttcloud ').includes('complete'), 'what only the shell asks is not offered')
  const strange = await runCli({ home, networkKey: randomNetworkKey() }, ['completion', 'tcsh'])
  t.equal(strange.code, 2)
  t.match(strange.stderr, /bash, zsh, fish/)
  removeFolder(home)
  t.end()
})

test('doctor: says what is there and what is missing, and makes nothing', async (t) => {
  const home = temporaryFolder('cli-doctor')
  const around = { home, networkKey: randomNetworkKey() }
  const fresh = await runCli(around, ['doctor', '--docker-socket', join(home, 'none.sock')])
  t.equal(fresh.code, 0, fresh.stdout)
  t.match(fresh.stdout, /your node +there is none yet/)
  t.match(fresh.stdout, /Docker +none on .*none.sock/)
  t.notOk(existsSync(join(home, '.buttcloud')), 'nothing was made')
  const port = String(await freePort())
  const path = join(home, '.buttcloud', 'provider')
  const provider = startCli(around, ['provider', '--host', '127.0.0.1', '--port', port])
  await until('the provider', () => provider.output().stdout.includes('runs at'), 60_000)
  const { stdout: invite } = await runCli(around, ['admin', 'invite'])
  const joined = await runCli(around, ['join', invite.trim()])
  t.equal(joined.code, 0, joined.stderr)
  const told = await runCli(around, ['doctor', '--json'])
  const { findings } = JSON.parse(told.stdout) as {
    findings: { what: string; health: string; words: string }[]
  }
  const healthOf = (what: string) => findings.find((one) => one.what === what)?.health
  t.deepEqual(
    ['provider', 'clock', 'your feed', 'provider here'].map(healthOf),
    ['good', 'good', 'good', 'warn'],
    JSON.stringify(findings),
  )
  provider.child.kill('SIGTERM')
  await provider.ended
  const alone = await runCli(around, ['doctor'])
  t.equal(alone.code, 1)
  t.match(alone.stdout, /bad +provider +@.*\n.*→ Look whether it runs/)
  t.match(alone.stderr, /must be mended/)
  t.ok(existsSync(path))
  removeFolder(home)
  t.end()
})
