/**
 * A file that is downloaded: `FILE.part` with what is there, `FILE.part.json` with what it is part of, and `FILE` once all
 * is there and checked. Readable by its user only, from the first byte; never over a file that is there already.
 */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream, existsSync, linkSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { checkExportResume, type ExportResume, type ExportSnapshot } from '../../protocol/export'
import { readText, syncFolder, writeJson } from '../../sbot/durable'
import { Failure } from '../failure'

const MODE = 0o600

/** What a part belongs to; only the same thing goes on with it. */
export interface PartOf {
  provider: string
  name: string
  part: string
}

export class PartFile {
  private readonly path: string
  private hash: Hash = createHash('sha256')
  private handle: FileHandle | null = null
  private snapshot: ExportSnapshot | null = null
  at = 0

  constructor(
    private readonly target: string,
    private readonly of: PartOf,
  ) {
    this.path = `${target}.part`
  }

  /** Throws a Failure where the file is there already, or its folder is not. */
  assertNew(): void {
    if (existsSync(this.target))
      throw new Failure(1, `${this.target} is there already. Move it away, or name another file with --out.`)
    if (!existsSync(dirname(this.target)))
      throw new Failure(1, `The folder ${dirname(this.target)} is not there.`)
  }

  /** Takes up what an earlier run has left; nothing where that was something else. */
  async open(): Promise<void> {
    const before = this.readNote()
    this.handle = await open(this.path, 'a+', MODE)
    await this.handle.chmod(MODE)
    if (before === null) return this.handle.truncate(0)
    const { size } = await this.handle.stat()
    for await (const bytes of createReadStream(this.path)) this.hash.update(bytes)
    this.at = size
    this.snapshot = before
  }

  get resume(): ExportResume | null {
    return this.snapshot === null || this.at === 0 ? null : { snapshot: this.snapshot, at: this.at }
  }

  /** What comes now is of this snapshot, from this position on: 0 where what is there is of no use. */
  async begin(snapshot: ExportSnapshot, from: number): Promise<void> {
    if (from !== this.at) {
      await this.handle?.truncate(0)
      this.hash = createHash('sha256')
      this.at = 0
    }
    this.snapshot = snapshot
    writeJson(`${this.path}.json`, { v: 1, ...this.of, resume: { snapshot, at: 0 } })
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.handle?.appendFile(bytes)
    this.hash.update(bytes)
    this.at += bytes.length
  }

  /** True when what is there has this length and hash. */
  isWhole(bytes: number, sha256: string): boolean {
    return this.at === bytes && this.hash.copy().digest('hex') === sha256
  }

  /** Makes it the file that was wanted, on disk. */
  async finish(): Promise<void> {
    await this.handle?.sync()
    await this.close()
    try {
      // Unlike a rename this never replaces what somebody else has put there meanwhile.
      linkSync(this.path, this.target)
    } catch (error) {
      const there = (error as NodeJS.ErrnoException).code === 'EEXIST'
      const why = there ? 'it is there already' : (error as Error).message
      throw new Failure(1, `Could not make ${this.target}: ${why}. What was fetched is in ${this.path}.`, {
        cause: error,
      })
    }
    await this.discard()
    syncFolder(dirname(this.target))
  }

  async close(): Promise<void> {
    const { handle } = this
    this.handle = null
    await handle?.close()
  }

  /** Removes what is there. */
  async discard(): Promise<void> {
    await this.close()
    for (const path of [this.path, `${this.path}.json`]) rmSync(path, { force: true })
  }

  private readNote(): ExportSnapshot | null {
    const text = existsSync(this.path) ? readText(`${this.path}.json`) : null
    if (text === null) return null
    try {
      const note = JSON.parse(text) as Record<string, unknown>
      const same = (Object.keys(this.of) as (keyof PartOf)[]).every((field) => note[field] === this.of[field])
      const found = checkExportResume(note.resume, 'resume')
      return same && found.ok ? (found.value?.snapshot ?? null) : null
    } catch {
      // Cut off in the middle of writing it: then there is no telling what the part is of.
      return null
    }
  }
}
