/** Writing and removing what systemd is told of a program. Doing it again changes nothing. */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { removeDurably, writeDurably } from '../../sbot/durable'
import { Failure, firstLine } from '../failure'
import {
  environmentPath,
  type Installable,
  SERVICE_USER,
  STATE_FOLDER,
  unitName,
  unitPath,
  unitText,
} from '../systemd-unit'

export interface InstallWish {
  program: Installable
  options: readonly string[]
  /** Lines for the file of secrets; only these are replaced in it. */
  secrets: Record<string, string>
  /** Everything is written below this folder; with another one than `/` nothing is made or started. */
  root: string
}

const READABLE = 0o644

/** The text of the unit on this machine. Throws a Failure where the service could not read the program. */
export function unitHere({ program, options }: Pick<InstallWish, 'program' | 'options'>): string {
  const node = realpathSync(process.execPath)
  const main = realpathSync(join(__dirname, '..', 'main.js'))
  for (const path of [node, main])
    if (/^\/(root|home)\//.test(path))
      throw new Failure(
        1,
        `The service could not read ${path}: it may see no home folder. Install Node and buttcloud where everybody can read them, with npm i -g as root.`,
      )
  return unitText({
    program,
    options,
    node,
    main,
    docker: existsSync('/var/run/docker.sock') || hasGroup('docker'),
  })
}

/** Writes the unit, makes the user, and starts it. Gives sentences about what was done. */
export function install(wish: InstallWish): string[] {
  const { program, secrets, root } = wish
  const done: string[] = []
  const unit = join(root, unitPath(program))
  const text = unitHere(wish)
  try {
    if (root === '/' && !hasUser()) {
      run('useradd', [
        '--system',
        '--user-group',
        '--home-dir',
        STATE_FOLDER,
        '--shell',
        '/usr/sbin/nologin',
        SERVICE_USER,
      ])
      done.push(`The user ${SERVICE_USER} was made.`)
    }
    if (Object.keys(secrets).length > 0) {
      const path = join(root, environmentPath(program))
      mkdirSync(dirname(path), { recursive: true })
      writeDurably(path, withSecrets(existsSync(path) ? readFileSync(path, 'utf8') : '', secrets))
      done.push(`What is secret is in ${path}, for root only.`)
    }
    const same = existsSync(unit) && readFileSync(unit, 'utf8') === text
    if (!same) {
      mkdirSync(dirname(unit), { recursive: true })
      writeDurably(unit, text)
      chmodSync(unit, READABLE)
    }
    done.push(same ? `${unit} is as it should be.` : `${unit} was written.`)
    done.push(...started(program, root, !same))
  } catch (error) {
    throw told(error)
  }
  return done
}

function started(program: Installable, root: string, changed: boolean): string[] {
  const later = `systemctl enable --now ${unitName(program)}`
  if (root !== '/') return []
  if (!systemdRuns()) return [`systemd does not run here, so nothing was started. Later: ${later}`]
  run('systemctl', ['daemon-reload'])
  run('systemctl', ['enable', '--quiet', unitName(program)])
  run('systemctl', [changed ? 'restart' : 'start', unitName(program)])
  return [`It runs, and starts with the machine. Its log: journalctl -u ${unitName(program)}`]
}

/** Ends the service and removes its unit and secrets; its data stays. */
export function uninstall(program: Installable, root: string): string[] {
  const unit = join(root, unitPath(program))
  if (!existsSync(unit)) return [`There is no ${unit}, so there is nothing to remove.`]
  try {
    if (root === '/' && systemdRuns()) run('systemctl', ['disable', '--now', '--quiet', unitName(program)])
    removeDurably(unit)
    rmSync(join(root, environmentPath(program)), { force: true })
    if (root === '/' && systemdRuns()) run('systemctl', ['daemon-reload'])
  } catch (error) {
    throw told(error)
  }
  return [
    `${unit} was removed, and the service ended. What it kept is still in ${STATE_FOLDER}/${program}, and the user ${SERVICE_USER} is still there: with the folder goes its identity.`,
  ]
}

/** Other lines stay as somebody wrote them. */
function withSecrets(before: string, secrets: Record<string, string>): string {
  const kept = before
    .split('\n')
    .filter((line) => line !== '' && !Object.hasOwn(secrets, line.split('=', 1)[0] ?? ''))
  return `${[...kept, ...Object.entries(secrets).map(([name, value]) => `${name}='${value}'`)].join('\n')}\n`
}

function systemdRuns(): boolean {
  return existsSync('/run/systemd/system')
}

function hasUser(): boolean {
  return new RegExp(`^${SERVICE_USER}:`, 'm').test(readFileSync('/etc/passwd', 'utf8'))
}

function hasGroup(name: string): boolean {
  return existsSync('/etc/group') && new RegExp(`^${name}:`, 'm').test(readFileSync('/etc/group', 'utf8'))
}

function run(program: string, args: string[]): void {
  try {
    execFileSync(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer }
    throw new Error(`${program} ${args.join(' ')}: ${stderr?.toString('utf8').trim() || firstLine(error)}`, {
      cause: error,
    })
  }
}

function told(error: unknown): Failure {
  const why = firstLine(error)
  const rights = /EACCES|EPERM|Permission denied/.test(why) ? ' This needs root: say it again with sudo.' : ''
  return new Failure(1, `Could not be done: ${why}.${rights}`, { cause: error })
}
