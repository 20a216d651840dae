/** Ids, orders and settings of a hub's world. */
import type { Offer } from '../../hub-daemon/report'
import type { HubConfig } from '../../hub-daemon/run'
import type { FeedId, InviteKey, MessageId, PubId } from '../../protocol/ids'
import { buildSpec, type SpecMessage } from '../../protocol/messages/spec'
import type { Incoming } from '../../sbot/port'

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

function keyOf(n: number): string {
  let digits = ''
  for (let rest = n + 1; digits.length < 42; rest = Math.floor(rest / 62) + n + digits.length)
    digits += BASE64[rest % 62]
  return `${digits}A=`
}

export const HUB = `@${keyOf(1)}.ed25519` as FeedId
export const PROVIDER = `@${keyOf(2)}.ed25519` as FeedId
export const STRANGER = `@${keyOf(3)}.ed25519` as FeedId

export function pubOf(n: number): PubId {
  return `%${keyOf(100 + n)}.sha256` as PubId
}
export function keyOfMessage(n: number): MessageId {
  return `%${keyOf(1000 + n)}.sha256` as MessageId
}
export function inviteOf(n: number): InviteKey {
  return `@${keyOf(2000 + n)}.ed25519` as InviteKey
}
export function feedOf(pub: PubId): FeedId {
  return `@${pub.slice(1, 45)}.ed25519` as FeedId
}

export const CONFIG: HubConfig = {
  hub: HUB,
  host: 'pubs.example.org',
  listen: '0.0.0.0',
  dial: '127.0.0.1',
  capsShs: null,
  image: 'buttcloud/ssb-pub:0.1.0',
  version: '0.1.0',
}
export const OFFER: Offer = {
  memoryBytes: 8_000_000_000,
  diskBytes: 100_000_000_000,
  engine: 'docker',
  host: CONFIG.host,
  version: '0.1.0',
}

export function specOf(pub: PubId, fields: Partial<SpecMessage> = {}): SpecMessage {
  return {
    ...buildSpec({
      pub,
      hub: HUB,
      revision: 1,
      epoch: 1,
      feed: null,
      desired: 'up',
      restarts: 0,
      rebuilds: 0,
      version: null,
      fallback: null,
      web: null,
      owners: [],
      name: 'alice',
      description: 'a pub',
      memoryBytes: 201_326_592,
      reservedBytes: 50_331_648,
      diskBytes: 1_073_741_824,
      port: 8101,
      keepUntil: null,
      answers: keyOfMessage(1),
    }),
    ...fields,
  }
}

/** A message as a node hands it over. */
export function incoming(author: FeedId, sequence: number, content: object): Incoming {
  return {
    key: keyOfMessage(sequence),
    author,
    sequence,
    claimedAt: sequence,
    receivedAt: sequence,
    private: true,
    content,
  }
}
