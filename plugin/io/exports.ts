/**
 * Exports on their way from a hub through us to an owner. Who reads must be an owner at every piece: a change of owners
 * ends what the former one reads. Nothing is kept here but who reads what.
 */

import { randomUUID } from 'node:crypto'
import type { Check } from '../../protocol/check'
import type { ExportPart } from '../../protocol/command-kinds'
import {
  checkExportRequest,
  checkExportSession,
  type ExportOpened,
  type ExportResume,
  type ExportSession,
  type HubExportRequest,
  holdsSecret,
  newsOf,
} from '../../protocol/export'
import type { FeedId, PubId } from '../../protocol/ids'
import {
  CALL_TIMEOUT_MS,
  EXPORT_IDLE_MS,
  EXPORT_MESSAGE_BYTES_MAX,
  EXPORTS_PER_OWNER_MAX,
  PRIVATE_BLOB_BYTES_MAX,
} from '../../protocol/limits'
import type { PubFact } from '../../protocol/state'
import type { Clock } from '../../sbot/loop'
import type { Sbot } from '../../sbot/port'
import { hereOf, hubToRead, mayExportSecret } from '../export-rights'
import { isKept, keptPubNamed } from '../kept'
import { feedOf, pubNamed, pubsOf } from '../query'
import { words } from '../words'
import { exportFileName, exportWords } from '../words-export'
import { refusal } from './commits'
import { callHub } from './hub-call'
import type { Inbox } from './inbox'
import { argumentOf } from './method'
import type { PrivateBlobs } from './private-blobs'

interface Relay {
  owner: FeedId
  pub: PubId
  part: ExportPart
  hub: FeedId
  /** Its name at the hub; null until that has answered. */
  session: string | null
  /** A call to the hub is under way: at most one, because each read holds a piece in memory. */
  busy: boolean
  /** Ended; while `busy` it keeps its place all the same, so that nobody has more calls under way than places. */
  over: boolean
  idle: () => void
}

export class Exports {
  private readonly relays = new Map<string, Relay>()

  constructor(
    private readonly sbot: Sbot,
    private readonly inbox: Inbox,
    private readonly clock: Clock,
    private readonly blobs: PrivateBlobs,
    private readonly log: (fact: string, details: Record<string, unknown>) => void,
  ) {
    sbot.onPeer((peer) => peer.onClose(() => this.left(peer.id)))
  }

  /** `buttcloud.exportOpen`. */
  async open(caller: FeedId, given: unknown): Promise<ExportOpened> {
    const { name, part, resume } = argumentOf(checkExportRequest, given, 'request')
    const pub = this.owned(caller, name)
    const { state } = this.inbox
    const feed = feedOf(state, pub)
    const hub = this.hubOf(pub)
    const alone = !holdsSecret(part) || mayExportSecret(state, pub, caller, this.clock.now())
    const about = { pub: pub.pub, feed, here: hereOf(pub.record) }
    if (!alone) return { session: null, ...about }
    const id = this.place(caller, pub, part, hub)
    const session = await this.openPlaced(id, pub, part, resume)
    this.log('export begun', { pub: pub.pub, part, owner: caller })
    return { session, ...about }
  }

  /** Takes a place before anything is waited for, so that calls at once can't all find the same one free. */
  private place(caller: FeedId, pub: PubFact, part: ExportPart, hub: FeedId): string {
    const mine = [...this.relays].filter(([, one]) => one.owner === caller)
    const same = mine.filter(([, one]) => one.pub === pub.pub && one.part === part)
    if (same.some(([, one]) => one.session === null)) throw refusal('try-again', exportWords.opening)
    for (const [id] of same) this.end(id)
    if (mine.filter(([id]) => this.relays.has(id)).length >= EXPORTS_PER_OWNER_MAX)
      throw refusal('try-again', exportWords.tooMany(EXPORTS_PER_OWNER_MAX))
    const id = randomUUID()
    this.relays.set(id, {
      ...{ owner: caller, pub: pub.pub, part, hub, session: null, busy: true, over: false },
      idle: () => undefined,
    })
    return id
  }

  private async openPlaced(
    id: string,
    pub: PubFact,
    part: ExportPart,
    resume: ExportResume | null,
  ): Promise<string> {
    const relay = this.relays.get(id) as Relay
    try {
      relay.session = await this.openAtHub(relay.hub, pub, part, resume)
      if (!relay.over) return id
      this.closeAtHub({ hub: relay.hub, session: relay.session })
      throw refusal('try-again', exportWords.noSession)
    } catch (error) {
      relay.over = true
      throw error
    } finally {
      relay.busy = false
      if (relay.over) this.relays.delete(id)
      else this.touch(id, relay)
    }
  }

  /** `buttcloud.exportRead`: bytes, or news of them (protocol/export.ts). */
  async read(caller: FeedId, given: unknown): Promise<unknown> {
    const { session: id } = argumentOf(checkExportSession, given, 'request')
    const relay = this.relayOf(caller, id)
    if (relay.busy) throw refusal('try-again', exportWords.oneRead)
    const pub = this.inbox.state.provider.pubs.get(relay.pub)
    try {
      if (pub === undefined || this.hubOf(pub) !== relay.hub) throw refusal('try-again', exportWords.moved)
      this.permit(caller, pub)
      if (holdsSecret(relay.part) && !mayExportSecret(this.inbox.state, pub, caller, this.clock.now()))
        throw refusal('refused', exportWords.needsYes(pub.record.name, relay.part))
      this.touch(id, relay)
      relay.busy = true
      const piece = await this.readAtHub({ hub: relay.hub, session: relay.session ?? '' })
      this.touch(id, relay)
      if (!Buffer.isBuffer(piece) && newsOf(piece)?.kind === 'end') {
        relay.over = true
        relay.idle()
        this.log('export handed over', { pub: relay.pub, part: relay.part, owner: caller })
      }
      return piece
    } catch (error) {
      this.end(id)
      throw error
    } finally {
      relay.busy = false
      if (relay.over) this.relays.delete(id)
    }
  }

  /** `buttcloud.exportClose`. */
  async close(caller: FeedId, given: unknown): Promise<void> {
    const { session } = argumentOf(checkExportSession, given, 'request')
    this.relayOf(caller, session)
    this.end(session)
  }

  /** A small part as encrypted blobs, told by links; who reads the message may fetch them. Rejects with a sentence. */
  async exportLinks(pub: PubId, part: 'secret' | 'gossip', readers: FeedId[]): Promise<string[]> {
    const fact = this.inbox.state.provider.pubs.get(pub)
    if (fact === undefined || !this.isThere(fact)) throw refusal('unknown', words.goneAlready)
    const bytes = await this.whole(fact, part)
    const pieces = piecesOf(bytes)
    const links: string[] = []
    for (const [index, piece] of pieces.entries()) {
      const blob = await this.blobs.put(piece, { pub, dropWhenFetchedBy: readers })
      links.push(blob.markdownLink(exportFileName(fact.record.name, part, index, pieces.length)))
    }
    this.log('export stored for its owners', { pub, part, blobs: links.length })
    return links
  }

  private async whole(pub: PubFact, part: 'secret' | 'gossip'): Promise<Buffer> {
    const hub = this.hubOf(pub)
    const session = await this.openAtHub(hub, pub, part, null)
    const parts: Buffer[] = []
    let bytes = 0
    try {
      for (;;) {
        const piece = await this.readAtHub({ hub, session })
        if (Buffer.isBuffer(piece)) {
          parts.push(piece)
          bytes += piece.length
          if (bytes > EXPORT_MESSAGE_BYTES_MAX) throw refusal('refused', exportWords.tooLargeForMessage)
        } else if (newsOf(piece)?.kind === 'end') return Buffer.concat(parts)
      }
    } catch (error) {
      this.closeAtHub({ hub, session })
      throw error
    }
  }

  stop(): void {
    for (const id of [...this.relays.keys()]) this.end(id)
  }

  /** Of an ended pub all is to be had until its data goes. */
  private isThere(pub: PubFact): boolean {
    return pub.record.status === 'live' || isKept(this.inbox.state, pub, this.clock.now())
  }

  private owned(caller: FeedId, name: string): PubFact {
    const { state } = this.inbox
    const pub = pubNamed(state, caller, name) ?? keptPubNamed(state, caller, name, this.clock.now())
    if (pub !== null && this.isThere(pub)) return pub
    const live = pubsOf(state, caller).filter((one) => one.record.status === 'live')
    const names = live.map((one) => one.record.name)
    throw refusal('unknown', words.noSuchPub(name, names))
  }

  private permit(caller: FeedId, pub: PubFact): void {
    if (!pub.record.owners.includes(caller) || !this.isThere(pub)) throw refusal('unknown', words.goneAlready)
  }

  private relayOf(caller: FeedId, id: string): Relay {
    const relay = this.relays.get(id)
    // To others it is the same as none.
    if (relay === undefined || relay.owner !== caller || relay.over)
      throw refusal('unknown', exportWords.noSession)
    return relay
  }

  /** Where it is read. Throws the sentence that says how it can be had where nobody who is there has anything of it. */
  private hubOf(pub: PubFact): FeedId {
    const connected = new Set(this.sbot.peers().map(({ id }) => id))
    const hub = hubToRead(this.inbox.state, connected, pub)
    if (hub !== null) return hub
    throw refusal('refused', exportWords.notThere(pub.record.name, hereOf(pub.record)))
  }

  private async openAtHub(
    hub: FeedId,
    pub: PubFact,
    part: ExportPart,
    resume: ExportResume | null,
  ): Promise<string> {
    const request: HubExportRequest = { pub: pub.pub, name: pub.record.name, part, resume }
    const asked = callHub(this.sbot, this.clock, hub, 'hubExportOpen', request, CALL_TIMEOUT_MS)
    const answer = await asked.catch((error: Error) => {
      // Its former hub has kept it to its date, and no longer.
      if (hub === pub.record.hub || !error.message.startsWith('unknown:')) throw error
      throw refusal('refused', exportWords.notThere(pub.record.name, hereOf(pub.record)))
    })
    return senseOf(checkExportSession, answer).session
  }

  private async readAtHub({ hub, session }: { hub: FeedId; session: string }): Promise<unknown> {
    const request: ExportSession = { session }
    const piece = await callHub(this.sbot, this.clock, hub, 'hubExportRead', request, CALL_TIMEOUT_MS)
    if (Buffer.isBuffer(piece) || newsOf(piece) !== null) return piece
    throw refusal('try-again', exportWords.nonsense)
  }

  private closeAtHub({ hub, session }: { hub: FeedId; session: string }): void {
    callHub(this.sbot, this.clock, hub, 'hubExportClose', { session }, CALL_TIMEOUT_MS).catch(() => undefined)
  }

  private touch(id: string, relay: Relay): void {
    relay.idle()
    if (!relay.over) relay.idle = this.clock.after(EXPORT_IDLE_MS, () => this.end(id))
  }

  private end(id: string): void {
    const relay = this.relays.get(id)
    if (relay === undefined || relay.over) return
    relay.over = true
    relay.idle()
    if (!relay.busy) this.relays.delete(id)
    const { hub, session } = relay
    if (session !== null) this.closeAtHub({ hub, session })
  }

  /** Somebody's last connection is gone: what they read is over. */
  private left(id: FeedId): void {
    if (this.sbot.peers().some((peer) => peer.id === id)) return
    for (const [session, relay] of this.relays) if (relay.owner === id || relay.hub === id) this.end(session)
  }
}

/** Pieces that fit a blob which stock clients take. */
function piecesOf(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; at += PRIVATE_BLOB_BYTES_MAX)
    pieces.push(bytes.subarray(at, at + PRIVATE_BLOB_BYTES_MAX))
  return pieces
}

function senseOf<T>(check: Check<T>, answer: unknown): T {
  const found = check(answer, 'answer')
  if (found.ok) return found.value
  throw refusal('try-again', exportWords.nonsense)
}
