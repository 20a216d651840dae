/**
 * What the provider does to the world: it publishes messages on its own feed, asks, queues mail, and drops what its time
 * is over for. Each effect has a key made from the message that caused it; a look that finds it done does not owe it again.
 */
import type { MoneyMessage } from '../protocol/evolve-money'
import type { FeedId, MessageId, PubId } from '../protocol/ids'
import type { EmailSet } from '../protocol/mail'
import {
  type AnswerPayload,
  type BearerPayload,
  type BlobMention,
  type BurstPayload,
  type NoticePayload,
  noticeKey,
} from '../protocol/messages/answer'
import { grantKey } from '../protocol/messages/grant'
import type { HubMessage } from '../protocol/messages/hub'
import type { MachineMessage } from '../protocol/messages/machine'
import type { NoteMessage } from '../protocol/messages/note'
import type { OpMessage } from '../protocol/messages/op'
import type { OwnerMessage } from '../protocol/messages/owner'
import type { PubMessage } from '../protocol/messages/pub'
import type { SpecMessage } from '../protocol/messages/spec'
import type { OwedCall } from '../protocol/rpc-billing'
import type { Request } from '../protocol/state'

/**
 * A question to a hub (or slow work of our own) that is answered over muxrpc and stands on no feed. The reply is a fact of the next look
 * (`Facts.replies`); after a restart it is asked again, so it may only be about what can be asked twice.
 */
export type Ask =
  | { kind: 'run'; pub: PubId; method: string; args: string[] }
  /** Its figures, and a picture of them that says how it is called. */
  | { kind: 'status'; pub: PubId; name: string }
  /** The reply is links to encrypted blobs, as markdown. They go when all `readers` have fetched them, or their time is over. */
  | { kind: 'export'; pub: PubId; part: 'secret' | 'gossip'; readers: FeedId[] }
  /** Of nobody but ourselves: to store what `owner` has brought as this pub's. The reply is its feed. */
  | { kind: 'import'; pub: PubId; owner: FeedId; upload: string }
  /** Of the billing bridge; waited for as long as it takes. The reply is a BillingDone. */
  | { kind: 'stripe'; call: OwedCall }
  /** Of the store of addresses: keep one and send a code, check a code, or forget. The reply is an EmailReply. */
  | { kind: 'email'; owner: FeedId; set: EmailSet }

/** What came of a `run`, ready to be shown. */
export interface RunResult {
  /** The value as text, as much of it as fits a message. */
  shown: string
  /** A link to all of it, in markdown, where that is more. */
  whole: string | null
  /** The server would have had more items. */
  more: boolean
}

/** Who gets a mail. Addresses are in the local store alone. */
export type MailTo =
  | { kind: 'owner'; owner: FeedId }
  /** Who pays for a pub, by Stripe's customer id. */
  | { kind: 'payer'; customer: string }
  | { kind: 'operator' }

/** One mail that is owed. Its Message-ID is made of `key`, so that a second copy folds into the first. */
export interface Mail {
  key: string
  to: MailTo
  subject: string
  /** Plain text; the HTML part is made of it. */
  text: string
}

/** What is known of an ask; absent: it was not asked yet. */
export type Reply =
  | { state: 'waiting' }
  | { state: 'done'; ask: Ask['kind']; value: unknown }
  | { state: 'failed'; reason: string }

export type Effect =
  | { kind: 'record'; content: OwnerMessage | PubMessage | NoteMessage | MoneyMessage | MachineMessage }
  | { kind: 'order'; content: SpecMessage | OpMessage | HubMessage }
  | {
      kind: 'answer'
      request: Request
      recps: FeedId[]
      text: string
      payload: AnswerPayload
      /** What the text shows or links to. */
      blobs?: BlobMention[]
    }
  | { kind: 'notice'; owners: FeedId[]; text: string; payload: NoticePayload }
  | { kind: 'ask'; request: MessageId; hub: FeedId; ask: Ask }
  /** Of what is in escrow, for ever. */
  | { kind: 'forget'; pub: PubId }
  /** Into the queue of mails, once it is on disk there. */
  | { kind: 'mail'; mail: Mail }
  | { kind: 'bearer'; recps: FeedId[]; to: FeedId; text: string; payload: BearerPayload }
  | {
      kind: 'burst'
      thread: { root: MessageId; branch: MessageId } | null
      to: FeedId
      text: string
      payload: BurstPayload
    }

/** One line for logs and traces. Never the text of an answer: it may hold an invite. */
export function describe(effect: Effect): string {
  switch (effect.kind) {
    case 'record':
      return describeRecord(effect.content)
    case 'order':
      return describeOrder(effect.content)
    case 'answer':
      return `answer ${effect.payload.answers.slice(0, 9)}: ${effect.payload.outcome}${effect.payload.final ? '' : ' (not final)'}`
    case 'notice':
      return `tell ${effect.payload.to === null ? 'the owners' : 'a former owner'} of ${effect.payload.pub.slice(0, 9)}: ${effect.payload.topic}, because of ${effect.payload.causes.slice(0, 9)}`
    case 'ask':
      return `ask ${effect.hub.slice(0, 9)} for ${effect.ask.kind}, because of ${effect.request.slice(0, 9)}`
    case 'mail':
      return `mail to ${effect.mail.to.kind}, ${effect.mail.key}`
    case 'forget':
      return `forget the sealed key of ${effect.pub.slice(0, 9)}, which has ended`
    case 'bearer':
      return `deliver the invite of ${effect.payload.delivers.slice(0, 9)} in its own thread`
    case 'burst':
      return `answer everything of ${effect.to.slice(0, 9)} up to ${effect.payload.upTo} at once`
  }
}

/** The key of an effect: the same debt has the same key, also after a crash. */
export function keyOf(effect: Effect): string {
  switch (effect.kind) {
    case 'record':
      return keyOfRecord(effect.content)
    case 'order':
      return keyOfOrder(effect.content)
    case 'answer':
      return `answer ${effect.payload.answers} ${effect.payload.final ? 'final' : 'received'}`
    case 'notice':
      return `notice ${noticeKey(effect.payload)}`
    case 'ask':
      return `ask ${effect.request}`
    case 'mail':
      return `mail ${effect.mail.key}`
    case 'forget':
      return `forget ${effect.pub}`
    case 'bearer':
      return `bearer ${effect.payload.delivers}`
    case 'burst':
      return `burst ${effect.to} ${effect.payload.upTo}`
  }
}

type Ordered = Extract<Effect, { kind: 'order' }>['content']

function describeOrder(content: Ordered): string {
  switch (content.type) {
    case 'buttcloud/spec':
      return `order ${content.desired} of ${content.name}, revision ${content.revision}, epoch ${content.epoch}`
    case 'buttcloud/hub':
      return `hub ${content.label} is ${content.status}`
    case 'buttcloud/op':
      return `order ${content.kind}, op ${content.op.slice(0, 9)}`
  }
}

function keyOfOrder(content: Ordered): string {
  switch (content.type) {
    case 'buttcloud/spec':
      return `spec ${content.pub} ${content.revision}`
    case 'buttcloud/hub':
      return `hub ${content.hub} ${content.status}`
    case 'buttcloud/op':
      return `op ${content.op}`
  }
}

type Recorded = Extract<Effect, { kind: 'record' }>['content']

function describeRecord(content: Recorded): string {
  switch (content.type) {
    case 'buttcloud/note':
      return `record a note on the invite of ${content.invite.slice(0, 9)}`
    case 'buttcloud/owner':
      return `record owner ${content.owner.slice(0, 9)}`
    case 'buttcloud/pub':
      return `record pub ${content.name} ${content.status}, to be ${content.suspended ? 'suspended' : content.desired}, on port ${content.port}`
    case 'buttcloud/dues':
      return `record dues of ${content.pub.slice(0, 9)}: ${content.stage}, ${content.reason}`
    case 'buttcloud/machine':
      return `record machine ${content.machine} ${content.status}, ${content.why}`
    case 'buttcloud/session':
      // Not its id: Stripe's page is found by it.
      return `record the session of ${content.checkout.slice(0, 9)}`
    default:
      return `record ${keyOfRecord(content)}`
  }
}

function keyOfRecord(content: Recorded): string {
  switch (content.type) {
    case 'buttcloud/note':
      return `note ${content.invite}`
    case 'buttcloud/owner':
      return `owner ${content.owner}`
    case 'buttcloud/pub':
      return `pub ${content.pub} ${content.answers} ${content.status} ${content.port} ${content.epoch} ${content.version} ${content.plan} ${content.suspended} ${content.own?.name} ${content.own?.proven}`
    case 'buttcloud/bridge':
      return `bridge ${content.bridge} ${content.status}`
    case 'buttcloud/checkout':
      return `checkout ${content.checkout}`
    case 'buttcloud/session':
      return `session ${content.checkout} ${content.session}`
    case 'buttcloud/payment':
      return `payment ${content.subscription} ${content.status} ${content.at}`
    case 'buttcloud/grant':
      return `grant ${grantKey(content.target)} ${content.given} ${content.until}`
    case 'buttcloud/dues':
      return `dues ${content.pub} ${content.stage} ${content.since}`
    case 'buttcloud/permit':
      return `permit ${content.what} ${content.count}`
    case 'buttcloud/machine':
      return `machine ${content.machine} ${content.status}`
    case 'buttcloud/alert':
      return `alert ${content.event}`
  }
}
