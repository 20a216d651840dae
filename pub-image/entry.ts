/** A pub process: reads the environment, starts the server, ends it in order. */
import { writeFileSync } from 'node:fs'
import { noDelay } from '../sbot/no-delay'
import { configFrom } from './config'
import { quieten } from './io/noise'
import { type RunningPub, StartError, startPub } from './io/server'

/** An end that takes longer than this is forced; the provider holds what matters. */
const END_MS_MAX = 4_000
/** The health check calls a pulse of a minute ago none. */
const PULSE_EVERY_MS = 15_000

let running: RunningPub | null = null
let ending = false

function say(line: object, stream: NodeJS.WriteStream = process.stdout): void {
  stream.write(`${JSON.stringify(line)}\n`)
}

function end(why: string): void {
  if (ending) return
  ending = true
  say({ pub: 'ending', why })
  setTimeout(() => process.exit(0), END_MS_MAX).unref()
  const closed = running === null ? Promise.resolve() : running.close()
  closed.then(
    () => process.exit(0),
    () => process.exit(0),
  )
}

/** By itself nobody shakes hands with it to see how it is: the health check of the image looks at a file's age. */
function showPulse(): void {
  const file = process.env.PUB_PULSE
  if (file === undefined || file === '') return
  const touch = () => writeFileSync(file, '')
  touch()
  setInterval(touch, PULSE_EVERY_MS).unref()
}

async function main(): Promise<void> {
  const read = configFrom(process.env)
  if (!read.ok) throw new StartError('config', read.message)
  const { config } = read
  running = await startPub(config)
  const { mode, host, port, listen, epoch } = config
  if (mode === 'standalone') showPulse()
  say({ pub: 'listening', id: running.id, mode, host, port, listen, epoch, pid: process.pid })
}

quieten()
noDelay()
process.on('SIGTERM', () => end('SIGTERM'))
process.on('SIGINT', () => end('SIGINT'))
// Started by a hub as a child: when the hub is gone, nobody may write and nobody watches, so the pub ends too.
if (process.send !== undefined) process.on('disconnect', () => end('its hub has gone'))

/** Nothing goes on after an error that nobody expected: the log may be half written, a restart reads it anew. */
function fail(error: unknown): never {
  const full = (error as NodeJS.ErrnoException | null)?.code === 'ENOSPC'
  const reason = error instanceof StartError ? error.reason : full ? 'disk-full' : 'other'
  const message = error instanceof Error ? error.message : String(error)
  say({ pub: 'failed', reason, message }, process.stderr)
  if (!(error instanceof StartError) && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  process.exit(1)
}

process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)
main().catch(fail)
