/**
 * Goal: the line for a fresh server is one that shells take, its script says what it would do in the right order, and tells
 * in a sentence why a server can't be a hub. What apt, npm, Docker and systemd do then was tried by hand on a fresh Debian 12
 * (docs/HUB-HOSTS.md); here they are stand-ins that write down how they were called.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'tape'
import { userData } from '../../plugin/user-data'
import { hubLine, packageTrouble, registryAddress, shellWord } from '../../protocol/hub-line'
import { removeFolder, temporaryFolder } from '../helpers/machine'

const TOKEN = 'pubs.example.org:8010:@h1sXPknRsSFvYJfdyj9xH0M2UzEqNeBTjKQEUhYYvKs=.ed25519~c2VlZHNlZWQ='
const PLENTY_KB = 90_000_000

function rootOf(folder: string): string {
  return existsSync(join(folder, 'package-lock.json')) ? folder : rootOf(dirname(folder))
}
const SCRIPT = join(rootOf(__dirname), 'hub-daemon', 'join.sh')

/** A folder of programs that stand in for the machine's own; each call is a line in `calls`. */
function machine(folder: string, says: Record<string, string> = {}) {
  const bin = join(folder, 'bin')
  mkdirSync(bin, { recursive: true })
  const programs: Record<string, string> = {
    'apt-get': '',
    'apt-cache': 'echo "  Candidate: 18.20.4+dfsg-1~deb12u3"',
    dpkg: 'case $1 in --print-architecture) echo amd64 ;; *) [ "$2" != 18.20.4+dfsg-1~deb12u3 ] ;; esac',
    id: 'echo 0',
    df: `printf 'x\\n/dev/vda 1 1 ${PLENTY_KB} 1%% /\\n'`,
    readlink: 'echo /usr/bin/node',
    ...says,
  }
  for (const [name, does] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\necho "${name} $*" >>"${folder}/calls"\n${does}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  for (const name of [
    'sh',
    'sed',
    'cat',
    'awk',
    'mktemp',
    'chmod',
    'rm',
    'mkdir',
    'date',
    'gzip',
    'tar',
    'sha256sum',
  ])
    execFileSync('ln', ['-sf', `/usr/bin/${name}`, join(bin, name)])
  return (script: string, args: string[]) => {
    const { status, stdout, stderr } = spawnSync('/bin/sh', [script, ...args], {
      env: { PATH: bin, HOME: folder },
      encoding: 'utf8',
      timeout: 60_000,
    })
    return { status, stdout, stderr }
  }
}

/** systemd can't be stood in for by a program on the search path: the script asks the kernel's file system. */
function scriptFor(folder: string, systemd: boolean): string {
  const path = join(folder, 'join.sh')
  const run = join(folder, 'run-systemd')
  if (systemd) mkdirSync(run)
  writeFileSync(
    path,
    readFileSync(SCRIPT, 'utf8')
      .replaceAll('/run/systemd/system', run)
      .replaceAll('/var/lib/buttcloud', join(folder, 'lib')),
  )
  return path
}

test('a line for a fresh server: words that a shell takes as they were meant', (t) => {
  for (const word of ["it's", 'a b', '$HOME', '`id`', '', 'a;b', '\\', 'é"', 'plain-1.2:3'])
    t.equal(
      execFileSync('/bin/sh', ['-c', `printf %s ${shellWord(word)}`], { encoding: 'utf8' }),
      word,
      `${JSON.stringify(word)} stays`,
    )
  const wish = { token: TOKEN, host: 'hub1.example.org', package: registryAddress('0.1.0'), sha256: null }
  const line = hubLine({ ...wish, label: "bob's" })
  t.equal(spawnSync('/bin/sh', ['-n', '-c', line]).status, 0, line)
  t.notOk(line.includes('\n'), 'one line')
  t.equal(packageTrouble(wish.package, null), null)
  t.match(packageTrouble('http://example.org/x.tgz', null) ?? '', /--sha256/, 'without TLS it needs a sum')
  t.equal(packageTrouble('http://example.org/x.tgz', 'a'.repeat(64)), null)
  t.match(packageTrouble('buttcloud.tgz', null) ?? '', /whole path/)
  t.end()
})

test('a line with a file: what is in it is what is run, and only with the right sum', (t) => {
  const folder = temporaryFolder('line')
  mkdirSync(join(folder, 'package', 'hub-daemon'), { recursive: true })
  cpSync(scriptFor(folder, false), join(folder, 'package', 'hub-daemon', 'join.sh'))
  const file = join(folder, "bob's package.tgz")
  execFileSync('tar', ['-czf', file, '-C', folder, 'package'])
  const sum = execFileSync('sha256sum', [file], { encoding: 'utf8' }).replace(/^\\/, '').slice(0, 64)
  const say = (sha256: string | null) => {
    machine(folder)
    const line = hubLine({ token: TOKEN, host: 'hub1.example.org', package: file, sha256 })
    return spawnSync('/bin/sh', ['-c', line], {
      env: { PATH: join(folder, 'bin'), HOME: folder, TMPDIR: folder },
      encoding: 'utf8',
    })
  }
  for (const sha256 of [null, sum])
    t.match(say(sha256).stderr, /systemd does not run here/, 'the script runs, and looks at the machine')
  const other = say('0'.repeat(64))
  t.ok(
    other.status !== 0 && !other.stderr.includes('server'),
    `another package is not opened: ${other.stderr.trim()}`,
  )
  removeFolder(folder)
  t.end()
})

test('dry run: every step in order, and nothing is done', (t) => {
  const folder = temporaryFolder('dry')
  const run = machine(folder)
  const script = scriptFor(folder, true)
  const args = ['--package', 'buttcloud', '--host', 'hub1.example.org', '--join', TOKEN, '--dry-run']
  const dry = run(script, [...args, '--', '--memory', '2048'])
  t.equal(dry.status, 0, dry.stderr)
  const steps = dry.stdout.split('\n').filter((row) => row.startsWith('==>'))
  t.deepEqual(
    steps.map((row) => row.split(' ').slice(1, 3).join(' ')),
    [
      'Looking at',
      'Fetching the',
      'Installing Node',
      'Installing Docker',
      'Installing the',
      'Building the',
      'Starting the',
    ],
    steps.join(' | '),
  )
  t.match(
    dry.stdout,
    /6F71F525282841EEDAF851B42F59B5F99B1BE0B4/,
    'whose key the repository of Node must have',
  )
  t.notOk(dry.stdout.includes('c2VlZ'), 'the token is not shown')
  t.notOk(/^apt-get|systemctl/m.test(readFileSync(join(folder, 'calls'), 'utf8')), 'nothing was installed')
  const processes = run(script, [...args, '--no-docker'])
  t.notOk(/docker\.io|build-image/.test(processes.stdout), 'without Docker where it is not wished')
  const newer = machine(folder, { 'apt-cache': 'echo "  Candidate: 20.19.2+dfsg-1"' })(script, args)
  t.match(newer.stdout, /Debian's Node and npm/, 'Debian 13 has a Node that is new enough')
  removeFolder(folder)
  t.end()
})

/** What cloud-init keeps of the machine is at a place that the kernel's file system has. */
function withCloudInit(script: string, folder: string, told: string | null): string {
  const kept = join(folder, 'cloud-init')
  mkdirSync(kept, { recursive: true })
  const data = {
    ds: {
      meta_data: { meta: { 'buttcloud-machine': 'bc-1', ...(told ? { 'buttcloud-address': told } : {}) } },
    },
  }
  writeFileSync(join(kept, 'instance-data.json'), JSON.stringify(data, null, 1))
  writeFileSync(script, readFileSync(script, 'utf8').replaceAll('/run/cloud-init', kept))
  return script
}

test('--host auto: what the machine was told, its own public address, or what the cloud says', (t) => {
  const route = (source: string) => `echo "192.0.2.1 via 10.0.0.1 dev ens3 src ${source} uid 0"`
  const cases: [string, string | null, Record<string, string>, string | null][] = [
    ['told at its making', '203.0.113.68', { ip: route('10.0.0.5') }, '203.0.113.68'],
    ['its own', null, { ip: route('198.51.100.7') }, '198.51.100.7'],
    ['behind a floating one', null, { ip: route('10.0.0.5'), curl: 'echo 203.0.113.9' }, '203.0.113.9'],
    ['asked in vain', null, { ip: route('172.31.0.5'), curl: 'exit 22' }, null],
    ['a page in between', null, { ip: route('100.64.0.5'), curl: 'echo "<html>log in</html>"' }, null],
    ['no network', null, { ip: 'exit 2', curl: 'exit 7' }, null],
    ['told nonsense', '$(id)', { ip: route('192.168.1.5'), curl: 'echo 10.0.0.5' }, null],
  ]
  for (const [name, told, says, found] of cases) {
    const folder = temporaryFolder('auto')
    const run = machine(folder, says)
    const script = withCloudInit(scriptFor(folder, true), folder, told)
    const { status, stdout, stderr } = run(script, [
      ...['--package', 'buttcloud', '--host', 'auto', '--join', TOKEN, '--dry-run'],
    ])
    if (found === null)
      t.match(stderr, /no public address that it can find\. Say by --host/, `${name}: ${status}`)
    else t.ok(stdout.includes(`install hub … -- --host ${found} `), `${name}: ${found}${stderr}`)
    removeFolder(folder)
  }
  t.end()
})

test('what a rented machine runs first is a script that shells take', (t) => {
  const wish = { token: TOKEN, label: "bob's", package: registryAddress('0.1.0'), sha256: 'a'.repeat(64) }
  const { write_files } = JSON.parse(userData(wish).replace('#cloud-config\n', ''))
  const [{ content }] = write_files
  const checked = spawnSync('/bin/sh', ['-n'], { input: content, encoding: 'utf8' })
  t.equal(checked.status, 0, checked.stderr)
  t.end()
})

test('why a server can not be a hub is a sentence, told before anything is changed', (t) => {
  const good = ['--package', 'buttcloud', '--host', 'hub1.example.org', '--join', TOKEN]
  const cases: [RegExp, Record<string, string>, string[], boolean?][] = [
    [/needs root/, { id: 'echo 1000' }, good],
    [/systemd does not run here/, {}, good, false],
    [/armhf, and pubs run on amd64 and arm64/, { dpkg: 'case $1 in --print-a*) echo armhf ;; esac' }, good],
    [
      /100 MB free at \/usr, and 3000 MB are needed/,
      { df: "printf 'x\\n/dev/vda 1 1 100000 1%% /\\n'" },
      good,
    ],
    [/apt-get update failed.*Look at the network/, { 'apt-get': 'exit 100' }, good],
    [/--join is missing/, {}, good.slice(0, 4)],
    [/--host is missing/, {}, good.slice(0, 2)],
    [/--package is missing/, {}, []],
    [/no file \/nowhere\/b\.tgz/, {}, ['--package', '/nowhere/b.tgz', ...good.slice(2)]],
    [/"--hosts" is no option/, {}, ['--hosts', 'x']],
  ]
  for (const [sentence, says, args, systemd = true] of cases) {
    const folder = temporaryFolder('why')
    const run = machine(folder, says)
    const { status, stderr } = run(scriptFor(folder, systemd), args)
    t.ok(status === 1 && sentence.test(stderr), stderr.trim())
    removeFolder(folder)
  }
  const folder = temporaryFolder('other')
  const run = machine(folder)
  execFileSync('rm', [join(folder, 'bin', 'apt-get')])
  t.match(run(scriptFor(folder, true), good).stderr, /this line is for Debian/, 'no Debian')
  removeFolder(folder)
  t.end()
})
