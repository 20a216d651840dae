/** Libraries that print would write over the picture: while it is there, what they say goes into a file. */
import { Console } from 'node:console'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../../../sbot/durable'

/** Sends console and stderr to `<dir>/logs/<name>.log`, written anew by each session; undone by what it returns. */
export function hush(folder: string, name: string): { note(text: string): void; undo(): void } {
  const logs = join(folder, 'logs')
  const before = { console: globalThis.console, write: process.stderr.write }
  try {
    makeFolder(logs)
  } catch {
    // Who can't write there hears of it from the first file that matters.
  }
  const log = createWriteStream(join(logs, `${name}.log`), { flags: 'w', mode: 0o600 })
  log.on('error', () => {})
  globalThis.console = new Console({ stdout: log, stderr: log })
  process.stderr.write = ((chunk: string | Uint8Array) => log.write(chunk)) as typeof process.stderr.write
  return {
    note: (text) => void log.write(`${text.trimEnd()}\n`),
    undo() {
      globalThis.console = before.console
      process.stderr.write = before.write
      log.end()
    },
  }
}
