/** Programs of ours as child processes, which end with this one. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../../sbot/durable'
import { Failure } from '../failure'
import { CHILD_MARK, type FromChild, STOP } from './child-life'

const READY_MS = 60_000
const STOP_GRACE_MS = 15_000
const LOG_BYTES_MAX = 5 * 1024 * 1024
/** The parts of a run that was killed need a moment to notice; until then they hold their folders. */
const TAKEOVER_MS = 20_000
const TAKEOVER_POLL_MS = 300

export interface PartOptions {
  /** For people and for the name of the log. */
  name: string
  /** Arguments of our own binary. */
  arguments: string[]
  environment?: Record<string, string>
  logFolder: string
}

export interface Part {
  name: string
  facts: Record<string, string>
  logPath: string
  /** Resolves when it has ended, however. */
  ended: Promise<void>
  /** How it ended, in words: its own sentence where it had one. */
  end(): string
  /** Ends it well, by force when that takes too long. */
  stop(): Promise<void>
  /** kill -9. */
  kill(): void
}

/** Starts a part and resolves when it is ready. Throws a Failure (1) with the part's own sentence. */
export async function startPart(options: PartOptions): Promise<Part> {
  const end = Date.now() + TAKEOVER_MS
  for (;;) {
    const started = await attempt(options)
    if (typeof started !== 'string') return started
    if (!/is in use by another program/.test(started) || Date.now() > end)
      throw new Failure(1, `The ${options.name} could not start: ${started} Its log: ${logPathOf(options)}`)
    await new Promise((resolve) => setTimeout(resolve, TAKEOVER_POLL_MS))
  }
}

const logPathOf = (options: PartOptions): string => join(options.logFolder, `${options.name}.log`)

/** The part, or the sentence with which it failed. */
function attempt(options: PartOptions): Promise<Part | string> {
  const child = launch(options)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      resolve(`it was not ready within ${READY_MS / 1000} s.`)
    }, READY_MS)
    const settle = (outcome: Part | string) => {
      clearTimeout(timer)
      resolve(outcome)
    }
    child.once('error', (error) => settle(`${error.message}.`))
    let lastWords: string | null = null
    child.on('message', (message: FromChild) => {
      if (message.kind === 'failed') {
        lastWords = message.sentence
        void ended.then(() => settle(message.sentence))
      } else
        settle({
          name: options.name,
          facts: message.facts,
          logPath: logPathOf(options),
          ended,
          end: () => lastWords ?? endOf(child),
          ...waysToEnd(child, ended),
        })
    })
    void ended.then(() => setImmediate(() => settle(endOf(child))))
  })
}

function endOf(child: ChildProcess): string {
  return child.signalCode === null
    ? `it ended with code ${child.exitCode}.`
    : `it was ended from outside (${child.signalCode}).`
}

function launch(options: PartOptions): ChildProcess {
  makeFolder(options.logFolder)
  const log = openLog(logPathOf(options))
  const binary = join(__dirname, '..', 'main.js')
  try {
    return spawn(process.execPath, ['--no-deprecation', binary, ...options.arguments], {
      stdio: ['ignore', log, log, 'ipc'],
      env: { ...process.env, ...options.environment, [CHILD_MARK]: '1' },
    })
  } finally {
    closeSync(log)
  }
}

/** Appended to; a long one is put aside first, and the one put aside before it goes. */
function openLog(path: string): number {
  try {
    if (statSync(path).size > LOG_BYTES_MAX) renameSync(path, `${path}.1`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return openSync(path, 'a', 0o600)
}

function waysToEnd(child: ChildProcess, ended: Promise<void>): Pick<Part, 'stop' | 'kill'> {
  return {
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      if (child.connected) child.send(STOP, () => {})
      else child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS)
      await ended
      clearTimeout(timer)
    },
    kill: () => void child.kill('SIGKILL'),
  }
}
