/**
 * Exports that the provider reads from this hub, piece by piece. One piece is made ahead of the reader and no more.
 * A session ends with its last piece, when it is closed, when nobody has read for a while, or with an error. What a pub
 * holds is read from its server, or from its volume while it is at rest; either way the bytes are the same, so a session
 * that one of them cut is gone on with at the other.
 */
import { createHash, randomUUID } from 'node:crypto'
import { type ExportNews, type ExportResume, type HubExportRequest, holdsSecret } from '../../protocol/export'
import { type PubId, runNameOf } from '../../protocol/ids'
import {
  EXPORT_CHUNK_BYTES,
  EXPORT_IDLE_MS,
  EXPORT_WAIT_MS,
  EXPORTS_PER_HUB_MAX,
} from '../../protocol/limits'
import type { Engine } from '../engines/engine'
import type { Place } from '../reading-place'
import type { AtRest } from './at-rest'
import { type Content, contentOfServer } from './content'
import { RestingContent } from './content-resting'
import { countExport, type ExportSource } from './export-files'
import type { Secrets } from './secrets'
import type { Session } from './session'

type Piece = Buffer | ExportNews

export interface ExportParts {
  pubs: ReadonlyMap<PubId, Session>
  secrets: Secrets
  engine: Pick<Engine, 'openVolume'>
  rest: AtRest
  /** Where a pub is to be read now. */
  place(pub: PubId): Place
}

export class Exports {
  private readonly sessions = new Map<string, Reading>()

  constructor(private readonly parts: ExportParts) {}

  /** Begins one and says under which name it is read. */
  open({ pub, name, part, resume }: HubExportRequest): { session: string } {
    if (this.sessions.size >= EXPORTS_PER_HUB_MAX)
      throw new Error('try-again: the server of this pub has enough exports to serve just now')
    const secret = this.parts.secrets.read(runNameOf(pub))
    if (secret === null) throw new Error('unknown: no pub of that id is on this hub')
    const place: Place = part === 'secret' ? { kind: 'server' } : this.parts.place(pub)
    if (place.kind === 'nowhere') throw new Error(place.why)
    const session = randomUUID()
    const text = (): string => {
      if (!holdsSecret(part)) throw new Error('refused: this part holds no secret')
      return secret.text
    }
    const content = this.contentAt(place, pub)
    const source = { name, part, feed: secret.feed, secret: text, content }
    let left = (): void => undefined
    const reading = new Reading(source, resume, () => {
      this.sessions.delete(session)
      left()
    })
    if (place.kind === 'volume') left = this.parts.rest.enter(pub, () => reading.end())
    this.sessions.set(session, reading)
    return { session }
  }

  private contentAt(place: Exclude<Place, { kind: 'nowhere' }>, pub: PubId): Content {
    const { pubs, engine } = this.parts
    if (place.kind === 'volume') return new RestingContent(() => engine.openVolume(place.name))
    return contentOfServer(() => {
      const rpc = pubs.get(pub)?.rpc ?? null
      if (rpc === null) throw new Error('try-again: the pub does not run here just now')
      return rpc
    })
  }

  /** The next piece. */
  async read(session: string): Promise<Piece> {
    const reading = this.sessions.get(session)
    if (reading === undefined) throw new Error('unknown: no such export is under way')
    return reading.next()
  }

  close(session: string): void {
    void this.sessions.get(session)?.end()
  }

  async stop(): Promise<void> {
    await Promise.all([...this.sessions.values()].map((reading) => reading.end()))
  }
}

/** One export under way. */
class Reading {
  private readonly pieces: AsyncGenerator<Piece>
  private ahead: Promise<IteratorResult<Piece>>
  private counted = 0
  private ended = false
  private busy = false
  private idle: NodeJS.Timeout | undefined

  constructor(
    private readonly source: ExportSource,
    resume: ExportResume | null,
    private readonly gone: () => void,
  ) {
    this.pieces = piecesOf(source, resume, (messages) => {
      this.counted = messages
      if (this.ended) throw new Error('try-again: the export was ended')
    })
    this.ahead = this.produce()
    this.touch()
  }

  /** One at a time: two would get the same piece, and a line of them would be as many pieces in memory. */
  async next(): Promise<Piece> {
    if (this.busy) throw new Error('try-again: a read of this export is under way')
    this.busy = true
    try {
      return await this.take()
    } finally {
      this.busy = false
    }
  }

  /** Nobody reads on; resolves when what it was read from is let go. */
  async end(): Promise<void> {
    if (this.ended) return
    this.ended = true
    clearTimeout(this.idle)
    this.gone()
    void this.pieces.return(undefined).catch(() => undefined)
    await this.source.content.close()
  }

  private async take(): Promise<Piece> {
    if (this.ended) throw new Error('unknown: this export is over')
    this.touch()
    const found = await withIn(this.ahead, EXPORT_WAIT_MS).catch((error: unknown) => {
      void this.end()
      throw error
    })
    if (found === null) return { kind: 'wait', messages: this.counted }
    this.touch()
    if (found.done === true) {
      void this.end()
      throw new Error('unknown: this export is over')
    }
    if (!Buffer.isBuffer(found.value) && found.value.kind === 'end') void this.end()
    else this.ahead = this.produce()
    return found.value
  }

  private produce(): Promise<IteratorResult<Piece>> {
    const next = this.pieces.next()
    // Heard by the next read; until then nobody shall take it for an error that nobody catches.
    next.catch(() => undefined)
    return next
  }

  private touch(): void {
    clearTimeout(this.idle)
    this.idle = setTimeout(() => void this.end(), EXPORT_IDLE_MS)
  }
}

/** `begin`, the bytes that are wanted in pieces of one size, `end` with the hash over all. */
async function* piecesOf(
  source: ExportSource,
  resume: ExportResume | null,
  tell: (messages: number) => void,
): AsyncGenerator<Piece> {
  const { snapshot, sizeBytes, read } = await countExport(source, resume, tell)
  const same = resume !== null && resume.snapshot.id === snapshot.id && resume.at <= sizeBytes
  const from = same ? resume.at : 0
  yield { kind: 'begin', snapshot, from, bytes: sizeBytes }
  const hash = createHash('sha256')
  let at = 0
  let waiting: Buffer[] = []
  let waitingBytes = 0
  for await (const bytes of read()) {
    hash.update(bytes)
    const wanted = bytes.subarray(Math.min(bytes.length, Math.max(0, from - at)))
    at += bytes.length
    waiting.push(wanted)
    waitingBytes += wanted.length
    if (waitingBytes < EXPORT_CHUNK_BYTES) continue
    const all = Buffer.concat(waiting)
    let sent = 0
    for (; all.length - sent >= EXPORT_CHUNK_BYTES; sent += EXPORT_CHUNK_BYTES)
      yield all.subarray(sent, sent + EXPORT_CHUNK_BYTES)
    waiting = [all.subarray(sent)]
    waitingBytes = all.length - sent
  }
  if (waitingBytes > 0) yield Buffer.concat(waiting)
  yield { kind: 'end', bytes: at, sha256: hash.digest('hex') }
}

/** What comes of it, or null when that takes longer. */
function withIn<T>(work: Promise<T>, timeoutMs: number): Promise<T | null> {
  let timer: NodeJS.Timeout
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), timeoutMs)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
