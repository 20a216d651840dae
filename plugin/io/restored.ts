/**
 * What a provider that was put back from a backup has still to find out. Its own feed comes from its hubs (the boot
 * gate); the feed of each pub comes from the pub, by its hub, and from whoever holds it. Before that is done nothing is
 * committed for that pub: what was written since the backup would be written a second time, which forks the feed.
 *
 *   restored.json   when, from what, and the pubs that have not come back yet; removed when all have
 */
import { join } from 'node:path'
import {
  feedId,
  list,
  literal,
  nullable,
  type Of,
  pubId,
  refuse,
  shape,
  text,
  whole,
} from '../../protocol/check'
import type { FeedId, PubId } from '../../protocol/ids'
import { RESTORED_ASK_MS, RESTORED_ASKED_MAX } from '../../protocol/limits-backup'
import { readJson, removeDurably, writeJson } from '../../sbot/durable'
import { drain } from '../../sbot/peers'
import type { Peer, Sbot, SignedValue } from '../../sbot/port'
import { refusal } from './commits'
import type { Log } from './provider'

const count = whole(0, Number.MAX_SAFE_INTEGER)
const record = shape({
  v: literal(1),
  restoredAt: count,
  /** By the clock of the machine that made the backup. */
  madeAt: count,
  /** host:port where the former copy was reached. */
  formerAddress: nullable(text(300)),
  /** Where feeds ended in the backup. */
  heads: (value: unknown, field: string) => {
    const sound =
      typeof value === 'object' &&
      value !== null &&
      Object.entries(value).every(([feed, head]) => feedId(feed, '').ok && count(head, '').ok)
    return sound
      ? { ok: true as const, value: value as Record<FeedId, number> }
      : refuse(field, 'feeds and where they end', value)
  },
  /** Pubs that have not come back; null until our own feed is known to its end, and so which pubs there are. */
  waiting: nullable(list(pubId, 0, 1_000_000)),
})
export type RestoredRecord = Of<typeof record>

const FILE = 'restored.json'

/** Says in the folder of the provider's own files that they were put back from a backup. */
export function writeRestored(folder: string, written: RestoredRecord): void {
  writeJson(join(folder, FILE), written)
}

/** What the folder says of that; null where it is as it grew. Throws a sentence where it makes no sense. */
export function readRestored(folder: string): RestoredRecord | null {
  const found = readJson(join(folder, FILE))
  if (found === null) return null
  const checked = record(found, '')
  if (checked.ok) return checked.value
  throw new Error(
    `${join(folder, FILE)} is damaged (${checked.field} is ${checked.found}). It says that this provider was put back from a backup: put the backup back once more, into another folder`,
  )
}

/** What is known here of a pub whose hub asks what was committed. */
export interface ReturningPub {
  pub: PubId
  name: string
  feed: FeedId
  /** Last sequence of the pub's own log, by its hub's word. */
  head: number
  /** True when its creation has its final answer: then it has written, and somebody may hold what it wrote. */
  created: boolean
}

export class Restored {
  private record: RestoredRecord | null
  private readonly told = new Set<PubId>()

  constructor(
    private readonly folder: string,
    private readonly log: Log,
  ) {
    this.record = readRestored(folder)
  }

  /** True until everything is back. */
  get pending(): boolean {
    return this.record !== null
  }

  /** Our own feed is here to its end, so these are the pubs that there are. Only the first time counts. */
  begin(pubs: readonly PubId[]): void {
    if (this.record === null || this.record.waiting !== null) return
    this.log('warn', 'put back from a backup: each pub comes back before anything is committed for it', {
      pubs: pubs.length,
    })
    this.keep({ ...this.record, waiting: [...pubs] })
  }

  /** True while nothing may be committed for this pub. */
  waitsFor(pub: PubId): boolean {
    return this.record !== null && (this.record.waiting === null || this.record.waiting.includes(pub))
  }

  /**
   * Takes what peers hold of the pub's feed; then it is back, unless the pub itself holds less than it once had: where
   * both were put back nobody here knows how far its feed goes. Throws a refusal then.
   */
  async comeBack(sbot: Sbot, one: ReturningPub): Promise<void> {
    if (!this.waitsFor(one.pub)) return
    await takeFromPeers(sbot, one.feed)
    const known = this.record?.heads[one.feed] ?? 0
    // One less than was committed is a message that was on its way to the pub.
    const lost = one.head < known - 1 || (one.head === 0 && (known > 0 || one.created))
    if (!lost) return this.back(one.pub, one.name, one.head)
    const why = `${one.name} was put back to ${one.head} of its messages, and this provider to a backup: nobody here knows how far its feed goes`
    if (!this.told.has(one.pub))
      this.log(
        'warn',
        `${why}. When it is sure that nobody holds more: buttcloud admin restore ${one.name} --yes`,
      )
    this.told.add(one.pub)
    throw refusal(
      'refused',
      `${why}; its provider's operator decides (docs/OPERATORS.md, "The provider is lost")`,
    )
  }

  /** The operator's word that nobody holds more of this pub's feed than we do. */
  vouch(pub: PubId, name: string): void {
    if (!this.waitsFor(pub)) return
    this.log('warn', `the operator said that nobody holds more of the feed of ${name}`, { pub })
    this.back(pub, name, null)
  }

  private back(pub: PubId, name: string, head: number | null): void {
    const { record: before } = this
    if (before?.waiting === null || before === null) return
    const waiting = before.waiting.filter((one) => one !== pub)
    this.log('info', `${name} is back after the restore`, { pub, head, waiting: waiting.length })
    this.keep({ ...before, waiting })
  }

  private keep(next: RestoredRecord): void {
    if (next.waiting?.length !== 0) {
      writeRestored(this.folder, next)
      this.record = next
      return
    }
    removeDurably(join(this.folder, FILE))
    this.record = null
    this.log('info', 'everything is back after the restore')
  }
}

/** Stores what connected peers hold of a feed beyond ours. Who does not answer, or tells rubbish, adds nothing. */
async function takeFromPeers(sbot: Sbot, feed: FeedId): Promise<void> {
  const peers = sbot.peers().slice(0, RESTORED_ASKED_MAX)
  await Promise.all(peers.map((peer) => takeFrom(sbot, peer, feed).catch(() => undefined)))
}

async function takeFrom(sbot: Sbot, peer: Peer, feed: FeedId): Promise<void> {
  const rpc: any = peer.rpc
  if (typeof rpc?.createHistoryStream !== 'function') return
  const after = (await sbot.head(feed))?.sequence ?? 0
  let late = false
  const source = rpc.createHistoryStream({
    ...{ id: feed, seq: after + 1, sequence: after + 1 },
    ...{ live: false, old: true, keys: false, values: true },
  })
  const reading = drain(source, async (item) => {
    const value = item as SignedValue
    if (late || value?.author !== feed) return
    // Two peers tell the same: what is here already is stored once, and a fork is refused.
    await sbot.append(value)
  })
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      late = true
      resolve()
    }, RESTORED_ASK_MS)
  })
  await Promise.race([reading, silence]).finally(() => clearTimeout(timer))
}
