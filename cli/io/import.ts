/** `buttcloud import`: checks what is left of a pub, uploads its feed and key pair to the provider, and asks for it. */
import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import {
  checkImportAt,
  IMPORT_METHODS,
  type ImportNews,
  type ImportRequest,
  importNewsOf,
} from '../../protocol/import'
import { CALL_TIMEOUT_MS } from '../../protocol/limits'
import { IMPORT_CHUNK_BYTES } from '../../protocol/limits-import'
import { reasonOf } from '../../protocol/rpc'
import { called } from '../../sbot/peers'
import type { Context } from '../context'
import { barText } from '../export-text'
import { Failure, firstLine } from '../failure'
import { plainOf } from '../render'
import { nameArgument } from '../words'
import { openArchive } from './archive'
import { askYes } from './ask-yes'
import { converse } from './converse'
import { askPeers, assertOff, readOwnFeed } from './import-feed'
import { type Progress, startProgress } from './progress'
import { callProvider, type Identity, identityFor, type ProviderConnection } from './provider-call'

const AGAIN_MS = 500
const AGAIN_MAX_MS = 10_000
const CALL_MS = 2 * CALL_TIMEOUT_MS

export interface ImportWish {
  path: string
  /** Null: as the archive says. */
  name: string | null
}

/** Brings it. Throws a Failure. */
export async function bringPub(context: Context, wish: ImportWish): Promise<void> {
  const identity = await identityFor(context)
  const archive = await openArchive(resolve(wish.path))
  const given = wish.name ?? archive.name
  if (given === null)
    throw new Failure(2, `${wish.path} does not say what the pub was called: add --name NAME.`)
  const name = nameArgument(given)
  const progress = startProgress(context, `Reading ${wish.path}`)
  const own = await readOwnFeed(archive).finally(() => progress.end())
  await agree(context, name)
  await assertOff(archive, own, identity)
  const before = own.chain.head.sequence
  const peers = await askPeers(context, archive, own, identity)
  const { sequence } = own.chain.head
  context.tell(
    `${sequence} messages of ${archive.secret.feed}, checked${sequence > before ? `; ${sequence - before} of them came from its peers` : ''}. ${peers} of its peers said what they hold.`,
  )
  const bytes = Buffer.from(own.lines.map((line) => `${line}\n`).join(''), 'utf8')
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const request = { name, feed: archive.secret.feed, bytes: bytes.length, sha256 }
  await new Upload(context, identity, request, bytes, archive.secret.text).run()
  await converse(context, { text: `import ${name}`, thread: 'new' })
}

/** The owner's word that no other copy runs, or ever will again. */
async function agree(context: Context, name: string): Promise<void> {
  const question = `The old ${name} must be off, and must never be started again: two copies that write one feed break it for ever, for everybody. Is it off?`
  if (await askYes(context, question)) return
  throw new Failure(1, 'Nothing was sent. Run this again with --yes when the old one is off for good.')
}

/** One upload: connected as often as need be. */
class Upload {
  private progressAt = Date.now()
  private sent = 0

  constructor(
    private readonly context: Context,
    private readonly identity: Identity,
    private readonly request: ImportRequest,
    private readonly bytes: Buffer,
    private readonly secret: string,
  ) {}

  async run(): Promise<void> {
    const progress = startProgress(this.context, `Uploading ${this.request.name}`)
    try {
      for (let pauseMs = AGAIN_MS; ; pauseMs = Math.min(AGAIN_MAX_MS, 2 * pauseMs)) {
        const before = this.sent
        try {
          return await this.once(progress)
        } catch (error) {
          this.giveUp(error)
          this.context.explain(`${firstLine(error)}; trying again`)
        }
        if (this.sent > before) pauseMs = AGAIN_MS
        await new Promise((then) => setTimeout(then, pauseMs))
      }
    } finally {
      progress.end()
    }
  }

  /** Throws a Failure where trying again would not help, or has not helped for too long. */
  private giveUp(error: unknown): void {
    const reason = reasonOf(error)
    const hopeless = reason === 'refused' || reason === 'bad-argument'
    if (!hopeless && Date.now() - this.progressAt <= this.context.options.timeoutMs) return
    const sentence = plainOf(firstLine(error).replace(/^[a-z-]+: /, '')).replace(/\.$/, '')
    throw new Failure(hopeless ? 1 : 3, `Could not import: ${sentence}.`, { cause: error })
  }

  private async once(progress: Progress): Promise<void> {
    const connection = await callProvider(this.identity, IMPORT_METHODS)
    try {
      let at = atOf(await ask(connection, 'importOpen', this.request))
      while (at < this.bytes.length) {
        const piece = this.bytes.subarray(at, at + IMPORT_CHUNK_BYTES)
        at = atOf(await ask(connection, 'importWrite', { at, data: piece.toString('base64') }))
        this.sent = at
        this.progressAt = Date.now()
        progress.set(barText(at, this.bytes.length, `feed of ${this.request.name}`))
      }
      for (let news: ImportNews | null = null; news?.kind !== 'checked'; ) {
        news = importNewsOf(await ask(connection, 'importCommit', { secret: this.secret }))
        if (news === null) throw new Error('try-again: the provider answered something that makes no sense')
        this.progressAt = Date.now()
        progress.set(`The provider has checked ${news.messages} messages`)
      }
    } finally {
      await connection.close()
    }
  }
}

function atOf(value: unknown): number {
  const found = checkImportAt(value, 'answer')
  if (found.ok) return found.value.at
  throw new Error('try-again: the provider answered something that makes no sense')
}

/** One call, with an end. */
function ask({ buttcloud }: ProviderConnection, method: string, request: object): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('try-again: the provider did not answer in time')), CALL_MS)
  })
  const answer = called<unknown>((callback) => buttcloud[method](request, callback))
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}
