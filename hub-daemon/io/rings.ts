/**
 * The figures of every pub on disk: `<dir>/figures/<run>.ring`, one file of fixed size each (hub-daemon/ring.ts). A
 * damaged one begins anew. Nothing here ever fails its caller: pubs matter, figures only help.
 */
import {
  closeSync,
  constants,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Millis } from '../../protocol/ids'
import type { Log } from '../../sbot/log'
import { type Reading, take } from '../meter'
import {
  decodeHead,
  decodePoints,
  encodeHead,
  encodePoint,
  HEAD_OFFSETS,
  type Head,
  MAGIC,
  offsetOf,
  type Point,
  RING_BYTES,
} from '../ring'
import { clean } from '../words'

interface Known {
  head: Head | null
  /** The point before the last one. */
  before: Point | null
}

export class Rings {
  readonly #known = new Map<string, Known>()
  /** Told once per kind of trouble, not once a minute and pub. */
  #trouble: string | null = null

  constructor(
    private readonly folder: string,
    private readonly log: Log,
  ) {}

  /** What is known of a run by its name. */
  of(name: string): Readonly<Known> {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const found = { head: this.#load(name), before: null }
    this.#known.set(name, found)
    return found
  }

  /** Takes a reading in, and writes it. */
  add(name: string, reading: Reading, at: Millis): void {
    const known = this.of(name)
    const { head, fineCount, coarse } = take(known.head, reading, at)
    const isNew = known.head === null
    this.#known.set(name, { head, before: known.head?.last ?? null })
    this.#attempt('write', name, () => {
      const file = this.#open(name, isNew)
      try {
        writeAt(file, encodePoint(head.last), offsetOf('fine', fineCount))
        if (coarse !== null) writeAt(file, encodePoint(coarse.point), offsetOf('coarse', coarse.count))
        writeAt(file, encodeHead(head), HEAD_OFFSETS[head.number % 2] ?? HEAD_OFFSETS[0])
      } finally {
        closeSync(file)
      }
    })
  }

  /** All points of a ring, oldest first. */
  points(name: string, ring: 'fine' | 'coarse'): Point[] {
    if (this.of(name).head === null) return []
    return this.#attempt('read', name, () => decodePoints(readFileSync(this.#path(name)), ring)) ?? []
  }

  /** The pub is gone for ever, and so is what was measured of it. Missing is fine. */
  forget(name: string): void {
    this.#known.delete(name)
    this.#attempt('remove', name, () => rmSync(this.#path(name), { force: true }))
  }

  #path(name: string): string {
    return join(this.folder, `${name}.ring`)
  }

  #load(name: string): Head | null {
    let file: Buffer
    try {
      file = readFileSync(this.#path(name))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#tell('read', name, error)
      return null
    }
    const head = file.length === RING_BYTES ? decodeHead(file) : null
    if (head === null) {
      this.log.warn({ file: this.#path(name) }, 'the figures of a pub are damaged; they begin anew')
      this.#attempt('remove', name, () => rmSync(this.#path(name), { force: true }))
    }
    return head
  }

  #open(name: string, isNew: boolean): number {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    const path = this.#path(name)
    const flags = constants.O_RDWR | constants.O_CREAT | (isNew ? constants.O_TRUNC : 0)
    const file = openSync(path, flags, 0o600)
    // Its whole size at once, so that a later write finds its place; what is not written yet takes no room.
    if (isNew) {
      ftruncateSync(file, RING_BYTES)
      writeAt(file, Buffer.from(MAGIC, 'latin1'), 0)
    }
    return file
  }

  #attempt<T>(what: string, name: string, work: () => T): T | null {
    try {
      const done = work()
      this.#trouble = null
      return done
    } catch (error) {
      this.#tell(what, name, error)
      return null
    }
  }

  #tell(what: string, name: string, error: unknown): void {
    const reason = clean(error instanceof Error ? error.message : String(error))
    const kind = (error as NodeJS.ErrnoException).code ?? reason
    if (kind === this.#trouble) return
    this.#trouble = kind
    this.log.warn({ run: name, reason }, `could not ${what} the figures of a pub; the pubs run on`)
  }
}

function writeAt(file: number, bytes: Uint8Array, at: number): void {
  writeSync(file, bytes, 0, bytes.length, at)
}
