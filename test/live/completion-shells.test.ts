/** Goal: completion is what people see in a real zsh and a real fish, by their own machinery, as `cli-desk.test.ts` has it for bash. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'tape'
import { needPrograms } from '../helpers/debian'
import { removeFolder, temporaryFolder } from '../helpers/machine'
import { bareEnvironment } from '../helpers/stock'

/** A shell that waits for what does not come is ended then, and the test fails. */
const SHELL_MS = 240_000

function surroundings() {
  const home = temporaryFolder('completion-shells')
  mkdirSync(join(home, 'bin'))
  const binary = join(__dirname, '..', '..', 'cli', 'main.js')
  const script = `#!/bin/sh\nexec '${process.execPath}' --no-deprecation '${binary}' "$@"\n`
  writeFileSync(join(home, 'bin', 'buttcloud'), script, { mode: 0o755 })
  writeFileSync(join(home, 'alice.pub'), '')
  const env = {
    ...bareEnvironment(home),
    PATH: `${join(home, 'bin')}:${process.env.PATH}`,
    TERM: 'xterm',
    LANG: 'C.UTF-8',
  }
  const run = (program: string, args: string[]): string =>
    execFileSync(program, args, {
      env,
      cwd: home,
      encoding: 'utf8',
      timeout: SHELL_MS,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  return { home, run }
}

test('fish completes verbs with their meaning, options, their values and files', async (t) => {
  await needPrograms('completion is tried in a real fish', ['fish'])
  const { home, run } = surroundings()
  const fish = (line: string): string[] => {
    const script = 'buttcloud completion fish | source; complete -C $argv[1]'
    return run('fish', ['--no-config', '-c', script, line])
      .split('\n')
      .filter((word) => word !== '')
  }
  const verbs = fish('buttcloud sta')
  t.deepEqual(
    verbs.map((row) => row.split('\t')[0]),
    ['start', 'stats', 'status'],
  )
  t.match(verbs[2] ?? '', /^status\tsay how a pub is doing$/, 'each with what it does')
  t.deepEqual(fish('buttcloud hub --engine '), ['auto', 'docker', 'process', 'swarm'])
  t.deepEqual(fish('buttcloud status --owner=ru'), ['--owner=running'])
  t.deepEqual(fish('buttcloud import al'), ['alice.pub'])
  t.deepEqual(
    fish('buttcloud restart '),
    [],
    'nobody has joined anything: no pubs, no files and no complaint',
  )
  removeFolder(home)
  t.end()
})

/** Types into a zsh of its own, and waits until it shows what is expected. */
const ZSH = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'autoload -Uz compinit; compinit -u -D; source <(buttcloud completion zsh); echo READY-$((1+1))'
zpty -r -m shell seen '*READY-2*'
while (( $# )); do
  zpty -n -w shell "$1"$'\\t'
  zpty -r -m shell seen "*$2*"
  print -r -- "SAW $2"
  zpty -n -w shell $'\\C-u'
  shift 2
done
zpty -d shell
`

test('zsh completes verbs with their meaning, options, their values and files', async (t) => {
  await needPrograms('completion is tried in a real zsh', ['zsh'])
  const { home, run } = surroundings()
  const wanted = [
    ['buttcloud resta', 'buttcloud restart'],
    ['buttcloud sta', 'status *-- say how a pub is doing'],
    ['buttcloud hub --engine pr', '--engine process'],
    ['buttcloud status --owner=ru', '--owner=running'],
    ['buttcloud import al', 'import alice.pub'],
  ]
  const said = run('zsh', ['-f', '-c', ZSH, 'zsh', ...wanted.flat()])
  t.deepEqual(
    said.split('\n').filter((row) => row.startsWith('SAW ')),
    wanted.map(([, shown]) => `SAW ${shown}`),
  )
  removeFolder(home)
  t.end()
})
