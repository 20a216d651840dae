/**
 * Images of runs, seen to in the background: a pull takes minutes, and the pub goes on meanwhile. One at a time for
 * each pub; a newer order ends the wait for an older one's image.
 */
import { join } from 'node:path'
import type { PubId } from '../../protocol/ids'
import { makeFolder, readJson, removeDurably, writeDurably } from '../../sbot/durable'
import type { Log } from '../../sbot/log'
import type { Engine, Run } from '../engines/engine'
import { type Memory, rememberFetched, rememberFetching } from '../memory'
import { describeImage } from '../words'
import { troubleOf } from './trouble'

export interface FetcherOptions {
  engine: Engine
  memory: Memory
  /** Folder with a folder for each run, which stays for as long as the pub's secret. */
  directory: string
  log: Log
  changed(): void
}

export class Fetcher {
  private readonly underWay = new Map<PubId, { stop: AbortController; done: Promise<void> }>()

  constructor(private readonly options: FetcherOptions) {}

  /** Begins; how it went is remembered, and `changed` is called. */
  begin(pub: PubId, run: Run): void {
    this.underWay.get(pub)?.stop.abort()
    const stop = new AbortController()
    rememberFetching(this.options.memory, pub, run.shape)
    const done = this.fetch(pub, run, stop.signal).finally(() => {
      if (this.underWay.get(pub)?.stop === stop) this.underWay.delete(pub)
    })
    this.underWay.set(pub, { stop, done })
  }

  /** Ends all waits. */
  async stop(): Promise<void> {
    const all = [...this.underWay.values()]
    for (const { stop } of all) stop.abort()
    await Promise.all(all.map(({ done }) => done))
  }

  /** Nothing of a run that is gone for ever is kept. */
  forget(name: string): void {
    removeDurably(this.path(name))
  }

  private async fetch(pub: PubId, run: Run, signal: AbortSignal): Promise<void> {
    const { engine, memory, log, changed } = this.options
    try {
      const remark = await this.fetched(pub, run, signal)
      rememberFetched(memory, pub, run.shape, { remark }, Date.now())
    } catch (error) {
      if (signal.aborted) return
      const trouble = troubleOf(error)
      log.warn({ pub, version: run.version, reason: trouble.message }, `no image from ${engine.kind}`)
      rememberFetched(memory, pub, run.shape, { trouble }, Date.now())
    }
    changed()
  }

  /** Once for each number of rebuilds it is pulled anew; what came of that is kept, for the answer. */
  private async fetched(pub: PubId, run: Run, signal: AbortSignal): Promise<string | null> {
    const before = this.read(run.name)
    const anew = run.rebuilds > (before?.rebuilds ?? 0)
    const { engine, log } = this.options
    const tell = (progress: string): void =>
      log.info({ pub, version: run.version, progress }, 'pulling an image')
    const fetched = await engine.fetch(run, { anew, tell, signal })
    if (!anew) return before?.rebuilds === run.rebuilds ? before.remark : null
    const remark = describeImage(fetched)
    makeFolder(join(this.options.directory, run.name))
    writeDurably(this.path(run.name), `${JSON.stringify({ rebuilds: run.rebuilds, remark })}\n`)
    return remark
  }

  /** Damaged is as good as missing: the image is pulled once more. */
  private read(name: string): { rebuilds: number; remark: string } | null {
    try {
      const found = readJson(this.path(name)) as { rebuilds?: unknown; remark?: unknown } | null
      const whole = Number.isSafeInteger(found?.rebuilds) && typeof found?.remark === 'string'
      return whole ? (found as { rebuilds: number; remark: string }) : null
    } catch {
      return null
    }
  }

  private path(name: string): string {
    return join(this.options.directory, name, 'rebuilt.json')
  }
}
