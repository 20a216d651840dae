/** Our own binary as people start it: in a process of its own, with a home folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { bareEnvironment, watchOver } from './stock'

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

export interface RunningCli {
  child: ChildProcess
  output(): Ended
  ended: Promise<Ended>
}

export interface CliSurroundings {
  home: string
  networkKey: string
  environment?: Record<string, string>
}

/** Starts `buttcloud …` and does not wait. */
export function startCli(around: CliSurroundings, args: string[]): RunningCli {
  const binary = join(__dirname, '..', '..', 'cli', 'main.js')
  const child = spawn(process.execPath, ['--no-deprecation', binary, ...args], {
    cwd: around.home,
    env: { ...bareEnvironment(around.home), BUTTCLOUD_CAPS_SHS: around.networkKey, ...around.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  watchOver(child)
  const seen: Ended = { code: null, stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    seen.stdout += chunk.toString('utf8')
  })
  child.stderr.on('data', (chunk: Buffer) => {
    seen.stderr += chunk.toString('utf8')
  })
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => {
      seen.code = code
      resolve(seen)
    })
  })
  return { child, output: () => seen, ended }
}

/** Runs `buttcloud …` to its end. */
export function runCli(around: CliSurroundings, args: string[]): Promise<Ended> {
  return startCli(around, args).ended
}
