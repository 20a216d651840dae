/**
 * Loaded into a pub's process before its entry (`node --require`). Takes the lock of the run's folder, so that no
 * second process of the same pub begins, and ends the pub when its daemon is gone.
 */
import { takeLock } from './process-lock'

/** Exit code of a process that found its folder taken (sysexits.h EX_TEMPFAIL). */
const EXIT_TAKEN = 75
/** The environment variable with the lock's path. */
const LOCK_VARIABLE = 'BUTTCLOUD_RUN_LOCK'
/** A pub that does not end by itself within this time after its daemon has gone is ended by force. */
const END_MS = 3_000

const lock = process.env[LOCK_VARIABLE]
if (lock !== undefined) holdOn(lock)

function holdOn(path: string): void {
  delete process.env[LOCK_VARIABLE]
  const holder = takeLock(path)
  if (holder !== null) {
    process.stderr.write(
      `this pub runs already, as process ${holder.pid}; a second one would fork its feed\n`,
    )
    process.exit(EXIT_TAKEN)
  }
  // Output to a daemon that is gone must not end the pub in the middle of a write; the end below does it in order.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  process.once('disconnect', end)
  // The channel alone keeps no process alive that is done.
  process.channel?.unref()
  if (!process.connected) end()
}

function end(): void {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), END_MS).unref()
  process.kill(process.pid, 'SIGTERM')
}
