/** What a child prints, kept on disk in two pieces of bounded size. */
import { closeSync, fstatSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { RUN_OUTPUT_BYTES_MAX } from '../../protocol/limits'

/** The piece before the present one. */
const olderPiece = (path: string): string => `${path}.1`

/**
 * Writes everything that the streams bring to `path`; when it is full it becomes the older piece. A full disk loses
 * output and nothing else. Returns what was said last, for whoever wants to know why the child ended.
 */
export function keepOutput(path: string, streams: Readable[]): { lastWords(): string; close(): void } {
  let file: number | null = null
  let size = 0
  let tail = ''
  const open = () => {
    file = openSync(path, 'a', 0o600)
    size = fstatSync(file).size
  }
  const shut = () => {
    if (file !== null) closeSync(file)
    file = null
  }
  const write = (chunk: Buffer) => {
    tail = (tail + chunk.toString('utf8')).slice(-4096)
    try {
      if (file === null) open()
      if (size + chunk.length > RUN_OUTPUT_BYTES_MAX) {
        shut()
        renameSync(path, olderPiece(path))
        open()
      }
      if (file !== null) size += writeSync(file, chunk)
    } catch {
      shut()
    }
  }
  let shutDown = false
  for (const stream of streams) {
    stream.on('data', (chunk: Buffer) => {
      if (!shutDown) write(chunk)
    })
    stream.on('error', () => undefined)
  }
  return {
    lastWords: () => tail,
    close: () => {
      shutDown = true
      shut()
    },
  }
}

/** The last lines of both pieces together. */
export function lastLines(path: string, lines: number): string {
  const all = (readTail(olderPiece(path)) + readTail(path)).split('\n')
  const end = all.at(-1) === '' ? 1 : 0
  return all.slice(Math.max(0, all.length - end - lines)).join('\n')
}

function readTail(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
