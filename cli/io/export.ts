/** `buttcloud export`: fetches a part of a pub from its hub, through the provider, into a file. */

import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { ExportPart } from '../../protocol/command-kinds'
import {
  EXPORT_METHODS,
  type ExportNews,
  type ExportOpened,
  holdsSecret,
  newsOf,
} from '../../protocol/export'
import { CALL_TIMEOUT_MS } from '../../protocol/limits'
import { reasonOf } from '../../protocol/rpc'
import { called } from '../../sbot/peers'
import type { Context } from '../context'
import { fileFor, progressText, secretAdvice, secretWarning } from '../export-text'
import { Failure, firstLine } from '../failure'
import { indented, plainOf } from '../render'
import { converse } from './converse'
import { PartFile } from './part-file'
import { type Progress, startProgress } from './progress'
import { callProvider, type Identity, identityFor, type ProviderConnection } from './provider-call'

/** Between two tries, doubling up to the second. */
const AGAIN_MS = 500
const AGAIN_MAX_MS = 10_000
/** A read is answered within seconds; the rest is for the line. */
const READ_MS = 2 * CALL_TIMEOUT_MS

export interface ExportWish {
  name: string
  part: ExportPart
  /** Null: a file named after pub and part, where one is. */
  file: string | null
}

type End = Extract<ExportNews, { kind: 'end' }>

/** Fetches it, going on after cuts, and says where it is. Throws a Failure. */
export async function takeExport(context: Context, wish: ExportWish): Promise<void> {
  const { name, part } = wish
  const target = resolve(wish.file ?? fileFor(name, part))
  const identity = await identityFor(context)
  const file = new PartFile(target, { provider: identity.provider.id, name, part })
  file.assertNew()
  if (holdsSecret(part)) await agree(context, name, part)
  const progress = startProgress(context, `Asking for the ${part} of ${name}`)
  const fetching = new Fetching(context, identity, wish, file, progress)
  const end = await fetching.run().finally(() => progress.end())
  if (end === 'needs-yes') return converse(context, { text: `export ${name} ${part}`, thread: 'newest' })
  await file.finish()
  if (context.options.json)
    return context.print(
      JSON.stringify({
        ...{ export: part, name, pub: fetching.opened?.pub ?? null, feed: fetching.opened?.feed ?? null },
        ...{ file: target, bytes: end.bytes, sha256: end.sha256, resumed: fetching.resumedAt },
      }),
    )
  context.print(target)
  context.tell(`${end.bytes} bytes, sha256 ${end.sha256}, as its server counted them.`)
  if (holdsSecret(part)) context.tell(secretAdvice(name, part, fetching.opened?.here))
}

/** The owner's word that they know what they are taking. */
async function agree(context: Context, name: string, part: ExportPart): Promise<void> {
  const warning = secretWarning(name, part)
  if (context.options.yes) return context.tell(warning)
  const refused = 'Nothing was fetched. Run this again with --yes if that is what you want.'
  if (context.stdin.isTTY !== true || context.stderr.isTTY !== true)
    throw new Failure(1, `${warning} ${refused}`)
  context.say(indented(warning, context.width, ''))
  const lines = createInterface({ input: context.stdin, output: context.stderr })
  try {
    if (/^y(?:es)?$/i.test((await lines.question('Fetch it? [y/N] ')).trim())) return
    throw new Failure(1, refused)
  } finally {
    lines.close()
  }
}

/** One download: connected as often as need be, until all is there or nothing comes for too long. */
export class Fetching {
  opened: ExportOpened | null = null
  /** What there is in all; null until it has been counted. */
  bytesAll: number | null = null
  /** Where an earlier run had come to. */
  resumedAt = 0
  private progressAt = Date.now()

  constructor(
    private readonly context: Context,
    private readonly identity: Identity,
    private readonly wish: ExportWish,
    private readonly file: PartFile,
    private readonly progress: Progress,
  ) {}

  async run(): Promise<End | 'needs-yes'> {
    const { file, context } = this
    await file.open()
    this.resumedAt = file.at
    try {
      for (let pauseMs = AGAIN_MS; ; pauseMs = Math.min(AGAIN_MAX_MS, 2 * pauseMs)) {
        const before = file.at
        try {
          const end = await this.once()
          if (end === 'needs-yes') return end
          if (file.isWhole(end.bytes, end.sha256)) return end
          await file.discard()
          throw new Failure(
            1,
            'What came is not what was sent: the checksums differ. It is thrown away; run this again.',
          )
        } catch (error) {
          if (error instanceof Failure) throw error
          this.giveUp(error)
          context.explain(`${firstLine(error)}; trying again`)
        }
        if (file.at > before) pauseMs = AGAIN_MS
        await new Promise((then) => setTimeout(then, pauseMs))
      }
    } finally {
      // An empty part is of no use to the next run.
      if (file.at === 0) await file.discard()
      await file.close()
    }
  }

  /** Throws a Failure where trying again would not help, or has not helped for too long. */
  private giveUp(error: unknown): void {
    const { file, context } = this
    const sentence = plainOf(firstLine(error).replace(/^[a-z-]+: /, ''))
    const reason = reasonOf(error)
    // A session is unknown after a cut; a pub is unknown for good.
    const hopeless =
      reason === 'refused' || reason === 'bad-argument' || (reason === 'unknown' && this.opened === null)
    const late = Date.now() - this.progressAt > context.options.timeoutMs
    if (!hopeless && !late) return
    const kept =
      file.at === 0 ? '' : ` ${file.at} bytes are kept; the same command goes on where this one ended.`
    throw new Failure(hopeless ? 1 : 3, `Could not export: ${sentence}.${kept}`.replace('..', '.'), {
      cause: error,
    })
  }

  private async once(): Promise<End | 'needs-yes'> {
    const { name, part } = this.wish
    const connection = await callProvider(this.identity, EXPORT_METHODS)
    try {
      const request = { name, part, resume: this.file.resume }
      const opened = await ask<ExportOpened>(connection, 'exportOpen', request)
      if (opened.session === null) return 'needs-yes'
      this.opened = opened
      return await this.read(connection, opened.session)
    } finally {
      await connection.close()
    }
  }

  private async read(connection: ProviderConnection, session: string): Promise<End> {
    const { file, progress, wish } = this
    this.bytesAll = null
    for (;;) {
      const piece = await ask<unknown>(connection, 'exportRead', { session })
      this.progressAt = Date.now()
      if (Buffer.isBuffer(piece)) await file.append(piece)
      else {
        const news = newsOf(piece)
        if (news === null) throw new Error('try-again: the provider answered something that makes no sense')
        if (news.kind === 'end') return news
        if (news.kind === 'wait') progress.set(`Counting: ${news.messages} messages of ${wish.name}`)
        else {
          this.bytesAll = news.bytes
          if (news.from !== file.at) this.resumedAt = 0
          await file.begin(news.snapshot, news.from)
        }
      }
      if (this.bytesAll !== null && this.bytesAll > 0)
        progress.set(progressText(wish.name, wish.part, file.at, this.bytesAll))
    }
  }
}

/** One call, with an end. */
function ask<T>({ buttcloud }: ProviderConnection, method: string, request: object): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('try-again: the provider did not answer in time')), READ_MS)
  })
  const answer = called<T>((callback) => buttcloud[method](request, callback))
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}
