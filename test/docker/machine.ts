/** What the Docker tests need to be installed, and programs run with their output in sight only when they fail. */
import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Tells how far it is; on stderr and as a comment, so that no test output is disturbed. */
export function progress(text: string): void {
  process.stderr.write(`# docker: ${text}\n`)
}

export interface RunOptions {
  cwd?: string
  environment?: Record<string, string>
  deadlineMs?: number
}

/** Runs a program to its end and gives what it printed. Rejects with its last output when it fails. */
export function runProgram(program: string, args: string[], options: RunOptions = {}): Promise<string> {
  const { cwd, environment = {}, deadlineMs = 15 * 60_000 } = options
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let printed = ''
    const take = (chunk: Buffer) => {
      printed = (printed + chunk.toString('utf8')).slice(-200_000)
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs)
    child.on('error', (error) => {
      clearTimeout(timer)
      reject(new Error(`could not run ${program}: ${error.message}`, { cause: error }))
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      if (code === 0) resolve(printed)
      else
        reject(
          new Error(`${program} ${args.join(' ')} ended with ${code ?? signal}:\n${printed.slice(-4000)}`),
        )
    })
  })
}

/** True when a program is on the search path (or in the usual places of root's programs). */
export function hasProgram(name: string): boolean {
  const folders = `${process.env.PATH ?? ''}${delimiter}/usr/sbin${delimiter}/sbin`.split(delimiter)
  return folders.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Which Debian package brings which of the programs that are needed. */
const PACKAGES: Record<string, string> = {
  dockerd: 'docker.io',
  docker: 'docker.io',
  iptables: 'iptables',
  ip: 'iproute2',
  debootstrap: 'debootstrap',
  'docker-compose': 'docker-compose',
}

/**
 * Makes sure that an engine can be started. Installs Debian packages when asked to (CI, or
 * BUTTCLOUD_TEST_INSTALL=1), and only as root; else says what to install.
 */
export async function needPrograms(): Promise<void> {
  const missing = Object.keys(PACKAGES).filter((program) => !hasProgram(program))
  const root = process.getuid?.() === 0
  if (!root)
    throw new Error(
      'the Docker tests start an engine of their own and must be run as root (sudo npm run test:docker)',
    )
  if (missing.length === 0) return
  const packages = [...new Set(missing.map((program) => PACKAGES[program] ?? program))]
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`
  if (process.env.CI !== 'true' && process.env.BUTTCLOUD_TEST_INSTALL !== '1')
    throw new Error(
      `the Docker tests need ${missing.join(', ')}: run \`${command}\`, or set BUTTCLOUD_TEST_INSTALL=1 and they do it`,
    )
  progress(`installing ${packages.join(' ')}`)
  const environment = { DEBIAN_FRONTEND: 'noninteractive' }
  await runProgram('apt-get', ['update', '-qq'], { environment })
  const args = ['install', '-y', '-qq', '--no-install-recommends', ...packages]
  await runProgram('apt-get', args, { environment })
}
