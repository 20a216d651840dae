/** Programs of Debian's that a test drives: installed where the tests may, else said. Never skipped. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { hasProgram, runProgram } from '../docker/machine'
import { until } from './machine'

const ANSWER_MS = 60_000

/** Installs programs that are missing, from packages that are called as they are unless said otherwise; see needPackages. */
export async function needPrograms(what: string, programs: string[], packages = programs): Promise<void> {
  const missing = packages.filter((_, at) => !hasProgram(programs[at] ?? ''))
  if (missing.length > 0) await needPackages(what, missing)
}

/** Installs packages, as root under CI or with BUTTCLOUD_TEST_INSTALL=1. Rejects with what to do. */
export async function needPackages(what: string, missing: string[]): Promise<void> {
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`
  const may = process.env.CI === 'true' || process.env.BUTTCLOUD_TEST_INSTALL === '1'
  if (!may || process.getuid?.() !== 0)
    throw new Error(
      `${what}: ${missing.join(', ')} is not there. Run \`${command}\` as root, or set BUTTCLOUD_TEST_INSTALL=1 as root and the tests do it`,
    )
  const environment = { DEBIAN_FRONTEND: 'noninteractive' }
  await runProgram('apt-get', ['update', '-qq'], { environment })
  const args = ['install', '-y', '-qq', '--no-install-recommends', ...missing]
  await runProgram('apt-get', args, { environment })
}

export interface Driven {
  /** Resolves once it answers; else rejects with what it said, and nothing is left running. */
  start(): Promise<void>
  /** kill -9; `start` starts it again. */
  kill(): Promise<void>
}

/** A program that dies and comes back as a test wants. `answers`: whether it does; a rejection means not yet. */
export function driven(
  [program, ...args]: [string, ...string[]],
  answers: () => Promise<boolean>,
  options: SpawnOptions = {},
): Driven {
  let child: ChildProcess | null = null
  let said = ''
  const kill = async (): Promise<void> => {
    const running = child
    child = null
    if (running === null || running.exitCode !== null || running.signalCode !== null) return
    const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()))
    running.kill('SIGKILL')
    await ended
  }
  const start = async (): Promise<void> => {
    child = spawn(program, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] })
    child.stderr?.on('data', (bytes: Buffer) => {
      said += bytes.toString()
    })
    await until(`${program} to answer`, answers, ANSWER_MS).catch(async (error: Error) => {
      await kill()
      throw new Error(`${error.message}; it said:\n${said.slice(-3_000)}`)
    })
  }
  return { start, kill }
}
