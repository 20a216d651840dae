/**
 * A folder of small sealed files, one per thing, named by keyed hashes: whoever copies the disk reads neither what is in
 * them nor what they are about. Every change is on disk when its method returns.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder, readText, removeDurably, writeDurably } from '../../sbot/durable'
import type { SecretBox } from '../../sbot/secret-box'

const ENDING = '.box'

export class SealedFolder<T> {
  /** Files that this node's secret does not open, or that hold something else: left where they are. */
  readonly unreadable: number
  private readonly entries = new Map<string, T>()

  constructor(
    private readonly folder: string,
    private readonly box: SecretBox,
    /** What was stored, checked; null for what is something else. */
    check: (found: { id: string; value: unknown }) => T | null,
  ) {
    makeFolder(folder)
    let unreadable = 0
    // In the same order on every file system.
    for (const name of readdirSync(folder).sort()) {
      if (!name.endsWith(ENDING)) continue
      const found = this.read(name)
      const value = found === null ? null : check(found)
      if (found === null || value === null) unreadable += 1
      else this.entries.set(found.id, value)
    }
    this.unreadable = unreadable
  }

  private read(name: string): { id: string; value: unknown } | null {
    const text = this.box.open(readText(join(this.folder, name)) ?? '')
    if (text === null) return null
    try {
      const { id, value } = JSON.parse(text)
      return typeof id === 'string' ? { id, value } : null
    } catch {
      return null
    }
  }

  private path(id: string): string {
    return join(this.folder, `${this.box.hash(id)}${ENDING}`)
  }

  get size(): number {
    return this.entries.size
  }

  get(id: string): T | undefined {
    return this.entries.get(id)
  }

  all(): IterableIterator<[id: string, value: T]> {
    return this.entries.entries()
  }

  put(id: string, value: T): void {
    writeDurably(this.path(id), this.box.seal(JSON.stringify({ id, value })))
    this.entries.set(id, value)
  }

  /** Missing is fine. */
  remove(id: string): void {
    if (this.entries.delete(id)) removeDurably(this.path(id))
  }
}
