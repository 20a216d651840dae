/** One pub as a child process: how it is spawned, ended and what is remembered of its end. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { constants } from 'node:os'
import { join } from 'node:path'
import type { Millis } from '../../protocol/ids'
import { ORPHAN_ENDS_MS } from '../../protocol/limits'
import { EngineError, type Run } from './engine'
import { holderOf, signalHolder } from './process-lock'
import { keepOutput } from './process-output'

export interface ChildOptions {
  run: Run
  /** Compiled file that is the pub. */
  entry: string
  volume: string
  lock: string
  output: string
  /** The address it listens on. */
  listen: string
  /** Added to the run's own. */
  environment: Record<string, string>
}

/** How a child ended. */
export interface ChildEnd {
  at: Millis
  exitCode: number
  outOfMemory: boolean
}

/** Stays in memory for this long after its end for the rest of its output. */
const OUTPUT_DRAIN_MS = 1_000
/** Heap below which node does not even start the pub. */
const HEAP_MIN_MEGABYTES = 48
const LEASH = join(__dirname, 'process-leash.js')
const POLL_MS = 50

export class Child {
  readonly startedAt: Millis = Date.now()
  readonly ended: Promise<ChildEnd>
  private constructor(
    private readonly process: ChildProcess,
    ended: Promise<ChildEnd>,
  ) {
    this.ended = ended
  }

  /** Resolves once the process is there; its port may still be closed. */
  static async spawn(options: ChildOptions): Promise<Child> {
    const child = spawn(process.execPath, argumentsOf(options), {
      cwd: options.volume,
      env: environmentOf(options),
      // The channel ends when this daemon does, however it does; the leash in the child waits for that.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A group of its own: Ctrl-C in a terminal reaches the daemon alone, which ends its pubs in order.
      detached: true,
    })
    const ended = endOf(child, options.output)
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', reject)
    })
    child.on('error', () => undefined)
    return new Child(child, ended)
  }

  get isOver(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null
  }

  get pid(): number {
    return this.process.pid ?? 0
  }

  /** Asks it to end, and makes it end after `graceMs`. */
  async end(graceMs: Millis): Promise<void> {
    this.process.kill('SIGTERM')
    const timer = setTimeout(() => this.process.kill('SIGKILL'), graceMs)
    await this.ended
    clearTimeout(timer)
  }
}

function argumentsOf({ run, entry }: ChildOptions): string[] {
  // Softer than Docker's limit: it bounds the JavaScript heap, not buffers and native memory, and the kernel does not
  // enforce it. A quarter is left for what is outside the heap.
  const heap = Math.max(HEAP_MIN_MEGABYTES, Math.floor((run.memoryBytes / (1024 * 1024)) * 0.75))
  return ['--no-deprecation', `--max-old-space-size=${heap}`, '--require', LEASH, entry]
}

/** Nothing of the daemon's own environment but the search path: it may hold secrets. */
function environmentOf({ run, volume, lock, listen, environment }: ChildOptions): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: volume,
    ...environment,
    ...run.environment,
    PUB_DATA: volume,
    PUB_LISTEN: listen,
    BUTTCLOUD_RUN_LOCK: lock,
  }
}

function endOf(child: ChildProcess, outputPath: string): Promise<ChildEnd> {
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null)
  const output = keepOutput(outputPath, streams)
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      const at = Date.now()
      // As shells and Docker count: 128 and the signal's number.
      const exitCode = code ?? 128 + (signal === null ? 0 : (constants.signals[signal] ?? 0))
      const settle = () => {
        clearTimeout(timer)
        output.close()
        const outOfMemory = /JavaScript heap out of memory|Reached heap limit/.test(output.lastWords())
        resolve({ at, exitCode, outOfMemory })
      }
      const timer = setTimeout(settle, OUTPUT_DRAIN_MS)
      child.once('close', settle)
    })
  })
}

/**
 * Makes sure that nobody holds a run's folder: a child of a daemon that died ends by itself when its channel does;
 * one that hangs is ended by force.
 */
export async function endOrphan(lock: string): Promise<void> {
  const deadline = Date.now() + ORPHAN_ENDS_MS
  for (;;) {
    const holder = holderOf(lock)
    if (holder === null) return
    if (Date.now() > deadline + ORPHAN_ENDS_MS)
      throw new EngineError(
        'other',
        `process ${holder.pid} holds ${lock} and can't be ended; look at it by hand`,
      )
    if (Date.now() > deadline) signalHolder(holder, 'SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

/** Throws `port-taken` when something listens on the port already. */
export async function needPort(bind: string, port: number): Promise<void> {
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host: bind, port, exclusive: true }, resolve)
    })
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EADDRINUSE')
      throw new EngineError('port-taken', `another program holds port ${port} on ${bind}`, { cause: error })
    throw new EngineError('other', `nothing can listen on ${bind}:${port} (${code})`, { cause: error })
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
}
