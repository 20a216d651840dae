/** What this pub takes and moves, told to its hub (`fence.figures`). */
import { readFileSync } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { checkFiguresRequest, type PubFigures } from '../../protocol/figures'
import type { FeedId, Millis } from '../../protocol/ids'
import { FOLDER_LOOK_EVERY_MS } from '../../protocol/limits'
import type { PubConfig } from '../config'
import { groupOf, trafficOf } from '../measure'
import { countSockets, socketTraffic } from './sockets'

type End = true | Error | null
type Source = (abort: End, answer: (end: End, item?: PubFigures) => void) => void

/** Set by the image: all that this container's network and control group count is the pub's. */
const CONTAINER_VARIABLE = 'PUB_CONTAINER'
const BLOCK_BYTES = 512

type Seldom = Pick<PubFigures, 'diskBytes' | 'logBytes' | 'feeds'>

export class FigureTeller {
  readonly #startedAt: Millis = Date.now() - Math.floor(process.uptime() * 1_000)
  readonly #inContainer = process.env[CONTAINER_VARIABLE] === '1'
  #seldom: Seldom = { diskBytes: null, logBytes: null, feeds: null }
  #lookedAt: Millis | null = null
  #looking: Promise<void> | null = null

  constructor(
    private readonly ssb: any,
    private readonly config: Pick<PubConfig, 'data'> & { hub: FeedId | null },
  ) {
    countSockets()
  }

  /** The source of them: the first at once, then one every so often for as long as it is read. */
  source(request: unknown): Source {
    const checked = checkFiguresRequest(request, 'figures')
    if (!checked.ok)
      return (_abort, answer) =>
        answer(new Error(`bad-argument: ${checked.field}: expected ${checked.expected}`))
    const { everyMs } = checked.value
    let timer: NodeJS.Timeout | null = null
    let waiting: ((end: End, item?: PubFigures) => void) | null = null
    let dueAt = 0
    return (abort, answer) => {
      if (abort) {
        if (timer !== null) clearTimeout(timer)
        waiting?.(abort)
        waiting = null
        return answer(abort)
      }
      waiting = answer
      const tell = () => {
        const reader = waiting
        waiting = null
        dueAt = Date.now() + everyMs
        this.#tell().then(
          (figures) => reader?.(null, figures),
          (error: Error) => reader?.(error),
        )
      }
      timer = setTimeout(tell, Math.max(0, dueAt - Date.now()))
      // A pub that has nothing else to do may end.
      timer.unref()
    }
  }

  async #tell(): Promise<PubFigures> {
    if (this.#lookedAt === null) await this.#look()
    else if (Date.now() - this.#lookedAt >= FOLDER_LOOK_EVERY_MS) void this.#look()
    const own = this.#inContainer ? groupOf(readTable) : null
    const traffic = this.#inContainer ? trafficOf(readTable('/proc/net/dev') ?? '') : null
    const used = process.cpuUsage()
    return {
      startedAt: this.#startedAt,
      cpuMs: own?.cpuMs ?? Math.floor((used.user + used.system) / 1_000),
      memoryBytes: own?.memoryBytes ?? process.memoryUsage.rss(),
      ...(traffic ?? socketTraffic()),
      ...this.#seldom,
      peers: this.#peers(),
    }
  }

  #peers(): number {
    const known = this.ssb.peers as Record<string, unknown[]>
    return Object.keys(known).filter(
      (id) => id !== this.ssb.id && id !== this.config.hub && (known[id]?.length ?? 0) > 0,
    ).length
  }

  /** Never rejects: what can't be counted now stays as it was. */
  #look(): Promise<void> {
    this.#looking ??= this.#count().finally(() => {
      this.#lookedAt = Date.now()
      this.#looking = null
    })
    return this.#looking
  }

  async #count(): Promise<void> {
    const { data } = this.config
    const [disk, log, feeds] = await Promise.all([
      folderBytes(data),
      lstat(join(data, 'flume', 'log.offset')).then(
        ({ size }) => size,
        () => 0,
      ),
      this.#feeds(),
    ])
    this.#seldom = { diskBytes: disk, logBytes: log, feeds }
  }

  #feeds(): Promise<number | null> {
    return new Promise((resolve) => {
      this.ssb.getVectorClock((error: unknown, clock: object | undefined) =>
        resolve(error || clock === undefined ? null : Object.keys(clock).length),
      )
    })
  }
}

function readTable(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

/** What a folder takes on its disk, all below it together. What goes away meanwhile is not counted. */
async function folderBytes(folder: string): Promise<number> {
  let bytes = 0
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) bytes += await folderBytes(path)
    else
      bytes += await lstat(path).then(
        ({ blocks }) => blocks * BLOCK_BYTES,
        () => 0,
      )
  }
  return bytes
}
